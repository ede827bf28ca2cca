/** The statement that makes a rollup from one file of the lake: the sums of docs/statistics.md, a row each. */
import { COUNTED, countPart, GROUPED, PART_NAMES } from "../store/lake/rollup-parts.ts";
import { ROLLUP_VERSION } from "../store/lake/rollups.ts";
import { quote } from "../store/lake/sql.ts";

/** Callers that are listed of a group. */
const CALLERS_MAX = 200;
const GROUP = ["group_by", "group_value"];

/** Rows of a rollup of the file at `path`, which has `bytes`. */
export function rollupSelect(path: string, bytes: number): string {
  const columns = new Set<string>([...COUNTED, ...GROUPED]);
  const groups = GROUPED.map((column) => `{'group_by': '${column}', 'group_value': ${column}}`).join(", ");
  const parts = PART_NAMES.filter((part) => part !== "caller").map((part) => {
    const from = part === "tool" || part === "tool_duration" ? "grouped_tools" : "grouped";
    return `SELECT '${part}' AS part, * FROM (${countPart(part, from, GROUP)})`;
  });
  return `WITH calls AS MATERIALIZED (
      SELECT ${[...columns].join(", ")}, start_time, duration_seconds, tool_call_count, tool_ok_count, tool_error_count, barge_in_count,
        turn_latencies_ms, cost_total, currency, caller_number, file_row_number,
        list_transform(tool_calls, lambda t: {'name': t.name, 'status': t.status, 'duration_ms': t.duration_ms}) AS tools
      FROM read_parquet(${quote(path)}, hive_partitioning = false, file_row_number = true)),
    grouped AS NOT MATERIALIZED (SELECT * FROM (
      SELECT *, unnest([{'group_by': '', 'group_value': ''}, ${groups}], max_depth := 2) FROM calls) WHERE group_value IS NOT NULL),
    grouped_tools AS NOT MATERIALIZED (SELECT group_by, group_value, unnest(tools, max_depth := 2) FROM grouped),
    callers AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY group_by, group_value ORDER BY calls DESC, duration_ms DESC, key) AS place
      FROM (${countPart("caller", "grouped", GROUP)}))
    SELECT 'file' AS part, '' AS group_by, '' AS group_value, NULL::VARCHAR AS key, NULL::VARCHAR AS value, NULL::BIGINT AS day_number,
      ${ROLLUP_VERSION}::BIGINT AS number, count(*) AS calls, ${bytes}::BIGINT AS bytes FROM calls
    UNION ALL BY NAME ${parts.join("\nUNION ALL BY NAME ")}
    UNION ALL BY NAME SELECT 'caller' AS part, group_by, group_value, key, calls, duration_ms FROM callers WHERE place <= ${CALLERS_MAX}
    UNION ALL BY NAME SELECT 'caller_rest' AS part, group_by, group_value, max(calls) AS calls FROM callers WHERE place > ${CALLERS_MAX} GROUP BY ALL
    UNION ALL BY NAME SELECT 'tool_call' AS part, file_row_number AS number, name AS key, status AS value, duration_ms
      FROM (SELECT file_row_number, unnest(tools, max_depth := 2) FROM calls)
    ORDER BY group_by, group_value, part, number, key`;
}
