/** Follows the journals of all writers as they grow, so that a call is seen the moment its end is durable. */
import { type CallRecord, dayOf } from "../../record/index.ts";
import { errorCode } from "../fs.ts";
import { CallFold, lostRecord, type OpenCall } from "./fold.ts";
import { isSealed, listSegments, listWriters, readSegment } from "./reader.ts";
import { SharedRun } from "./shared-run.ts";

/** A record that stands in the journal, and perhaps in the lake already. */
export interface FreshRow {
  writer: string;
  segment: number;
  /** UTC day of the call's start, read off its id. */
  day: string;
  id: string;
  rev: number;
  record: CallRecord;
}

class SegmentView {
  readonly fold = new CallFold();
  nextByte = 0;
}

interface WriterView {
  segments: Map<number, SegmentView>;
  sealed: boolean;
}

/** Each `poll` reads only what is new; segments and writers that are gone are forgotten. */
export class JournalFollower {
  readonly #dir: string;
  #writers = new Map<string, WriterView>();
  readonly #reading = new SharedRun(() => this.#read());
  #rows: FreshRow[] | null = null;
  #active: OpenCall[] | null = null;

  /** `dir` is the data folder. */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Reads all that was durable when it was called. Callers at the same time share a reading that begins after them. */
  poll(): Promise<void> {
    return this.#reading.run();
  }

  /**
   * The ended calls of all segments, lost ones of sealed writers included; an id may be there more than once. A call that
   * another writer has open was resumed: it is not lost as long as that one is not sealed.
   */
  rows(): readonly FreshRow[] {
    if (!this.#rows) {
      const active = new Set(this.activeCalls().map(({ id }) => id));
      this.#rows = [...this.#writers].flatMap(([writer, view]) => rowsOf(writer, view, active));
    }
    return this.#rows;
  }

  /** The calls that are open now, oldest writer first; one that was resumed as its last writer tells it. */
  activeCalls(): readonly OpenCall[] {
    if (!this.#active) {
      const calls = new Map<string, OpenCall>();
      for (const view of this.#writers.values()) {
        if (view.sealed) continue;
        for (const call of view.segments.get(lastOf(view))?.fold.open.values() ?? []) calls.set(call.id, call);
      }
      this.#active = [...calls.values()];
    }
    return this.#active;
  }

  async #read(): Promise<void> {
    const writers = new Map<string, WriterView>();
    for (const writer of await listWriters(this.#dir)) {
      const view = this.#writers.get(writer) ?? { segments: new Map(), sealed: false };
      // Sealed is looked at before reading: what a sealed writer's files hold then is all they will ever hold.
      view.sealed = await isSealed(this.#dir, writer);
      await this.#readWriter(writer, view);
      writers.set(writer, view);
    }
    this.#writers = writers;
    this.#rows = null;
    this.#active = null;
  }

  async #readWriter(writer: string, view: WriterView): Promise<void> {
    const numbers = await listSegments(this.#dir, writer);
    for (const number of view.segments.keys()) if (!numbers.includes(number)) view.segments.delete(number);
    for (const number of numbers) {
      const segment = view.segments.get(number) ?? new SegmentView();
      try {
        const part = await readSegment(this.#dir, writer, number, segment.nextByte);
        for (const line of part.lines) segment.fold.apply(line);
        segment.nextByte = part.nextByte;
        view.segments.set(number, segment);
      } catch (error) {
        // Published and unlinked since the listing: the lake has it now.
        if (errorCode(error) !== "ENOENT") throw error;
        view.segments.delete(number);
      }
    }
  }
}

const lastOf = (view: WriterView): number => Math.max(...view.segments.keys());

function rowsOf(writer: string, view: WriterView, active: ReadonlySet<string>): FreshRow[] {
  const rows: FreshRow[] = [];
  const last = lastOf(view);
  for (const [segment, { fold }] of view.segments) {
    const records = [...fold.ended.values()];
    if (view.sealed && segment === last) {
      for (const call of fold.open.values()) if (!active.has(call.id)) records.push(lostRecord(call, writer));
    }
    for (const record of records) {
      rows.push({ writer, segment, day: dayOf(record.id), id: record.id, rev: record.rev, record });
    }
  }
  return rows;
}
