/** Statements to begin with; each is run against a demo history by a test. */
import type { words } from "../../words.ts";

export interface Example {
  readonly name: keyof (typeof words)["sql"]["exampleNames"];
  readonly sql: string;
}

const LAST_30_DAYS = "start_time >= now() - INTERVAL 30 DAY";

export const EXAMPLES: readonly Example[] = [
  {
    name: "days",
    sql: `SELECT day, count(*) AS calls
FROM calls
WHERE ${LAST_30_DAYS}
GROUP BY day
ORDER BY day`,
  },
  {
    name: "outcomes",
    sql: `SELECT outcome,
       count(*) AS calls,
       round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
FROM calls
WHERE ${LAST_30_DAYS}
GROUP BY outcome
ORDER BY calls DESC`,
  },
  {
    name: "latency",
    sql: `SELECT provider_name,
       count(*) AS turns,
       quantile_cont(ms, 0.5) AS p50_ms,
       quantile_cont(ms, 0.95) AS p95_ms
FROM (SELECT provider_name, unnest(turn_latencies_ms) AS ms
      FROM calls
      WHERE ${LAST_30_DAYS})
GROUP BY provider_name
ORDER BY p95_ms DESC`,
  },
  {
    name: "stages",
    sql: `SELECT CAST(start_time AS DATE) AS day,
       round(avg(stt_ms)) AS stt_ms,
       round(avg(llm_ms)) AS llm_ms,
       round(avg(tts_ms)) AS tts_ms,
       round(avg(e2e_ms)) AS whole_ms
FROM turns
WHERE ${LAST_30_DAYS}
GROUP BY day
ORDER BY day`,
  },
  {
    name: "tools",
    sql: `SELECT name,
       count(*) AS runs,
       count(*) FILTER (WHERE status = 'error') AS failed,
       round(100 * failed / runs, 1) AS percent_failed,
       quantile_cont(duration_ms, 0.95) AS p95_ms
FROM tool_calls
WHERE ${LAST_30_DAYS}
GROUP BY name
ORDER BY failed DESC`,
  },
  {
    name: "hours",
    sql: `SELECT hour(start_time AT TIME ZONE 'UTC') AS hour_utc,
       count(*) AS calls
FROM calls
WHERE ${LAST_30_DAYS}
GROUP BY hour_utc
ORDER BY hour_utc`,
  },
  {
    name: "callers",
    sql: `SELECT caller_number,
       any_value(caller_name) AS name,
       count(*) AS calls,
       max(start_time) AS last_call
FROM calls
WHERE ${LAST_30_DAYS}
  AND caller_number IS NOT NULL
GROUP BY caller_number
ORDER BY calls DESC
LIMIT 20`,
  },
  {
    name: "longest",
    sql: `SELECT id, start_time, duration_seconds, outcome, provider_name, total_turns, usage
FROM calls
WHERE ${LAST_30_DAYS}
ORDER BY duration_seconds DESC NULLS LAST
LIMIT 50`,
  },
  {
    name: "said",
    sql: `SELECT start_time, content, id
FROM messages
WHERE role = 'user'
  AND contains(lower(content), 'appointment')
  AND ${LAST_30_DAYS}
ORDER BY start_time DESC
LIMIT 100`,
  },
  {
    name: "cost",
    sql: `SELECT provider_name,
       currency,
       sum(cost_total) AS cost,
       round(sum(duration_seconds) / 60) AS minutes,
       round(sum(cost_total) / nullif(sum(duration_seconds) / 60, 0), 4) AS a_minute
FROM calls
WHERE ${LAST_30_DAYS}
  AND cost_total IS NOT NULL
GROUP BY ALL
ORDER BY a_minute DESC`,
  },
];
