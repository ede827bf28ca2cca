/** What an engine hands over; everything but a call's call_id may be left out. */
import type { CallRecord, Message, ToolCall, Turn } from "../record/record.ts";

/** A point in time: a Date, epoch milliseconds, or ISO 8601 text (without zone: UTC). */
export type Time = Date | number | string;

type Loose<T, TimeNames extends keyof T> = { [K in Exclude<keyof T, TimeNames>]?: T[K] | undefined } & {
  [K in TimeNames]?: Time | null | undefined;
};

export type MessageInput = Loose<Message, "at">;
export type TurnInput = Loose<Turn, "at">;
/** `params` and `result` may be any value; what JSON cannot hold is named in its place. */
export type ToolCallInput = Omit<Loose<ToolCall, "at">, "params" | "result"> & { params?: unknown; result?: unknown };

type Columns = Omit<
  Loose<CallRecord, "start_time" | "answer_time" | "end_time" | "created_at">,
  "id" | "record_version" | "conversation" | "turns" | "tool_calls" | "metadata" | "evaluations" | "server_messages"
> & {
  conversation?: readonly MessageInput[] | null | undefined;
  turns?: readonly TurnInput[] | null | undefined;
  tool_calls?: readonly ToolCallInput[] | null | undefined;
  metadata?: unknown;
  evaluations?: unknown;
  server_messages?: unknown;
};

/** What is known when a call begins: `source` is "engine" and `start_time` now unless given. */
export type CallStart = Columns & { call_id: string };
/** What is known when it ends: `end_time` is now unless given. */
export type CallEnd = Columns;
/** A finished call. */
export type RecordInput = Columns & { call_id: string; start_time: Time };

/** What a recogniser heard: a window of speech, or a guess that grows. `user` is the speaker unless `role` is given. */
export interface SegmentInput {
  text: string;
  /** Milliseconds since the call's start. */
  start_ms?: number | null | undefined;
  end_ms?: number | null | undefined;
  /** True: the utterance is over. False: a guess that the next segment may correct. */
  final?: boolean | null | undefined;
  role?: "user" | "assistant" | undefined;
  agent?: string | null | undefined;
}

/** What can be done with a call from outside. */
export interface CallControl {
  /** Ends the call in the engine, asked for by a person in the admin panel; may give a promise. */
  hangUp?: (() => unknown) | undefined;
}

export interface Receipt {
  /** The record's id. */
  id: string;
  /** True once an fdatasync has put the record on disk. */
  durable: boolean;
  /** Why it is not durable. */
  reason?: string;
}

/** A call as the engine sees it. No method throws or waits for the disk. */
export interface Call {
  /** The call's id: a UUIDv7 of source, call_id and start time. */
  readonly id: string;
  /** Whether the call is over, by `end` or by the session's timeout. */
  readonly ended: boolean;
  /** Something was said. `at` is now unless given. */
  addMessage(message: MessageInput): void;
  /** A recogniser heard something: overlapping segments are joined, and become a message when they are final. */
  addSegment(segment: SegmentInput): void;
  /** A turn was answered; latencies in ms. Turns derived from `speech` count only if the engine never calls this. */
  addTurn(turn: TurnInput): void;
  /** A tool was called and has answered; `duration_ms` in ms. */
  addToolCall(tool: ToolCallInput): void;
  /** The caller interrupted the assistant. */
  bargeIn(): void;
  /** A party began or stopped to speak; latencies and interruptions are derived from it. `at` is now unless given. */
  speech(party: "user" | "assistant", what: "started" | "stopped", at?: Time): void;
  /** More is known of the call: columns of its record; what is no column goes into `metadata`. */
  set(columns: Partial<CallStart>): void;
  /**
   * The call is over. Resolves when its record is durable, or when it is sure that it will not be (`durable: false` with
   * the reason); never rejects. A second end writes a revision with what it adds. Whoever saw the end `from_outside` of
   * the engine (Asterisk, say) says so: what the engine has said stands.
   */
  end(end?: CallEnd, seen?: "from_outside"): Promise<Receipt>;
}

/** A call of an engine's process that is gone, which may be going on: `resume` takes it up again. */
export interface RecoveredCall {
  readonly id: string;
  readonly source: string;
  readonly call_id: string;
  readonly start_time: string;
  readonly last_event_time: string;
  /** All columns known so far, such as the caller's number and the engine's metadata. */
  readonly started: Partial<CallRecord>;
  /** Messages so far. */
  readonly messages: number;
  /** What was recorded of it so far; a sender that tells it again is told from one that tells more. */
  readonly conversation: readonly Message[];
  readonly tool_calls: readonly ToolCall[];
  readonly turns: readonly Turn[];
  readonly barge_in_count: number;
}
