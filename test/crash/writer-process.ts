/** An engine for the process test: makes calls through the real hook and writes down each id it was told is durable. */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openCallHistory } from "../../src/engine-hook/index.ts";

const [dir = "", acknowledged = "", name = ""] = process.argv.slice(2);
const CALLS_AT_ONCE = 4;
const file = openSync(acknowledged, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | constants.O_SYNC);
const history = await openCallHistory({ dir, host: name, publish_seconds: 1, segment_bytes_max: 256 * 1024 });

async function makeCalls(line: number): Promise<void> {
  for (let number = 1; ; number++) {
    // Every fifth call began yesterday, so that each segment has rows of two days.
    const start_time = Date.now() - (number % 5 === 0 ? 86_400_000 : 0);
    const call = history.startCall({ call_id: `${process.pid}-${line}-${number}`, source: name, start_time });
    call.addMessage({ role: "user", content: `Call ${number} of ${name} 你好` });
    await sleep(Math.random() * 60);
    call.addToolCall({ name: "look_up", params: { number }, result: { ok: true }, status: "ok", duration_ms: 5 });
    const receipt = await call.end({ ended_reason: "caller hung up" });
    if (receipt.durable) writeSync(file, `${receipt.id}\n`);
  }
}

await Promise.all(Array.from({ length: CALLS_AT_ONCE }, (_, line) => makeCalls(line)));
closeSync(file);
