/** One line of a conversations file, read with care, and the clock that is put under it where it has none. */
import { createHash } from "node:crypto";
import { notJson } from "./loose-json.ts";

export interface Conversation {
  readonly source: string;
  readonly source_id: string;
  readonly language: string | null;
  readonly messages: readonly { role: string; content: string; offset_ms: number | null }[];
  readonly tool_calls: readonly ToolUse[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface ToolUse {
  readonly name: string | null;
  readonly params: unknown;
  readonly result: unknown;
  readonly success: boolean | null;
  /** Index of the message before it; -1 before any. */
  readonly after_message: number;
  readonly offset_ms: number | null;
  readonly duration_ms: number | null;
}

/** Reads a line. Throws a SyntaxError that says what is missing. */
export function readConversation(line: string): Conversation {
  const value = parsed(line);
  if (!isObject(value)) throw new SyntaxError("A conversation is a JSON object.");
  const source = textOf(value["source"]);
  const source_id = textOf(value["source_id"]);
  if (!source || !source_id) throw new SyntaxError("A conversation needs the texts source and source_id.");
  if (!Array.isArray(value["messages"]))
    throw new SyntaxError(`The conversation ${source_id} has no list of messages.`);
  return {
    source,
    source_id,
    language: textOf(value["language"]),
    messages: value["messages"].filter(isObject).map((message) => ({
      role: textOf(message["role"]) ?? "unknown",
      content: textOf(message["content"]) ?? "",
      offset_ms: numberOf(message["offset_ms"]),
    })),
    tool_calls: (Array.isArray(value["tool_calls"]) ? value["tool_calls"] : []).filter(isObject).map((tool) => ({
      name: textOf(tool["name"]),
      params: tool["params"] ?? null,
      result: tool["result"] ?? null,
      success: typeof tool["success"] === "boolean" ? tool["success"] : null,
      after_message: numberOf(tool["after_message"]) ?? Number.POSITIVE_INFINITY,
      offset_ms: numberOf(tool["offset_ms"]),
      duration_ms: numberOf(tool["duration_ms"]),
    })),
    meta: isObject(value["meta"]) ? value["meta"] : {},
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new SyntaxError(notJson(error));
  }
}

/** Conversations without a date are spread over these days: always the same ones, so that a second import finds the first. */
const UNDATED = { from: Date.UTC(2026, 0, 5), ms: 28 * 86_400_000 };
const LETTERS_PER_SECOND = 14;
const THINKING_MS = 900;

export interface Clock {
  /** ms since 1970 */
  readonly start: number;
  readonly end: number;
  /** ms from the start, one per message, never falling. */
  readonly offsets: readonly number[];
}

/** When it happened: as the source says, else by a hash of its id and the pace of speech. */
export function clockOf(conversation: Conversation): Clock {
  const { meta } = conversation;
  const start = startOf(conversation);
  const offsets: number[] = [];
  let free = 0;
  for (const { content, offset_ms } of conversation.messages) {
    const at = offset_ms === null ? free : Math.max(offset_ms, offsets.at(-1) ?? 0);
    offsets.push(at);
    free = at + THINKING_MS + Math.round((content.length / LETTERS_PER_SECOND) * 1000);
  }
  const seconds = numberOf(meta["duration_s"]);
  const last = Math.max(offsets.at(-1) ?? 0, ...conversation.tool_calls.map((tool) => tool.offset_ms ?? 0));
  return { start, end: start + Math.max(seconds === null ? free : Math.round(seconds * 1000), last), offsets };
}

function startOf({ source, source_id, meta }: Conversation): number {
  const unix = numberOf(meta["start_unix"]);
  if (unix !== null) return Math.round(unix * 1000);
  const told = textOf(meta["start_time"]);
  const time = told === null ? Number.NaN : Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(told) ? told : `${told}Z`);
  if (!Number.isNaN(time)) return time;
  const hash = createHash("sha256").update(`${source}\0${source_id}`).digest().readUIntBE(0, 6);
  return UNDATED.from + (hash % UNDATED.ms);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as text, if it is one. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The value as a finite number, if it is one. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
