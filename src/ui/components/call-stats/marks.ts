/** From a mark of a chart to the filter under which its calls are found. */
import type { CallStats } from "../../../api/contract.ts";
import { dayIn, withValue } from "../../filter.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Calls with this value in a column that is a parameter too; null = not recorded. */
export function withColumn(filter: URLSearchParams, column: string, value: string | null): URLSearchParams {
  const next = withValue(filter, column, value ?? "");
  // An empty text is a value, which no parameter can say.
  if (value === null) next.append("where", `${column}:is_null:true`);
  else if (value === "") next.append("where", `${column}:eq:`);
  return next;
}

/** Calls of exactly this number: the parameter `caller_number` would also find longer ones. */
export function withCaller(filter: URLSearchParams, number: string): URLSearchParams {
  const next = new URLSearchParams(filter);
  next.append("where", `caller_number:eq:${number}`);
  return next;
}

/** Calls of an hour of the week, in the zone of the filter. */
export function withHourOfWeek(filter: URLSearchParams, weekday: number, hour: number): URLSearchParams {
  return withValue(withValue(filter, "weekday", String(weekday)), "hour", String(hour));
}

/** Calls with a turn as slow or slower. */
export function withLatency(filter: URLSearchParams, ms: number): URLSearchParams {
  const next = new URLSearchParams(filter);
  next.append("where", `max_turn_latency_ms:ge:${Math.ceil(ms)}`);
  return next;
}

export function withTool(filter: URLSearchParams, name: string | null, status = ""): URLSearchParams {
  const next = withValue(withValue(filter, "tool_name", name ?? ""), "tool_status", status);
  if (name === null) next.append("where", "tool_calls.name:is_null:true");
  else if (name === "") next.append("where", "tool_calls.name:eq:");
  return next;
}

/** Calls of the buckets `from` to `to` of the timeline, both included; what the range cuts off stays cut off. */
export function withBuckets(filter: URLSearchParams, stats: CallStats, from: number, to: number): URLSearchParams {
  const { points, bucket } = stats.timeline;
  const { start, end, tz } = stats.range;
  const first = points[from];
  const last = points[to];
  if (!first || !last) return filter;
  let next = filter;
  // The first bucket may begin before the range: then the range's own beginning stays.
  if (!(from === 0 && filter.has("start_date") && start !== null && Date.parse(start) > Date.parse(first.t)))
    next = withValue(next, "start_date", bucket === "hour" ? first.t : dayIn(tz, Date.parse(first.t)));
  if (!(to === points.length - 1 && filter.has("end_date") && end !== null))
    next = withValue(next, "end_date", endOf(bucket, last.t, tz));
  return next;
}

/** A date includes its day; an instant is where the hour ends. */
function endOf(bucket: CallStats["timeline"]["bucket"], t: string, tz: string): string {
  const ms = Date.parse(t);
  if (bucket === "hour") return new Date(ms + HOUR_MS).toISOString();
  return bucket === "day" ? dayIn(tz, ms) : shifted(dayIn(tz, ms), 6);
}

/** Calls of a UTC day, or of the week that begins with it. */
export function withUtcDay(filter: URLSearchParams, day: string, days: number): URLSearchParams {
  const start = day.slice(0, 10);
  const end = shifted(start, days);
  return withValue(withValue(filter, "start_date", `${start}T00:00:00Z`), "end_date", `${end}T00:00:00Z`);
}

/** 2026-11-21, 6 -> 2026-11-27: on the calendar, whatever the clocks do. */
export function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The buckets just before the timeline's first, as many of them: the dashed line. Null when the range is open. */
export function bucketsBefore(
  filter: URLSearchParams,
  { timeline, range, previous }: CallStats,
): URLSearchParams | null {
  const first = timeline.points[0];
  if (!first || !previous || !filter.has("start_date")) return null;
  const count = timeline.points.length;
  if (timeline.bucket === "hour") {
    const start = new Date(Date.parse(first.t) - count * HOUR_MS).toISOString();
    return withValue(withValue(filter, "start_date", start), "end_date", first.t);
  }
  const day = dayIn(range.tz, Date.parse(first.t));
  const start = shifted(day, -count * (timeline.bucket === "week" ? 7 : 1));
  return withValue(withValue(filter, "start_date", start), "end_date", shifted(day, -1));
}

/** The period as long as the range and up to its start: what the cards compare with. */
export function periodBefore(
  filter: URLSearchParams,
  { range, previous }: CallStats,
  nowMs: number,
): URLSearchParams | null {
  if (!previous || !filter.has("start_date") || range.start === null) return null;
  const start = Date.parse(range.start);
  const end = filter.has("end_date") && range.end !== null ? Date.parse(range.end) : Math.max(nowMs, start);
  const from = new Date(Math.max(0, 2 * start - end)).toISOString();
  return withValue(withValue(filter, "start_date", from), "end_date", range.start);
}
