/** Realtime sessions of invented content, in the shapes of the API: their events and the records they must give. */
import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { attachRealtime } from "../../src/engine-hook/adapters/realtime.ts";
import type { CallStart } from "../../src/engine-hook/index.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { expectGolden, GOLDEN, inputsIn, linesOf } from "./golden.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** `@200ms` stands for so much G.711 sound, 8 bytes a millisecond, in base64. */
function withSound(event: unknown): unknown {
  const delta = (event as { delta?: unknown }).delta;
  const ms = typeof delta === "string" ? /^@(\d+)ms$/.exec(delta)?.[1] : undefined;
  return ms ? { ...(event as object), delta: Buffer.alloc(Number(ms) * 8).toString("base64") } : event;
}

describe("a Realtime session", () => {
  test.each(inputsIn("realtime", ".jsonl"))("%s", async (name) => {
    const { history, dir } = await newHistory();
    const [{ start } = {}, ...lines] = linesOf(join(GOLDEN, "realtime", `${name}.jsonl`));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse((start as { start_time: string }).start_time) });
    const source = new EventEmitter();
    const call = history.startCall(start as CallStart);
    attachRealtime(call, source);
    for (const line of lines) {
      vi.setSystemTime(line["at"] as number);
      if ("close" in line) source.emit("close", ...(line["close"] as unknown[]));
      else if ("client" in line) source.emit("client", withSound(line["client"]));
      else source.emit("message", Buffer.from(JSON.stringify(withSound(line["server"]))));
    }
    expect(source.eventNames()).toEqual([]);
    vi.useRealTimers();
    await until(() => history.stats().records_written === 1);
    expectGolden("realtime", name, (await recordsIn(dir)).get(name));
  });
});

const shared = resolve(import.meta.dirname, "../../../shared/data/openai-realtime");

describe.skipIf(!existsSync(shared))("OpenAI's own examples (skipped where ../shared is not there)", () => {
  test("no event of any schema is malformed, and none throws", async () => {
    const { history, dir } = await newHistory();
    const call = history.startCall({ call_id: "examples", start_time: 1795255200000 });
    const session = attachRealtime(call);
    let events = 0;
    for (const { schema, event } of linesOf(join(shared, "official-examples.jsonl"))) {
      const client = String(schema).includes("Client");
      if (client) session.client(event, 1795255200000 + events);
      else session.server(event, 1795255200000 + events);
      events += 1;
    }
    await session.end();
    expect(events).toBeGreaterThan(90);
    expect(session.malformed).toBe(0);
    const record = (await recordsIn(dir)).get("examples");
    expect(record?.usage).toMatchObject({ input_tokens: 259, output_tokens: 269, cached_tokens: 448 });
    expect(record?.quality_flags).toContain("impossible_usage");
    expect(record?.tool_calls?.map((tool) => tool.name)).toEqual(["get_weather", null]);
  });

  test("the recorded session of text", async () => {
    const { history, dir } = await newHistory();
    const call = history.startCall({ call_id: "text", source: "openai_realtime", start_time: 1795255200000 });
    const session = attachRealtime(call);
    const events = linesOf(join(shared, "text-session.jsonl"));
    for (const [index, event] of events.entries()) session.server(event, 1795255200000 + index);
    await session.end();
    const record = (await recordsIn(dir)).get("text");
    expect([events.length, session.malformed]).toEqual([83, 0]);
    expect(record?.conversation?.length).toBe(1);
    expect(JSON.parse(record?.conversation?.[0]?.content ?? "")).toMatchObject({ word: "pending", region: "--" });
    expect(record).toMatchObject({
      usage: { input_tokens: 72, output_tokens: 79, total_tokens: 151 },
      user_messages: 0,
      assistant_messages: 1,
      tool_call_count: 0,
      barge_in_count: 0,
      outcome: "completed",
      quality_flags: [],
    });
  });
});
