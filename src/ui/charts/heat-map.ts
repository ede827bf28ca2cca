/** Calls by weekday and hour of the day as a field of cells, darker where there are more. */
import type { CallStats } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, TIP } from "./plot.ts";

const ROW = 24;

export function heatMapChart(cells: CallStats["heat_map"], formats: Formats): Draw {
  const max = Math.max(1, ...cells.map((cell) => cell.calls));
  const rows = cells.map((cell, row) => {
    const calls = cell.calls === 1 ? words.list.oneCall : words.list.count(formats.integer(cell.calls));
    return {
      row,
      ...cell,
      fill: cell.calls === 0 ? "var(--sunken)" : "var(--accent)",
      // The square root keeps quiet hours apart from empty ones beside a busy noon.
      opacity: cell.calls === 0 ? 1 : 0.12 + 0.88 * Math.sqrt(cell.calls / max),
      title: `${formats.weekday(cell.weekday)} ${formats.hourOfDay(cell.hour)}\n${calls}`,
    };
  });
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  return (plot, width) => ({
    width,
    height: 7 * ROW + 24,
    marginTop: 4,
    marginBottom: 20,
    marginLeft: 52,
    marginRight: 4,
    x: { type: "band", domain: hours, padding: 0.08, label: null },
    y: { type: "band", domain: [1, 2, 3, 4, 5, 6, 7], padding: 0.12, label: null },
    color: { type: "identity" },
    marks: [
      plot.axisY({
        tickSize: 0,
        label: null,
        tickFormat: (weekday: number) => formats.weekday(weekday),
      }),
      plot.axisX({
        tickSize: 0,
        label: null,
        tickFormat: (hour: number) => (hour % (width < 480 ? 6 : 3) === 0 ? String(hour).padStart(2, "0") : ""),
      }),
      plot.cell(rows, { x: "hour", y: "weekday", fill: "fill", fillOpacity: "opacity", rx: 2 }),
      plot.tip(rows, plot.pointer({ x: "hour", y: "weekday", title: "title", maxRadius: 24, ...TIP })),
    ],
  });
}
