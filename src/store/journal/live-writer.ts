/** Follows one writer's newest segment line by line, from the last one on: it holds every event of each open call. */
import { errorCode } from "../fs.ts";
import type { JournalLine, LineHead } from "./line.ts";
import { isSealed, listSegments, readSegment, writerIsGone } from "./reader.ts";

/** Whether the engine's process still runs is looked at so often. */
const ALIVE_MS = 1000;

export interface WriterListener {
  line(writer: string, line: JournalLine): void;
  /** Whether the line with this beginning may say anything new: a new segment repeats every event of each open call. */
  wants(writer: string, head: LineHead): boolean;
  /** A new segment was read from its beginning; open calls that are not in `named` have ended unseen. */
  segment(writer: string, named: ReadonlySet<string>): void;
  /** The writer is sealed or its process gone: its open calls are nobody's. */
  gone(writer: string): void;
}

export class LiveWriter {
  readonly name: string;
  /** The segment that is read; 0 before the first. */
  segment = 0;
  #nextByte = 0;
  #sealed = false;
  #gone = false;
  #last: Promise<void> = Promise.resolve();
  #lookedMs = Number.NEGATIVE_INFINITY;
  readonly #dir: string;
  readonly #listener: WriterListener;

  constructor(dir: string, name: string, listener: WriterListener) {
    this.#dir = dir;
    this.name = name;
    this.#listener = listener;
  }

  get isGone(): boolean {
    return this.#sealed || this.#gone;
  }

  /** Reads all that is new, later segments and the writer's end included. */
  follow(): Promise<void> {
    return this.#after(() => this.#follow());
  }

  /** Reads what is new in the segment that is open, and no more: for a hint that it grew. */
  tail(): Promise<void> {
    return this.#after(() => this.#tail());
  }

  /** One step at a time: two would read the same bytes, or take one segment's place for another's. */
  #after(step: () => Promise<void>): Promise<void> {
    const done = this.#last.catch(() => {}).then(step);
    this.#last = done;
    return done;
  }

  async #follow(): Promise<void> {
    if (this.#sealed) return;
    // Looked at before reading: what a sealed writer's files hold then is all they will ever hold.
    const sealed = await isSealed(this.#dir, this.name);
    const gone = sealed || (await this.#isGone());
    if (!gone && this.#gone) this.#forget();
    if (!this.#gone && !(gone && this.segment === 0)) await this.#readOn();
    const news = gone && !this.isGone;
    this.#sealed = sealed;
    this.#gone = gone;
    if (news) this.#listener.gone(this.name);
  }

  async #tail(): Promise<void> {
    if (this.isGone || this.segment === 0) return;
    for (const line of await this.#read()) this.#listener.line(this.name, line);
  }

  /** A heartbeat came back from another machine: begin anew. */
  #forget(): void {
    this.#gone = false;
    this.segment = 0;
    this.#nextByte = 0;
  }

  async #isGone(): Promise<boolean> {
    const now = performance.now();
    if (now - this.#lookedMs < ALIVE_MS) return this.#gone;
    this.#lookedMs = now;
    return writerIsGone(this.#dir, this.name);
  }

  async #readOn(): Promise<void> {
    const numbers = await listSegments(this.#dir, this.name);
    const last = numbers.at(-1) ?? 0;
    // The rest of the open one comes first: it is whole once a higher number exists.
    if (this.segment > 0) await this.#tail();
    const later = this.segment === 0 ? [last] : numbers.filter((number) => number > this.segment);
    for (const number of later) {
      if (number === 0) continue;
      this.segment = number;
      this.#nextByte = 0;
      const named = new Set<string>();
      for (const line of await this.#read(named)) this.#listener.line(this.name, line);
      // Nothing read: the segment was published and unlinked since the listing, so there is a later one.
      if (this.#nextByte > 0) this.#listener.segment(this.name, named);
    }
  }

  /** What is new in the segment; the calls it tells of are added to `named`. */
  async #read(named: Set<string> | null = null): Promise<readonly JournalLine[]> {
    const wants = (head: LineHead) => {
      named?.add(head.callKey);
      return this.#listener.wants(this.name, head);
    };
    try {
      const part = await readSegment(this.#dir, this.name, this.segment, this.#nextByte, wants);
      this.#nextByte = part.nextByte;
      return part.lines;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return [];
      throw error;
    }
  }
}
