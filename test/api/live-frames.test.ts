/** Readers of any speed: what a slow one holds, what one who fell behind gets, and what a quiet one hears. */
import { expect, onTestFinished, test } from "vitest";
import { type LiveBeat, type LiveFrame, liveFrames } from "../../src/api/live/frames.ts";
import { Sight } from "../../src/api/live/sight.ts";
import { sseOf } from "../../src/api/live/sse.ts";
import { scopeOf } from "../../src/query/index.ts";
import { LiveFeed, type LiveFeedOptions } from "../../src/store/journal/live-feed.ts";
import { ended, message, newDir, newWriter, started } from "../store/journal/kit.ts";

function scene(options: LiveFeedOptions = {}) {
  const dir = newDir();
  const writer = newWriter(dir);
  const feed = new LiveFeed(dir, { poll_ms: 20, ...options });
  onTestFinished(() => feed.close());
  const sight = new Sight(scopeOf({ read_pii: true }));
  return { writer, feed, sight };
}

/** The next batch's kinds of events. */
async function next(reader: AsyncGenerator<readonly (LiveFrame | LiveBeat)[], void>) {
  const frames = (await reader.next()).value ?? [];
  return { frames, kinds: frames.map(({ event }) => event?.type ?? "quiet") };
}

test("a reader that falls behind gets reset and a snapshot, and holds nothing meanwhile", async () => {
  const { writer, feed, sight } = scene({ events_max: 20 });
  const signal = new AbortController().signal;
  const reader = liveFrames({ feed, sight, last_id: null, signal });
  expect((await next(reader)).kinds).toEqual(["snapshot"]);
  writer.write([started("a"), started("b"), ...Array.from({ length: 100 }, (_, n) => message("a", n + 2, `${n}`))]);
  writer.write([ended("b", 2)]);
  await feed.refresh();
  const caughtUp = await next(reader);
  expect(caughtUp.kinds).toEqual(["reset", "snapshot"]);
  expect(caughtUp.frames[1]?.event).toMatchObject({ calls: [{ call_id: "a", user_messages: 100 }] });
  writer.write([message("a", 102, "after")]);
  expect((await next(reader)).kinds).toEqual(["message"]);
  await reader.return();
  expect(feed.watchers).toBe(0);
});

test("a slow connection is not read ahead of, and its end lets go of the feed", async () => {
  const { writer, feed, sight } = scene();
  const stream = sseOf({ feed, sight, last_id: null }, new AbortController().signal);
  const reader = stream.getReader();
  const text = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await text()).toMatch(/^retry: 1000\n\nid: [0-9a-f]{8}-0\nevent: snapshot\ndata: \{.*\}\n\n$/);
  writer.write([started("a"), ...Array.from({ length: 2000 }, (_, n) => message("a", n + 2, `${n}`))]);
  await feed.refresh();
  // Nothing was made for the reader while it did not read; then it comes in batches of bounded size.
  const first = await text();
  expect(first.match(/\nevent: /g)).toHaveLength(500);
  expect((await text()).match(/\nevent: /g)).toHaveLength(500);
  await reader.cancel();
  expect(feed.watchers).toBe(0);
});

test("a reader whose request is taken back is let go, also while it waits", async () => {
  const { feed, sight } = scene();
  const left = new AbortController();
  const reader = sseOf({ feed, sight, last_id: null }, left.signal).getReader();
  await reader.read();
  const waiting = reader.read();
  expect(feed.watchers).toBe(1);
  left.abort();
  expect((await waiting).done).toBe(true);
  expect(feed.watchers).toBe(0);
});

test("a quiet feed gives signs of life that carry the place to go on", async () => {
  const { writer, feed, sight } = scene();
  const narrow = new Sight(scopeOf({ read_pii: true, client_id: "somebody" }));
  const signal = new AbortController().signal;
  const reader = liveFrames({ feed, sight: narrow, last_id: null, signal, heartbeat_ms: 50 });
  await reader.next();
  writer.write([started("a"), message("a", 2, "not for somebody")]);
  await feed.refresh();
  const [beat] = (await next(reader)).frames;
  expect(beat?.event).toBeNull();
  expect(beat?.id).toBe(`${feed.events.epoch}-2`);
  await reader.return();

  const again = liveFrames({ feed, sight, last_id: beat?.id ?? "", signal, heartbeat_ms: 50 });
  expect((await next(again)).kinds).toEqual(["quiet"]);
  await again.return();
  for (const last_id of ["", "x", `${feed.events.epoch}-99`, "00000000-1"]) {
    const lost = liveFrames({ feed, sight, last_id, signal });
    expect((await next(lost)).kinds).toEqual(["reset", "snapshot"]);
    await lost.return();
  }
});

test("a reading ends after its lifetime, and the next one goes on where it was", async () => {
  const { writer, feed, sight } = scene();
  const signal = new AbortController().signal;
  const first = liveFrames({ feed, sight, last_id: null, signal, heartbeat_ms: 20, lifetime_ms: 50 });
  let id = "";
  for await (const frames of first) id = frames.at(-1)?.id ?? id;
  writer.write([started("a")]);
  const second = liveFrames({ feed, sight, last_id: id, signal });
  expect((await next(second)).kinds).toEqual(["started"]);
  await second.return();
});
