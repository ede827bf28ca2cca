/** A crowd at the panel: so many requests a second, of lists, single calls and statistics, while calls are published and merged. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Agent, get } from "node:http";
import { loadavg, tmpdir } from "node:os";
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

/** Popular ones first. */
const FILTERS = [
  "",
  "outcome=error",
  "provider_name=deepgram",
  "direction=inbound&min_duration=60",
  "has_tool_calls=true",
  "outcome=abandoned",
  "language=de",
  "min_duration=300",
];
const PEOPLE = 40;
const DAY_MS = 86_400_000;
const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

interface Question {
  readonly path: string;
  /** Hears what a list answered. */
  readonly seen: (text: string) => void;
}
type Questions = (kind: Kind) => Question;
const unheard = () => {};

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface ListText {
  calls?: { id: string }[];
  next_cursor?: string | null;
}

/** What people ask: the same few lists and dashboards again and again, the calls they see there, the next page. */
function asPeople(seed: number): Questions {
  const random = randomOf(seed);
  /** The first is asked for twice as often as the second, three times as often as the third, and so on. */
  const popular = <T>(values: readonly T[]): T => {
    const whole = values.reduce((sum, _, index) => sum + 1 / (index + 1), 0);
    let left = (random(1_000_000) / 1_000_000) * whole;
    for (const [index, value] of values.entries()) {
      left -= 1 / (index + 1);
      if (left <= 0) return value;
    }
    return values[0] as T;
  };
  const today = Date.now();
  const last = (days: number) => `start_date=${dateOf(today - (days - 1) * DAY_MS)}&end_date=${dateOf(today)}`;
  const dashboards = [last(7), last(30), "", last(1), `${last(30)}&provider_name=deepgram`, last(90)];
  const people = Array.from({ length: PEOPLE }, () => ({ ids: [] as string[], next: null as string | null }));
  return (kind) => {
    const one = people[random(PEOPLE)] as (typeof people)[number];
    if (kind === "stats") return { path: `/stats?${popular(dashboards)}`, seen: unheard };
    if (kind === "detail" && one.ids.length > 0) return { path: `/${popular(one.ids)}`, seen: unheard };
    const path = (random(4) === 0 ? one.next : null) ?? `?${popular(FILTERS)}&limit=50`;
    const seen = (text: string) => {
      const { calls = [], next_cursor = null } = JSON.parse(text) as ListText;
      one.ids = calls.map(({ id }) => id);
      one.next = next_cursor === null ? null : `${path.replace(/&cursor=.*/, "")}&cursor=${next_cursor}`;
    };
    return { path, seen };
  };
}

/** Nearly each question another one: lists and statistics that end on any day of the year, calls and cursors at random. */
function allDifferent(seed: number): Questions {
  const random = randomOf(seed);
  const ids: string[] = [];
  const cursors: { filter: string; cursor: string }[] = [];
  return (kind) => {
    if (kind === "detail" && ids.length > 0) return { path: `/${ids[random(ids.length)]}`, seen: unheard };
    const end = Date.now() - (1 + random(300)) * DAY_MS;
    if (kind === "stats") {
      const dates = `start_date=${dateOf(end - 30 * DAY_MS)}&end_date=${dateOf(end)}&provider_name=deepgram`;
      // Unfiltered over all time, as a dashboard opens, or a month of one provider.
      return { path: `/stats?${random(2) === 0 ? "" : dates}`, seen: unheard };
    }
    const known = random(3) === 0 ? cursors[random(cursors.length)] : undefined;
    const filter = known?.filter ?? `${FILTERS[random(5)]}${random(2) === 0 ? "" : `&end_date=${dateOf(end)}`}`;
    const seen = (text: string) => {
      const { calls = [], next_cursor = null } = JSON.parse(text) as ListText;
      for (const { id } of calls.slice(0, 5)) if (ids.length < 5000) ids.push(id);
      if (next_cursor && cursors.length < 1000) cursors.push({ filter, cursor: next_cursor });
    };
    return { path: `?${filter}&limit=50${known ? `&cursor=${known.cursor}` : ""}`, seen };
  };
}

async function press(port: number, rate: number, seconds: number, ask: Questions): Promise<Asked[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 500 });
  const base = `http://127.0.0.1:${port}/api/calls`;
  const asked: Asked[] = [];
  const one = async (kind: Kind, due: number) => {
    const { path, seen } = ask(kind);
    let error: string | null = null;
    try {
      const { status, text } = await fetchText(agent, base + path.replace(/\?&+/, "?"));
      if (status !== 200) error = `${status} ${text.slice(0, 120)} at ${path}`;
      else seen(text);
    } catch (thrown) {
      error = String(thrown);
    }
    asked.push({ kind, ms: performance.now() - due, error });
  };
  const began = performance.now();
  const all: Promise<void>[] = [];
  for (let n = 0; n < rate * seconds; n++) {
    const due = began + (n * 1000) / rate;
    await sleep(Math.max(0, due - performance.now()));
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

/** Seconds of processor time that a process and its threads have had, by what it is: the host, its query child, its etl. */
function spentBy(pid: number): Map<string, number> {
  const spent = new Map<string, number>();
  const look = (one: number) => {
    const name = readFileSync(`/proc/${one}/cmdline`, "utf8");
    const what = one === pid ? "host" : name.includes("/query/child") ? "query child" : "etl";
    const [, ...fields] = readFileSync(`/proc/${one}/stat`, "utf8").split(") ");
    const numbers = fields.join(") ").split(" ");
    const seconds = (Number(numbers[11]) + Number(numbers[12])) / 100;
    spent.set(what, (spent.get(what) ?? 0) + seconds);
    for (const child of readFileSync(`/proc/${one}/task/${one}/children`, "utf8").split(" ").filter(Boolean)) {
      look(Number(child));
    }
  };
  if (existsSync(`/proc/${pid}/stat`)) look(pid);
  return spent;
}

interface Pressed {
  readonly asked: readonly Asked[];
  readonly errors: readonly Asked[];
  /** Processor time of each process, as a share of one core. */
  readonly cores: string;
}

async function pressed(
  served: { child: ChildProcess; said: unknown },
  rate: number,
  seconds: number,
  ask: Questions,
): Promise<Pressed> {
  const port = Number(served.said);
  // Rollups are read into memory, and lists give the ids of calls.
  await press(port, 2, 10, ask);
  const pid = served.child.pid ?? 0;
  const [before, began] = [spentBy(pid), performance.now()];
  const asked = await press(port, rate, seconds, ask);
  const took = (performance.now() - began) / 1000;
  const cores = [...spentBy(pid)].map(([what, spent]) => `${what} ${short((spent - (before.get(what) ?? 0)) / took)}`);
  const errors = asked.filter(({ error }) => error !== null);
  for (const { error } of errors.slice(0, 5)) process.stderr.write(`${error}\n`);
  return { asked, errors, cores: cores.join(", ") };
}

function rowsOf(mix: string, rate: number, { asked, errors, cores }: Pressed): BenchRow[] {
  const result: BenchRow[] = KINDS.map((kind) => {
    const times = asked.filter((one) => one.kind === kind).map(({ ms }) => ms);
    const at = (p: number) => short(percentile(times, p));
    return {
      what: `${mix}, ${kind}: p50 of ${times.length}`,
      value: percentile(times, 0.5),
      unit: "ms",
      bar: "",
      beside: `p95 ${at(0.95)}, p99 ${at(0.99)}, at most ${at(1)} ms`,
      ratio: null,
      ok: true,
    };
  });
  result.push({
    what: `${mix}: errors of ${asked.length} requests, ${rate} a second`,
    value: errors.length,
    unit: "",
    bar: "0",
    beside: `cores: ${cores}; load ${loadavg().map(short).join(" ")}`,
    ratio: null,
    ok: errors.length === 0,
  });
  return result;
}

export interface LoadOptions {
  readonly dir?: string;
  readonly rate?: number;
  readonly seconds?: number;
  readonly only_people?: boolean;
}

export async function rows(options: LoadOptions = {}): Promise<BenchRow[]> {
  const { rate = 200, seconds = 60 } = options;
  const made = options.dir ?? mkdtempSync(join(tmpdir(), "call-lake-load-made-"));
  if (!existsSync(join(made, "calls"))) await makeCalls({ dir: made, calls: 1_000_000 });
  const dir = copyOf(made);
  const served = await start("backend", dir);
  const recorded = await start("engine", dir);
  try {
    const result = rowsOf("people", rate, await pressed(served, rate, seconds, asPeople(7)));
    if (options.only_people === true) return result;
    // By halves, until all is answered.
    for (let held = rate; held >= 1; held = Math.floor(held / 2)) {
      const tried = await pressed(served, held, Math.min(seconds, 20), allDifferent(held));
      result.push(...rowsOf("all different", held, tried).map((row) => ({ ...row, ok: true })));
      if (tried.errors.length === 0) break;
    }
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
    options: {
      dir: { type: "string" },
      rate: { type: "string" },
      seconds: { type: "string" },
      "only-people": { type: "boolean", default: false },
    },
  });
  const { dir, rate = "200", seconds = "60" } = values;
  const only_people = values["only-people"];
  const given = { rate: Number(rate), seconds: Number(seconds), only_people, ...(dir === undefined ? {} : { dir }) };
  printRows("Load", await rows(given));
}
