/** The latest events of the live feed, numbered, so that a reader who was away goes on without loss or repetition. */
import { randomUUID } from "node:crypto";
import type { LiveColumns, LiveEvent } from "./live-types.ts";

export interface NumberedEvent {
  readonly seq: number;
  readonly event: LiveEvent;
  /** What the call's columns were before the event (null: the call was not there) and are after it: they say who sees it. */
  readonly before: LiveColumns | null;
  readonly after: LiveColumns;
}

export class LiveEvents {
  /** Numbers of another epoch say nothing here. */
  readonly epoch = randomUUID().slice(0, 8);
  /** Number of the latest event; 0 before the first. */
  seq = 0;
  /** Nothing more will come. */
  closed = false;
  readonly #max: number;
  readonly #charsMax: number;
  readonly #listeners = new Set<() => void>();
  #entries: (NumberedEvent & { readonly chars: number })[] = [];
  #head = 0;
  #chars = 0;

  /** Keeps at most `max` events of together at most `charsMax` characters. */
  constructor(max: number, charsMax: number) {
    this.#max = max;
    this.#charsMax = charsMax;
  }

  add(event: LiveEvent, before: LiveColumns | null, after: LiveColumns): void {
    this.seq += 1;
    const chars = sizeOf(event);
    this.#entries.push({ seq: this.seq, event, before, after, chars });
    this.#chars += chars;
    while (this.#entries.length - this.#head > this.#max || this.#chars > this.#charsMax) {
      this.#chars -= this.#entries[this.#head]?.chars ?? 0;
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    for (const listener of this.#listeners) listener();
  }

  /** At most `max` events after the number `seq`; null when some of them are no longer here, or never were. */
  since(seq: number, max: number): readonly NumberedEvent[] | null {
    const kept = this.#entries.length - this.#head;
    const from = kept - (this.seq - seq);
    if (seq > this.seq || from < 0) return null;
    return this.#entries.slice(this.#head + from, this.#head + from + max);
  }

  close(): void {
    this.closed = true;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` at each new event, and at the close; gives back what stops it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** About the memory an event holds on to, in characters. */
function sizeOf(event: LiveEvent): number {
  if (event.type === "message") return 500 + (event.message.content?.length ?? 0);
  if (event.type === "partial")
    return event.partial.reduce((sum, said) => sum + 300 + (said.content?.length ?? 0), 300);
  if (event.type === "tool") return 500 + JSON.stringify(event.tool).length;
  return 1000;
}
