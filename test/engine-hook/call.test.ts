/** A call from its start to its durable record, as the README shows it. */
import { expect, test } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { COLUMN_NAMES, callIdentity } from "../../src/record/index.ts";
import { JournalFollower } from "../../src/store/journal/index.ts";
import { newDir, newHistory, recordsIn, until } from "./kit.ts";

test("the snippet of the README", async () => {
  const { history, dir } = await newHistory({ time_zone: "Europe/Berlin" });
  const call = history.startCall({
    call_id: "1795255200.17",
    caller_number: "+15550101",
    provider_name: "openai_realtime",
    pipeline_name: "local_hybrid",
    context_name: "appointments",
    start_time: "2026-11-21T10:00:00Z",
  });
  call.addMessage({ role: "assistant", content: "Guten Tag!", agent: "reception" });
  call.addMessage({ role: "user", content: "Dzień dobry 你好" });
  call.addTurn({ e2e_ms: 900, stt_ms: 100, llm_ms: 500, tts_ms: 200 });
  call.addTurn({ e2e_ms: 700 });
  call.addToolCall({ name: "calendar", params: { day: 3 }, result: "booked", status: "success", duration_ms: 40 });
  call.bargeIn();
  call.set({ language: "de", mood: "calm" } as { language: string });
  const receipt = await call.end({ ended_reason: "caller hung up", end_time: "2026-11-21T10:01:30Z" });
  const id = callIdentity("engine", "1795255200.17", Date.parse("2026-11-21T10:00:00Z"));
  expect(receipt).toEqual({ id, durable: true });
  expect(call.id).toBe(id);

  const record = (await recordsIn(dir)).get("1795255200.17");
  expect(Object.keys(record ?? {})).toEqual(COLUMN_NAMES);
  expect(record).toMatchObject({
    id,
    rev: 1,
    source: "engine",
    start_time: "2026-11-21T10:00:00.000Z",
    start_time_local: "2026-11-21T11:00:00.000",
    time_zone: "Europe/Berlin",
    duration_seconds: 90,
    tool_call_count: 1,
    tool_ok_count: 1,
    tool_error_count: 0,
    turn_latencies_ms: [900, 700],
    avg_turn_latency_ms: 800,
    max_turn_latency_ms: 900,
    total_turns: 2,
    user_messages: 1,
    assistant_messages: 1,
    barge_in_count: 1,
    agents_used: ["reception"],
    initial_agent: "reception",
    outcome: "completed",
    ended_reason: "caller hung up",
    language: "de",
    metadata: { mood: "calm" },
    quality_flags: ["unknown_field"],
    writer: history.stats().writer,
  });
  expect(record?.conversation?.map((said) => said.content)).toEqual(["Guten Tag!", "Dzień dobry 你好"]);
  expect(record?.tool_calls).toMatchObject([{ name: "calendar", params: { day: 3 }, result: "booked", status: "ok" }]);
  expect(record?.turns?.map((turn) => turn.index)).toEqual([0, 1]);

  await history.close();
  expect(await call.end()).toMatchObject({ durable: false, reason: expect.stringContaining("closed") });
  const { accepted, written, dropped, superseded, queued } = history.stats();
  expect([written + dropped + superseded + queued, queued]).toEqual([accepted, 0]);
});

test("a live call is seen as it grows, and lists may be given whole at its end", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "live" });
  call.addMessage({ role: "user", content: "one" });
  const follower = new JournalFollower(dir);
  await until(async () => {
    await follower.poll();
    return follower.activeCalls()[0]?.conversation.length === 1;
  });
  await call.end({ conversation: [{ role: "assistant", content: "two" }], turns: [{ e2e_ms: 5 }] });
  const record = (await recordsIn(dir)).get("live");
  expect(record?.conversation?.map((said) => said.content)).toEqual(["one", "two"]);
  expect(record?.total_turns).toBe(1);
});

test("a finished call is recorded by addRecord, and its retry is the same call", async () => {
  const { history, dir } = await newHistory();
  const call = {
    call_id: "done",
    start_time: 1795255200000,
    end_time: 1795255210000,
    transfer_destination: "+15550102",
  };
  const [one, two] = await Promise.all([history.addRecord(call), history.addRecord({ ...call, rev: 2 })]);
  expect(one.id).toBe(two.id);
  expect((await recordsIn(dir)).get("done")).toMatchObject({ rev: 2, outcome: "transferred", duration_seconds: 10 });
});

test("an empty call is an abandoned record, unless such calls are not kept", async () => {
  const kept = await newHistory();
  expect(await kept.history.startCall({ call_id: "rang" }).end()).toMatchObject({ durable: true });
  expect((await recordsIn(kept.dir)).get("rang")?.outcome).toBe("abandoned");

  const { history, dir } = await newHistory({ keep_empty: false });
  expect(await history.startCall({ call_id: "rang" }).end()).toMatchObject({ durable: false });
  const spoken = history.startCall({ call_id: "spoken" });
  spoken.set({ language: "pl" });
  spoken.addMessage({ role: "user", content: "hello" });
  await spoken.end();
  await history.close();
  expect([...(await recordsIn(dir)).keys()]).toEqual(["spoken"]);
});

test("a history that is not enabled writes nothing and takes everything", async () => {
  const dir = newDir();
  const history = await openCallHistory({ dir: `${dir}/none`, enabled: false });
  const call = history.startCall({ call_id: "x" });
  call.addMessage({ role: "user", content: "hello" });
  expect(await call.end()).toMatchObject({ durable: false, reason: "CALL_HISTORY_ENABLED is false." });
  expect(history.stats().state).toBe("disabled");
  await history.close();
});

test("a bad option stops the opening with a sentence that names it", async () => {
  await expect(openCallHistory({ publish_seconds: 0 })).rejects.toThrow(
    "CALL_HISTORY_PUBLISH_SECONDS (publish_seconds) must be a whole number from 1 to 86400; it is 0.",
  );
  await expect(openCallHistory({ time_zone: "Mars/Base" })).rejects.toThrow(/CALL_HISTORY_TIME_ZONE.*"Mars\/Base"/);
  await expect(openCallHistory({ dir: "" })).rejects.toThrow(/CALL_HISTORY_DIR/);
  process.env["CALL_HISTORY_ENABLED"] = "perhaps";
  try {
    await expect(openCallHistory()).rejects.toThrow(
      'CALL_HISTORY_ENABLED (enabled) must be true or false; it is "perhaps".',
    );
  } finally {
    delete process.env["CALL_HISTORY_ENABLED"];
  }
});
