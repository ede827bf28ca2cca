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
  last_event_time: string;
}

interface Folding {
  call: OpenCall;
  seen: Set<number>;
  /** The event numbers of the elements of each list, so that one that comes late finds its place. */
  order: { conversation: number[]; tool_calls: number[]; turns: number[] };
  /** The number of the last `set`, so that an older one that comes late does not win. */
  lastSet: number;
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
    if (k === "message") insert(call.conversation, order.conversation, line.b as Message, n);
    else if (k === "tool") insert(call.tool_calls, order.tool_calls, line.b as ToolCall, n);
    else if (k === "turn") insert(call.turns, order.turns, line.b as Turn, n);
    else if (k === "barge_in") call.barge_in_count += 1;
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
      last_event_time: "",
    };
    const folding = {
      call,
      seen: new Set<number>(),
      order: { conversation: [], tool_calls: [], turns: [] },
      lastSet: 0,
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

function insert<T>(items: T[], numbers: number[], item: T, number: number): void {
  let at = numbers.length;
  while (at > 0 && (numbers[at - 1] ?? 0) > number) at -= 1;
  items.splice(at, 0, item);
  numbers.splice(at, 0, number);
}

/**
 * The record of a call whose engine died: outcome `lost`, rev 0, ended at its last event. A pure function of the
 * journal's bytes, so that it may be made twice.
 */
export function lostRecord(open: OpenCall, writer: string): CallRecord {
  const { started, last_event_time } = open;
  const begun = started.call_id !== undefined;
  const start = started.start_time ?? new Date(startTimeOf(open.id)).toISOString();
  const record = normaliseRecord({
    ...started,
    call_id: started.call_id ?? open.id,
    source: started.source ?? "engine",
    start_time: start,
    end_time: last_event_time > start ? last_event_time : start,
    conversation: open.conversation,
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
  record.rev = 0;
  return record;
}
