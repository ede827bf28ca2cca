/** What a live view tells of calls: their state so far, and the events that change it. */
import type { CallRecord, Message, ToolCall, Turn } from "../../record/record.ts";

/** Columns that a live view shows; the others are large, or known at the end only. */
export const LIVE_COLUMNS = [
  "call_id",
  "source",
  "session_id",
  "client_id",
  "assistant_id",
  "phone_number_id",
  "user_id",
  "device_id",
  "caller_number",
  "caller_name",
  "called_number",
  "direction",
  "start_time",
  "answer_time",
  "time_zone",
  "provider_name",
  "pipeline_name",
  "context_name",
  "initial_agent",
  "language",
  "transfer_destination",
  "usage",
] as const satisfies readonly (keyof CallRecord)[];

export type LiveColumn = (typeof LIVE_COLUMNS)[number];
/** What is known; start_time always is. call_id and source are null if the line that tells them was dropped. */
export type LiveColumns = { readonly [K in LiveColumn]: CallRecord[K] | null } & { readonly start_time: string };

export interface LiveCounts {
  readonly user_messages: number;
  readonly assistant_messages: number;
  readonly total_turns: number;
  /** Mean of the turns' e2e_ms so far; null before the first. */
  readonly avg_turn_latency_ms: number | null;
  readonly tool_call_count: number;
  readonly tool_error_count: number;
  readonly barge_in_count: number;
}

/** A call that runs. */
export type LiveCall = LiveColumns &
  LiveCounts & {
    readonly id: string;
    /** "starting" until it was answered or something happened in it. */
    readonly status: "starting" | "active";
    /** Time of its last event. */
    readonly last_activity: string;
    /** Since its start, when this was answered. */
    readonly duration_seconds: number;
    /** usage.audio_seconds; null where the engine tells none. */
    readonly audio_seconds: number | null;
    /** Agents that spoke so far, in order of appearance. */
    readonly agents_used: readonly string[];
    /** Whether the engine can be asked to end it. */
    readonly can_end: boolean;
    /** What is being said and still grows, one a speaker: it becomes a message, perhaps with other words. */
    readonly partial: readonly Message[];
  };

/** `n` is the event's number within its call, ascending. */
export type LiveMessage = Message & { readonly n: number };
/** `heard`: derived from who spoke when; such turns no longer count once the engine tells turns of its own. */
export type LiveTurn = Turn & { readonly n: number; readonly heard: boolean };
export type LiveToolCall = ToolCall & { readonly n: number };

/** The conversation of a live call so far. */
export interface LiveTranscript {
  readonly id: string;
  readonly call_id: string | null;
  readonly status: LiveCall["status"];
  readonly last_activity: string;
  readonly conversation: readonly LiveMessage[];
  readonly partial: readonly Message[];
  readonly tool_calls: readonly LiveToolCall[];
  readonly turns: readonly LiveTurn[];
}

/** What an event leaves behind: with it a view needs to count nothing itself. */
interface After {
  readonly id: string;
  readonly last_activity: string;
  readonly counts: LiveCounts;
}

export type LiveEvent =
  | { readonly type: "started"; readonly call: LiveCall }
  | (After & { readonly type: "message"; readonly message: LiveMessage })
  | (After & { readonly type: "turn"; readonly turn: LiveTurn })
  | (After & { readonly type: "tool"; readonly tool: LiveToolCall })
  | (After & { readonly type: "barge_in" })
  | { readonly type: "partial"; readonly id: string; readonly partial: readonly Message[] }
  /** More is known of the call: its columns, agents, whether it can be ended. */
  | { readonly type: "changed"; readonly call: LiveCall }
  | {
      readonly type: "ended";
      readonly id: string;
      readonly call_id: string | null;
      /** "lost" when the engine is gone; null when the call ended unseen and GET /:id knows more. */
      readonly outcome: CallRecord["outcome"] | null;
      readonly ended_reason: string | null;
      readonly ended_by: CallRecord["ended_by"];
      readonly end_time: string | null;
      readonly duration_seconds: number | null;
    };
