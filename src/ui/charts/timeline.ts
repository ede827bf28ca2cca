/** Calls over time: a line from zero with an area, the period before it as a dashed line behind. */
import type { CallStats } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP, wallClock, wholeOnly } from "./plot.ts";

type Timeline = CallStats["timeline"];

const HEIGHT = 200;
const PIXELS_A_TICK = 96;

/** `before`: calls of the period before, bucket by bucket; null where nothing is known of it. */
export function timelineChart(timeline: Timeline, before: readonly number[] | null, formats: Formats): Draw {
  const rows = timeline.points.map((point, row) => ({
    row,
    at: wallClock(point.t, formats.timezone),
    calls: point.calls,
    before: before?.[row] ?? null,
    title: titleOf(timeline.bucket, point, before?.[row], formats),
  }));
  const axis = new Intl.DateTimeFormat(formats.locale, {
    timeZone: "UTC",
    ...axisFormat(timeline.bucket, rows.length),
  });
  const lonely = rows.length === 1 ? rows : [];
  return (plot, width) => ({
    width,
    height: HEIGHT,
    x: { type: "utc", label: null },
    y: { zero: true, nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 4 }),
      plot.axisY({ ticks: 4, tickSize: 0, label: null, tickFormat: (value: number) => wholeOnly(value, formats) }),
      plot.axisX({
        ticks: Math.max(2, Math.floor(width / PIXELS_A_TICK)),
        tickSize: 0,
        label: null,
        tickFormat: (date: Date) => axis.format(date),
      }),
      plot.areaY(rows, { x: "at", y: "calls", fill: "var(--accent)", fillOpacity: 0.1 }),
      plot.lineY(rows, { x: "at", y: "before", stroke: "var(--muted)", strokeWidth: 1.25, strokeDasharray: "4 3" }),
      plot.lineY(rows, { x: "at", y: "calls", stroke: "var(--accent)", strokeWidth: 1.5 }),
      plot.dot(lonely, { x: "at", y: "calls", fill: "var(--accent)", r: 2 }),
      plot.ruleY([0], { stroke: "var(--line-strong)" }),
      plot.dot(rows, plot.pointerX({ x: "at", y: "calls", fill: "var(--accent)", r: 3 })),
      plot.tip(rows, plot.pointerX({ x: "at", y: "calls", title: "title", ...TIP })),
    ],
  });
}

/** A bucket's name: its hour, its day, or the first day of its week. */
export function bucketText(bucket: Timeline["bucket"], t: string, formats: Formats): string {
  return bucket === "hour" ? formats.hour(t) : formats.day(t);
}

function titleOf(
  bucket: Timeline["bucket"],
  point: Timeline["points"][number],
  before: number | undefined,
  formats: Formats,
): string {
  const calls = point.calls === 1 ? words.list.oneCall : words.list.count(formats.integer(point.calls));
  const earlier = before === undefined ? [] : [words.stats.before(formats.integer(before))];
  return [bucketText(bucket, point.t, formats), calls, ...earlier].join("\n");
}

function axisFormat(bucket: Timeline["bucket"], points: number): Intl.DateTimeFormatOptions {
  if (bucket === "hour" && points <= 49) return { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return { day: "numeric", month: "short" };
}
