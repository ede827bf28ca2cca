/** What asking gives: the types of every answer, re-exported by the API's contract. */
import type { CallRecord, Message } from "../record/record.ts";
import type { Json } from "../record/shapes.ts";
import type { Snippet } from "./search-snippets.ts";
import type { Computed, SUMMARY_COLUMNS } from "./summary-columns.ts";
import type { Hit } from "./text/index.ts";

/** One row of the list. Times are ISO 8601 in UTC with ms; personal columns are null without calls.read_pii. */
export type CallSummary = Pick<CallRecord, (typeof SUMMARY_COLUMNS)[number]> & Computed;

/** A Parquet file that cannot be read, so that its calls are in no answer. Whoever is bound to a tenant hears the day only. */
export interface UnreadableFile {
  /** UTC day of the calls that are missing. */
  day: string;
  /** Its base name. */
  file?: string;
  reason?: string;
}

/** GET / */
export interface CallList {
  calls: CallSummary[];
  /** Pass it as `cursor` for the next page; null on the last one (and with page/page_size). */
  next_cursor: string | null;
  /** Number of calls under the filter, with include=total. */
  total?: number;
  /** The same question for `call-lake sql`, with include=sql. */
  sql?: string;
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** A call of a search. */
export interface FoundCallSummary extends CallSummary {
  /** Of two calls the one with the higher score is more about q; null when the newest come first. */
  score: number | null;
  /** At most three places where q was found. */
  snippets: Snippet[];
}

/** GET /search */
export interface CallSearch {
  calls: FoundCallSummary[];
  /** Pass it as `cursor` for the next page; null on the last one. */
  next_cursor: string | null;
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** When a call leaves, where the host says by which rules: docs/retention.md. */
export interface CallExpiry {
  /** Null = never. */
  expires_at: string | null;
  transcript_expires_at: string | null;
  recordings_expires_at: string | null;
  /** A hold keeps it; null where what the asker may see does not tell. */
  held: boolean | null;
}

/** GET /:id: every column, and when it leaves. */
export type CallDetail = CallRecord & Partial<CallExpiry>;

/** GET /:id/transcript */
export interface CallTranscript {
  id: string;
  conversation: Message[];
  /** With q: where it is found, the summary's hits first; none if the call does not have all of it. */
  hits?: Hit[];
}

export interface Totals {
  calls: number;
  duration_seconds_total: number;
  avg_duration_seconds: number | null;
  tool_calls: number;
  tool_ok: number;
  tool_errors: number;
  /** tool_ok / (tool_ok + tool_errors), 0 … 1; null when no tool call has ended. */
  tool_success_rate: number | null;
  /** Over all plausible turns, not the mean of the calls' means. */
  avg_turn_latency_ms: number | null;
  p50_turn_latency_ms: number | null;
  p95_turn_latency_ms: number | null;
  p99_turn_latency_ms: number | null;
  /** Turns with a plausible latency. */
  turns: number;
  barge_ins: number;
  /** Share of the calls with at least one barge-in, 0 … 1. */
  barge_in_rate: number | null;
  /** Calls with outcome completed. */
  completed: number;
}

export interface TimelinePoint {
  /** Instant at which the bucket starts. */
  t: string;
  calls: number;
  avg_turn_latency_ms: number | null;
}

export interface ValueCount {
  value: string | null;
  calls: number;
}

export interface ToolCount {
  name: string | null;
  calls: number;
  ok: number;
  errors: number;
  /** ok / (ok + errors), 0 … 1. */
  success_rate: number | null;
  avg_duration_ms: number | null;
  p50_duration_ms: number | null;
  p95_duration_ms: number | null;
}

/** Latencies of turns. Percentiles are at most 5 % from the exact ones: see docs/statistics.md. */
export interface TurnLatency {
  avg_ms: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
  /** Buckets 5 % wide, from_ms included and to_ms not, in ascending order; empty ones are left out. */
  histogram: { from_ms: number; to_ms: number; turns: number }[];
  /** By UTC day, or by the Monday of the UTC week where the timeline has weeks; days without turns are left out. */
  trend: { day: string; turns: number; p50_ms: number; p95_ms: number }[];
}

export interface CostOfCurrency {
  currency: string | null;
  /** Calls whose cost is known. */
  calls: number;
  total: number;
}

export interface CallerCount {
  /** Calls without a number are left out; without calls.read_pii the whole list is empty. */
  caller_number: string | null;
  calls: number;
  duration_seconds: number;
}

/** GET /stats */
export interface CallStats {
  /** Instants; the end is exclusive; null = open on that side and there is no call. */
  range: { start: string | null; end: string | null; tz: string };
  totals: Totals;
  /** The period of equal length before; null without start_date. */
  previous: Totals | null;
  timeline: { bucket: "hour" | "day" | "week"; points: TimelinePoint[] };
  /** 24 rows, hour of the day in tz. */
  hours: { hour: number; calls: number }[];
  /** 168 rows: weekday (1 is Monday, 7 Sunday) and hour of the day in tz. */
  heat_map: { weekday: number; hour: number; calls: number }[];
  outcomes: ValueCount[];
  providers: ValueCount[];
  pipelines: ValueCount[];
  contexts: ValueCount[];
  /** By initial_agent. */
  agents: ValueCount[];
  languages: ValueCount[];
  directions: ValueCount[];
  latency: TurnLatency;
  tools: ToolCount[];
  cost: CostOfCurrency[];
  top_callers: CallerCount[];
  /** With include=sql: the totals' statement. */
  sql?: string;
  /** With include=sql: a statement over the view `calls` for each member above, the period before, histogram and trend. */
  queries?: { [member: string]: string };
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** GET /facets: distinct values under the filter, most frequent first, at most 500 of each; null = not recorded. */
export interface CallFacets {
  provider_name: ValueCount[];
  pipeline_name: ValueCount[];
  context_name: ValueCount[];
  outcome: ValueCount[];
  direction: ValueCount[];
  language: ValueCount[];
  /** Empty for whoever is bound to one tenant. */
  client_id: ValueCount[];
  assistant_id: ValueCount[];
  sentiment: ValueCount[];
  /** A call counts once under each of its labels. */
  label: ValueCount[];
  /** With include=tool_name; a call counts once under each of its tools. */
  tool_name?: ValueCount[];
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** GET /facets/:column: values that begin with the prefix, most frequent first. */
export interface FacetValues {
  values: ValueCount[];
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** GET /healthz: how the lake and its engine are. */
export interface Health {
  /** degraded: questions are answered, but some calls are in no answer; down: they are not answered. */
  status: "ok" | "degraded" | "down";
  /** Why it is not ok. */
  reason: string | null;
  /** Time a real question took. */
  query_ms: number | null;
  /** Rows that are in the journal only. */
  tail_rows: number;
  /** Parquet files in sight. */
  files: number;
  /** Calls that are going on. */
  active_calls: number;
  /** Age of the oldest row that is in the journal only; null when there is none. */
  journal_lag_seconds: number | null;
  engine: "child" | "in-process";
  /** Times the query child was started anew. */
  engine_restarts: number;
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** POST /sql: the rows of one SELECT. */
export interface SqlResult {
  /** `type` is DuckDB's, e.g. BIGINT or TIMESTAMP WITH TIME ZONE (which leaves as ISO 8601 in UTC). */
  columns: { name: string; type: string }[];
  /** By column name; whole numbers past 2^53 are texts. */
  rows: { [column: string]: Json }[];
  /** Whether there would be more rows than `limit`. */
  truncated: boolean;
  elapsed_ms: number;
  /** Files of these days that cannot be read: their calls are missing here. Absent = the answer is whole. */
  unreadable?: UnreadableFile[];
}

/** GET /sql/schema: what a statement may read and call. */
export interface SqlSchema {
  views: { name: string; doc: string; columns: { name: string; type: string; doc: string; hidden: boolean }[] }[];
  functions: string[];
  limits: { rows_max: number; timeout_ms_max: number; sql_characters_max: number };
}
