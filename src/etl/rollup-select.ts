/** The statement that makes the rollup of one file of the lake: the sums of docs/statistics.md, a row each. */
import { COUNTED, countPart, GROUPED, PART_NAMES, READS, ROLLUP_VERSION } from "../store/lake/rollup-parts.ts";

/** Callers that are listed of a group. */
const CALLERS_MAX = 200;
const GROUP = ["group_by", "group_value"];

/** Rows of the rollup of a file that has `bytes`, from a relation of its rows as a narrow file has them. */
export function rollupSelect(from: string, bytes: number): string {
  const reads = new Set<string>([...COUNTED, ...GROUPED, ...PART_NAMES.flatMap((part) => READS[part])]);
  const columns = [...reads].filter((read) => !read.startsWith("tool_calls."));
  const groups = GROUPED.map((column) => `{'group_by': '${column}', 'group_value': ${column}}`).join(", ");
  const parts = PART_NAMES.filter((part) => part !== "caller").map((part) => {
    const from = part === "tool" || part === "tool_duration" ? "grouped_tools" : "grouped";
    return `SELECT '${part}' AS part, * FROM (${countPart(part, from, GROUP)})`;
  });
  return `WITH calls AS MATERIALIZED (SELECT ${columns.join(", ")}, tool_calls FROM ${from}),
    grouped AS NOT MATERIALIZED (SELECT * FROM (
      SELECT *, unnest([{'group_by': '', 'group_value': ''}, ${groups}], max_depth := 2) FROM calls) WHERE group_value IS NOT NULL),
    grouped_tools AS NOT MATERIALIZED (SELECT group_by, group_value, unnest(tool_calls, max_depth := 2) FROM grouped),
    callers AS MATERIALIZED (SELECT group_by, group_value, max({'calls': calls, 'duration_ms': duration_ms, 'key': key}, ${CALLERS_MAX + 1}) AS first
      FROM (${countPart("caller", "grouped", GROUP)}) GROUP BY ALL)
    SELECT 'file' AS part, '' AS group_by, '' AS group_value, NULL::VARCHAR AS key, NULL::VARCHAR AS value, NULL::BIGINT AS day_number,
      ${ROLLUP_VERSION}::BIGINT AS number, count(*) AS calls, ${bytes}::BIGINT AS bytes FROM calls
    UNION ALL BY NAME ${parts.join("\nUNION ALL BY NAME ")}
    UNION ALL BY NAME SELECT 'caller' AS part, group_by, group_value, unnest(first[:${CALLERS_MAX}], max_depth := 2) FROM callers
    UNION ALL BY NAME SELECT 'caller_rest' AS part, group_by, group_value, first[${CALLERS_MAX + 1}].calls AS calls FROM callers WHERE len(first) > ${CALLERS_MAX}
    ORDER BY group_by, group_value, part, number, key`;
}
