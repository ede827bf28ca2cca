/** The timeline: calls in buckets of hours, days or weeks of a time zone, empty ones included. */
import type { CallStats, TimelinePoint } from "./answers.ts";
import {
  dayOfNumber,
  localDayNumber,
  mondayOf,
  type OffsetSpan,
  offsetAt,
  offsetSpans,
  startOfDay,
} from "./calendar.ts";
import { localMs } from "./clock.ts";
import { iso } from "./filter.ts";
import { raw, type Sql } from "./statement.ts";

export type Bucket = CallStats["timeline"]["bucket"];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Two days of hours, one of them 25 hours long. */
const HOURS_SPAN_MAX_MS = 50 * HOUR_MS;
const DAYS_SPAN_MAX_MS = 190 * DAY_MS;
/** Past this many points, empty ones are made only between the first and the last call. */
const POINTS_MAX = 2000;

/** What a bucket holds, as SQL counted it. */
export interface Counted {
  calls: number;
  latency_sum_ms: number;
  latencies: number;
}

/** Hours up to two days, days up to about half a year, weeks beyond. */
export function bucketFor(spanMs: number): Bucket {
  if (spanMs <= HOURS_SPAN_MAX_MS) return "hour";
  return spanMs <= DAYS_SPAN_MAX_MS ? "day" : "week";
}

/** The number of an instant's bucket: the instant an hour begins at in ms, or the day's number on the calendar. */
export function bucketSql(bucket: Bucket, spans: readonly OffsetSpan[], ms: string): Sql {
  const local = localMs(spans, ms);
  if (bucket !== "hour") return raw(`(${local} // ${DAY_MS})`);
  // The start of the local hour, as an instant again: local - ms is the offset.
  return raw(`((${local} // ${HOUR_MS}) * ${HOUR_MS} - (${local} - ${ms}))`);
}

/** Points from the counted buckets; where a bound is null, the timeline begins or ends with a call. */
export function pointsOf(
  bucket: Bucket,
  counted: ReadonlyMap<number, Counted>,
  tz: string,
  startMs: number | null,
  endMs: number | null,
): TimelinePoint[] {
  const buckets = new Map<number, Counted>();
  for (const [number, more] of counted) {
    const key = bucket === "week" ? mondayOf(number) : number;
    const sum = buckets.get(key) ?? { calls: 0, latency_sum_ms: 0, latencies: 0 };
    buckets.set(key, {
      calls: sum.calls + more.calls,
      latency_sum_ms: sum.latency_sum_ms + more.latency_sum_ms,
      latencies: sum.latencies + more.latencies,
    });
  }
  const seen = [...buckets.keys()];
  const from = startMs === null ? null : numberOfBucket(bucket, startMs, tz);
  const to = endMs === null ? null : numberOfBucket(bucket, endMs - 1, tz);
  const [low, high] = [least(seen), -least(seen.map((n) => -n))];
  const step = bucket === "hour" ? HOUR_MS : bucket === "day" ? 1 : 7;
  const far = from !== null && to !== null && (to - from) / step > POINTS_MAX;
  const first = far ? low : (from ?? low);
  const last = far ? high : (to ?? high);
  const keys = new Set(seen);
  for (const key of numbersBetween(bucket, Math.min(first, low), Math.max(last, high), tz)) keys.add(key);
  return [...keys].sort((a, b) => a - b).map((key) => point(bucket, key, buckets.get(key), tz));
}

const least = (numbers: readonly number[]) => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

function point(bucket: Bucket, key: number, sum: Counted | undefined, tz: string): TimelinePoint {
  return {
    t: iso(bucket === "hour" ? key : startOfDay(tz, dayOfNumber(key))),
    calls: sum?.calls ?? 0,
    avg_turn_latency_ms: sum && sum.latencies > 0 ? sum.latency_sum_ms / sum.latencies : null,
  };
}

function numberOfBucket(bucket: Bucket, ms: number, tz: string): number {
  const offset = offsetAt(tz, ms);
  if (bucket === "hour") return Math.floor((ms + offset) / HOUR_MS) * HOUR_MS - offset;
  const day = localDayNumber(ms, offset);
  return bucket === "week" ? mondayOf(day) : day;
}

function* numbersBetween(bucket: Bucket, first: number, last: number, tz: string): Iterable<number> {
  if (!Number.isFinite(first) || !Number.isFinite(last)) return;
  if (bucket !== "hour") {
    const step = bucket === "week" ? 7 : 1;
    for (let number = first, left = 2 * POINTS_MAX; number <= last && left > 0; number += step, left--) yield number;
    return;
  }
  const spans = offsetSpans(tz, first, last + HOUR_MS);
  for (const [index, span] of spans.entries()) {
    const end = spans[index + 1]?.from_ms ?? last + 1;
    const start = Math.floor((span.from_ms + span.offset_ms) / HOUR_MS) * HOUR_MS - span.offset_ms;
    for (let at = start; at < end && at <= last; at += HOUR_MS) yield at;
  }
}
