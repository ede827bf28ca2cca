/** Something over time as a line: calls (from zero, with an area), or latency (with gaps where nothing is known). */
import type { CallStats } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP, wallClock } from "./plot.ts";

type Timeline = CallStats["timeline"];
type Series = "calls" | "avg_turn_latency_ms";

const HEIGHT = 180;
const PIXELS_A_TICK = 96;

export function timelineChart(timeline: Timeline, series: Series, formats: Formats): Draw {
  const rows = timeline.points.map((point) => ({
    at: wallClock(point.t, formats.timezone),
    value: point[series],
    title: `${bucketText(timeline.bucket, point.t, formats)}\n${valueText(series, point[series], formats)}`,
  }));
  const axis = new Intl.DateTimeFormat(formats.locale, {
    timeZone: "UTC",
    ...axisFormat(timeline.bucket, rows.length),
  });
  const max = Math.max(...rows.map((row) => row.value ?? 0));
  const color = series === "calls" ? "var(--accent)" : "var(--stage-llm)";
  // A value between two gaps has no line: it is a dot.
  const isKnown = (i: number) => (rows[i]?.value ?? null) !== null;
  const lonely = rows.filter((_, i) => isKnown(i) && !isKnown(i - 1) && !isKnown(i + 1));
  return (plot, width) => ({
    width,
    height: HEIGHT,
    x: { type: "utc", label: null },
    y: { zero: true, nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 4 }),
      plot.axisY({
        ticks: 4,
        tickSize: 0,
        label: null,
        tickFormat: (value: number) =>
          series === "calls" ? wholeOnly(value, formats) : formats.latencyTick(value, max),
      }),
      plot.axisX({
        ticks: Math.max(2, Math.floor(width / PIXELS_A_TICK)),
        tickSize: 0,
        label: null,
        tickFormat: (date: Date) => axis.format(date),
      }),
      plot.areaY(rows, { x: "at", y: "value", fill: color, fillOpacity: series === "calls" ? 0.1 : 0 }),
      plot.lineY(rows, { x: "at", y: "value", stroke: color, strokeWidth: 1.5 }),
      plot.dot(lonely, { x: "at", y: "value", fill: color, r: 2 }),
      plot.ruleY([0], { stroke: "var(--line-strong)" }),
      plot.dot(rows, plot.pointerX({ x: "at", y: "value", fill: color, r: 3 })),
      plot.tip(rows, plot.pointerX({ x: "at", y: "value", title: "title", ...TIP })),
    ],
  });
}

/** A bucket's name: its hour, its day, or the first day of its week. */
export function bucketText(bucket: Timeline["bucket"], t: string, formats: Formats): string {
  return bucket === "hour" ? formats.hour(t) : formats.day(t);
}

function axisFormat(bucket: Timeline["bucket"], points: number): Intl.DateTimeFormatOptions {
  if (bucket === "hour" && points <= 49) return { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return { day: "numeric", month: "short" };
}

function valueText(series: Series, value: number | null, formats: Formats): string {
  if (series === "avg_turn_latency_ms") return formats.latency(value);
  return value === 1 ? words.list.oneCall : words.list.count(formats.integer(value ?? 0));
}

function wholeOnly(value: number, formats: Formats): string {
  return Number.isInteger(value) ? formats.integer(value) : "";
}
