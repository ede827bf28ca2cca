/** A crowd at the panel: so many requests a second, of lists, single calls and statistics, while calls are published and merged. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createCallHistoryApi } from "../src/api/index.ts";
import { openCallHistory } from "../src/engine-hook/index.ts";
import { startEtlProcess } from "../src/etl/index.ts";
import { openCallLake } from "../src/query/index.ts";
import { type BenchRow, percentile, printRows, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";

const CALLS_A_SECOND = 10;
const KINDS = ["list", "detail", "stats"] as const;
type Kind = (typeof KINDS)[number];
/** Half of the requests are lists, three of ten single calls, two of ten statistics. */
const MIX: readonly Kind[] = ["list", "detail", "list", "stats", "list", "detail", "list", "detail", "list", "stats"];

/** The admin backend with its etl beside it, as a host has them. */
async function backend(dir: string): Promise<void> {
  const lake = await openCallLake({ dir });
  await startEtlProcess({ dir, publish_seconds: 5, log: () => {} });
  const app = new Hono().route("/api/calls", createCallHistoryApi({ lake, allow_anonymous: true, dir }));
  serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.(port));
}

/** An engine that records finished calls. */
async function engine(dir: string): Promise<void> {
  const history = await openCallHistory({ dir, segment_bytes_max: 64 * 1024 });
  let n = 0;
  setInterval(() => {
    const conversation = [{ role: "user", content: `Where is my order ${n}?` }];
    void history.addRecord({ call_id: `load-${n++}`, start_time: Date.now(), duration_seconds: 30, conversation });
  }, 1000 / CALLS_A_SECOND);
  process.send?.("ready");
}

/** The lake under another name: data files are never written again, so links are copies. */
function copyOf(from: string): string {
  const to = mkdtempSync(join(from, "..", "call-lake-load-"));
  const copy = (folder: string) => {
    mkdirSync(join(to, folder), { recursive: true });
    for (const entry of readdirSync(join(from, folder), { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) copy(path);
      else if (path.startsWith("etl.lock")) continue;
      else if (path.endsWith(".parquet")) linkSync(join(from, path), join(to, path));
      else cpSync(join(from, path), join(to, path));
    }
  };
  copy("");
  return to;
}

interface Asked {
  readonly kind: Kind;
  readonly ms: number;
  /** Null, or what went wrong. */
  readonly error: string | null;
}

/** GET over kept connections; the body whole. */
function fetchText(agent: Agent, url: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    }).on("error", reject);
  });
}

const FILTERS = [
  "",
  "outcome=error",
  "provider_name=deepgram",
  "direction=inbound&min_duration=60",
  "has_tool_calls=true",
];

/** What is asked: whole months back, filters by turns, pages by cursor, calls that lists have shown. */
function questions(seed: number) {
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const ids: string[] = [];
  const cursors: { filter: string; cursor: string }[] = [];
  return {
    next(kind: Kind): { path: string; filter: string } {
      const filter = FILTERS[random(FILTERS.length)] ?? "";
      if (kind === "detail" && ids.length > 0) return { path: `/${ids[random(ids.length)]}`, filter };
      const day = new Date(Date.now() - (1 + random(300)) * 86_400_000).toISOString().slice(0, 10);
      if (kind === "stats") {
        const dates =
          random(2) === 0
            ? ""
            : `start_date=${new Date(Date.parse(day) - 30 * 86_400_000).toISOString().slice(0, 10)}&end_date=${day}`;
        // Unfiltered over all time, as a dashboard opens, or a month of one provider.
        return { path: `/stats?${dates}${dates ? "&provider_name=deepgram" : ""}`, filter };
      }
      const known = random(3) === 0 ? cursors[random(cursors.length)] : undefined;
      if (known) return { path: `?${known.filter}&limit=50&cursor=${known.cursor}`, filter: known.filter };
      const until = random(2) === 0 ? "" : `&end_date=${day}`;
      return { path: `?${filter}${until}&limit=50`, filter: `${filter}${until}` };
    },
    seen(text: string, filter: string): void {
      const { calls = [], next_cursor = null } = JSON.parse(text) as {
        calls?: { id: string }[];
        next_cursor?: string | null;
      };
      for (const { id } of calls.slice(0, 5)) if (ids.length < 5000) ids.push(id);
      if (next_cursor && cursors.length < 1000) cursors.push({ filter, cursor: next_cursor });
    },
  };
}

async function press(port: number, rate: number, seconds: number): Promise<Asked[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const base = `http://127.0.0.1:${port}/api/calls`;
  const ask = questions(7);
  const asked: Asked[] = [];
  const one = async (kind: Kind, due: number) => {
    const { path, filter } = ask.next(kind);
    let error: string | null = null;
    try {
      const { status, text } = await fetchText(agent, base + path.replace(/\?&+/, "?"));
      if (status !== 200) error = `${status} ${text.slice(0, 120)} at ${path}`;
      else if (kind === "list") ask.seen(text, filter);
    } catch (thrown) {
      error = String(thrown);
    }
    asked.push({ kind, ms: performance.now() - due, error });
  };
  // Rollups are read into memory, and lists give the ids of calls.
  for (const kind of [...MIX, ...MIX]) await one(kind, performance.now());
  asked.length = 0;
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let n = 0; n < rate * seconds; n++) {
    const due = began + (n * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
    // A request counts from when it was due: one that waits behind others has waited.
    all.push(one(MIX[n % MIX.length] ?? "list", due));
  }
  await Promise.all(all);
  agent.destroy();
  return asked;
}

const start = async (role: string, dir: string): Promise<{ child: ChildProcess; said: unknown }> => {
  const child = fork(import.meta.filename, [], {
    env: { ...process.env, LOAD_ROLE: role, LOAD_DIR: dir },
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [said] = await once(child, "message");
  return { child, said };
};

export async function rows(options: { dir?: string; rate?: number; seconds?: number } = {}): Promise<BenchRow[]> {
  const { rate = 200, seconds = 60 } = options;
  const made = options.dir ?? mkdtempSync(join(tmpdir(), "call-lake-load-made-"));
  if (!existsSync(join(made, "calls"))) await makeCalls({ dir: made, calls: 1_000_000 });
  const dir = copyOf(made);
  const served = await start("backend", dir);
  const recorded = await start("engine", dir);
  try {
    const asked = await press(Number(served.said), rate, seconds);
    const errors = asked.filter(({ error }) => error !== null);
    for (const { error } of errors.slice(0, 5)) process.stderr.write(`${error}\n`);
    const published = readdirSync(join(dir, "calls", `day=${new Date().toISOString().slice(0, 10)}`)).length;
    const result: BenchRow[] = KINDS.map((kind) => {
      const times = asked.filter((one) => one.kind === kind).map(({ ms }) => ms);
      const at = (p: number) => short(percentile(times, p));
      return {
        what: `${kind}: p50 of ${times.length}`,
        value: percentile(times, 0.5),
        unit: "ms",
        bar: "",
        beside: `p95 ${at(0.95)}, p99 ${at(0.99)}, at most ${at(1)} ms`,
        ratio: null,
        ok: true,
      };
    });
    result.push({
      what: `errors of ${asked.length} requests, ${rate} a second`,
      value: errors.length,
      unit: "",
      bar: "0",
      beside: `${published} files of today at the end`,
      ratio: null,
      ok: errors.length === 0,
    });
    return result;
  } finally {
    for (const { child } of [recorded, served]) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(dir, { recursive: true, force: true });
    if (options.dir === undefined) rmSync(made, { recursive: true, force: true });
  }
}

const { LOAD_ROLE: role, LOAD_DIR: folder = "" } = process.env;
if (role === "backend") await backend(folder);
else if (role === "engine") await engine(folder);
else if (import.meta.main) {
  const { values } = parseArgs({
    options: { dir: { type: "string" }, rate: { type: "string" }, seconds: { type: "string" } },
  });
  const { dir, rate = "200", seconds = "60" } = values;
  const given = { rate: Number(rate), seconds: Number(seconds), ...(dir === undefined ? {} : { dir }) };
  printRows("Load", await rows(given));
}
