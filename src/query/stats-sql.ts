/** The statistics as statements over the view `calls`, one a number or chart: what is shown to people, and can be run. */
import { DURATION_STEP, LATENCY_STEP } from "../store/lake/histogram-sql.ts";
import { type Filter, whereOf } from "./filter.ts";
import { isHidden, type Scope } from "./scope.ts";
import { name, raw, readable, type Sql, sql } from "./statement.ts";
import type { Bucket } from "./timeline.ts";

/** Values that are counted: the answer's member and the column. */
const VALUES = {
  outcomes: "outcome",
  providers: "provider_name",
  pipelines: "pipeline_name",
  contexts: "context_name",
  agents: "initial_agent",
  languages: "language",
  directions: "direction",
} as const;

/** By the member of the answer that each statement gives. What the scope hides is not there. */
export function statsQueries(
  filter: Filter,
  previous: Filter | null,
  bucket: Bucket,
  scope: Scope,
): { [member: string]: string } {
  const where = whereOf(filter, scope);
  const statements: { [member: string]: Sql } = {
    totals: totals(where),
    timeline: timeline(where, bucket, filter.tz),
    heat_map: heatMap(where, filter.tz),
    latency: percentiles(where),
    histogram: histogram(where),
    trend: trend(where),
    cost: cost(where),
  };
  for (const [member, column] of Object.entries(VALUES)) statements[member] = values(where, column);
  if (!isHidden("tool_calls", scope)) statements["tools"] = tools(where);
  if (!isHidden("caller_number", scope)) statements["top_callers"] = topCallers(where);
  if (previous) statements["previous"] = totals(whereOf(previous, scope));
  return Object.fromEntries(Object.entries(statements).map(([member, statement]) => [member, readable(statement)]));
}

function totals(where: Sql): Sql {
  return sql`SELECT count(*) AS calls,
  sum(duration_seconds) AS duration_seconds_total,
  avg(duration_seconds) AS avg_duration_seconds,
  sum(tool_call_count)::BIGINT AS tool_calls,
  sum(tool_ok_count)::BIGINT AS tool_ok,
  sum(tool_error_count)::BIGINT AS tool_errors,
  sum(tool_ok_count) / nullif(sum(tool_ok_count) + sum(tool_error_count), 0) AS tool_success_rate,
  sum(len(turn_latencies_ms))::BIGINT AS turns,
  sum(list_sum(turn_latencies_ms))::DOUBLE / sum(len(turn_latencies_ms)) AS avg_turn_latency_ms,
  sum(barge_in_count)::BIGINT AS barge_ins,
  count(*) FILTER (barge_in_count > 0) / count(*) AS barge_in_rate,
  count(*) FILTER (outcome = 'completed') AS completed
FROM calls
WHERE ${where}`;
}

/** The local day, the Monday of the local week, or the instant at which a local hour begins. */
function timeline(where: Sql, bucket: Bucket, tz: string): Sql {
  const local = sql`start_time AT TIME ZONE ${tz}`;
  const start =
    bucket === "hour"
      ? sql`start_time - (${local} - date_trunc('hour', ${local}))`
      : sql`date_trunc(${bucket}, ${local})::DATE`;
  return sql`SELECT ${start} AS t, count(*) AS calls,
  sum(list_sum(turn_latencies_ms))::DOUBLE / sum(len(turn_latencies_ms)) AS avg_turn_latency_ms
FROM calls
WHERE ${where}
GROUP BY ALL ORDER BY t`;
}

function heatMap(where: Sql, tz: string): Sql {
  const local = sql`start_time AT TIME ZONE ${tz}`;
  return sql`SELECT isodow(${local}) AS weekday, hour(${local}) AS hour, count(*) AS calls
FROM calls
WHERE ${where}
GROUP BY ALL ORDER BY weekday, hour`;
}

function values(where: Sql, column: string): Sql {
  return sql`SELECT ${name(column)} AS value, count(*) AS calls
FROM calls
WHERE ${where}
GROUP BY ALL ORDER BY calls DESC, value`;
}

function cost(where: Sql): Sql {
  return sql`SELECT currency, count(*) AS calls, sum(cost_total) AS total
FROM calls
WHERE cost_total IS NOT NULL AND ${where}
GROUP BY ALL ORDER BY calls DESC`;
}

function topCallers(where: Sql): Sql {
  return sql`SELECT caller_number, count(*) AS calls, coalesce(sum(duration_seconds), 0) AS duration_seconds
FROM calls
WHERE caller_number IS NOT NULL AND ${where}
GROUP BY ALL ORDER BY calls DESC, duration_seconds DESC, caller_number LIMIT 10`;
}

/** The bucket of a time: each begins at the step's next power of 1 ms; -1 is below 1 ms (docs/statistics.md). */
const bucketOf = (ms: string, step: number) =>
  raw(`CASE WHEN ${ms} < 1 THEN -1 ELSE CAST(floor(ln(${ms}) / ln(${step})) AS BIGINT) END`);

/** Latencies of turns in buckets, with how many lie in lower ones. */
function buckets(where: Sql, by: Sql, columns: Sql): Sql {
  return sql`WITH turns AS (SELECT ${columns}unnest(turn_latencies_ms) AS ms FROM calls WHERE ${where}),
buckets AS (SELECT ${by}${bucketOf("ms", LATENCY_STEP)} AS bucket, count(*) AS n FROM turns WHERE ms IS NOT NULL GROUP BY ALL)`;
}

/** The value below which the share p lies: interpolated within its bucket. */
function percentile(p: number, step: number): Sql {
  const place = `least(greatest((${p} * (total - 1) - before + 0.5) / n, 0), 1)`;
  const value = `pow(${step}, bucket) + (pow(${step}, bucket + 1) - pow(${step}, bucket)) * ${place}`;
  return raw(
    `min_by(CASE WHEN bucket < 0 THEN 0 ELSE floor((${value}) * 10 + 0.5) / 10 END, bucket) FILTER (before + n > ${p} * (total - 1))`,
  );
}

const PLACED = (by: string) =>
  raw(
    `(SELECT *, sum(n) OVER (${by ? `PARTITION BY ${by} ` : ""}ORDER BY bucket) - n AS before, sum(n) OVER (${by ? `PARTITION BY ${by}` : ""}) AS total FROM buckets)`,
  );

function percentiles(where: Sql): Sql {
  return sql`${buckets(where, raw(""), raw(""))}
SELECT ${percentile(0.5, LATENCY_STEP)} AS p50_ms,
  ${percentile(0.95, LATENCY_STEP)} AS p95_ms,
  ${percentile(0.99, LATENCY_STEP)} AS p99_ms
FROM ${PLACED("")}`;
}

function histogram(where: Sql): Sql {
  return sql`${buckets(where, raw(""), raw(""))}
SELECT CASE WHEN bucket < 0 THEN 0 ELSE ${raw(`pow(${LATENCY_STEP}, bucket)`)} END AS from_ms,
  ${raw(`pow(${LATENCY_STEP}, bucket + 1)`)} AS to_ms, n AS turns
FROM buckets ORDER BY bucket`;
}

function trend(where: Sql): Sql {
  const day = raw("CAST(start_time AT TIME ZONE 'UTC' AS DATE) AS of_day, ");
  return sql`${buckets(where, raw("of_day, "), day)}
SELECT of_day, any_value(total)::BIGINT AS turns, ${percentile(0.5, LATENCY_STEP)} AS p50_ms,
  ${percentile(0.95, LATENCY_STEP)} AS p95_ms
FROM ${PLACED("of_day")}
GROUP BY of_day ORDER BY of_day`;
}

function tools(where: Sql): Sql {
  return sql`WITH used AS (SELECT unnest(tool_calls, max_depth := 2) FROM calls WHERE ${where}),
buckets AS (SELECT name, ${bucketOf("duration_ms", DURATION_STEP)} AS bucket, count(*) AS n FROM used WHERE duration_ms IS NOT NULL GROUP BY ALL),
times AS (SELECT name, ${percentile(0.5, DURATION_STEP)} AS p50_duration_ms, ${percentile(0.95, DURATION_STEP)} AS p95_duration_ms
  FROM ${PLACED("name")} GROUP BY name)
SELECT used.name, count(*) AS calls, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'error') AS errors,
  avg(duration_ms) AS avg_duration_ms, any_value(p50_duration_ms) AS p50_duration_ms, any_value(p95_duration_ms) AS p95_duration_ms
FROM used LEFT JOIN times ON times.name IS NOT DISTINCT FROM used.name
GROUP BY ALL ORDER BY calls DESC, used.name`;
}
