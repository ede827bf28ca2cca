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

export interface Receipt {
  /** The record's id. */
  id: string;
  /** True once an fdatasync has put the record on disk. */
  durable: boolean;
  /** Why it is not durable. */
  reason?: string;
}
