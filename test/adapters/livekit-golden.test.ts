/** Sessions as @livekit/agents wrote them, and one of invented content: events and report give one and the same record. */
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attachLiveKit, fromLiveKitReport } from "../../src/engine-hook/adapters/livekit.ts";
import type { RecordInput } from "../../src/engine-hook/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { expectGolden, GOLDEN, heldOf, inputsIn, linesOf } from "./golden.ts";

const folder = join(GOLDEN, "livekit");
const reportOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(folder, `${name}.session_report.json`), "utf8"));

/** A number of ms as a session in memory has it, of the report's seconds or ms. */
const inMemory = (time: number): number => Math.round(time < 1e11 ? time * 1000 : time);

/** The recorded streams lost the items' own times when they were written; in memory they are there, as in the report. */
function withItemTimes(lines: readonly Record<string, unknown>[], report: unknown): Record<string, unknown>[] {
  const { items } = (report as { chat_history: { items: { id: string; created_at: number }[] } }).chat_history;
  const times = new Map(items.map(({ id, created_at }) => [id, inMemory(created_at)]));
  const revive = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (typeof value !== "object" || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, revive(member)]));
    const time = times.get(String(copy["id"]));
    return time === undefined ? copy : { ...copy, createdAt: time };
  };
  return lines.map((line) => revive(line) as Record<string, unknown>);
}

async function recordLive(
  lines: readonly Record<string, unknown>[],
  known: RecordInput,
): Promise<CallRecord | undefined> {
  const { history, dir } = await newHistory();
  const session = new EventEmitter();
  const { call_id, start_time } = known;
  const attached = attachLiveKit(history.startCall({ call_id, start_time, source: "livekit" }), session);
  for (const { event, payload } of lines) session.emit(String(event), payload);
  await until(() => history.stats().records_written === 1);
  expect([session.eventNames(), attached.malformed]).toEqual([[], 0]);
  return (await recordsIn(dir)).get(call_id);
}

async function recordReport(input: RecordInput): Promise<CallRecord | undefined> {
  const { history, dir } = await newHistory();
  expect(await history.addRecord(input)).toMatchObject({ durable: true });
  return (await recordsIn(dir)).get(input.call_id);
}

/** The record without what only one side can know: a report names its job and room, a stream lacks the tools' times. */
function comparable(record: CallRecord | undefined, withTimes: boolean): Record<string, unknown> {
  const { metadata, ...held } = heldOf(record);
  const { livekit_errors } = (metadata ?? {}) as { livekit_errors?: unknown };
  if (withTimes) return { ...held, livekit_errors };
  const without = (list: unknown, ...names: string[]) =>
    (list as Record<string, unknown>[]).map((one) =>
      Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name))),
    );
  return {
    ...held,
    tool_calls: without(held["tool_calls"], "at", "duration_ms"),
    turns: without(held["turns"], "tool_ms"),
  };
}

describe("a LiveKit session", () => {
  test.each(inputsIn("livekit", ".events.jsonl"))("%s", async (name) => {
    const report = reportOf(name);
    const input = fromLiveKitReport(report);
    if (input === null) throw new Error("The report was not read.");
    const reported = await recordReport(input);
    expectGolden("livekit", name, reported);
    const lines = linesOf(join(folder, `${name}.events.jsonl`));
    expect(comparable(await recordLive(lines, input), false)).toEqual(comparable(reported, false));
    const live = await recordLive(withItemTimes(lines, report), input);
    expect(comparable(live, true)).toEqual(comparable(reported, true));
    expect(live?.id).toBe(reported?.id);
  });

  test("the report's text, and a report without its events", async () => {
    const report = reportOf("order-lookup") as Record<string, unknown>;
    const whole = fromLiveKitReport(report);
    expect(fromLiveKitReport(JSON.stringify(report))).toEqual(whole);
    const { events: _, ...bare } = report;
    const fromHistory = fromLiveKitReport(bare);
    expect(fromHistory?.conversation?.map((said) => said.content)).toEqual(
      whole?.conversation?.map((said) => said.content),
    );
    expect(fromHistory?.tool_calls).toMatchObject([{ name: "lookup_order", status: "ok", duration_ms: 123 }]);
    expect(fromHistory).toMatchObject({ end_time: 1795256504917, agents_used: ["default_agent"] });
  });

  test("what the host knows stands above what the report tells", () => {
    const known = { call_id: "SIP-1", start_time: 1795256504000, caller_number: "+15550101", rev: 2 };
    expect(fromLiveKitReport(reportOf("unicode"), known)).toMatchObject(known);
  });

  test("what is no report is none", () => {
    for (const no of [
      undefined,
      null,
      1,
      "x",
      "[]",
      {},
      [],
      { events: 3, job_id: "x" },
      { chat_history: {}, events: [] },
    ])
      expect(fromLiveKitReport(no)).toBeNull();
  });
});
