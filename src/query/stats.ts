/** The statistics of the calls under a filter: sums of rollups and of scanned rows, all of one view. */
import { addedUp, type PartName } from "../store/lake/rollup-parts.ts";
import type { CallerCount, CallStats, Totals } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { type OffsetSpan, offsetSpans } from "./calendar.ts";
import { weekHourSql } from "./clock.ts";
import type { Filter } from "./filter.ts";
import { groupsOf } from "./rollup-groups.ts";
import type { Rollups } from "./rollups.ts";
import type { Scope } from "./scope.ts";
import { spanDays } from "./span-days.ts";
import { raw, type Sql, sql } from "./statement.ts";
import { answerFrom, type Counts, countsFrom, totalsFrom } from "./stats-answer.ts";
import { topCallers } from "./stats-callers.ts";
import { daysSpan, StatsSource, unionAll } from "./stats-source.ts";
import { statsQueries } from "./stats-sql.ts";
import { type Bucket, bucketFor, bucketSql } from "./timeline.ts";
import type { View } from "./view.ts";

const SLOT = "(number::BIGINT * 900000)";

/** `now_ms` ends the range that has no end_date, when the period before is compared. */
export async function statsOf(
  view: View,
  ask: Ask,
  rollups: Rollups,
  filter: Filter,
  scope: Scope,
  now_ms: number,
  withSql: boolean,
): Promise<CallStats> {
  const source = await StatsSource.of(view, filter, scope, rollups);
  try {
    const [from, to] = daysSpan(await spanDays(view, ask, filter, scope, source), now_ms);
    const bucket = bucketFor((filter.end_ms ?? to) - (filter.start_ms ?? from));
    const spans = offsetSpans(filter.tz, from, to);
    const previous = previousOf(filter, now_ms);
    const [counts, callers, before] = await Promise.all([
      countsOf(source, ask, (half) => questionsOf(source, half, bucket, spans)),
      scope.read_pii ? callersOf(source, ask, rollups, filter, scope) : [],
      previous ? previousTotals(view, ask, rollups, previous, scope) : null,
    ]);
    const answer = answerFrom(counts, filter, bucket, callers, before);
    if (!withSql) return answer;
    const queries = statsQueries(filter, previous, bucket, scope);
    return { ...answer, sql: queries["totals"] ?? "", queries };
  } finally {
    source.held.release();
  }
}

function callersOf(
  source: StatsSource,
  ask: Ask,
  rollups: Rollups,
  filter: Filter,
  scope: Scope,
): Promise<CallerCount[]> {
  return topCallers(source, ask, rollups, groupsOf(filter, scope) ?? []);
}

async function previousTotals(view: View, ask: Ask, rollups: Rollups, filter: Filter, scope: Scope): Promise<Totals> {
  const source = await StatsSource.of(view, filter, scope, rollups);
  try {
    return totalsFrom(
      await countsOf(source, ask, (half) => [
        { parts: ["totals"], selections: [totalsOf(half)] },
        { parts: ["latency"], selections: [latencyOf(half)] },
      ]),
    );
  } finally {
    source.held.release();
  }
}

/** Selections of some parts, as rows of kind, key, value, number and sums. */
interface Question {
  readonly parts: readonly PartName[];
  readonly selections: readonly Sql[];
}

/** Rows by kind. In memory a statement costs little and its way to the engine counts: all goes in one. */
async function countsOf(
  source: StatsSource,
  ask: Ask,
  questions: (half: StatsSource) => readonly Question[],
): Promise<Counts> {
  const asked = source.halves.map(async (half) => {
    const statements = half.inMemory
      ? [unionAll(questions(half).flatMap(({ selections }) => selections))]
      : questions(half).map(({ parts, selections }) => half.withScans(parts, unionAll(selections)));
    return (await Promise.all(statements.map(ask))).flat();
  });
  return countsFrom(await Promise.all(asked));
}

function questionsOf(source: StatsSource, half: StatsSource, bucket: Bucket, spans: readonly OffsetSpan[]): Question[] {
  return [
    {
      parts: ["totals", "slot", "cost"],
      selections: [totalsOf(half), timesOf(half, bucket, spans), costOf(half)],
    },
    { parts: ["latency"], selections: [latencyOf(half), trendOf(source, half, bucket)] },
    { parts: ["value"], selections: [valuesOf(half)] },
    { parts: ["tool", "tool_duration"], selections: [toolsOf(half), durationsOf(half)] },
  ];
}

function timesOf(source: StatsSource, bucket: Bucket, spans: readonly OffsetSpan[]): Sql {
  return sql`SELECT CASE grouping(bucket, hour) WHEN 1 THEN 'timeline' ELSE 'hour' END AS kind, NULL::VARCHAR AS key, NULL::VARCHAR AS value,
      coalesce(bucket, hour)::BIGINT AS number, [sum(calls), sum(turns), sum(latency_ms)]::BIGINT[] AS sums
    FROM (SELECT ${bucketSql(bucket, spans, SLOT)} AS bucket, ${weekHourSql(spans, SLOT)} AS hour, calls, turns, latency_ms FROM (${source.part("slot")}))
    GROUP BY GROUPING SETS ((bucket), (hour))`;
}

function valuesOf(source: StatsSource): Sql {
  return sql`SELECT 'value' AS kind, key, value, NULL::BIGINT AS number, [calls]::BIGINT[] AS sums FROM (${source.part("value")})`;
}

function costOf(source: StatsSource): Sql {
  return sql`SELECT 'cost' AS kind, key, NULL::VARCHAR AS value, NULL::BIGINT AS number, [calls, cost_micro]::BIGINT[] AS sums FROM (${source.part("cost")})`;
}

function toolsOf(source: StatsSource): Sql {
  return sql`SELECT 'tool' AS kind, key, NULL::VARCHAR AS value, NULL::BIGINT AS number, [calls, ok, errors, durations, duration_ms]::BIGINT[] AS sums FROM (${source.part("tool")})`;
}

function durationsOf(source: StatsSource): Sql {
  return sql`SELECT 'tool_duration' AS kind, key, NULL::VARCHAR AS value, number::BIGINT AS number, [calls]::BIGINT[] AS sums FROM (${source.part("tool_duration")})`;
}

function totalsOf(source: StatsSource): Sql {
  return sql`SELECT 'totals' AS kind, NULL::VARCHAR AS key, NULL::VARCHAR AS value, NULL::BIGINT AS number,
    [calls, durations, duration_ms, tool_calls, ok, errors, barge_ins, barge_in_calls, completed, turns, latency_ms, first_ms, last_ms]::BIGINT[] AS sums
    FROM (${source.part("totals")})`;
}

function latencyOf(source: StatsSource): Sql {
  return sql`SELECT 'latency' AS kind, NULL::VARCHAR AS key, NULL::VARCHAR AS value, number::BIGINT AS number, [sum(turns)]::BIGINT[] AS sums
    FROM (${source.rows("latency")}) GROUP BY number`;
}

/**
 * Of each UTC day, or Monday's number: the buckets that hold p50 and p95, with how many are in it, before it and in all.
 * These cannot be added up: days of which some rows are in memory and others scanned are the scanned half's.
 */
function trendOf(source: StatsSource, half: StatsSource, bucket: Bucket): Sql {
  // 1970-01-01 was a Thursday.
  const dayOf = (number: number) => (bucket === "week" ? number - ((number + 3) % 7) : number);
  const day = raw(bucket === "week" ? "(day_number - (day_number + 3) % 7)" : "day_number");
  const mixed = source === half ? [] : [...new Set(source.scannedDays.map(dayOf))];
  const among = raw(`IN (${mixed.join(", ") || "NULL"})`);
  const rows = half.inMemory
    ? sql`SELECT * FROM (${half.rows("latency")}) WHERE ${day} NOT ${among}`
    : sql`SELECT * FROM (${source.rows("latency")}) WHERE ${day} ${among}`;
  const latencies = mixed.length === 0 ? source.rows("latency") : rows;
  return sql`SELECT 'trend' AS kind, share AS key, day::VARCHAR AS value, number::BIGINT AS number, [turns, upto - turns, total]::BIGINT[] AS sums
    FROM (SELECT *, sum(turns) OVER (PARTITION BY day ORDER BY number) AS upto, sum(turns) OVER (PARTITION BY day) AS total
      FROM (SELECT ${day} AS day, number, ${raw(addedUp("turns"))} FROM (${latencies}) GROUP BY ALL)) AS h,
      (VALUES ('p50', 0.5), ('p95', 0.95)) AS shares(share, p)
    WHERE upto > p * (total - 1) AND upto - turns <= p * (total - 1)`;
}

/** The period of equal length before the filter's; null when the filter has no beginning. */
function previousOf(filter: Filter, nowMs: number): Filter | null {
  if (filter.start_ms === null) return null;
  const length = (filter.end_ms ?? Math.max(nowMs, filter.start_ms)) - filter.start_ms;
  return { ...filter, start_ms: Math.max(0, filter.start_ms - length), end_ms: filter.start_ms };
}
