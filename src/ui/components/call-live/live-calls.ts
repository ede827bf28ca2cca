/** The running calls as the feed tells them: a small state that events change. No words, no elements. */
import type { LiveCall, LiveMessage, LiveToolCall, LiveTranscript, Message, Outcome } from "../../../api/contract.ts";
import type { FollowedEvent } from "../../live-data.ts";

/** How long a call that has ended stays in sight. */
const ENDED_MS = 12_000;

export interface Ended {
  readonly outcome: Outcome | null;
  readonly duration_seconds: number | null;
  /** By the clock of this browser. */
  readonly at_ms: number;
}

export interface Entry {
  readonly call: LiveCall;
  /** What was said last, once it is known. */
  readonly last: Pick<Message, "role" | "content"> | null;
  readonly ended: Ended | null;
}

/** A line of the transcript, in the order of its number. */
export type Line =
  | { readonly n: number; readonly message: LiveMessage }
  | { readonly n: number; readonly tool: LiveToolCall };

export class LiveCalls {
  #entries = new Map<string, Entry>();
  #newestFirst: Entry[] | null = null;
  #followed: { id: string; lines: Map<number, Line> } | null = null;
  /** What the server's clock is ahead of this one's, in ms. */
  skew_ms = 0;

  get running(): number {
    let count = 0;
    for (const { ended } of this.#entries.values()) if (!ended) count++;
    return count;
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Newest first; those that ended a moment ago stay where they were. */
  newestFirst(): readonly Entry[] {
    this.#newestFirst ??= [...this.#entries.values()].sort((a, b) =>
      a.call.start_time < b.call.start_time ? 1 : a.call.start_time > b.call.start_time ? -1 : 0,
    );
    return this.#newestFirst;
  }

  /** Keeps the lines of one call from now on; null = of none. */
  follow(id: string | null): void {
    if (this.#followed?.id !== id) this.#followed = id === null ? null : { id, lines: new Map() };
  }

  /** What was said before it was followed. Lines that came meanwhile are the same ones. */
  addTranscript({ id, conversation, tool_calls }: LiveTranscript): void {
    const entry = this.#entries.get(id);
    const last = conversation.at(-1);
    if (entry && !entry.last && last) this.#set({ ...entry, last });
    if (this.#followed?.id !== id) return;
    for (const message of conversation) this.#followed.lines.set(message.n, { n: message.n, message });
    for (const tool of tool_calls) this.#followed.lines.set(tool.n, { n: tool.n, tool });
  }

  /** The lines of the call that is followed. */
  lines(): readonly Line[] {
    return [...(this.#followed?.lines.values() ?? [])].sort((a, b) => a.n - b.n);
  }

  apply(event: FollowedEvent, nowMs: number): void {
    switch (event.type) {
      case "snapshot":
        this.#replace(event.calls, Date.parse(event.at) - nowMs, nowMs);
        break;
      case "started":
      case "changed":
        this.#set({ call: event.call, last: this.#entries.get(event.call.id)?.last ?? null, ended: null });
        break;
      case "partial":
        this.#change(event.id, { partial: event.partial });
        break;
      case "message":
        this.#line(event.id, { n: event.message.n, message: event.message });
        this.#said(event);
        break;
      case "tool":
        this.#line(event.id, { n: event.tool.n, tool: event.tool });
        this.#change(event.id, { ...event.counts, status: "active" });
        break;
      case "turn":
      case "barge_in":
        this.#change(event.id, { ...event.counts, status: "active" });
        break;
      case "ended":
        this.#end(event.id, { ...event, at_ms: nowMs });
        break;
      case "left":
        this.#entries.delete(event.id);
        this.#newestFirst = null;
        break;
      default:
      // `reset`: a snapshot follows.
    }
  }

  /** Takes calls away that ended a while ago, but not the one that is being read. True if there was one. */
  sweep(nowMs: number, keep: (id: string) => boolean): boolean {
    const old = [...this.#entries.values()].filter(
      ({ call, ended }) => ended && nowMs - ended.at_ms > ENDED_MS && !keep(call.id),
    );
    for (const { call } of old) this.#entries.delete(call.id);
    if (old.length > 0) this.#newestFirst = null;
    return old.length > 0;
  }

  /** Calls of which nothing is heard any more have ended unseen. */
  #replace(calls: readonly LiveCall[], skew_ms: number, nowMs: number): void {
    this.skew_ms = skew_ms;
    const present = new Set(calls.map(({ id }) => id));
    for (const { call, ended } of this.#entries.values()) {
      if (!ended && !present.has(call.id)) this.#end(call.id, { outcome: null, duration_seconds: null, at_ms: nowMs });
    }
    for (const call of calls) this.#set({ call, last: this.#entries.get(call.id)?.last ?? null, ended: null });
  }

  #end(id: string, { outcome, duration_seconds, at_ms }: Ended): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#set({ ...entry, call: { ...entry.call, partial: [] }, ended: { outcome, duration_seconds, at_ms } });
  }

  #change(id: string, columns: Partial<LiveCall>, last?: Pick<Message, "role" | "content">): void {
    const entry = this.#entries.get(id);
    if (entry) this.#set({ ...entry, call: { ...entry.call, ...columns }, last: last ?? entry.last });
  }

  /** A message takes the place of what its speaker was still saying. */
  #said({ id, message, counts }: Extract<FollowedEvent, { type: "message" }>): void {
    const partial = this.#entries.get(id)?.call.partial.filter(({ role }) => role !== message.role) ?? [];
    this.#change(id, { ...counts, status: "active", partial }, message);
  }

  #line(id: string, line: Line): void {
    if (this.#followed?.id === id) this.#followed.lines.set(line.n, line);
  }

  #set(entry: Entry): void {
    this.#entries.set(entry.call.id, entry);
    this.#newestFirst = null;
  }
}
