/** LiveKit sessions that do not go by the book: two views of one session, errors, hostile events, and leaks. */
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attachLiveKit, fromLiveKitReport } from "../../src/engine-hook/adapters/livekit.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { GOLDEN, linesOf } from "./golden.ts";
import { heapAfter, hostileValues, mutated } from "./hostile.ts";

const START = Date.parse("2026-11-21T11:00:00Z");
const voice = linesOf(`${GOLDEN}/livekit/voice.events.jsonl`);
const report: unknown = JSON.parse(readFileSync(`${GOLDEN}/livekit/voice.session_report.json`, "utf8"));

async function recordOf(emit: (session: EventEmitter) => void): Promise<CallRecord> {
  const { history, dir } = await newHistory();
  const session = new EventEmitter();
  const call = history.startCall({ call_id: "x", source: "livekit", start_time: START });
  const attached = attachLiveKit(call, session);
  emit(session);
  if (!call.ended) {
    attached.detach();
    await call.end();
  }
  await until(() => history.stats().queued === 0);
  const record = (await recordsIn(dir)).get("x");
  if (!record) throw new Error("There is no record.");
  return record;
}

test("an event told twice is recorded once", async () => {
  const record = await recordOf((session) => {
    for (const { event, payload } of voice) {
      session.emit(String(event), payload);
      if (event !== "close" && event !== "error") session.emit(String(event), structuredClone(payload));
    }
  });
  expect(record).toMatchObject({ user_messages: 4, assistant_messages: 5, tool_call_count: 3, total_turns: 4 });
});

test("the live call and its report are one call; the higher revision stands", async () => {
  const { history, dir } = await newHistory();
  const session = new EventEmitter();
  const call = history.startCall({ call_id: "room-7", source: "livekit", start_time: START });
  attachLiveKit(call, session);
  for (const { event, payload } of voice) session.emit(String(event), payload);
  const input = fromLiveKitReport(report, { call_id: "room-7", start_time: START, rev: 2, summary: "A bill." });
  if (!input) throw new Error("The report was not read.");
  expect((await history.addRecord(input)).id).toBe(call.id);
  const records = await recordsIn(dir);
  expect([...records.keys()]).toEqual(["room-7"]);
  expect(records.get("room-7")).toMatchObject({ rev: 2, summary: "A bill.", user_messages: 4 });
});

describe("how a session ends", () => {
  const close = (reason: string, error: unknown = null) =>
    recordOf((session) => session.emit("close", { type: "close", reason, error, createdAt: START + 1000 }));

  test.each([
    ["participant_disconnected", "caller", true],
    ["user_initiated", "agent", true],
    ["job_shutdown", "system", true],
    ["voicemail_reached", "unknown", true],
    ["error", "system", false],
  ])("%s", async (reason, ended_by, graceful) => {
    expect(await close(reason)).toMatchObject({
      ended_reason: reason,
      ended_by,
      graceful,
      outcome: graceful ? "abandoned" : "error",
      duration_seconds: 1,
    });
  });

  test("with an error, in its own words", async () => {
    const error = { type: "llm_error", label: "llm", error: new Error("quota exceeded"), recoverable: false };
    expect(await close("error", error)).toMatchObject({ error_message: "quota exceeded", outcome: "error" });
  });
});

describe("what should never come, and does", () => {
  test("any mutation of a session's events neither throws nor fails the history", async () => {
    const { history } = await newHistory();
    await fc.assert(
      fc.asyncProperty(fc.array(mutated(voice), { minLength: 1, maxLength: 60 }), async (lines) => {
        const session = new EventEmitter();
        const call = history.startCall({ call_id: `fuzz-${Math.random()}`, source: "livekit" });
        const attached = attachLiveKit(call, session);
        // Without a listener an emitter throws such an event, the adapter's being gone after a close.
        session.on("error", () => {});
        for (const line of lines) {
          const { event, payload } = line() as { event: string; payload: unknown };
          session.emit(event, payload);
        }
        attached.detach();
        await call.end();
        expect(session.eventNames()).toEqual(["error"]);
      }),
      { numRuns: 150 },
    );
    expect(history.stats().failed).toBe(0);
  });

  test("any mutation of a report is a record or none", async () => {
    const { history } = await newHistory();
    await fc.assert(
      fc.asyncProperty(mutated([report]), async (changed) => {
        const input = fromLiveKitReport(changed());
        if (input) expect(await history.addRecord(input)).toMatchObject({ durable: true });
      }),
      { numRuns: 300 },
    );
    expect(history.stats().failed).toBe(0);
  });

  test("hostile payloads are counted and skipped; what came before is kept", async () => {
    const { history, dir } = await newHistory();
    const session = new EventEmitter();
    const call = history.startCall({ call_id: "x", source: "livekit" });
    const attached = attachLiveKit(call, session);
    session.emit("conversation_item_added", { item: { type: "message", role: "user", content: ["hello"] } });
    for (const odd of hostileValues) {
      session.emit("conversation_item_added", odd);
      session.emit("conversation_item_added", { item: odd });
      session.emit("function_tools_executed", { functionCalls: odd });
      session.emit("function_tools_executed", { functionCalls: [odd, {}], functionCallOutputs: odd });
    }
    expect(attached.malformed).toBeGreaterThan(30);
    attached.detach();
    await call.end();
    const record = (await recordsIn(dir)).get("x");
    expect(record?.conversation?.map(({ content }) => content)).toEqual(["hello"]);
    expect(record?.quality_flags).toContain("malformed_event");
    expect(record?.metadata).toMatchObject({ malformed_events: attached.malformed });
    expect(history.stats().failed).toBe(0);
  });
});

test("10,000 calls leave no listener and no heap behind", { timeout: 240_000 }, async () => {
  const { history } = await newHistory();
  const session = new EventEmitter();
  let number = 0;
  const calls = async (count: number) => {
    for (let call = 0; call < count; call += 1) {
      number += 1;
      attachLiveKit(history.startCall({ call_id: `leak-${number}`, source: "livekit" }), session);
      for (const { event, payload } of voice) session.emit(String(event), payload);
      if (call % 100 === 99) await until(() => history.stats().queued === 0);
    }
    await until(() => history.stats().queued === 0);
  };
  await calls(1000);
  const before = heapAfter();
  await calls(9000);
  expect(session.eventNames()).toEqual([]);
  expect(heapAfter() - before).toBeLessThan(4 * 1024 * 1024);
  expect(history.stats()).toMatchObject({ open_calls: 0, failed: 0, records_written: 10_000 });
});
