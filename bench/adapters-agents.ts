/** What the Realtime and LiveKit adapters cost the engine's main thread for each event of a session. */
import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { attachLiveKit, attachRealtime, type CallHistory, openCallHistory } from "../src/engine-hook/index.ts";
import { type BenchRow, percentile, printRows, short } from "./kit.ts";

const CALLS = 1500;
const WARM_UP_CALLS = 500;
const BAR_US = 20;
const GOLDEN = resolve(import.meta.dirname, "../test/golden");

interface Emitted {
  name: string;
  value: unknown;
}

function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(join(GOLDEN, path), "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A session of a voice call with a tool: 97 events, some of them with 200 ms of G.711 sound. */
function realtimeEvents(asText: boolean): Emitted[] {
  const sound = Buffer.alloc(1600).toString("base64");
  return linesOf("realtime/tool-and-late-transcript.jsonl").flatMap(({ server, client }) => {
    const event = (server ?? client) as { delta?: string } | undefined;
    if (!event) return [];
    const value = event.delta?.startsWith("@") ? { ...event, delta: sound } : event;
    if (client) return [{ name: "client", value }];
    return [asText ? { name: "message", value: Buffer.from(JSON.stringify(value)) } : { name: "server", value }];
  });
}

const liveKitEvents = (): Emitted[] =>
  linesOf("livekit/voice.events.jsonl").map(({ event, payload }) => ({ name: String(event), value: payload }));

interface Cost {
  /** Microseconds an event, of each whole call: attaching, its start and its end included. */
  call: number[];
  /** Microseconds of each event. */
  event: number[];
}

type Attach = (history: CallHistory, source: EventEmitter, number: number) => () => Promise<unknown>;

const realtime: Attach = (history, source, number) => {
  const session = attachRealtime(history.startCall({ call_id: `r-${number}`, source: "openai_realtime" }), source);
  return () => session.end();
};

const liveKit: Attach = (history, source, number) => {
  const call = history.startCall({ call_id: `l-${number}`, source: "livekit" });
  attachLiveKit(call, source);
  return () => call.end();
};

async function play(history: CallHistory, events: readonly Emitted[], attach: Attach, calls: number): Promise<Cost> {
  const cost: Cost = { call: [], event: [] };
  for (let number = 0; number < calls; number += 1) {
    const source = new EventEmitter();
    const begun = performance.now();
    const end = attach(history, source, number);
    for (const { name, value } of events) {
      const before = performance.now();
      source.emit(name, value);
      cost.event.push((performance.now() - before) * 1000);
    }
    const ended = end();
    // The queue posts what was added once the turn is over: it counts as well.
    await null;
    cost.call.push(((performance.now() - begun) * 1000) / events.length);
    await nextTurn();
    if (number % 50 === 49) await ended;
  }
  return cost;
}

export async function rows(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-"));
  const history = await openCallHistory({ dir });
  const all: BenchRow[] = [];
  const kinds: [string, Emitted[], Attach][] = [
    ["OpenAI Realtime, events as objects", realtimeEvents(false), realtime],
    ["OpenAI Realtime, events as bytes of JSON", realtimeEvents(true), realtime],
    ["LiveKit Agents", liveKitEvents(), liveKit],
  ];
  try {
    for (const [name, events, attach] of kinds) {
      await play(history, events, attach, WARM_UP_CALLS);
      const cost = await play(history, events, attach, CALLS);
      const value = percentile(cost.call, 0.5);
      all.push({
        what: `${name}: an event, whole calls, p50`,
        value,
        unit: "us",
        bar: `<= ${BAR_US}`,
        beside: `${events.length} events a call; an event alone p99 ${short(percentile(cost.event, 0.99))} us`,
        ratio: value / BAR_US,
        ok: value <= BAR_US,
      });
    }
    return all;
  } finally {
    await history.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) printRows("Adapters of agents", await rows());
