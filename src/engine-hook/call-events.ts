/** The events of one call, numbered: what its lines say and what its record is joined from. */
import { type LineKind, openLine } from "../store/journal/line.ts";
import type { JournalQueue, Queued } from "./queue.ts";

interface CallEvent {
  readonly kind: LineKind;
  readonly n: number;
  readonly time: string;
  /** JSON. */
  readonly body: string;
}

/** Kinds that alone do not make a call worth recording. */
const EMPTY = new Set<LineKind>(["started", "set", "control", "resumed"]);

export class CallEvents {
  readonly #queue: JournalQueue;
  readonly #id: string;
  readonly #list: CallEvent[] = [];
  /** What is being said at the moment; only the last such line counts. */
  #partial: CallEvent | null = null;
  #partialLine: Queued | null = null;
  /** False while a call is held back that may turn out to be empty. */
  #begun: boolean;
  /** Events that wait for the disk; the record makes them superfluous. */
  #waiting: Queued[] = [];
  #n = 0;

  constructor(queue: JournalQueue, id: string, begun: boolean) {
    this.#queue = queue;
    this.#id = id;
    this.#begun = begun;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /** The next event's number is taken. */
  next(): number {
    this.#n += 1;
    return this.#n;
  }

  /** Numbers up to this one are taken, by lines that are not kept. */
  skipTo(n: number): void {
    if (n > this.#n) this.#n = n;
  }

  /** Keeps an event and, unless the call has ended, queues its line. `n` is given for one that has been written before. */
  add(kind: LineKind, time: string, body: string, ended: boolean, n = this.next()): void {
    this.skipTo(n);
    const event: CallEvent = { kind, n, time, body };
    this.#list.push(event);
    if (ended) return;
    if (!this.#begun) {
      if (EMPTY.has(kind)) return;
      this.#begin(this.#list.length - 1);
    }
    const line = this.#write(event);
    if (line && this.#queue.waiting) this.#waiting.push(line);
  }

  /** Writes what is being said at the moment; a line of it that still waits is taken back. */
  say(time: string, body: string): void {
    if (!this.#begun) this.#begin(this.#list.length);
    if (this.#partialLine) this.#queue.supersede([this.#partialLine]);
    this.#partial = { kind: "partial", n: this.next(), time, body };
    this.#partialLine = this.#write(this.#partial);
  }

  /** The record is about to be written: what waits still is superfluous. */
  supersede(): void {
    this.#queue.supersede(this.#waiting);
    if (this.#partialLine) this.#queue.supersede([this.#partialLine]);
    this.#waiting = [];
    this.#partial = null;
    this.#partialLine = null;
  }

  /** All events so far, as lines: for a journal that has to begin anew. */
  lines(): string[] {
    const events = this.#partial ? [...this.#list, this.#partial] : this.#list;
    return events.map((event) => openLine(event.kind, this.#id, event.n, event.time, event.body));
  }

  /** The bodies of one kind, as the elements of a list in JSON. */
  bodies(kind: LineKind): string {
    let text = "";
    for (const event of this.#list) {
      if (event.kind !== kind) continue;
      text = text === "" ? event.body : `${text},${event.body}`;
    }
    return text;
  }

  #begin(events: number): void {
    this.#begun = true;
    for (let at = 0; at < events; at += 1) {
      const event = this.#list[at];
      if (event) this.#write(event);
    }
  }

  #write({ kind, n, time, body }: CallEvent): Queued | null {
    return this.#queue.add(openLine(kind, this.#id, n, time, body), null);
  }
}
