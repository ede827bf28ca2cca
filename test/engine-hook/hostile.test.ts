/** What an engine should never hand over, and does: nothing of it throws, all of it is kept as far as sense allows. */
import { afterEach, expect, test, vi } from "vitest";
import type { Call, CallEnd, CallStart, RecordInput } from "../../src/engine-hook/index.ts";
import { newHistory, recordsIn, until } from "./kit.ts";

afterEach(() => {
  vi.useRealTimers();
});

const circle: { [name: string]: unknown } = { name: "circle" };
circle["self"] = circle;
const thrower = {
  get boom() {
    throw new Error("boom");
  },
};
const closed = new Proxy(
  {},
  {
    get() {
      throw new Error("no get");
    },
    ownKeys() {
      throw new Error("no keys");
    },
  },
);
const oddities: unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  -1,
  1e300,
  10n ** 40n,
  "",
  "\ud800",
  "\0",
  true,
  Symbol("s"),
  () => 1,
  new Date(Number.NaN),
  new Date(),
  new Map([["a", 1]]),
  new Set([1]),
  [],
  [[[]]],
  {},
  circle,
  thrower,
  closed,
  new Error("an error"),
  Buffer.from("bytes"),
  Object.create(null),
  {
    toJSON: () => {
      throw new Error("no JSON");
    },
  },
  JSON.parse('{"__proto__": {"polluted": true}}'),
];

test("every method takes every oddity, as its argument and as each field's value", async () => {
  const { history, dir } = await newHistory();
  const fields = [
    "text",
    "start_ms",
    "end_ms",
    "final",
    "agent",
    "role",
    "content",
    "at",
    "offset_ms",
    "params",
    "result",
    "status",
    "duration_ms",
    "e2e_ms",
    "index",
  ];
  const columns = ["caller_number", "start_time", "end_time", "duration_seconds", "direction", "time_zone", "usage"];
  const more = ["cost_total", "cost_breakdown", "recordings", "keywords", "metadata", "quality_flags", "conversation"];
  const last = ["turns", "tool_calls", "outcome", "graceful", "agents_used", "rev", "id", "source"];
  const receipts = [];
  for (const [number, odd] of oddities.entries()) {
    const calls: Call[] = [history.startCall(odd as CallStart)];
    const call = history.startCall({ call_id: `odd-${number}` });
    calls.push(call);
    for (const name of [...columns, ...more, ...last]) {
      calls.push(history.startCall({ call_id: `odd-${number}-${name}`, [name]: odd } as CallStart));
      call.set({ [name]: odd });
    }
    call.speech(odd as never, odd as never, odd as never);
    call.speech("user", "started", odd as never);
    history.findOpen(odd as never, odd as never);
    calls.push(
      history.resume(odd as never, odd as never),
      history.startCall({ call_id: `way-${number}` }, odd as never),
    );
    for (const take of [call.addMessage, call.addSegment, call.addTurn, call.addToolCall, call.set]) {
      take.call(call, odd as never);
      for (const name of fields) take.call(call, { [name]: odd } as never);
    }
    call.bargeIn();
    receipts.push(history.addRecord(odd as RecordInput), call.end(odd as CallEnd));
    for (const one of calls)
      receipts.push(one.end({ end_time: odd, metadata: { odd }, error_message: odd } as CallEnd));
  }
  const all = await Promise.all(receipts);
  expect(all.filter((receipt) => !receipt.durable)).toEqual([]);
  expect(history.stats()).toMatchObject({ failed: 0, dropped: 0 });
  const records = await recordsIn(dir);
  for (let number = 0; number < oddities.length; number += 1) expect(records.has(`odd-${number}`)).toBe(true);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("a circle, a BigInt, a date, a map and a getter that throws stand in params as well as JSON can hold them", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "json" });
  const params = {
    circle,
    big: 12n,
    when: new Date(0),
    map: new Map([["a", 1]]),
    thrower,
    call: () => 1,
    none: Number.NaN,
  };
  call.addToolCall({ name: "tool", params });
  await call.end();
  const record = (await recordsIn(dir)).get("json");
  expect(record?.tool_calls?.[0]?.params).toEqual({
    circle: { name: "circle", self: "[circular]" },
    big: 12,
    when: "1970-01-01T00:00:00.000Z",
    map: { a: 1 },
    thrower: { boom: "[unreadable]" },
    none: null,
  });
  expect(record?.quality_flags).toEqual(["bad_value:tool_calls"]);
});

test("latencies that cannot be are flagged and stay out of the averages", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "slow" });
  for (const e2e_ms of [Number.NaN, -1, 203_000, Number.POSITIVE_INFINITY, 900, 1100]) call.addTurn({ e2e_ms });
  await call.end();
  expect((await recordsIn(dir)).get("slow")).toMatchObject({
    turn_latencies_ms: [900, 1100],
    avg_turn_latency_ms: 1000,
    total_turns: 6,
    quality_flags: ["impossible_latency"],
  });
});

test("a lone surrogate is replaced and flagged", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "torn" });
  call.addMessage({ role: "user", content: "a\ud83d b 🙂" });
  await call.end();
  const record = (await recordsIn(dir)).get("torn");
  expect([record?.conversation?.[0]?.content, record?.quality_flags]).toEqual(["a\ufffd b 🙂", ["malformed_text"]]);
});

test("10 MB of transcript: whole in many messages, cut at 1 MiB in a single one", async () => {
  const { history, dir } = await newHistory();
  const long = history.startCall({ call_id: "long" });
  for (let number = 0; number < 2000; number += 1) long.addMessage({ role: "user", content: "5 KB ".repeat(1000) });
  const huge = history.startCall({ call_id: "huge" });
  huge.addMessage({ role: "user", content: "🙂".repeat(5_000_000) });
  expect(await Promise.all([long.end(), huge.end()])).toMatchObject([{ durable: true }, { durable: true }]);
  const records = await recordsIn(dir);
  expect(records.get("long")).toMatchObject({ user_messages: 2000, quality_flags: [] });
  expect(records.get("long")?.conversation?.every((said) => said.content?.length === 5000)).toBe(true);
  expect(records.get("huge")?.quality_flags).toEqual(["truncated_text"]);
  expect(records.get("huge")?.conversation?.[0]?.content).toBe("🙂".repeat(512 * 1024));
});

test("a clock that steps back is flagged, and no duration is negative", async () => {
  const { history, dir } = await newHistory();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-21T10:00:00Z") });
  const call = history.startCall({ call_id: "back" });
  vi.setSystemTime(Date.parse("2026-11-21T09:00:00Z"));
  call.addMessage({ role: "user", content: "one" });
  const ends = [call.end()];
  ends.push(history.startCall({ call_id: "later", start_time: "2026-11-21T12:00:00Z" }).end());
  ends.push(history.startCall({ call_id: "given" }).end({ end_time: "2026-11-20T00:00:00Z" }));
  ends.push(
    history.addRecord({ call_id: "whole", start_time: "2026-11-21T12:00:00Z", end_time: "2026-11-21T11:00:00Z" }),
  );
  vi.useRealTimers();
  await Promise.all(ends);
  const records = await recordsIn(dir);
  expect([...records.keys()].sort()).toEqual(["back", "given", "later", "whole"]);
  for (const record of records.values()) {
    expect(record.quality_flags).toContain("clock_step");
    expect(record.duration_seconds ?? 0).toBeGreaterThanOrEqual(0);
  }
  expect(records.get("back")?.conversation?.[0]?.offset_ms).toBe(0);
});

test("a second end and words after the end make a revision of the same record", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "twice" });
  call.addMessage({ role: "user", content: "one" });
  const [first, second] = await Promise.all([
    call.end({ ended_reason: "caller hung up" }),
    call.end({ ended_reason: "cleanup", summary: "A test." }),
  ]);
  expect(first).toEqual(second);
  call.addMessage({ role: "user", content: "late" });
  await until(() => history.stats().records_written === 3);
  const records = await recordsIn(dir);
  expect(records.size).toBe(1);
  expect(records.get("twice")).toMatchObject({
    rev: 3,
    ended_reason: "caller hung up",
    summary: "A test.",
    user_messages: 2,
    quality_flags: ["ended_twice", "event_after_end"],
  });
});
