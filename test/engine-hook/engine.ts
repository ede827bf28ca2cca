/** An engine as a process of its own, for tests that kill it: `node engine.ts DIR MODE`. */
import { openCallHistory } from "../../src/engine-hook/index.ts";

const [dir = "", mode = ""] = process.argv.slice(2);
const history = await openCallHistory({ dir, host: "test" });

const kept = { source: "test", call_id: "kept", start_time: "2026-11-21T10:00:00Z" };
if (mode === "begin") {
  // A call with one event of each kind, and somebody in mid-sentence; says so when it is on disk, and then only waits.
  const call = history.startCall({ ...kept, caller_number: "+15550101" }, { hangUp() {} });
  call.addMessage({ role: "assistant", content: "Good morning!", agent: "reception" });
  call.addSegment({ text: "I would like", final: false });
  call.addSegment({ text: "I would like to book", final: true });
  call.addToolCall({ name: "calendar", params: { day: 3 }, status: "ok" });
  call.speech("user", "stopped", Date.parse("2026-11-21T10:00:10Z"));
  call.speech("assistant", "started", Date.parse("2026-11-21T10:00:11Z"));
  call.bargeIn();
  call.set({ language: "en" });
  call.addSegment({ text: "a table for", final: false });
  // What is being said is written a little later.
  setTimeout(async () => {
    if (await history.flush()) process.stdout.write("begun\n");
  }, 500);
  setInterval(() => {}, 60_000);
} else if (mode === "resume" || mode === "resume and die") {
  const [left] = history.recovered();
  process.stdout.write(`recovered ${left?.call_id} with ${left?.messages}\n`);
  await new Promise((resolve) => process.stdin.once("data", resolve));
  const call = left ? history.resume(left) : history.startCall(kept);
  call.addMessage({ role: "user", content: `said to ${process.pid}` });
  if (mode === "resume") {
    const { durable } = await call.end({ ended_reason: "caller hung up", ended_by: "caller", outcome: "transferred" });
    await history.close();
    process.stdout.write(`ended ${durable}\n`);
    process.exit(0);
  }
  if (await history.flush()) process.stdout.write("talking\n");
  setInterval(() => {}, 60_000);
} else if (mode === "talk") {
  // Says how many calls are surely on disk, and goes on talking until it is killed.
  const talking = history.startCall({ call_id: "talking", caller_number: "+15550101" });
  for (let number = 1; ; number += 1) {
    talking.addMessage({ role: "user", content: `word ${number}` });
    const { durable } = await history.startCall({ call_id: `call-${number}` }).end();
    if (durable) process.stdout.write(`${number}\n`);
  }
} else {
  history.startCall({ call_id: "open" }).addMessage({ role: "user", content: "hello" });
  void history.startCall({ call_id: "ended" }).end();
  if (mode === "close") await history.close();
}
