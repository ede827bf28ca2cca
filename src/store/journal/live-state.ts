/** One call while it runs: what its lines have told so far, within bounds, and the event each line makes. */
import { startTimeOf } from "../../record/id.ts";
import type { CallRecord, Message, ToolCall, Turn } from "../../record/record.ts";
import type { JournalLine } from "./line.ts";
import {
  LIVE_COLUMNS,
  type LiveCall,
  type LiveColumns,
  type LiveCounts,
  type LiveEvent,
  type LiveMessage,
  type LiveToolCall,
  type LiveTranscript,
  type LiveTurn,
} from "./live-types.ts";

/** What the transcripts of all live calls may hold together, in characters. */
export interface TranscriptRoom {
  used: number;
  readonly call_max: number;
  readonly all_max: number;
}

type Entry =
  | { readonly kind: "message"; readonly chars: number; readonly item: LiveMessage }
  | { readonly kind: "tool"; readonly chars: number; readonly item: LiveToolCall }
  | { readonly kind: "turn"; readonly chars: number; readonly item: LiveTurn };

/** What an entry costs beside its texts. */
const ENTRY_CHARS = 200;
const AGENTS_MAX = 1000;
/** Of these the last one counts; an engine that resumes the call may give their numbers to other events. */
const PASSING: ReadonlySet<string> = new Set(["partial", "control", "resumed"]);
const UNKNOWN = Object.fromEntries(LIVE_COLUMNS.map((column) => [column, null])) as unknown as LiveColumns;

export class LiveState {
  readonly id: string;
  /** The writer that tells of the call now. */
  writer: string;
  /** Replaced, never changed: an event may hold on to what was. */
  columns: LiveColumns;
  can_end = false;
  last_activity = "";
  /** Entries that had to go for want of room; the journal still has them. */
  omitted = 0;
  readonly #room: TranscriptRoom;
  readonly #entries: Entry[] = [];
  #chars = 0;
  /** All numbers up to this one were seen, and those in the set. */
  #seenTo = 0;
  readonly #seen = new Set<number>();
  #lastSet = 0;
  #counts: LiveCounts = {
    user_messages: 0,
    assistant_messages: 0,
    total_turns: 0,
    avg_turn_latency_ms: null,
    tool_call_count: 0,
    tool_error_count: 0,
    barge_in_count: 0,
  };
  #latencies = 0;
  /** Something was said, or done. */
  #happened = false;
  readonly #agents = new Set<string>();
  #partial: readonly Message[] = [];
  #lastPartial = 0;
  /** By role, the number of the last message: it has ended what was being said. */
  readonly #lastMessage = new Map<string | null, number>();
  #lastControl = 0;
  /** The engine gave turns of its own: those that were derived from speech do not count. */
  #turnsTold = false;

  constructor(id: string, writer: string, room: TranscriptRoom) {
    this.id = id;
    this.writer = writer;
    this.#room = room;
    this.columns = { ...UNKNOWN, start_time: new Date(startTimeOf(id)).toISOString() };
  }

  /** Whether the event of that kind and number is known already. */
  has(kind: string, n: number): boolean {
    return !PASSING.has(kind) && (n <= this.#seenTo || this.#seen.has(n));
  }

  /** Takes a line of this call. Null for one that was seen before. */
  apply(line: JournalLine): LiveEvent | null {
    const n = line.n ?? 0;
    if (!PASSING.has(line.k) && !this.#isNew(n)) return null;
    if (line.t > this.last_activity) this.last_activity = line.t;
    // The bodies were normalised before they were written, and the CRC says that they are what was written.
    switch (line.k) {
      case "message":
        return this.#message({ ...(line.b as Message), n });
      case "turn":
      case "heard_turn":
        return this.#turn({ ...(line.b as Turn), n, heard: line.k === "heard_turn" });
      case "tool":
        return this.#tool({ ...(line.b as ToolCall), n });
      case "barge_in":
        this.#counts = { ...this.#counts, barge_in_count: this.#counts.barge_in_count + 1 };
        return { type: "barge_in", ...this.#after() };
      case "partial":
        return this.#say(line.b["said"], n);
      case "control":
        return this.#takeControl(line.b["can_end"] === true, n);
      case "resumed":
        // The engine has made messages of what was being said, and has yet to say how the call can be ended.
        this.#partial = [];
        this.can_end = false;
        return { type: "changed", call: this.call() };
      case "started":
      case "set":
        this.#set(line.b, n);
        return { type: "changed", call: this.call() };
      default:
        return null;
    }
  }

  /** The call as it is now; `nowMs` in epoch ms. */
  call(nowMs = Date.now()): LiveCall {
    const { id, columns, can_end } = this;
    const begun = columns.answer_time !== null || this.#happened;
    return {
      id,
      ...columns,
      ...this.#counts,
      status: begun ? "active" : "starting",
      last_activity: this.last_activity,
      duration_seconds: Math.max(0, nowMs - Date.parse(columns.start_time)) / 1000,
      audio_seconds: columns.usage?.["audio_seconds"] ?? null,
      initial_agent: columns.initial_agent ?? [...this.#agents][0] ?? null,
      agents_used: [...this.#agents],
      can_end,
      partial: this.#partial,
    };
  }

  transcript(): LiveTranscript {
    const conversation: LiveMessage[] = [];
    const tool_calls: LiveToolCall[] = [];
    const turns: LiveTurn[] = [];
    for (const entry of this.#entries) {
      if (entry.kind === "message") conversation.push(entry.item);
      else if (entry.kind === "tool") tool_calls.push(entry.item);
      else turns.push(entry.item);
    }
    const { status, last_activity } = this.call();
    const { call_id } = this.columns;
    return { id: this.id, call_id, status, last_activity, conversation, partial: this.#partial, tool_calls, turns };
  }

  /** Gives its room back. */
  forget(): void {
    this.#room.used -= this.#chars;
    this.#chars = 0;
    this.#entries.length = 0;
  }

  #isNew(n: number): boolean {
    if (n <= this.#seenTo || this.#seen.has(n)) return false;
    this.#seen.add(n);
    while (this.#seen.delete(this.#seenTo + 1)) this.#seenTo += 1;
    return true;
  }

  #after() {
    return { id: this.id, last_activity: this.last_activity, counts: this.#counts };
  }

  #message(message: LiveMessage): LiveEvent {
    const { role, agent } = message;
    this.#lastMessage.set(role, Math.max(message.n, this.#lastMessage.get(role) ?? 0));
    this.#keep({ kind: "message", chars: ENTRY_CHARS + lengthOf(message.content), item: message });
    const { user_messages, assistant_messages } = this.#counts;
    this.#counts = {
      ...this.#counts,
      user_messages: user_messages + (role === "user" ? 1 : 0),
      assistant_messages: assistant_messages + (role === "assistant" ? 1 : 0),
    };
    if (agent && this.#agents.size < AGENTS_MAX) this.#agents.add(agent);
    if (message.n > this.#lastPartial) this.#partial = this.#partial.filter((said) => said.role !== role);
    return { type: "message", ...this.#after(), message };
  }

  #turn(turn: LiveTurn): LiveEvent {
    if (!turn.heard && !this.#turnsTold) this.#forgetHeardTurns();
    if (turn.heard === this.#turnsTold) return { type: "turn", ...this.#after(), turn };
    this.#keep({ kind: "turn", chars: ENTRY_CHARS, item: turn });
    const { avg_turn_latency_ms: mean, total_turns } = this.#counts;
    let avg_turn_latency_ms = mean;
    if (turn.e2e_ms !== null) {
      this.#latencies += 1;
      avg_turn_latency_ms = (mean ?? 0) + (turn.e2e_ms - (mean ?? 0)) / this.#latencies;
    }
    this.#counts = { ...this.#counts, total_turns: total_turns + 1, avg_turn_latency_ms };
    return { type: "turn", ...this.#after(), turn };
  }

  #forgetHeardTurns(): void {
    this.#turnsTold = true;
    this.#latencies = 0;
    this.#counts = { ...this.#counts, total_turns: 0, avg_turn_latency_ms: null };
    const kept = this.#entries.filter(({ kind }) => kind !== "turn");
    const freed = (this.#entries.length - kept.length) * ENTRY_CHARS;
    this.#chars -= freed;
    this.#room.used -= freed;
    this.#entries.splice(0, this.#entries.length, ...kept);
  }

  #say(said: unknown, n: number): LiveEvent | null {
    if (n < this.#lastPartial || !Array.isArray(said)) return null;
    this.#lastPartial = n;
    this.#partial = (said as Message[]).filter(({ role }) => n > (this.#lastMessage.get(role) ?? 0));
    return { type: "partial", id: this.id, partial: this.#partial };
  }

  #takeControl(canEnd: boolean, n: number): LiveEvent | null {
    if (n < this.#lastControl) return null;
    this.#lastControl = n;
    if (canEnd === this.can_end) return null;
    this.can_end = canEnd;
    return { type: "changed", call: this.call() };
  }

  #tool(tool: LiveToolCall): LiveEvent {
    const chars = ENTRY_CHARS + lengthOf(tool.params) + lengthOf(tool.result) + lengthOf(tool.error);
    this.#keep({ kind: "tool", chars, item: tool });
    const { tool_call_count, tool_error_count } = this.#counts;
    this.#counts = {
      ...this.#counts,
      tool_call_count: tool_call_count + 1,
      tool_error_count: tool_error_count + (tool.status === "error" ? 1 : 0),
    };
    return { type: "tool", ...this.#after(), tool };
  }

  #set(body: { readonly [name: string]: unknown }, n: number): void {
    const late = n < this.#lastSet;
    if (!late) this.#lastSet = n;
    const known = this.columns as { readonly [name: string]: unknown };
    const columns: { [name: string]: unknown } = { ...known };
    for (const column of LIVE_COLUMNS) {
      const value = body[column];
      if (value !== undefined && (!late || known[column] === null)) columns[column] = value;
    }
    columns["start_time"] ??= known["start_time"];
    this.columns = columns as unknown as LiveColumns;
  }

  #keep(entry: Entry): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0 && (entries[at - 1]?.item.n ?? 0) > entry.item.n) at -= 1;
    entries.splice(at, 0, entry);
    this.#chars += entry.chars;
    this.#room.used += entry.chars;
    this.#happened = true;
    let cut = 0;
    while (cut < entries.length - 1 && (this.#chars > this.#room.call_max || this.#room.used > this.#room.all_max)) {
      const chars = entries[cut]?.chars ?? 0;
      this.#chars -= chars;
      this.#room.used -= chars;
      cut += 1;
    }
    if (cut === 0) return;
    entries.splice(0, cut);
    this.omitted += cut;
  }
}

const lengthOf = (value: unknown): number =>
  typeof value === "string" ? value.length : value === null || value === undefined ? 0 : JSON.stringify(value).length;

/** The event that a call's record makes of its end; null for what the record does not say. */
export function endOf(call: LiveState, record: Partial<CallRecord>): LiveEvent {
  return {
    type: "ended",
    id: call.id,
    call_id: call.columns.call_id ?? record.call_id ?? null,
    outcome: record.outcome ?? null,
    ended_reason: record.ended_reason ?? null,
    ended_by: record.ended_by ?? null,
    end_time: record.end_time ?? null,
    duration_seconds: record.duration_seconds ?? null,
  };
}
