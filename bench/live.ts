/** How soon a live view sees what happens in an engine of another process with 1,000 calls, and what following costs. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createCallHistoryApi } from "../src/api/index.ts";
import { openCallHistory } from "../src/engine-hook/index.ts";
import { openCallLake } from "../src/query/index.ts";
import { type BenchRow, percentile, printRows, short } from "./kit.ts";

const CALLS = 1000;
/** Each call has a message a second: two to three times as much as people say. */
const MESSAGES_A_SECOND = 1000;
const TICK_MS = 10;
const WARM_MS = 4000;
const MEASURE_MS = 20_000;
const READERS = 20;
const TEXT =
  "I would like to move my appointment from Tuesday to Thursday afternoon, if that is possible at all, please.";

/** Epoch milliseconds with their fraction, the same in all processes of the machine. */
const now = (): number => performance.timeOrigin + performance.now();

/** The engine: 1,000 calls, and ten a second that end and begin. Each message says when it was said. */
async function engine(dir: string): Promise<void> {
  const history = await openCallHistory({ dir });
  let started = 0;
  const start = () => history.startCall({ call_id: `bench-${started++}`, source: "bench", client_id: "one" });
  const calls = Array.from({ length: CALLS }, start);
  let next = 0;
  let owed = 0;
  let last = now();
  setInterval(() => {
    owed += ((now() - last) / 1000) * MESSAGES_A_SECOND;
    last = now();
    for (; owed >= 1; owed -= 1) {
      next = (next + 1) % CALLS;
      calls[next]?.addMessage({ role: next % 2 ? "user" : "assistant", content: `${now()} ${TEXT}` });
      if (next % 100 !== 0) continue;
      void calls[next]?.end();
      calls[next] = start();
    }
  }, TICK_MS);
  process.send?.("ready");
}

/** The admin backend: answers how much processor time it has used, in ms. */
async function backend(dir: string): Promise<void> {
  const lake = await openCallLake({ dir });
  const app = new Hono().route("/api/calls", createCallHistoryApi({ lake, allow_anonymous: true }));
  app.get("/cpu", (c) => {
    const { user, system } = process.cpuUsage();
    return c.json({ cpu: (user + system) / 1000, rss: process.memoryUsage().rss });
  });
  serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.(port));
}

async function childOf(role: string, dir: string): Promise<{ child: ChildProcess; told: unknown }> {
  const child = fork(import.meta.filename, [], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    env: { ...process.env, CALL_LAKE_BENCH_ROLE: role, CALL_LAKE_BENCH_DIR: dir },
  });
  const [told] = await once(child, "message");
  return { child, told };
}

/**
 * Reads the stream and gives each message's delay in ms, from its event in the engine to its arrival here. Without `hear`
 * the bytes are only taken: many readers in one process would measure each other.
 */
async function read(url: string, signal: AbortSignal, hear: ((ms: number) => void) | null): Promise<void> {
  const response = await fetch(url, { signal });
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    if (!hear) continue;
    const at = now();
    rest += text.decode(chunk, { stream: true });
    const end = rest.lastIndexOf("\n\n");
    if (end < 0) continue;
    for (const [, said] of rest.slice(0, end).matchAll(/"content":"(\d{13}\.?\d*) /g)) hear(at - Number(said));
    rest = rest.slice(end);
  }
}

interface Measured {
  delays: number[];
  /** Share of one core. */
  cpu: number;
  rss: number;
}

async function measure(base: string, readers: number): Promise<Measured> {
  const left = new AbortController();
  const delays: number[] = [];
  let measuring = false;
  const reading = Array.from({ length: readers }, (_, index) =>
    read(`${base}/api/calls/live`, left.signal, index === 0 ? (ms) => measuring && delays.push(ms) : null).catch(
      () => {},
    ),
  );
  const used = async () => (await (await fetch(`${base}/cpu`)).json()) as { cpu: number; rss: number };
  await sleep(WARM_MS);
  const before = await used();
  const begun = performance.now();
  measuring = true;
  await sleep(MEASURE_MS);
  measuring = false;
  const after = await used();
  const ms = performance.now() - begun;
  left.abort();
  await Promise.all(reading);
  return { delays, cpu: (after.cpu - before.cpu) / ms, rss: after.rss };
}

export async function rows(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-live-"));
  const children: ChildProcess[] = [];
  try {
    const served = await childOf("backend", dir);
    children.push(served.child);
    children.push((await childOf("engine", dir)).child);
    const base = `http://127.0.0.1:${String(served.told)}`;
    const one = await measure(base, 1);
    const many = await measure(base, READERS);
    const idle = await measure(base, 0);
    return [...rowsOf("1 reader", one), ...rowsOf(`${READERS} readers`, many), cpuRow("nobody", idle)];
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(
      children.map((child) => child.exitCode === null && child.signalCode === null && once(child, "exit")),
    );
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowsOf(readers: string, measured: Measured): BenchRow[] {
  const { delays } = measured;
  const [p50, p95, p99] = [percentile(delays, 0.5), percentile(delays, 0.95), percentile(delays, 0.99)];
  const what = `event in the engine to SSE client, ${CALLS} calls, ${readers}`;
  const rate = `${short((delays.length / MEASURE_MS) * 1000)} messages/s`;
  return [
    { what: `${what}, p50`, value: p50, unit: "ms", bar: "", beside: rate, ratio: null, ok: true },
    {
      what: `${what}, p95`,
      value: p95,
      unit: "ms",
      bar: "<= 300",
      beside: `p99 ${short(p99)} ms`,
      ratio: null,
      ok: p95 <= 300,
    },
    cpuRow(readers, measured),
  ];
}

function cpuRow(readers: string, { cpu, rss }: Measured): BenchRow {
  const beside = `${short(rss / 2 ** 20)} MiB resident`;
  return {
    what: `processor of the backend, ${readers}`,
    value: cpu * 100,
    unit: "% of a core",
    bar: "",
    beside,
    ratio: null,
    ok: true,
  };
}

const role = process.env["CALL_LAKE_BENCH_ROLE"];
const dir = process.env["CALL_LAKE_BENCH_DIR"] ?? "";
if (role === "engine") await engine(dir);
else if (role === "backend") await backend(dir);
else if (process.argv[1] === import.meta.filename) printRows("live", await rows());
