/** The live feed over journals that grow, rotate, are sealed, go away, and are taken over. */
import { appendFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { removeSegment, removeWriter, requestRotation, sealWriter } from "../../../src/store/journal/index.ts";
import { openLine, sealLine } from "../../../src/store/journal/line.ts";
import { LiveFeed, type LiveFeedOptions } from "../../../src/store/journal/live-feed.ts";
import type { LiveEvent } from "../../../src/store/journal/live-types.ts";
import { segmentFile } from "../../../src/store/journal/names.ts";
import type { JournalWriter } from "../../../src/store/journal/writer.ts";
import { ended, idOf, LATER, message, newDir, newWriter, started } from "./kit.ts";

function newFeed(dir: string, options: LiveFeedOptions = {}): LiveFeed {
  const feed = new LiveFeed(dir, options);
  onTestFinished(() => feed.close());
  return feed;
}

const calls = (feed: LiveFeed) =>
  [...feed.calls()].map((call) => {
    const { call_id, user_messages } = call.call();
    return `${call_id} ${user_messages}`;
  });

/** The events after `seq`, as words. */
function words(feed: LiveFeed, seq = 0): string[] {
  return (feed.events.since(seq, 1000) ?? []).map(({ event }) => word(event));
}

function word(event: LiveEvent): string {
  if (event.type === "started" || event.type === "changed") return `${event.type} ${event.call.call_id}`;
  if (event.type === "message") return `message ${event.message.n} ${event.message.content}`;
  if (event.type === "ended") return `ended ${event.call_id} ${event.outcome}`;
  return event.type;
}

async function rotate(dir: string, writer: JournalWriter): Promise<void> {
  await requestRotation(dir, writer.name ?? "");
  writer.tick();
}

const other = (
  kind: "turn" | "tool" | "heard_turn" | "barge_in" | "set" | "partial" | "control" | "resumed",
  callId: string,
  n: number,
  body: object,
) => openLine(kind, idOf(callId), n, LATER, JSON.stringify(body));

test("a call is told from its start to its end", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  await feed.refresh();
  const writer = newWriter(dir);
  writer.write([started("a")]);
  await feed.refresh();
  expect(words(feed)).toEqual(["started a"]);
  expect([...feed.calls()].map((call) => call.call().status)).toEqual(["starting"]);

  writer.write([
    message("a", 2, "hello"),
    other("turn", "a", 3, { index: 0, e2e_ms: 800 }),
    other("turn", "a", 4, { index: 1, e2e_ms: 400 }),
    other("tool", "a", 5, { name: "calendar", status: "error", params: { day: "monday" } }),
    other("barge_in", "a", 6, { at: LATER }),
    other("set", "a", 7, { caller_number: "+15550101", usage: { audio_seconds: 12.5 } }),
    message("a", 8, "good day", "assistant"),
    other("control", "a", 9, { can_end: true }),
  ]);
  await feed.refresh();
  expect(words(feed, 1)).toEqual([
    "message 2 hello",
    "turn",
    "turn",
    "tool",
    "barge_in",
    "changed a",
    "message 8 good day",
    "changed a",
  ]);
  const [call] = feed.find("a");
  expect(call?.call(Date.parse(LATER) + 5000)).toMatchObject({
    id: idOf("a"),
    status: "active",
    caller_number: "+15550101",
    audio_seconds: 12.5,
    can_end: true,
    user_messages: 1,
    assistant_messages: 1,
    total_turns: 2,
    avg_turn_latency_ms: 600,
    tool_call_count: 1,
    tool_error_count: 1,
    barge_in_count: 1,
    duration_seconds: 10,
    last_activity: LATER,
  });
  expect(call?.transcript()).toMatchObject({
    conversation: [{ n: 2 }, { n: 8 }],
    tool_calls: [{ n: 5 }],
    turns: [{ n: 3 }, { n: 4 }],
  });

  writer.write([ended("a", 10, { conversation: [{ role: "user", content: "hello" }] })]);
  await feed.refresh();
  expect(words(feed, 9)).toEqual(["ended a completed"]);
  expect(calls(feed)).toEqual([]);
  expect(feed.findEnded("a")).toHaveLength(1);
});

test("what is being said grows until it is a message; told turns replace heard ones", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  const writer = newWriter(dir);
  const said = (role: string, content: string) => ({ role, content, at: LATER });
  const partial = async (n: number, ...all: object[]) => {
    writer.write([other("partial", "a", n, { said: all })]);
    await feed.refresh();
    return feed
      .find("a")[0]
      ?.call()
      .partial.map(({ role, content }) => `${role}: ${content}`);
  };
  writer.write([started("a")]);
  expect(await partial(2, said("user", "hel"))).toEqual(["user: hel"]);
  expect(await partial(3, said("user", "hello"), said("assistant", "good"))).toEqual([
    "user: hello",
    "assistant: good",
  ]);
  writer.write([message("a", 4, "hello")]);
  expect(await partial(2, said("user", "late and old"))).toEqual(["assistant: good"]);
  // A resumed call gives the number of a partial line to another event.
  writer.write([message("a", 3, "good day", "assistant")]);
  await feed.refresh();
  expect(
    feed
      .find("a")[0]
      ?.transcript()
      .conversation.map(({ content }) => content),
  ).toEqual(["good day", "hello"]);

  writer.write([other("heard_turn", "a", 5, { e2e_ms: 900 }), other("heard_turn", "a", 6, { e2e_ms: 700 })]);
  await feed.refresh();
  expect(feed.find("a")[0]?.call()).toMatchObject({ total_turns: 2, avg_turn_latency_ms: 800 });
  writer.write([other("turn", "a", 7, { e2e_ms: 500 }), other("heard_turn", "a", 8, { e2e_ms: 300 })]);
  await feed.refresh();
  expect(feed.find("a")[0]?.call()).toMatchObject({ total_turns: 1, avg_turn_latency_ms: 500 });
  expect(
    feed
      .find("a")[0]
      ?.transcript()
      .turns.map(({ n }) => n),
  ).toEqual([7]);

  writer.write([other("control", "a", 9, { can_end: true })]);
  await feed.refresh();
  expect(feed.find("a")[0]?.can_end).toBe(true);
  writer.write([other("resumed", "a", 10, { from: "x" })]);
  await feed.refresh();
  expect(feed.find("a")[0]?.can_end).toBe(false);
});

test("rotation, publishing and a torn line change nothing and tell nothing twice", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  const writer = newWriter(dir);
  const name = writer.name ?? "";
  writer.write([started("a"), started("b"), message("a", 2, "one")]);
  await feed.refresh();
  const seq = feed.events.seq;

  await rotate(dir, writer);
  await feed.refresh();
  expect(words(feed, seq)).toEqual([]);

  // Between two looks: a line in the old segment, two rotations, and both old segments are published.
  writer.write([message("a", 3, "two"), ended("b", 2)]);
  await rotate(dir, writer);
  writer.write([message("a", 4, "three")]);
  await rotate(dir, writer);
  for (const number of [1, 2, 3]) await removeSegment(dir, name, number);
  await feed.refresh();
  expect(words(feed, seq)).toEqual(["message 3 two", "message 4 three", "ended b null"]);
  expect(calls(feed)).toEqual(["a 3"]);

  const bytes = Buffer.from(sealLine(message("a", 5, "Zażółć")));
  appendFileSync(segmentFile(dir, name, 4), bytes.subarray(0, -9));
  await feed.refresh();
  expect(calls(feed)).toEqual(["a 3"]);
  appendFileSync(segmentFile(dir, name, 4), bytes.subarray(-9));
  await feed.refresh();
  expect(words(feed, seq).at(-1)).toBe("message 5 Zażółć");
});

test("lines of an ended call that come again, carried after a failed sync, tell nothing", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  const writer = newWriter(dir);
  writer.write([started("a"), message("a", 2, "one"), ended("a", 3)]);
  await feed.refresh();
  const seq = feed.events.seq;
  expect(words(feed)).toEqual(["started a", "message 2 one", "ended a abandoned"]);
  writer.write([started("a"), message("a", 2, "one"), ended("a", 3)]);
  await feed.refresh();
  expect(words(feed, seq)).toEqual([]);
});

test("calls of a writer that is sealed or gone are lost; a new writer may go on with them", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  const first = newWriter(dir);
  first.write([started("a"), message("a", 2, "one")]);
  await feed.refresh();
  await sealWriter(dir, first.name ?? "");
  await feed.refresh();
  expect(words(feed, 2)).toEqual(["ended a lost"]);
  expect(calls(feed)).toEqual([]);

  const second = newWriter(dir);
  second.write([started("a"), message("a", 2, "one"), message("a", 3, "two")]);
  await feed.refresh();
  expect(words(feed, 3)).toEqual(["started a", "message 2 one", "message 3 two"]);
  await removeWriter(dir, first.name ?? "");
  await feed.refresh();
  expect(calls(feed)).toEqual(["a 2"]);
  await removeWriter(dir, second.name ?? "");
  await feed.refresh();
  expect(words(feed, 6)).toEqual(["ended a lost"]);
});

test("of two writers that tell of one call the newer one counts, without a repetition", async () => {
  const dir = newDir();
  const feed = newFeed(dir);
  const first = newWriter(dir);
  first.write([started("a"), message("a", 2, "one")]);
  await feed.refresh();
  const second = newWriter(dir);
  second.write([started("a"), message("a", 2, "one"), message("a", 3, "two")]);
  first.write([message("a", 3, "of the old one")]);
  await feed.refresh();
  await sealWriter(dir, first.name ?? "");
  await feed.refresh();
  expect(words(feed)).toEqual(["started a", "message 2 one", "message 3 two"]);
  second.write([ended("a", 4)]);
  await feed.refresh();
  expect(words(feed, 3)).toEqual(["ended a abandoned"]);
});

test("a feed that begins late reads the open segment only, and knows every open call whole", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  writer.write([started("gone"), ended("gone", 2), started("a"), message("a", 2, "one")]);
  await rotate(dir, writer);
  writer.write([message("a", 3, "two")]);
  const feed = newFeed(dir);
  await feed.refresh();
  expect(calls(feed)).toEqual(["a 2"]);
  expect(words(feed)).toEqual(["started a", "message 2 one", "message 3 two"]);
});

test("a transcript that memory has no room for is read from the journal, whole", async () => {
  const dir = newDir();
  const feed = newFeed(dir, { call_chars_max: 2000, all_chars_max: 4000 });
  const writer = newWriter(dir);
  const texts = Array.from({ length: 40 }, (_, index) => `${index} ${"x".repeat(200)}`);
  writer.write([started("a"), ...texts.map((text, index) => message("a", index + 2, text))]);
  writer.write([started("b"), ...texts.map((text, index) => message("b", index + 2, text))]);
  await feed.refresh();
  for (const name of ["a", "b"]) {
    const [call] = feed.find(name);
    if (!call) throw new Error(`${name} is not there`);
    expect(call.transcript().conversation.length).toBeLessThan(6);
    expect((await feed.transcript(call)).conversation.map(({ content }) => content)).toEqual(texts);
    expect(call.call().user_messages).toBe(40);
  }
});

test("events that are too old, or of no time at all, are not given out", async () => {
  const dir = newDir();
  const feed = newFeed(dir, { events_max: 10 });
  const writer = newWriter(dir);
  writer.write([started("a"), ...Array.from({ length: 5000 }, (_, index) => message("a", index + 2, `${index}`))]);
  await feed.refresh();
  const { events } = feed;
  expect(events.seq).toBe(5001);
  expect(events.since(4990, 100)).toBeNull();
  expect(events.since(4991, 100)).toHaveLength(10);
  expect(events.since(4991, 3)?.map(({ seq }) => seq)).toEqual([4992, 4993, 4994]);
  expect(events.since(5001, 3)).toEqual([]);
  expect(events.since(5002, 3)).toBeNull();
});

test("whoever watches hears without asking; the last one who leaves takes everything along", async () => {
  const dir = newDir();
  const feed = newFeed(dir, { poll_ms: 20, linger_ms: 0 });
  const writer = newWriter(dir);
  const stop = feed.watch();
  const heard = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!words(feed).includes(text)) return;
        off();
        resolve();
      };
      const off = feed.events.listen(look);
      look();
    });
  writer.write([started("a")]);
  await heard("started a");
  writer.write([message("a", 2, "one")]);
  await heard("message 2 one");
  const { epoch } = feed.events;
  stop();
  stop();
  expect(feed.watchers).toBe(0);
  while (feed.events.epoch === epoch) await new Promise((resolve) => setTimeout(resolve, 20));
  expect([...feed.calls()]).toEqual([]);
  await feed.refresh();
  expect(calls(feed)).toEqual(["a 1"]);
});
