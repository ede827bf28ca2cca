/** What an adapter costs the engine's main thread per event: Asterisk's, on 50 recorded calls. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as ari from "ari-client";
import { AriCalls } from "../src/engine-hook/adapters/asterisk/ari-calls.ts";
import { attachAri, type CallHistory, openCallHistory } from "../src/engine-hook/index.ts";
import { viewsOf } from "../test/kit/ari-recording.ts";
import { type BenchRow, median, percentile, short } from "./kit.ts";

const ROUNDS = 10;
const BAR_US = 20;
const REPLAY = join(import.meta.dirname, "../test/kit/ari-replay.ts");

type Event = Record<string, unknown>;

async function withHistory<T>(work: (history: CallHistory) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-"));
  const history = await openCallHistory({ dir, host: "bench" });
  try {
    return await work(history);
  } finally {
    await history.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Cost {
  /** By the clock, of each event: other processes' time is in it. */
  us: number[];
  /** Processor time of this thread, an event: the journal's lines and their posting are in it. */
  cpu_us: number;
}

/** Processor time of this thread so far, in us. */
const threadUs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

/** The observer's socket, 1,618 events a round. */
function observed(): Promise<Cost> {
  const text = JSON.stringify(viewsOf("many-50").find(({ name }) => name === "observer")?.lines);
  return withHistory(async (history) => {
    const calls = new AriCalls(history);
    const us: number[] = [];
    let cpu = 0;
    for (let round = 0; round < ROUNDS + 3; round += 1) {
      const renamed = text.replaceAll("many-", `r${round}-`).replaceAll("test-000000", `test-${round}00`);
      const events = (JSON.parse(renamed) as { event?: Event }[]).flatMap(({ event }) => event ?? []);
      const beganUs = threadUs();
      for (const event of events) {
        const began = performance.now();
        calls.take(event);
        await null; // What was queued is posted when the turn is over: it counts as well.
        if (round >= 3) us.push((performance.now() - began) * 1000);
      }
      if (round >= 3) cpu += threadUs() - beganUs;
      await sleep(20);
    }
    return { us, cpu_us: cpu / us.length };
  });
}

/** A socket's recording, ROUNDS times one after the other, each with channels of its own. */
function longRecording(path: string, view: string): void {
  const lines = viewsOf("many-50").find(({ name }) => name === view)?.lines ?? [];
  const texts: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const line of lines) {
      const recv = new Date(Date.parse(line.recv) + round * 10_000).toISOString();
      texts.push(
        JSON.stringify({ ...line, recv })
          .replaceAll("many-", `r${round}-`)
          .replaceAll("-000000", `-${round}00`),
      );
    }
  }
  writeFileSync(path, texts.join("\n"));
}

/** Microseconds that ari-client takes to hand on each event, replayed a hundred times faster by another process. */
async function handedOn(recording: string, attach: ((client: ari.Client) => unknown) | null): Promise<Cost> {
  const replay = spawn(process.execPath, [REPLAY, recording, "--speed", "100", "--port", "0"], { stdio: "pipe" });
  let said = "";
  replay.stdout.on("data", (more) => {
    said += String(more);
  });
  const hears = async (words: RegExp): Promise<string> => {
    for (;;) {
      const found = words.exec(said);
      if (found) return found[1] ?? "";
      if (replay.exitCode !== null) throw new Error(`The replaying server ended with ${replay.exitCode}.`);
      await sleep(20);
    }
  };
  const client = await ari.connect(await hears(/at (http:\S+),/), "call-lake", "secret");
  attach?.(client);
  const us: number[] = [];
  const emit = client.emit.bind(client);
  client.emit = (name: string | symbol, ...values: unknown[]) => {
    const began = performance.now();
    const heard = emit(name, ...values);
    if (name === "*") us.push((performance.now() - began) * 1000);
    return heard;
  };
  await client.start("voice-agent");
  const beganUs = threadUs();
  await hears(/done/);
  const cpu_us = (threadUs() - beganUs) / us.length;
  client.stop();
  replay.kill();
  return { us, cpu_us };
}

async function attachedRow(view: "app" | "observer"): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-"));
  const recording = join(dir, `many.${view}.jsonl`);
  longRecording(recording, view);
  const without = await handedOn(recording, null);
  const attached = await withHistory((history) => handedOn(recording, (client) => attachAri(history, client)));
  rmSync(dir, { recursive: true });
  const more = attached.cpu_us - without.cpu_us;
  return {
    what: `Asterisk, attachAri at 100x, ${view}: more an event`,
    value: more,
    unit: "us",
    bar: `<= ${BAR_US}`,
    beside: `by the clock with ${spread(attached)}; without ${spread(without)} us; ${attached.us.length} events`,
    ratio: null,
    ok: more <= BAR_US,
  };
}

const spread = ({ us }: Cost): string => `p50 ${short(median(us))}, p99 ${short(percentile(us, 0.99))}`;

/** The rows of this bench. */
export async function rows(): Promise<BenchRow[]> {
  const take = await observed();
  return [
    {
      what: "Asterisk, the machine alone, observer: an event",
      value: take.cpu_us,
      unit: "us",
      bar: `<= ${BAR_US}`,
      beside: `by the clock ${spread(take)} us; ${take.us.length} events`,
      ratio: null,
      ok: take.cpu_us <= BAR_US,
    },
    await attachedRow("observer"),
    await attachedRow("app"),
  ];
}
