/** From the sums the statements give to the answer of GET /stats. */
import { DURATION_STEP, LATENCY_STEP } from "../store/lake/histogram-sql.ts";
import type { CallerCount, CallStats, CostOfCurrency, ToolCount, Totals, TurnLatency, ValueCount } from "./answers.ts";
import { dayOfNumber } from "./calendar.ts";
import { type Filter, iso } from "./filter.ts";
import { type BucketCount, boundsOf, percentileOf, within } from "./histogram.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import { type Bucket, type Counted, pointsOf } from "./timeline.ts";

/** Rows by their kind. */
export type Counts = ReadonlyMap<string, readonly Row[]>;

/** Rows of what was asked apart, as if it had been asked at once: sums of the same kind, key, value and number added up. */
export function countsFrom(halves: readonly (readonly Row[])[]): Counts {
  const [first = []] = halves;
  if (halves.length < 2) return Map.groupBy(first, (row) => String(row["kind"]));
  const rows = new Map<string, Row>();
  for (const row of halves.flat()) {
    const key = JSON.stringify([row["kind"], row["key"], row["value"], row["number"]]);
    const known = rows.get(key);
    rows.set(key, known ? { ...known, sums: addedUp(known, row) } : row);
  }
  return Map.groupBy(rows.values(), (row) => String(row["kind"]));
}

/** The first and the last instant of the totals are the least and the largest. */
function addedUp(a: Row, b: Row): (number | null)[] {
  const length = Array.isArray(a["sums"]) ? a["sums"].length : 0;
  return Array.from({ length }, (_, index) => {
    const known = [sumOf(a, index), sumOf(b, index)].filter((sum) => sum !== null);
    if (known.length < 2) return known[0] ?? null;
    if (a["kind"] === "totals" && index === FIRST_MS) return Math.min(...known);
    if (a["kind"] === "totals" && index === LAST_MS) return Math.max(...known);
    return known.reduce((sum, one) => sum + one, 0);
  });
}

/** Their places among the sums of the totals. */
const FIRST_MS = 11;
const LAST_MS = 12;

const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);

export function answerFrom(
  counts: Counts,
  filter: Filter,
  bucket: Bucket,
  top_callers: CallerCount[],
  previous: Totals | null,
): CallStats {
  const [whole] = counts.get("totals") ?? [];
  const [first, last] = [sumOf(whole, FIRST_MS), sumOf(whole, LAST_MS)];
  const start = filter.start_ms ?? first;
  const end = filter.end_ms ?? (last === null ? null : last + 1);
  const hours = new Map((counts.get("hour") ?? []).map((row) => [numberOf(row["number"]), count(row, 0)]));
  const heat_map = Array.from({ length: 168 }, (_, at) => ({
    weekday: Math.floor(at / 24) + 1,
    hour: at % 24,
    calls: hours.get(at) ?? 0,
  }));
  const values = (column: string) => valuesOf(counts.get("value") ?? [], column);
  return {
    range: { start: start === null ? null : iso(start), end: end === null ? null : iso(end), tz: filter.tz },
    totals: totalsFrom(counts),
    previous,
    timeline: { bucket, points: pointsOf(bucket, countedBy(counts), filter.tz, start, end) },
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      calls: heat_map.reduce((sum, cell) => sum + (cell.hour === hour ? cell.calls : 0), 0),
    })),
    heat_map,
    outcomes: values("outcome"),
    providers: values("provider_name"),
    pipelines: values("pipeline_name"),
    contexts: values("context_name"),
    agents: values("initial_agent"),
    languages: values("language"),
    directions: values("direction"),
    latency: latencyFrom(counts),
    tools: toolsFrom(counts),
    cost: (counts.get("cost") ?? []).map(costFrom).sort((a, b) => b.calls - a.calls || byText(a.currency, b.currency)),
    top_callers,
  };
}

/** In the order of the sums in totalsPart. */
export function totalsFrom(counts: Counts): Totals {
  const [row] = counts.get("totals") ?? [];
  const [
    calls,
    durations,
    duration_ms,
    tool_calls,
    ok,
    errors,
    barge_ins,
    barge_in_calls,
    completed,
    turns,
    latency_ms,
  ] = Array.from({ length: 11 }, (_, index) => count(row, index)) as [
    ...[number, number, number, number, number, number],
    ...[number, number, number, number, number],
  ];
  const buckets = bucketsOf(counts.get("latency") ?? []);
  return {
    calls,
    duration_seconds_total: duration_ms / 1000,
    avg_duration_seconds: share(duration_ms / 1000, durations),
    tool_calls,
    tool_ok: ok,
    tool_errors: errors,
    tool_success_rate: share(ok, ok + errors),
    avg_turn_latency_ms: share(latency_ms, turns),
    p50_turn_latency_ms: percentileOf(buckets, 0.5, LATENCY_STEP),
    p95_turn_latency_ms: percentileOf(buckets, 0.95, LATENCY_STEP),
    p99_turn_latency_ms: percentileOf(buckets, 0.99, LATENCY_STEP),
    turns,
    barge_ins,
    barge_in_rate: share(barge_in_calls, calls),
    completed,
  };
}

function latencyFrom(counts: Counts): TurnLatency {
  const totals = totalsFrom(counts);
  const days = Map.groupBy(counts.get("trend") ?? [], (row) => Number(textOf(row["value"])));
  return {
    avg_ms: totals.avg_turn_latency_ms,
    p50_ms: totals.p50_turn_latency_ms,
    p95_ms: totals.p95_turn_latency_ms,
    p99_ms: totals.p99_turn_latency_ms,
    histogram: bucketsOf(counts.get("latency") ?? []).map(({ number, count: turns }) => {
      const [from_ms, to_ms] = boundsOf(number, LATENCY_STEP);
      return { from_ms, to_ms, turns };
    }),
    trend: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, rows]) => ({
        day: dayOfNumber(day),
        turns: count(rows[0], 2),
        p50_ms: quantileFrom(rows, "p50", 0.5),
        p95_ms: quantileFrom(rows, "p95", 0.95),
      })),
  };
}

function quantileFrom(rows: readonly Row[], key: string, p: number): number {
  const row = rows.find((one) => one["key"] === key);
  const bucket = { number: numberOf(row?.["number"]) ?? -1, count: Math.max(count(row, 0), 1) };
  return within(bucket, count(row, 1), count(row, 2), p, LATENCY_STEP);
}

function toolsFrom(counts: Counts): ToolCount[] {
  const durations = Map.groupBy(counts.get("tool_duration") ?? [], (row) => textOf(row["key"]));
  return (counts.get("tool") ?? [])
    .map((row) => {
      const name = textOf(row["key"]);
      const [ok, errors] = [count(row, 1), count(row, 2)];
      const buckets = bucketsOf(durations.get(name) ?? []);
      return {
        name,
        calls: count(row, 0),
        ok,
        errors,
        success_rate: share(ok, ok + errors),
        avg_duration_ms: share(count(row, 4), count(row, 3)),
        p50_duration_ms: percentileOf(buckets, 0.5, DURATION_STEP),
        p95_duration_ms: percentileOf(buckets, 0.95, DURATION_STEP),
      };
    })
    .sort((a, b) => b.calls - a.calls || byText(a.name, b.name));
}

function costFrom(row: Row): CostOfCurrency {
  return { currency: textOf(row["key"]), calls: count(row, 0), total: count(row, 1) / 1e6 };
}

function valuesOf(rows: readonly Row[], column: string): ValueCount[] {
  return rows
    .filter((row) => row["key"] === column)
    .map((row) => ({ value: textOf(row["value"]), calls: count(row, 0) }))
    .sort((a, b) => b.calls - a.calls || byText(a.value, b.value));
}

function countedBy(counts: Counts): Map<number, Counted> {
  return new Map(
    (counts.get("timeline") ?? []).map((row) => [
      numberOf(row["number"]) ?? 0,
      { calls: count(row, 0), latencies: count(row, 1), latency_sum_ms: count(row, 2) },
    ]),
  );
}

function bucketsOf(rows: readonly Row[]): BucketCount[] {
  return rows
    .map((row) => ({ number: numberOf(row["number"]) ?? -1, count: count(row, 0) }))
    .sort((a, b) => a.number - b.number);
}

/** Texts in ascending order, what is not recorded last. */
function byText(a: string | null, b: string | null): number {
  return (a ?? "\uffff") < (b ?? "\uffff") ? -1 : 1;
}

function sumOf(row: Row | undefined, index: number): number | null {
  const sums = row?.["sums"];
  return numberOf(Array.isArray(sums) ? sums[index] : undefined);
}

const count = (row: Row | undefined, index: number) => sumOf(row, index) ?? 0;
