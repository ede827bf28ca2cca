/** The columns of one row of the list, in order, and what is computed for it. */
import type { CallRecord } from "../record/record.ts";

export const SUMMARY_COLUMNS = [
  "id",
  "call_id",
  "source",
  "client_id",
  "assistant_id",
  "caller_number",
  "caller_name",
  "called_number",
  "direction",
  "start_time",
  "end_time",
  "duration_seconds",
  "provider_name",
  "pipeline_name",
  "context_name",
  "language",
  "outcome",
  "ended_reason",
  "ended_by",
  "error_message",
  "transfer_destination",
  "total_turns",
  "user_messages",
  "assistant_messages",
  "avg_turn_latency_ms",
  "max_turn_latency_ms",
  "tool_call_count",
  "tool_ok_count",
  "tool_error_count",
  "barge_in_count",
  "cost_total",
  "currency",
  "quality_flags",
  "labels",
  "summary",
] as const satisfies readonly (keyof CallRecord)[];

/** What a row has beside the record's columns. The lake does not hold it: it is computed for the rows that are shown. */
export interface Computed {
  /** Of the call's turn_latencies_ms, interpolated between its two nearest turns; null where none is known. */
  p95_turn_latency_ms: number | null;
}

/** Each as an expression over the record's columns, rounded to a tenth. */
export const COMPUTED: { readonly [K in keyof Computed]: { readonly sql: string; readonly doc: string } } = {
  p95_turn_latency_ms: {
    sql: "round(list_aggregate(turn_latencies_ms, 'quantile_cont', 0.95), 1)",
    doc: "95th percentile of turn_latencies_ms, interpolated between the two nearest turns.",
  },
};
