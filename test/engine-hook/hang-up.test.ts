/** Somebody outside asks for a call's end: through the journal's folder, to the engine's own function. */
import { expect, test } from "vitest";
import { type CallControl, openCallHistory } from "../../src/engine-hook/index.ts";
import { requestEnd } from "../../src/store/journal/control.ts";
import { JournalFollower } from "../../src/store/journal/index.ts";
import { newDir, newHistory, recordsIn } from "./kit.ts";

const who = { who: "Ann", reason: "" };

async function open(control?: CallControl) {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "call" }, control);
  await history.flush();
  return { history, dir, call, ask: () => requestEnd(dir, history.stats().writer, call.id, who, 10_000) };
}

test("the engine hangs up, and the record says who ended the call", async () => {
  let hungUp = 0;
  const { dir, call, ask } = await open({
    hangUp() {
      hungUp += 1;
      return new Promise((resolve) => setTimeout(resolve, 500));
    },
  });
  const follower = new JournalFollower(dir);
  await follower.poll();
  expect(follower.activeCalls()[0]?.can_end).toBe(true);
  expect(await Promise.all([ask(), ask()])).toEqual([{ ok: true }, { ok: true }]);
  expect(hungUp).toBe(1);
  await call.end();
  expect((await recordsIn(dir)).get("call")).toMatchObject({ ended_by: "system", ended_reason: "ended by Ann" });
  expect(await ask()).toMatchObject({ ok: false, message: "The call is not open in this engine." });
});

test("what the engine says of the end stands before what was asked", async () => {
  const { dir, call, ask } = await open({ hangUp() {} });
  expect(await ask()).toEqual({ ok: true });
  await call.end({ ended_by: "caller", ended_reason: "caller hung up" });
  expect((await recordsIn(dir)).get("call")).toMatchObject({ ended_by: "caller", ended_reason: "caller hung up" });
});

test.each<[string, CallControl | undefined, RegExp]>([
  ["has no way to", undefined, /gave no way/],
  [
    "throws",
    {
      hangUp() {
        throw new Error("The channel is gone.");
      },
    },
    /could not end the call: The channel is gone\./,
  ],
  ["rejects with nothing", { hangUp: () => Promise.reject(undefined) }, /could not end the call/],
  ["says nothing in time", { hangUp: () => new Promise(() => {}) }, /did not say within 5 s/],
])("an engine that %s is heard as such, and the call goes on", async (_, control, message) => {
  const { dir, history, call, ask } = await open(control);
  expect(await ask()).toMatchObject({ ok: false, code: "refused", message: expect.stringMatching(message) });
  expect([call.ended, history.stats().failed]).toEqual([false, 0]);
  await call.end();
  expect((await recordsIn(dir)).get("call")?.ended_by).toBeNull();
});

test("nobody answers for an engine that is closed", async () => {
  const dir = newDir();
  const history = await openCallHistory({ dir, host: "test" });
  const call = history.startCall({ call_id: "call" }, { hangUp() {} });
  const { writer } = history.stats();
  await history.close();
  expect(await requestEnd(dir, writer, call.id, who, 1000)).toMatchObject({ ok: false, code: "engine_gone" });
});
