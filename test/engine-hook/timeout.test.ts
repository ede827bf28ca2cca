/** Sessions nobody ends: closed after a silence, all by one timer, leaving nothing behind. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { newHistory, recordsIn, until } from "./kit.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test("a silent call ends with its last event, and one that is heard of does not", async () => {
  // Longer than a busy machine lets this thread stand still: else the one that is heard of would be silent, too.
  const { history, dir } = await newHistory({ session_timeout_minutes: 2 / 60 });
  const silent = history.startCall({ call_id: "silent" });
  silent.addMessage({ role: "user", content: "hello" });
  const said = Date.now();
  const busy = history.startCall({ call_id: "busy" });
  await until(() => {
    busy.set({ language: "en" });
    return silent.ended;
  });
  expect([busy.ended, history.stats().open_calls]).toEqual([false, 1]);
  await history.flush();
  const record = (await recordsIn(dir)).get("silent");
  expect(record).toMatchObject({
    outcome: "completed",
    ended_reason: "session_timeout",
    ended_by: "system",
    graceful: true,
  });
  expect(Date.parse(record?.end_time ?? "")).toBeLessThanOrEqual(said);

  // The engine's own end comes late, and is the true one.
  const receipt = await silent.end({ ended_reason: "caller hung up", ended_by: "caller" });
  expect(receipt.durable).toBe(true);
  const later = (await recordsIn(dir)).get("silent");
  expect(later).toMatchObject({ rev: 2, ended_reason: "caller hung up", ended_by: "caller", quality_flags: [] });
  expect(Date.parse(later?.end_time ?? "")).toBeGreaterThan(said);
  await busy.end();
});

test("ten thousand calls that nobody ends leave nothing behind: no timers, no heap", async () => {
  const { history } = await newHistory({ session_timeout_minutes: 0.2 / 60, queue_bytes_max: 2 ** 30 });
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const round = async (calls: number) => {
    const before = timers();
    for (let number = 0; number < calls; number += 1) {
      const call = history.startCall({ call_id: `${number}`, source: "round", start_time: number });
      call.addSegment({ text: "hello world", final: false });
      call.speech("user", "stopped");
    }
    // One looks for silent calls, one writes what is being said, one gathers lines.
    expect(timers() - before).toBeLessThanOrEqual(3);
    await until(() => history.stats().open_calls === 0);
    await history.flush();
    await new Promise((resolve) => setTimeout(resolve, 100));
    collect();
    return process.memoryUsage().heapUsed;
  };
  await round(2000);
  const before = await round(2000);
  const after = await round(10_000);
  // A call of this kind holds some 5 KB while it is open: one in twenty left behind would show.
  expect(after - before).toBeLessThan(10_000 * 250);
  expect(history.stats().dropped).toBe(0);
});
