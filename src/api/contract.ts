/** What the HTTP API answers: the types of each body, imported by the UI with `import type` only. */
import type { LiveCall, LiveEvent } from "../store/journal/live-types.ts";

export type {
  CallDetail,
  CallExpiry,
  CallerCount,
  CallFacets,
  CallList,
  CallSearch,
  CallStats,
  CallSummary,
  CallTranscript,
  CostOfCurrency,
  FacetValues,
  FoundCallSummary,
  Health,
  SqlResult,
  SqlSchema,
  TimelinePoint,
  ToolCount,
  Totals,
  TurnLatency,
  UnreadableFile,
  ValueCount,
} from "../query/answers.ts";
export type { CallFilter, ExportFormat, TranscriptFormat } from "../query/questions.ts";
export type { Snippet } from "../query/search-snippets.ts";
export type { Hit } from "../query/text/matches.ts";
export type { CallRecord, Direction, EndedBy, Message, Outcome, ToolCall, Turn } from "../record/record.ts";
export type {
  LiveCall,
  LiveCounts,
  LiveEvent,
  LiveMessage,
  LiveToolCall,
  LiveTranscript,
  LiveTurn,
} from "../store/journal/live-types.ts";
export type { ToldColumns, ToldEvent, ToldRecord } from "./told.ts";

/** What a person may do; the host's `identify` answers with a set of these. */
export type Permission =
  | "calls.read"
  | "calls.read_pii"
  | "calls.delete"
  | "calls.ingest"
  | "calls.sql"
  | "calls.export"
  | "calls.control"
  | "calls.label";

/** DELETE /:id and DELETE /?filter; with dry_run=true only would_delete. */
export interface DeleteAnswer {
  /** Calls that are physically gone. */
  deleted: number;
  /** Calls nobody sees any more, but which an engine still holds in its open journal; gone when that is published. */
  pending?: number;
  /** Calls that stay because a hold keeps them. */
  held?: number;
}
export interface DeleteDryRun {
  would_delete: number;
}

/** POST /labels: how many calls have other labels now. */
export interface LabelsAnswer {
  labelled: number;
}

/** POST /: the record is durable. */
export interface IngestAnswer {
  id: string;
  durable: true;
}

/** GET /active: newest first. */
export interface ActiveCalls {
  at: string;
  calls: LiveCall[];
}

/** The first event of GET /live, and the one after `reset`: all calls that are seen now. */
export interface LiveSnapshot {
  type: "snapshot";
  at: string;
  calls: readonly LiveCall[];
}

/** What GET /live tells after it; `left`: the call goes on, but is no longer within the scope or the filter. */
export type LiveFeedEvent = LiveEvent | { type: "left"; id: string };

/** Events are missing; a snapshot follows, which replaces everything. */
export interface LiveReset {
  type: "reset";
  reason: string;
}

/** Columns by which live calls are chosen; several values of one are alternatives. */
export type LiveFilterColumn =
  | "client_id"
  | "assistant_id"
  | "source"
  | "provider_name"
  | "pipeline_name"
  | "context_name"
  | "direction"
  | "language";
/** With `id` only the calls of these ids. */
export type LiveFilter = { readonly [K in LiveFilterColumn | "id"]?: string | readonly string[] | undefined };

/** POST /:call_id/end: the engine has taken the request. */
export interface EndCallAnswer {
  id: string;
  call_id: string | null;
  accepted: true;
}

/** POST / with a list: an answer for each record, in its order. */
export interface IngestBatchAnswer {
  results: (IngestAnswer | ErrorBody)[];
}

/** POST /:call_id/events: all of them are on disk. */
export interface EventsAnswer {
  id: string;
  durable: true;
  /** Events taken, and events that had been taken before. */
  applied: number;
  repeated: number;
  ended: boolean;
}

/** POST /report: an answer for each message, in its order; of one message, only that one. */
export interface ReportAnswer {
  results: ReportResult[];
}
export type ReportResult =
  | { id: string; durable: true; repeated: boolean; audio: "none" | "kept" | "not_kept" }
  | ErrorBody;

export type ErrorCode =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "too_large"
  | "timeout"
  | "internal"
  | "unavailable";

/** The body of every answer that is not 2xx. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    field: string | null;
    /** Where in the field it is, from 1: of a statement that DuckDB does not take. */
    position?: { line: number; column: number };
  };
}
