/** An engine of the long run: calls of today and of older days; writes down what it was told is durable. */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCallHistory } from "../../../src/engine-hook/index.ts";

const [dir = "", acknowledged = "", name = ""] = process.argv.slice(2);
const DAY = 86_400_000;
const file = openSync(acknowledged, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | constants.O_SYNC);
const history = await openCallHistory({ dir, host: name, publish_seconds: 1, segment_bytes_max: 256 * 1024 });

console.info("started");
async function makeCalls(line: number): Promise<void> {
  for (let number = 1; ; number++) {
    const expires = number % 7 === 0;
    const daysAgo = expires ? 4 : [0, 1, 5][number % 3];
    const call = history.startCall({
      call_id: `${process.pid}-${line}-${number}`,
      source: name,
      start_time: Date.now() - (daysAgo ?? 0) * DAY,
      client_id: expires ? "short" : "long",
      caller_number: `+1 555-01${String(number % 100).padStart(2, "0")}`,
    });
    call.addMessage({ role: "user", content: `Call ${number} of ${name} 你好` });
    await sleep(Math.random() * 60);
    call.addToolCall({ name: "look_up", params: { number }, result: { ok: true }, status: "ok", duration_ms: 5 });
    const receipt = await call.end({ ended_reason: "caller hung up" });
    if (receipt.durable) writeSync(file, `${receipt.id}${expires ? " expires" : ""}\n`);
  }
}

await Promise.all(Array.from({ length: 3 }, (_, line) => makeCalls(line)));
closeSync(file);
