/** The narrow file: which columns it has and how each is made from a row of the lake (docs/lake-layout.md). */
import type { ColumnName } from "../../record/index.ts";
import { bucketSql, LATENCY_STEP } from "./histogram-sql.ts";
import { quote } from "./sql.ts";

/** Raised when a narrow file holds something else than before: those of another version are made again. */
export const NARROW_VERSION = 1;

/** What its footer says: the version, and the bytes of the file it was made from. */
export const NARROW_VERSION_KEY = "call_lake_narrow";
export const NARROW_BYTES_KEY = "call_lake_bytes";

/** Quarters of an hour are what statistics count time in. */
const SLOT_MS = 900_000;

/** Columns it has as they are. */
const SHORT = [
  "id",
  "source",
  "client_id",
  "assistant_id",
  "phone_number_id",
  "caller_number",
  "caller_name",
  "called_number",
  "direction",
  "start_time",
  "duration_seconds",
  "time_zone",
  "provider_name",
  "pipeline_name",
  "context_name",
  "initial_agent",
  "language",
  "tool_call_count",
  "tool_ok_count",
  "tool_error_count",
  "avg_turn_latency_ms",
  "max_turn_latency_ms",
  "total_turns",
  "user_messages",
  "assistant_messages",
  "barge_in_count",
  "outcome",
  "ended_reason",
  "ended_by",
  "graceful",
  "transfer_destination",
  "cost_total",
  "currency",
  "sentiment",
  "sentiment_score",
  "call_outcome",
  "labels",
  "quality_flags",
] as const satisfies readonly ColumnName[];

/** A duration beyond thirty years is none. */
const DURATION = "CASE WHEN abs(duration_seconds) < 1e9 THEN CAST(round(duration_seconds * 1000) AS BIGINT) END";
const TOOL = "{'name': tool.name, 'status': tool.status, 'duration_ms': tool.duration_ms}";
const BUCKETS = `list_transform(list_filter(turn_latencies_ms, lambda ms: ms IS NOT NULL), lambda ms: ${bucketSql("ms", LATENCY_STEP)})`;

/** Columns made for it: whole numbers, so that sums are the same in any order. Of tools what can be asked by. */
const MADE = {
  tool_calls: `list_transform(tool_calls, lambda tool: ${TOOL})`,
  slot: `CAST(epoch_ms(start_time) // ${SLOT_MS} AS INTEGER)`,
  day_number: "CAST(epoch_ms(start_time) // 86400000 AS INTEGER)",
  duration_ms: DURATION,
  cost_micro: "CAST(cost_total * 1000000 AS BIGINT)",
  turns: "CAST(list_count(turn_latencies_ms) AS INTEGER)",
  latency_ms: "TRY_CAST(list_sum(turn_latencies_ms) AS BIGINT)",
  latency_buckets: BUCKETS,
  // Not hash(): a file keeps what another version of DuckDB must find again.
  caller_bucket: "CAST(md5_number_lower(caller_number) % 65536 AS USMALLINT)",
} as const;

/** What can be read of a narrow file: its columns, its folder's day, and the fields of its tool calls after a point. */
export type NarrowRead =
  | (typeof SHORT)[number]
  | "day"
  | Exclude<keyof typeof MADE, "tool_calls">
  | `tool_calls.${"name" | "status" | "duration_ms"}`;

const READS: ReadonlySet<string> = new Set([
  ...SHORT,
  "day",
  ...Object.keys(MADE).filter((name) => name !== "tool_calls"),
  ...["name", "status", "duration_ms"].map((field) => `tool_calls.${field}`),
]);

/** Whether a narrow file has that column, or that field of the tool calls. */
export function isNarrow(read: string): read is NarrowRead {
  return READS.has(read);
}

/** What a question may want of a call: any column, or what only narrow files have. */
export type Read = ColumnName | NarrowRead;

const columnOf = (read: Read) => (isNarrow(read) ? read.replace(/\..*$/, "") : read);

/** What is read of calls as a SELECT list over rows of narrow files. */
export function narrowColumns(reads: Iterable<Read>): string {
  return [...new Set(Array.from(reads, (read) => `"${columnOf(read)}"`))].join(", ");
}

/** The same as a SELECT list over rows of the lake. */
export function narrowed(reads: Iterable<Read>): string {
  const made = (read: Read) =>
    isNarrow(read) && Object.hasOwn(MADE, columnOf(read)) ? `${MADE[columnOf(read) as keyof typeof MADE]} AS ` : "";
  return [...new Set(Array.from(reads, (read) => `${made(read)}"${columnOf(read)}"`))].join(", ");
}

/** The rows of the narrow file of a file of the lake. */
export function narrowSelect(path: string): string {
  const reads = [...READS].filter((read) => read !== "day") as NarrowRead[];
  return `SELECT ${narrowed(reads)} FROM read_parquet(${quote(path)}, hive_partitioning = false)`;
}

/** How the narrow file of a lake's file with `bytes` is written. */
export function narrowOptions(bytes: number): string {
  return `FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880, KV_METADATA {${NARROW_VERSION_KEY}: '${NARROW_VERSION}', ${NARROW_BYTES_KEY}: '${bytes}'}`;
}

/** Rows of path, key and value: what the footers of narrow files say. */
export function narrowFooters(paths: readonly string[]): string {
  return `SELECT file_name AS path, CAST(key AS VARCHAR) AS key, CAST(value AS VARCHAR) AS value
    FROM parquet_kv_metadata([${paths.map(quote).join(", ")}]) WHERE CAST(key AS VARCHAR) IN ('${NARROW_VERSION_KEY}', '${NARROW_BYTES_KEY}')`;
}
