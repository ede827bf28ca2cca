/** The live feed for one reader: a snapshot, then every event in its place; for a reader of any speed. */
import type { LiveFeed } from "../../store/journal/live-feed.ts";
import type { LiveFeedEvent, LiveSnapshot } from "../contract.ts";
import { ApiError } from "../errors.ts";
import type { Sight } from "./sight.ts";

/** One event as it is sent; `id` tells where to go on after it. */
export interface LiveFrame {
  readonly id: string;
  readonly event: LiveFeedEvent | LiveSnapshot | { readonly type: "reset"; readonly reason: string };
}

/** A sign of life: nothing happened, and this is where to go on. */
export interface LiveBeat {
  readonly id: string;
  readonly event: null;
}

export interface LiveReading {
  readonly feed: LiveFeed;
  readonly sight: Sight;
  /** The id of the last frame the reader has, from an earlier connection. */
  readonly last_id: string | null;
  readonly signal: AbortSignal;
  /** A sign of life is given when nothing happened for so long. Default 15,000. */
  readonly heartbeat_ms?: number | undefined;
  /** The reading ends after so long, that who reads is asked again; it is resumed without loss. Default 15 minutes. */
  readonly lifetime_ms?: number | undefined;
}

const READERS_MAX = 500;
const BATCH = 500;
const HEARTBEAT_MS = 15_000;
const LIFETIME_MS = 15 * 60_000;
const POSITION = /^([0-9a-f]{8})-(\d{1,15})$/;

/**
 * Batches of frames, made when they are asked for: a slow reader holds nothing but its position, and one that falls
 * behind what the feed keeps gets `reset` and a snapshot. Ends with the signal, with the feed, or after its lifetime.
 */
export async function* liveFrames(reading: LiveReading): AsyncGenerator<readonly (LiveFrame | LiveBeat)[], void> {
  const { feed, sight, last_id, signal, lifetime_ms = LIFETIME_MS } = reading;
  const until = performance.now() + lifetime_ms;
  const letGo = feed.watch();
  try {
    await feed.refresh();
    const { events } = feed;
    const place = (seq: number) => `${events.epoch}-${seq}`;
    const snapshot = (): LiveFrame => ({
      id: place(events.seq),
      event: { type: "snapshot", at: new Date().toISOString(), calls: sight.callsOf(feed.calls()) },
    });
    const reset = (reason: string): LiveFrame => ({ id: place(events.seq), event: { type: "reset", reason } });

    let seq = last_id === null ? null : positionOf(last_id, events.epoch);
    if (seq === null || events.since(seq, 0) === null) {
      const again = last_id === null ? [] : [reset("The events since then are no longer kept.")];
      seq = events.seq;
      yield [...again, snapshot()];
    }
    while (!signal.aborted && !events.closed && performance.now() < until) {
      const entries = events.since(seq, BATCH);
      if (entries === null) {
        seq = events.seq;
        yield [reset("More happened than was read."), snapshot()];
        continue;
      }
      const last = entries.at(-1);
      if (last === undefined) {
        if (await isQuiet(reading, events.seq)) yield [{ id: place(seq), event: null }];
        continue;
      }
      seq = last.seq;
      const frames: LiveFrame[] = [];
      for (const entry of entries) {
        const event = sight.show(entry);
        if (event) frames.push({ id: place(entry.seq), event });
      }
      if (frames.length > 0) yield frames;
    }
  } finally {
    letGo();
  }
}

/** Throws a 503 when so many read already that another one is too much. */
export function refuseTooMany(feed: LiveFeed): void {
  if (feed.watchers < READERS_MAX) return;
  throw new ApiError(503, "unavailable", `${READERS_MAX} readers follow the live calls already.`);
}

const texts = new WeakMap<object, string>();

/** The event as JSON, made once for all who get the same one. */
export function textOf(event: object): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  texts.set(event, text);
  return text;
}

/** The number in an id of this epoch; null for any other text. */
function positionOf(id: string, epoch: string): number | null {
  const [, of, seq] = POSITION.exec(id) ?? [];
  return of === epoch ? Number(seq) : null;
}

/** Waits for an event after `seq`, or the end of the reading. True if nothing happened until the heartbeat. */
function isQuiet({ feed, signal, heartbeat_ms = HEARTBEAT_MS }: LiveReading, seq: number): Promise<boolean> {
  if (signal.aborted || feed.events.closed || feed.events.seq !== seq) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (quiet: boolean) => {
      clearTimeout(timer);
      off();
      signal.removeEventListener("abort", abort);
      resolve(quiet);
    };
    const abort = () => done(false);
    const timer = setTimeout(() => done(true), heartbeat_ms);
    const off = feed.events.listen(() => done(false));
    signal.addEventListener("abort", abort);
  });
}
