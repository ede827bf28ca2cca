/** Folds the lines of a segment into records: calls that have ended, and calls that are open at its end. */
import {
  type CallRecord,
  isCallIdentity,
  type Message,
  normaliseRecord,
  startTimeOf,
  type ToolCall,
  type Turn,
} from "../../record/index.ts";
import type { JournalLine } from "./line.ts";

/** A call that has begun and not ended, with all that was said so far. */
export interface OpenCall {
  id: string;
  /** The fields given at the start and by `set`; without call_id if the `started` line was dropped. */
  started: Partial<CallRecord>;
  conversation: Message[];
  tool_calls: ToolCall[];
  turns: Turn[];
  barge_in_count: number;
  /** What is being said at the moment, one a speaker. */
  partial: Message[];
  /** Whether the engine can be asked to end the call. */
  can_end: boolean;
  /** How often an engine has gone on with the call after a restart. */
  resumed: number;
  last_event_time: string;
}

interface Folding {
  call: OpenCall;
  seen: Set<number>;
  /** The event numbers of the elements of each list, so that one that comes late finds its place. */
  order: { conversation: number[]; tool_calls: number[]; turns: number[] };
  /** The number of the last line of a kind of which the last one counts, so that an older one that comes late does not win. */
  lastSet: number;
  lastPartial: number;
  lastControl: number;
  /** By role, the number of the last message: it has ended what was being said. */
  lastMessage: Map<string | null, number>;
  /** The engine gave turns of its own: those that were derived from speech do not count. */
  turnsTold: boolean;
}

/** Feed it lines in the order of the segment; an event seen before (same `c` and `n`) changes nothing. */
export class CallFold {
  /** By id; of several revisions the highest. */
  readonly ended = new Map<string, CallRecord>();
  /** By id. */
  readonly open = new Map<string, OpenCall>();
  readonly #folding = new Map<string, Folding>();

  apply(line: JournalLine): void {
    const { k, c, n } = line;
    if (k === "segment" || c === undefined || n === undefined) return;
    if (k === "ended") {
      this.#end(line);
      return;
    }
    if (this.ended.has(c) || !isCallIdentity(c)) return;
    const folding = this.#folding.get(c) ?? this.#begin(c);
    if (folding.seen.has(n)) return;
    folding.seen.add(n);
    const { call, order } = folding;
    if (line.t > call.last_event_time) call.last_event_time = line.t;
    // The bodies were normalised before they were written, and the CRC says that they are what was written.
    if (k === "message") message(folding, line.b as Message, n);
    else if (k === "tool") insert(call.tool_calls, order.tool_calls, line.b as ToolCall, n);
    else if (k === "turn" || k === "heard_turn") turn(folding, line.b as Turn, n, k === "turn");
    else if (k === "barge_in") call.barge_in_count += 1;
    else if (k === "partial") partial(folding, line.b["said"] as Message[], n);
    else if (k === "resumed") call.resumed += 1;
    else if (k === "control") {
      if (n > folding.lastControl) call.can_end = line.b["can_end"] === true;
      folding.lastControl = Math.max(folding.lastControl, n);
    } else if (k !== "started" && k !== "set") return;
    else if (n > folding.lastSet) {
      folding.lastSet = n;
      call.started = { ...call.started, ...line.b };
    } else call.started = { ...line.b, ...call.started };
  }

  #begin(id: string): Folding {
    const call: OpenCall = {
      id,
      started: {},
      conversation: [],
      tool_calls: [],
      turns: [],
      barge_in_count: 0,
      partial: [],
      can_end: false,
      resumed: 0,
      last_event_time: "",
    };
    const folding: Folding = {
      call,
      seen: new Set<number>(),
      order: { conversation: [], tool_calls: [], turns: [] },
      lastSet: 0,
      lastPartial: 0,
      lastControl: 0,
      lastMessage: new Map(),
      turnsTold: false,
    };
    this.#folding.set(id, folding);
    this.open.set(id, call);
    return folding;
  }

  #end(line: JournalLine): void {
    const record = line.b as CallRecord;
    if (typeof record.id !== "string" || !isCallIdentity(record.id)) return;
    const known = this.ended.get(record.id);
    if (!known || record.rev > known.rev) this.ended.set(record.id, record);
    this.open.delete(record.id);
    this.#folding.delete(record.id);
  }
}

function message({ call, order, lastMessage, lastPartial }: Folding, said: Message, n: number): void {
  insert(call.conversation, order.conversation, said, n);
  lastMessage.set(said.role, Math.max(n, lastMessage.get(said.role) ?? 0));
  if (n > lastPartial) call.partial = call.partial.filter(({ role }) => role !== said.role);
}

function partial(folding: Folding, said: Message[], n: number): void {
  if (n < folding.lastPartial || !Array.isArray(said)) return;
  folding.lastPartial = n;
  folding.call.partial = said.filter(({ role }) => n > (folding.lastMessage.get(role) ?? 0));
}

function turn(folding: Folding, taken: Turn, n: number, told: boolean): void {
  const { call, order } = folding;
  if (told && !folding.turnsTold) {
    folding.turnsTold = true;
    call.turns.length = 0;
    order.turns.length = 0;
  }
  if (told === folding.turnsTold) insert(call.turns, order.turns, taken, n);
}

function insert<T>(items: T[], numbers: number[], item: T, number: number): void {
  let at = numbers.length;
  while (at > 0 && (numbers[at - 1] ?? 0) > number) at -= 1;
  items.splice(at, 0, item);
  numbers.splice(at, 0, number);
}

/**
 * The record of a call whose engine died: outcome `lost`, ended at its last event. A pure function of the journal's
 * bytes, so that it may be made twice. Its rev is 0, or how often the call was resumed: it is newer than the lost record
 * of the engine before, and older than the real one.
 */
export function lostRecord(open: OpenCall, writer: string): CallRecord {
  const { started, last_event_time } = open;
  // What was being said when the engine died was said.
  const conversation = [...open.conversation, ...open.partial];
  const begun = started.call_id !== undefined;
  const start = started.start_time ?? new Date(startTimeOf(open.id)).toISOString();
  const record = normaliseRecord({
    ...started,
    call_id: started.call_id ?? open.id,
    source: started.source ?? "engine",
    start_time: start,
    end_time: last_event_time > start ? last_event_time : start,
    conversation,
    tool_calls: open.tool_calls,
    turns: open.turns,
    barge_in_count: open.barge_in_count,
    outcome: "lost",
    ended_by: "unknown",
    graceful: false,
    writer,
    created_at: last_event_time,
    quality_flags: [...(started.quality_flags ?? []), ...(begun ? [] : ["start_not_recorded"])],
  });
  record.id = open.id;
  record.rev = open.resumed;
  return record;
}
