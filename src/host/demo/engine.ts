/** The demo engine: a process of its own that handles several calls at once and records them through the real hook. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type CallHistory, openCallHistory } from "../../engine-hook/index.ts";
import { type DemoCall, type DemoEvent, makeDemoCall } from "./call.ts";
import type { EngineReport, EngineSettings } from "./engine-process.ts";
import { Chance } from "./random.ts";

/** Calls at once. */
const LINES = 12;
/** A line rests up to so long between two calls. */
const PAUSE_MS = 3_000;
const REPORT_MS = 1_000;
const CLOSE_MS_MAX = 5_000;

const settings = JSON.parse(process.env["CALL_LAKE_DEMO_ENGINE"] ?? "{}") as EngineSettings;
const stop = new AbortController();
const counts = { calls_begun: 0, calls_durable: 0, active_calls: 0 };

process.on("SIGTERM", () => stop.abort());
// Ctrl-C reaches the whole group; the host asks us to end when it is ready for it.
process.on("SIGINT", () => {});
process.on("message", (message) => message === "close" && stop.abort());
process.on("disconnect", () => stop.abort());

const history = await openCallHistory({
  dir: settings.dir,
  publish_seconds: settings.publish_seconds,
  session_timeout_minutes: settings.session_timeout_minutes,
  time_zone: "UTC",
});
history.on("failure", ({ message }) => tell({ kind: "trouble", message }));
tell(report(history));
const timer = setInterval(() => tell(report(history)), REPORT_MS);

const chance = new Chance(`engine ${Date.now()} ${process.pid}`);
await Promise.all(Array.from({ length: LINES }, (_, line) => takeCalls(history, line)));
clearInterval(timer);
await history.close();
await told(report(history));
if (process.connected) process.disconnect();

/** One line: a call, a pause, the next call, until the engine is to stop. */
async function takeCalls(history: CallHistory, line: number): Promise<void> {
  for (let number = 1; !stop.signal.aborted; number++) {
    const start = Date.now();
    const plan = makeDemoCall(chance, start, `${process.pid}-${line}-${number}`);
    const hungUp = new AbortController();
    const call = history.startCall({ ...plan.started, start_time: start }, { hangUp: () => hungUp.abort() });
    // The first calls run faster, each line's less so: their ends, and all that follow, are spread over time.
    await handle(call, plan, number === 1 ? (line + 1) / LINES : 1, hungUp.signal);
    await pause(chance.whole(500, PAUSE_MS));
  }
}

/** `pace` 1 is real time, 0.5 twice as fast. */
async function handle(call: Call, plan: DemoCall, pace: number, hungUp: AbortSignal): Promise<void> {
  const over = AbortSignal.any([stop.signal, hungUp]);
  counts.calls_begun += 1;
  counts.active_calls += 1;
  const began = performance.now();
  const until = (offset: number) => pause(offset * pace - (performance.now() - began), over);
  for (const event of plan.events) {
    await until(event.offset_ms);
    if (over.aborted) break;
    if (event === plan.events[0]) call.set({ answer_time: Date.now() });
    record(call, event);
  }
  await until(plan.duration_ms);
  const ending = over.aborted
    ? {
        ended_reason: hungUp.aborted ? "hung up from outside" : "engine stopped",
        ended_by: "system" as const,
        graceful: true,
      }
    : plan.ended;
  // The audio is torn down beside the disk: the engine does not wait for the receipt before the next call.
  const receipt = call.end(ending);
  counts.active_calls -= 1;
  const count = receipt.then(({ durable }) => {
    if (durable) counts.calls_durable += 1;
  });
  if (stop.signal.aborted) await Promise.race([count, sleep(CLOSE_MS_MAX, undefined, { ref: false })]);
}

function record(call: Call, event: DemoEvent): void {
  switch (event.kind) {
    case "message":
      call.addMessage({ role: event.role, content: event.content, interrupted: event.interrupted });
      break;
    case "turn":
      call.addTurn({ ...event.latency, interrupted: event.interrupted });
      break;
    case "barge_in":
      call.bargeIn();
      break;
    case "tool": {
      const { name, params, result, error, duration_ms } = event;
      call.addToolCall({ name, params, result, error, status: error === null ? "ok" : "error", duration_ms });
      break;
    }
  }
}

/** Waits, but not beyond the wish to stop. */
async function pause(ms: number, over = stop.signal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: over }).catch(() => {});
}

function report(history: CallHistory): EngineReport {
  return { kind: "report", ...counts, hook: history.stats() };
}

function tell(message: EngineReport): void {
  void told(message);
}

/** Resolves when the message has left this process, or cannot. */
function told(message: EngineReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });
}
