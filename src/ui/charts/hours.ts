/** Calls by hour of the day as 24 bars. */
import type { CallStats } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP } from "./plot.ts";

const HEIGHT = 180;

export function hoursChart(hours: CallStats["hours"], formats: Formats): Draw {
  const rows = hours.map((row) => ({
    ...row,
    title: `${hourText(row.hour)}\n${row.calls === 1 ? words.list.oneCall : words.list.count(formats.integer(row.calls))}`,
  }));
  return (plot, width) => ({
    width,
    height: HEIGHT,
    x: { type: "band", padding: 0.25, label: null, domain: Array.from({ length: 24 }, (_, hour) => hour) },
    y: { zero: true, nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 4 }),
      plot.axisY({
        ticks: 4,
        tickSize: 0,
        label: null,
        tickFormat: (value: number) => (Number.isInteger(value) ? formats.integer(value) : ""),
      }),
      plot.axisX({
        tickSize: 0,
        label: null,
        tickFormat: (hour: number) => (hour % (width < 400 ? 6 : 3) === 0 ? String(hour).padStart(2, "0") : ""),
      }),
      plot.barY(rows, { x: "hour", y: "calls", fill: "var(--accent)", fillOpacity: 0.75, rx: 1 }),
      plot.ruleY([0], { stroke: "var(--line-strong)" }),
      plot.tip(rows, plot.pointerX({ x: "hour", y: "calls", title: "title", ...TIP })),
    ],
  });
}

/** 9 -> 09:00–10:00 */
export function hourText(hour: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(hour)}:00–${two(hour + 1)}:00`;
}
