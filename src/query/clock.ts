/** An instant on a zone's clock, as SQL: by the zone's offsets, which is many times faster than DuckDB's own zones. */
import { type OffsetSpan, offsetSpans } from "./calendar.ts";
import { raw, type Sql } from "./statement.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;
/** A range up to so long is walked through each time; a longer one once a zone. */
const WALKED_MS_MAX = 5 * YEAR_MS;
const ZONES_MAX = 500;

/** The offsets of all time by zone. */
const known = new Map<string, readonly OffsetSpan[]>();

/** The offsets of a zone that instants of a range may have; null = no bound. */
export function offsetsOf(tz: string, start_ms: number | null, end_ms: number | null): readonly OffsetSpan[] {
  const from = start_ms ?? 0;
  const to = end_ms ?? Math.max(Date.now(), from) + YEAR_MS;
  if (to - from <= WALKED_MS_MAX) return offsetSpans(tz, from, to);
  const spans = known.get(tz) ?? offsetSpans(tz, 0, Date.now() + 10 * YEAR_MS);
  // The name comes from outside, and may be written in many ways.
  if (known.size < ZONES_MAX) known.set(tz, spans);
  return spans;
}

/** An instant in ms (an SQL expression) on the zone's clock; right for instants within the spans. */
export function localMs(spans: readonly OffsetSpan[], ms: string): string {
  const [first, ...later] = spans;
  if (later.length === 0) return `(${ms} + ${first?.offset_ms ?? 0})`;
  // The latest first: most calls are settled by the first comparisons.
  const cases = later.reverse().map((span) => `WHEN ${ms} >= ${span.from_ms} THEN ${span.offset_ms}`);
  return `(${ms} + CASE ${cases.join(" ")} ELSE ${first?.offset_ms ?? 0} END)`;
}

/** The hour of an instant's week on the zone's clock: 0 is Monday's first. */
export function weekHourSql(spans: readonly OffsetSpan[], ms: string): Sql {
  // 1970-01-01 was a Thursday.
  return raw(`((${localMs(spans, ms)} // ${HOUR_MS} + 72) % 168)`);
}
