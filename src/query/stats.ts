/** The statistics of the calls under a filter: each number straight from the columns, all of one view. */
import { dayOfTime } from "../record/id.ts";
import type { CallerCount, CallStats, ToolCount, Totals } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { offsetSpans } from "./calendar.ts";
import { setOf, valueCounts } from "./facets.ts";
import { type Filter, iso, mayHold, whereOf } from "./filter.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { raw, readable, type Sql, sql } from "./statement.ts";
import { bucketFor, bucketSql, type Counted, localMs, pointsOf } from "./timeline.ts";
import { daysOf, sourceOf, type View } from "./view.ts";

const DAY_MS = 86_400_000;
const TOP_CALLERS = 10;
/** The grouping sets of the one statement that counts nearly everything, in the order of grouping()'s bits. */
const SETS = ["bucket", "hour", "outcome", "provider_name", "pipeline_name", "context_name"] as const;

/** What is measured of any group of calls. */
const MEASURES = raw(`count(*) AS calls,
  sum(duration_seconds)::DOUBLE AS duration_sum,
  count(duration_seconds) AS durations,
  sum(tool_call_count)::BIGINT AS tool_calls,
  sum(tool_ok_count)::BIGINT AS tool_ok,
  sum(tool_error_count)::BIGINT AS tool_errors,
  sum(barge_in_count)::BIGINT AS barge_ins,
  count(*) FILTER (outcome = 'completed') AS completed,
  sum(list_sum(turn_latencies_ms))::DOUBLE AS latency_sum,
  sum(list_count(turn_latencies_ms))::BIGINT AS latencies,
  min(epoch_ms(start_time)) AS first_ms,
  max(epoch_ms(start_time)) AS last_ms`);

/** `now_ms` ends the range that has no end_date, when the period before is compared. */
export async function statsOf(
  view: View,
  ask: Ask,
  filter: Filter,
  scope: Scope,
  now_ms: number,
  withSql: boolean,
): Promise<CallStats> {
  const days = daysOf(view).filter((day) => mayHold(filter, day));
  const lakeFrom = Date.parse(`${days.at(-1) ?? dayOfTime(now_ms)}T00:00:00Z`);
  const lakeTo = Date.parse(`${days[0] ?? dayOfTime(now_ms)}T00:00:00Z`) + DAY_MS;
  const bucket = bucketFor((filter.end_ms ?? lakeTo) - (filter.start_ms ?? lakeFrom));
  const spans = offsetSpans(filter.tz, lakeFrom, lakeTo);
  const previous = previousOf(filter, now_ms);
  const calls = callsOf(view, filter, scope);

  const [groups, latency, tools, callers, before] = await Promise.all([
    ask(groupsSql(calls, bucketSql(bucket, spans), raw(`((${localMs(spans)} // 3600000) % 24)`))),
    ask(latencySql(calls)),
    ask(toolsSql(calls)),
    scope.read_pii ? ask(callersSql(calls)) : [],
    previous ? totalsOf(ask, callsOf(view, previous, scope)) : null,
  ]);

  const whole = groups.find((row) => row["call_lake_set"] === setOf(SETS.length, null));
  const of = (name: (typeof SETS)[number]) => valueCounts(groups, SETS, SETS.indexOf(name));
  const start = filter.start_ms ?? numberOf(whole?.["first_ms"]);
  const last = numberOf(whole?.["last_ms"]);
  const end = filter.end_ms ?? (last === null ? null : last + 1);
  return {
    range: { start: start === null ? null : iso(start), end: end === null ? null : iso(end), tz: filter.tz },
    totals: totalsFrom(whole, latency[0]),
    previous: before,
    timeline: { bucket, points: pointsOf(bucket, countedBy(groups), filter.tz, start, end) },
    hours: hoursFrom(groups),
    outcomes: of("outcome"),
    providers: of("provider_name"),
    pipelines: of("pipeline_name"),
    contexts: of("context_name"),
    tools: tools.map(toolFrom),
    top_callers: callers.map(callerFrom),
    ...(withSql ? { sql: statsSql(filter, scope) } : {}),
  };
}

/** The totals as a statement over the view `calls`. */
export function statsSql(filter: Filter, scope: Scope): string {
  return readable(sql`SELECT ${MEASURES}\nFROM calls\nWHERE ${whereOf(filter, scope)}`);
}

function callsOf(view: View, filter: Filter, scope: Scope): Sql {
  return sql`${sourceOf(view, (day) => mayHold(filter, day))} WHERE ${whereOf(filter, scope)}`;
}

async function totalsOf(ask: Ask, calls: Sql): Promise<Totals> {
  const [[row], [latency]] = await Promise.all([ask(sql`SELECT ${MEASURES} FROM ${calls}`), ask(latencySql(calls))]);
  return totalsFrom(row, latency);
}

function groupsSql(calls: Sql, bucket: Sql, hour: Sql): Sql {
  const names = raw(SETS.join(", "));
  return sql`SELECT grouping(${names}) AS call_lake_set, ${names}, ${MEASURES}
    FROM (SELECT *, ${bucket} AS bucket, ${hour} AS hour FROM ${calls})
    GROUP BY GROUPING SETS ((), ${raw(SETS.map((set) => `(${set})`).join(", "))})`;
}

function latencySql(calls: Sql): Sql {
  return sql`SELECT quantile_cont(latency, [0.5, 0.95]) AS quantiles
    FROM (SELECT unnest(turn_latencies_ms) AS latency FROM ${calls} AND len(turn_latencies_ms) > 0)`;
}

function toolsSql(calls: Sql): Sql {
  return sql`SELECT tool.name AS name, count(*) AS calls, count(*) FILTER (tool.status = 'ok') AS ok,
      count(*) FILTER (tool.status = 'error') AS errors, avg(tool.duration_ms) AS avg_duration_ms
    FROM (SELECT unnest(tool_calls) AS tool FROM ${calls} AND tool_call_count > 0)
    GROUP BY 1 ORDER BY calls DESC, name`;
}

function callersSql(calls: Sql): Sql {
  return sql`SELECT caller_number, count(*) AS calls, coalesce(sum(duration_seconds), 0)::DOUBLE AS duration_seconds
    FROM ${calls} AND caller_number IS NOT NULL
    GROUP BY caller_number ORDER BY calls DESC, duration_seconds DESC, caller_number LIMIT ${TOP_CALLERS}`;
}

/** The period of equal length before the filter's; null when the filter has no beginning. */
function previousOf(filter: Filter, nowMs: number): Filter | null {
  if (filter.start_ms === null) return null;
  const length = (filter.end_ms ?? Math.max(nowMs, filter.start_ms)) - filter.start_ms;
  return { ...filter, start_ms: Math.max(0, filter.start_ms - length), end_ms: filter.start_ms };
}

const count = (row: Row | undefined, name: string) => numberOf(row?.[name]) ?? 0;
const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);

function totalsFrom(row: Row | undefined, latency: Row | undefined): Totals {
  const quantiles = latency?.["quantiles"];
  const [p50, p95] = Array.isArray(quantiles) ? quantiles : [];
  const ok = count(row, "tool_ok");
  const errors = count(row, "tool_errors");
  return {
    calls: count(row, "calls"),
    duration_seconds_total: count(row, "duration_sum"),
    avg_duration_seconds: share(count(row, "duration_sum"), count(row, "durations")),
    tool_calls: count(row, "tool_calls"),
    tool_ok: ok,
    tool_errors: errors,
    tool_success_rate: share(ok, ok + errors),
    avg_turn_latency_ms: share(count(row, "latency_sum"), count(row, "latencies")),
    p50_turn_latency_ms: numberOf(p50),
    p95_turn_latency_ms: numberOf(p95),
    barge_ins: count(row, "barge_ins"),
    completed: count(row, "completed"),
  };
}

function countedBy(groups: readonly Row[]): Map<number, Counted> {
  const set = setOf(SETS.length, SETS.indexOf("bucket"));
  const rows = groups.filter((row) => row["call_lake_set"] === set);
  return new Map(
    rows.map((row) => [
      count(row, "bucket"),
      { calls: count(row, "calls"), latency_sum_ms: count(row, "latency_sum"), latencies: count(row, "latencies") },
    ]),
  );
}

function hoursFrom(groups: readonly Row[]): { hour: number; calls: number }[] {
  const set = setOf(SETS.length, SETS.indexOf("hour"));
  const calls = new Map(groups.filter((r) => r["call_lake_set"] === set).map((r) => [r["hour"], count(r, "calls")]));
  return Array.from({ length: 24 }, (_, hour) => ({ hour, calls: calls.get(hour) ?? 0 }));
}

function toolFrom(row: Row): ToolCount {
  const [ok, errors] = [count(row, "ok"), count(row, "errors")];
  return {
    name: textOf(row["name"]),
    calls: count(row, "calls"),
    ok,
    errors,
    success_rate: share(ok, ok + errors),
    avg_duration_ms: numberOf(row["avg_duration_ms"]),
  };
}

function callerFrom(row: Row): CallerCount {
  return {
    caller_number: textOf(row["caller_number"]),
    calls: count(row, "calls"),
    duration_seconds: count(row, "duration_seconds"),
  };
}
