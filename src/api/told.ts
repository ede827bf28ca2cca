/** What is told of calls over HTTP: the types of a record, and of a live call's events. */
import type { CallRecord, Message, ToolCall, Turn } from "../record/record.ts";

/** ISO 8601 with its zone, or milliseconds since 1970. */
type Time = string | number;
type Timed<T> = { [K in keyof T]?: K extends "at" ? Time | null : T[K] };
type Made = "id" | "record_version" | "writer" | "created_at";

/** Columns of a record, each of which may be left out. */
export type ToldColumns = Partial<
  Omit<
    CallRecord,
    | Made
    | "rev"
    | "call_id"
    | "source"
    | "start_time"
    | "answer_time"
    | "end_time"
    | "conversation"
    | "tool_calls"
    | "turns"
  >
> & { answer_time?: Time | null; end_time?: Time | null };

/** A finished call. */
export type ToldRecord = ToldColumns & {
  call_id: string;
  start_time: Time;
  source?: string | null;
  rev?: number | null;
  conversation?: readonly Timed<Message>[] | null;
  tool_calls?: readonly Timed<ToolCall>[] | null;
  turns?: readonly Timed<Turn>[] | null;
};

/** An event of a live call. `seq` is its number within the call, ascending: what was told already is not taken again. */
export type ToldEvent = { seq?: number } & (
  | (ToldColumns & { type: "started"; start_time?: Time })
  | (Timed<Message> & { type: "message"; role: string; content: string })
  | {
      type: "segment";
      text: string;
      start_ms?: number | null;
      end_ms?: number | null;
      final?: boolean | null;
      role?: "user" | "assistant";
      agent?: string | null;
    }
  | (Timed<Turn> & { type: "turn" })
  | (Timed<ToolCall> & { type: "tool"; name: string })
  | { type: "barge_in"; at?: Time }
  | { type: "speech"; at?: Time; party: "user" | "assistant"; what: "started" | "stopped" }
  | (ToldColumns & { type: "set" })
  | (ToldColumns & { type: "ended" })
);
