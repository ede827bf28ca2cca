/** The channels that are known, bounded: legs go with their end, ended calls a while after it. */

import { Channel, type Pair } from "./channel.ts";
import type { Snapshot } from "./snapshot.ts";

/** An ended call is remembered so long, for what an observer still hears of it. */
const HUNG_UP_MS = 30_000;
/** One that left its application without a hang-up may come back, or end much later. */
const LEFT_MS = 4 * 3_600_000;
const ENDED_MAX = 1000;
const WAITING_MAX = 20_000;

export class ChannelTable {
  readonly #channels = new Map<string, Channel>();
  readonly #pairs = new Map<string, Pair>();
  /** Ended calls, oldest first. */
  readonly #hungUp = new Set<Channel>();
  readonly #left = new Set<Channel>();
  openCalls = 0;
  /** A number that grows with everything heard. */
  seen = 0;

  get(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  all(): Channel[] {
    return [...this.#channels.values()];
  }

  /** How many channels are held, for the tests. */
  get size(): number {
    return this.#channels.size;
  }

  add(snapshot: Snapshot, pairName: string | null, fromStart: boolean, nowMs: number): Channel {
    this.seen += 1;
    const pair = pairName === null ? null : this.#pair(pairName);
    const channel = new Channel(snapshot, pair, this.seen, fromStart, nowMs);
    if (pair) pair.halves[channel.half === 2 ? 1 : 0] = channel;
    this.#channels.set(channel.id, channel);
    if (this.#channels.size > WAITING_MAX + this.openCalls) this.#dropOldestIdle();
    return channel;
  }

  /** Puts an ended call among those that are still remembered for a while. */
  retire(channel: Channel, nowMs: number): void {
    (channel.evidence.left ? this.#left : this.#hungUp).add(channel);
    purge(this.#hungUp, nowMs - HUNG_UP_MS, (old) => this.forget(old));
    purge(this.#left, nowMs - LEFT_MS, (old) => this.forget(old));
  }

  forget(channel: Channel): void {
    if (!this.#channels.delete(channel.id)) return;
    this.#hungUp.delete(channel);
    this.#left.delete(channel);
    const { pair } = channel;
    if (!pair) return;
    pair.halves[channel.half === 2 ? 1 : 0] = null;
    // A half that is still to come must find that its pair has had its call.
    if (pair.call && pair.call !== channel && this.#channels.has(pair.call.id)) return;
    if (!pair.halves[0] && !pair.halves[1]) this.#pairs.delete(pair.name);
  }

  #pair(name: string): Pair {
    const known = this.#pairs.get(name);
    if (known) return known;
    const pair: Pair = { name, halves: [null, null], call: null, leg: false };
    this.#pairs.set(name, pair);
    return pair;
  }

  /** Legs whose end was never heard (their socket went away, say). */
  #dropOldestIdle(): void {
    for (const channel of this.#channels.values()) {
      if (channel.role === "call" && !channel.ended) continue;
      this.forget(channel);
      return;
    }
  }
}

function purge(set: Set<Channel>, beforeMs: number, forget: (channel: Channel) => void): void {
  for (const channel of set) {
    if (channel.endedAtMs >= beforeMs && set.size <= ENDED_MAX) return;
    set.delete(channel);
    forget(channel);
  }
}
