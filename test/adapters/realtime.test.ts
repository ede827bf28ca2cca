/** Realtime sessions that do not go by the book: other sources, order, late words, hostile events, and leaks. */
import { EventEmitter } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heardText } from "../../src/engine-hook/adapters/realtime/heard.ts";
import { attachRealtime, type RealtimeAttachment } from "../../src/engine-hook/adapters/realtime.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { GOLDEN, linesOf } from "./golden.ts";
import { heapAfter, hostileValues, mutated } from "./hostile.ts";

const START = Date.parse("2026-11-21T10:00:00Z");

const message = (id: string, role: string, text?: string) => ({
  id,
  type: "message",
  role,
  content: text === undefined ? [{ type: "input_audio", transcript: null }] : [{ type: "input_text", text }],
});
const added = (id: string, previous_item_id: string | null, role: string, text?: string) => ({
  type: "conversation.item.added",
  previous_item_id,
  item: message(id, role, text),
});
const transcript = (item_id: string, text: string) => ({
  type: "conversation.item.input_audio_transcription.completed",
  item_id,
  content_index: 0,
  transcript: text,
});
const answer = (id: string, text: string) => ({
  type: "response.done",
  response: {
    id: `response of ${id}`,
    status: "completed",
    output: [{ id, type: "message", role: "assistant", content: [{ type: "output_text", text }] }],
  },
});

/** The record of a session whose events come 100 ms after each other. */
async function recordOf(
  feed: (session: RealtimeAttachment, at: () => number) => void,
  opened = newHistory(),
  call_id = "x",
): Promise<CallRecord> {
  const { history, dir } = await opened;
  const session = attachRealtime(history.startCall({ call_id, start_time: START }));
  let at = START;
  feed(session, () => {
    at += 100;
    return at;
  });
  await session.end({ end_time: at });
  const record = (await recordsIn(dir)).get(call_id);
  if (!record) throw new Error("There is no record.");
  return record;
}

const said = (record: CallRecord) => record.conversation?.map(({ content }) => content);

describe("the order of messages", () => {
  test("is that of the items, whichever way their texts arrive", async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
    const opened = newHistory();
    await fc.assert(
      fc.asyncProperty(order, async (texts) => {
        const record = await recordOf(
          (session, at) => {
            for (let item = 0; item < 5; item += 1)
              session.server(added(`item_${item}`, item === 0 ? null : `item_${item - 1}`, "user"), at());
            for (const item of texts) session.server(transcript(`item_${item}`, `text ${item}`), at());
          },
          opened,
          texts.join(),
        );
        expect(said(record)).toEqual([0, 1, 2, 3, 4].map((item) => `text ${item}`));
        expect(record.quality_flags).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  test("puts an item that is added later behind the one it follows", async () => {
    const record = await recordOf((session, at) => {
      session.server(added("a", null, "user"), at());
      session.server(added("c", "a", "user", "three"), at());
      session.server(added("b", "a", "user", "two"), at());
      session.server(transcript("a", "one"), at());
    });
    expect(said(record)).toEqual(["one", "two", "three"]);
  });

  test("does not wait for ever for a text that never comes, nor for one where nothing is transcribed", async () => {
    const { history } = await newHistory();
    const heard: unknown[] = [];
    const call = history.startCall({ call_id: "x" });
    const add = call.addMessage.bind(call);
    call.addMessage = (input) => {
      heard.push(input.content);
      add(input);
    };
    const session = attachRealtime(call);
    session.server(added("lost", null, "user"));
    for (let item = 0; item < 60; item += 1) session.server(answer(`a${item}`, `${item}`));
    expect(heard.length).toBe(61);
    session.server(transcript("lost", "found"));
    expect(heard.at(-1)).toBe("found");
    session.server({ type: "session.updated", session: { audio: { input: { transcription: null } } } });
    session.server(added("silent", null, "user"));
    expect(heard.at(-1)).toBeNull();
    await session.end();
  });
});

test("the same event twice, as two listeners of one session would tell it, is recorded once", async () => {
  const lines = linesOf(`${GOLDEN}/realtime/tool-and-late-transcript.jsonl`).slice(1);
  const play = (times: number) =>
    recordOf((session) => {
      for (const { at, server, client } of lines)
        for (let time = 0; time < times; time += 1) {
          if (client) session.client(client, at as number);
          // A delta has no mark by which a second one could be known.
          else if (server && !/delta/.test(String((server as { type: unknown }).type)))
            session.server(server, at as number);
        }
    });
  const { created_at: _, writer: __, ...once } = await play(1);
  expect(await play(2)).toMatchObject(once);
});

test("an engine's own end keeps its word, and what it held back is there", async () => {
  const { history, dir } = await newHistory();
  const session = attachRealtime(history.startCall({ call_id: "x" }));
  session.server(added("a", null, "user"));
  session.server({ type: "error", error: { type: "server_error", code: "x", message: "It broke." } });
  await session.end({ ended_reason: "transferred", transfer_destination: "+15550102" });
  expect((await recordsIn(dir)).get("x")).toMatchObject({
    ended_reason: "transferred",
    error_message: "It broke.",
    user_messages: 1,
    conversation: [{ role: "user", content: null }],
  });
  session.server(answer("late", "nobody hears this"));
  session.detach();
  await history.close();
  expect(history.stats().records_accepted).toBe(1);
});

describe("a source", () => {
  test("may be an EventTarget with JSON text; its close ends the call", async () => {
    const { history, dir } = await newHistory();
    const socket = new EventTarget();
    attachRealtime(history.startCall({ call_id: "x" }), socket);
    socket.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(added("a", null, "user", "hello")) }));
    socket.dispatchEvent(new MessageEvent("message", { data: "{" }));
    socket.dispatchEvent(Object.assign(new Event("close"), { code: 1006, reason: "" }));
    await until(() => history.stats().records_written === 1);
    expect((await recordsIn(dir)).get("x")).toMatchObject({
      user_messages: 1,
      ended_reason: "websocket_1006",
      graceful: false,
      outcome: "error",
      error_message: "The session's socket closed with 1006.",
      metadata: { malformed_events: 1 },
      quality_flags: ["malformed_event"],
    });
  });

  test("that closes need not end the call: the engine connects again", async () => {
    const { history, dir } = await newHistory();
    const call = history.startCall({ call_id: "x" });
    for (const id of ["a", "b"]) {
      const source = new EventEmitter();
      attachRealtime(call, source, { end_call: false });
      source.emit("event", added(id, null, "user", id));
      source.emit("close");
      expect(source.eventNames()).toEqual([]);
    }
    expect(call.ended).toBe(false);
    await call.end();
    expect(said((await recordsIn(dir)).get("x") as CallRecord)).toEqual(["a", "b"]);
  });

  test("that expires ends for the system's reason", async () => {
    const { history, dir } = await newHistory();
    const source = new EventEmitter();
    attachRealtime(history.startCall({ call_id: "x" }), source);
    source.emit("server", {
      type: "error",
      error: { type: "invalid_request_error", code: "session_expired", message: "60 minutes." },
    });
    source.emit("close", 1001, Buffer.from("expired"));
    await until(() => history.stats().records_written === 1);
    expect((await recordsIn(dir)).get("x")).toMatchObject({
      ended_reason: "session_expired",
      ended_by: "system",
      error_message: null,
    });
  });
});

describe("what the caller heard", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 80 });
  test("is the beginning of the text, more the longer it played, and never half a character", () => {
    fc.assert(
      fc.property(text, fc.nat(2000), fc.nat(2000), (whole, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((ms) => heardText(whole, ms, 2000));
        expect(whole.startsWith(less ?? "?")).toBe(true);
        expect(more?.startsWith(less ?? "?")).toBe(true);
        expect(less?.isWellFormed()).toBe(true);
        expect(heardText(whole, 2000, 2000)).toBe(whole);
        expect(heardText(whole, 0, 2000)).toBe("");
      }),
    );
  });
});

describe("what should never come, and does", () => {
  test("any mutation of a session's events neither throws nor fails the history", async () => {
    const { history } = await newHistory();
    const events = ["barge-in", "mcp-and-errors", "beta-names", "tool-and-late-transcript"].flatMap((name) =>
      linesOf(`${GOLDEN}/realtime/${name}.jsonl`).slice(1),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutated(events), { minLength: 1, maxLength: 60 }), async (lines) => {
        const source = new EventEmitter();
        const call = history.startCall({ call_id: `fuzz-${Math.random()}` });
        const session = attachRealtime(call, source);
        for (const line of lines) {
          const { server, client } = line() as { server?: unknown; client?: unknown };
          if (client === undefined) source.emit("server", server);
          else source.emit("client", client);
        }
        expect(await session.end()).toMatchObject({ durable: true });
      }),
      { numRuns: 150 },
    );
    expect(history.stats().failed).toBe(0);
  });

  test("hostile objects as events and as their members are counted, and told once", async () => {
    const { history } = await newHistory();
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on("warning", hear);
    const session = attachRealtime(history.startCall({ call_id: "x" }), new EventEmitter());
    for (let time = 0; time < 2; time += 1)
      for (const odd of hostileValues) {
        session.server(odd);
        session.client(odd);
        for (const type of [
          "conversation.item.added",
          "response.done",
          "response.output_audio.delta",
          "session.created",
        ])
          for (const name of ["item", "response", "item_id", "session", "type"]) session.server({ type, [name]: odd });
      }
    expect(session.malformed).toBeGreaterThan(100);
    expect(await session.end()).toMatchObject({ durable: true });
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("warning", hear);
    const kinds = warnings.map((warning) => warning.split(" was skipped")[0]);
    expect(kinds.length).toBe(new Set(kinds).size);
    expect(history.stats().failed).toBe(0);
  });
});

test("10,000 calls leave no listener and no heap behind", { timeout: 240_000 }, async () => {
  const { history } = await newHistory();
  const source = new EventEmitter();
  const lines = linesOf(`${GOLDEN}/realtime/beta-names.jsonl`).slice(1, -1);
  let number = 0;
  const calls = async (count: number) => {
    for (let call = 0; call < count; call += 1) {
      number += 1;
      const session = attachRealtime(history.startCall({ call_id: `leak-${number}` }), source);
      for (const { client, server } of lines) client ? source.emit("client", client) : source.emit("server", server);
      const ended = session.end();
      if (call % 100 === 99) await ended;
    }
    await until(() => history.stats().queued === 0);
  };
  await calls(1000);
  const before = heapAfter();
  await calls(9000);
  expect(source.eventNames()).toEqual([]);
  expect(heapAfter() - before).toBeLessThan(4 * 1024 * 1024);
  expect(history.stats()).toMatchObject({ open_calls: 0, failed: 0, records_written: 10_000 });
});
