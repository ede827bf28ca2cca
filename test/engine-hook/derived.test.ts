/** What a call's record says without being told: messages from segments, turns and interruptions from speech, the end. */
import { expect, test } from "vitest";
import type { Call } from "../../src/engine-hook/index.ts";
import { TurnTaking } from "../../src/engine-hook/turn-taking.ts";
import { JournalFollower } from "../../src/store/journal/index.ts";
import { newHistory, recordsIn, until } from "./kit.ts";

const START = Date.parse("2026-11-21T10:00:00Z");

/** Plays a call and gives its record. */
async function recordOf(play: (call: Call) => unknown, end = {}) {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "call", start_time: START });
  await play(call);
  await call.end({ end_time: START + 60_000, ...end });
  return (await recordsIn(dir)).get("call");
}

test("segments become messages: when final, when another speaks, at the end", async () => {
  const record = await recordOf((call) => {
    call.addSegment({ text: "Hello world how are you", start_ms: 1000, end_ms: 2500 });
    call.addSegment({ text: "how are you today", start_ms: 1800, end_ms: 3200, final: true });
    call.addSegment({ text: "Fine,", start_ms: 4000, end_ms: 4500, role: "assistant", agent: "reception" });
    call.addSegment({ text: "fine thank you", start_ms: 4000, end_ms: 5500, role: "assistant", agent: "reception" });
    call.addSegment({ text: "Good.", start_ms: 6000, end_ms: 6500 });
  });
  expect(record?.conversation).toMatchObject([
    { role: "user", content: "Hello world how are you today", at: "2026-11-21T10:00:01.000Z", offset_ms: 1000 },
    { role: "assistant", content: "fine thank you", offset_ms: 4000, agent: "reception" },
    { role: "user", content: "Good.", offset_ms: 6000 },
  ]);
  expect(record).toMatchObject({
    user_messages: 2,
    assistant_messages: 1,
    agents_used: ["reception"],
    initial_agent: "reception",
    outcome: "completed",
    graceful: true,
    ended_by: null,
    quality_flags: [],
  });
});

test("two who speak at once keep their own texts", async () => {
  const record = await recordOf((call) => {
    call.addSegment({ text: "I would like to", start_ms: 0, end_ms: 2000, final: false });
    call.addSegment({ text: "Yes", start_ms: 1000, end_ms: 1200, role: "assistant", final: true });
    call.addSegment({ text: "I would like to book a table", start_ms: 0, end_ms: 3000, final: true });
  });
  expect(record?.conversation?.map(({ role, content }) => `${role}: ${content}`)).toEqual([
    "assistant: Yes",
    "user: I would like to book a table",
  ]);
});

test("a message that the engine gives itself takes the place of the same words heard", async () => {
  const record = await recordOf((call) => {
    call.addSegment({ text: "book a table", final: false });
    call.addMessage({ role: "user", content: "Book a table." });
    call.addSegment({ text: "for two" });
    call.addMessage({ role: "assistant", content: "When?" });
  });
  expect(record?.conversation?.map(({ content }) => content)).toEqual(["Book a table.", "for two", "When?"]);
});

test("segments that are none are flagged and passed over, and one that is long is cut into messages", async () => {
  const record = await recordOf((call) => {
    for (const odd of [null, 7, {}, { text: 5 }, { text: "" }, { text: "...", final: true }])
      call.addSegment(odd as never);
    call.addSegment({
      text: "one",
      start_ms: -5,
      end_ms: Number.NaN,
      role: 7 as never,
      agent: {} as never,
      final: true,
    });
    for (let number = 0; number < 1000; number += 1) call.addSegment({ text: `word${number} word${number + 1}` });
  });
  const contents = record?.conversation?.map(({ content }) => content ?? "") ?? [];
  expect(contents[0]).toBe("one");
  expect(contents.slice(1).join(" ")).toBe(Array.from({ length: 1001 }, (_, number) => `word${number}`).join(" "));
  expect(Math.max(...contents.map(({ length }) => length))).toBeLessThan(4100);
  expect(record?.quality_flags).toEqual(["bad_value:conversation"]);
});

test("what is being said is seen while it grows, and carried into the next segment of the journal", async () => {
  const { history, dir } = await newHistory({ segment_bytes_max: 1024 });
  const call = history.startCall({ call_id: "growing" });
  const follower = new JournalFollower(dir);
  const partial = async () => {
    await follower.poll();
    return follower.activeCalls()[0]?.partial.map(({ content }) => content) ?? [];
  };
  call.addSegment({ text: "I would", final: false });
  await until(async () => (await partial())[0] === "I would");
  call.addSegment({ text: "I would like", final: false });
  call.addSegment({ text: "I would like to book", final: false });
  await until(async () => (await partial())[0] === "I would like to book");
  await history.addRecord({ call_id: "other", start_time: START, summary: "s".repeat(2000) });
  await history.addRecord({ call_id: "another", start_time: START });
  expect(await partial()).toEqual(["I would like to book"]);
  call.addSegment({ text: "I would like to book a table", final: true });
  await until(async () => (await partial()).length === 0);
  expect(follower.activeCalls()[0]?.conversation.map(({ content }) => content)).toEqual([
    "I would like to book a table",
  ]);
});

test("turns and interruptions from speech", async () => {
  const record = await recordOf((call) => {
    const at = (ms: number) => new Date(START + ms);
    call.speech("user", "started", at(1000));
    call.speech("user", "stopped", at(2000));
    call.speech("assistant", "started", at(2800));
    call.speech("user", "started", at(4000));
    call.speech("assistant", "stopped", at(4100));
    call.speech("user", "stopped", at(5000));
    call.speech("assistant", "started", at(6200));
    call.speech("assistant", "stopped", at(7000));
    call.speech("assistant", "started", at(7100));
  });
  expect(record).toMatchObject({
    turn_latencies_ms: [800, 1200],
    avg_turn_latency_ms: 1000,
    max_turn_latency_ms: 1200,
    total_turns: 2,
    barge_in_count: 1,
  });
  expect(record?.turns).toMatchObject([
    { index: 0, e2e_ms: 800, at: "2026-11-21T10:00:02.800Z" },
    { index: 1, e2e_ms: 1200 },
  ]);
});

test("turns that the engine gives count alone, whenever it gives them, for readers of the live call as well", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "call", start_time: START });
  const follower = new JournalFollower(dir);
  call.speech("user", "stopped", START + 1000);
  call.speech("assistant", "started", START + 1500);
  call.addTurn({ e2e_ms: 640 });
  call.speech("user", "stopped", START + 2000);
  call.speech("assistant", "started", START + 2500);
  await history.flush();
  await follower.poll();
  expect(follower.activeCalls()[0]?.turns.map(({ e2e_ms }) => e2e_ms)).toEqual([640]);
  await call.end({ turns: [{ e2e_ms: 700 }] });
  expect((await recordsIn(dir)).get("call")).toMatchObject({ turn_latencies_ms: [640, 700], total_turns: 2 });
});

test.each<[string, Parameters<TurnTaking["hear"]>[], { latencies: number[]; bargeIns: number }]>([
  [
    "an answer after the last of several pauses",
    [
      ["user", "stopped", 0],
      ["user", "started", 300],
      ["user", "stopped", 900],
      ["assistant", "started", 1500],
    ],
    { latencies: [600], bargeIns: 0 },
  ],
  [
    "an end of speech that is told late",
    [
      ["user", "started", 0],
      ["assistant", "started", 2000],
      ["user", "stopped", 1400],
    ],
    { latencies: [600], bargeIns: 0 },
  ],
  [
    "an assistant that speaks into the user's speech",
    [
      ["user", "started", 0],
      ["assistant", "started", 1000],
      ["user", "stopped", 1400],
    ],
    { latencies: [], bargeIns: 0 },
  ],
  [
    "a beginning told twice",
    [
      ["assistant", "started", 0],
      ["user", "started", 100],
      ["user", "started", 200],
    ],
    { latencies: [], bargeIns: 1 },
  ],
  [
    "two interruptions",
    [
      ["assistant", "started", 0],
      ["user", "started", 100],
      ["user", "stopped", 200],
      ["user", "started", 9000],
    ],
    { latencies: [], bargeIns: 2 },
  ],
  [
    "a clock that went back",
    [
      ["user", "stopped", 5000],
      ["assistant", "started", 4000],
    ],
    { latencies: [], bargeIns: 0 },
  ],
  [
    "who speaks after two minutes does not answer",
    [
      ["user", "stopped", 0],
      ["assistant", "started", 120_001],
    ],
    { latencies: [], bargeIns: 0 },
  ],
  [
    "a greeting",
    [
      ["assistant", "started", 0],
      ["assistant", "stopped", 900],
    ],
    { latencies: [], bargeIns: 0 },
  ],
])("turn-taking: %s", (_, told, expected) => {
  const taking = new TurnTaking();
  const heard = told.map((one) => taking.hear(...one));
  const latencies = heard.flatMap(({ answer }) => (answer ? [answer.e2e_ms] : []));
  expect({ latencies, bargeIns: heard.filter(({ bargeIn }) => bargeIn).length }).toEqual(expected);
});

test("an interruption that is both heard and told counts once, in either order", () => {
  const heardFirst = new TurnTaking();
  heardFirst.hear("assistant", "started", 0);
  expect(heardFirst.hear("user", "started", 1000)).toEqual({ bargeIn: true });
  expect([heardFirst.isNewBargeIn(1400), heardFirst.isNewBargeIn(1500)]).toEqual([false, true]);
  const toldFirst = new TurnTaking();
  toldFirst.hear("assistant", "started", 0);
  expect(toldFirst.isNewBargeIn(1000)).toBe(true);
  expect(toldFirst.hear("user", "started", 1400)).toEqual({});
  expect(toldFirst.isNewBargeIn(20_000)).toBe(true);
});

test.each([
  [{}, { outcome: "completed", graceful: true, ended_by: null }],
  [{ error_message: "The model was gone." }, { outcome: "error", graceful: false }],
  [{ transfer_destination: "+15550102" }, { outcome: "transferred", graceful: true }],
  [
    { outcome: "abandoned", graceful: false, ended_by: "caller" },
    { outcome: "abandoned", graceful: false, ended_by: "caller" },
  ],
])("the end %j", async (end, expected) => {
  expect(await recordOf((call) => call.addMessage({ role: "user", content: "hello" }), end)).toMatchObject(expected);
});

test("the same call begun twice is one call, which knows what both said", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "1", source: "asterisk", start_time: START, caller_number: "+15550101" });
  const again = history.startCall({
    call_id: "1",
    source: "asterisk",
    start_time: new Date(START),
    caller_number: "?",
    language: "de",
  });
  expect(again).toBe(call);
  expect(history.startCall({ call_id: "1", source: "asterisk" })).toBe(call);
  expect(history.findOpen("asterisk", "1")).toBe(call);
  expect(history.startCall({ call_id: "1", source: "asterisk", start_time: START + 1 })).not.toBe(call);
  expect([history.findOpen("asterisk", "2"), call.ended]).toEqual([null, false]);
  await call.end();
  expect(call.ended).toBe(true);
  expect((await recordsIn(dir)).get("1")).toMatchObject({ caller_number: "+15550101", language: "de", rev: 1 });
});
