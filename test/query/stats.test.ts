/** The statistics: plain TypeScript, the scan and the rollups give the same numbers, whatever is fresh, masked or torn. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { runJob } from "../../src/etl/job.ts";
import { lakeOf } from "../../src/query/call-lake.ts";
import { openDuckdbEngine } from "../../src/query/duckdb-engine.ts";
import type { QueryEngine } from "../../src/query/engine.ts";
import { type CallLake, type CallStats, parseFilter, type Scope, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { derivedPath } from "../../src/store/lake/derived.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { ERASED_REV, writeMask } from "../../src/store/lake/masks.ts";
import { intoJournal, intoLake, madeCall, madeCalls, madeFolder, pick, type Random, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-10-22T00:00:00Z");
const SPAN = 6 * 86_400_000;
const temp_directory = join(tmpdir(), `call-lake-stats-${process.pid}`);
const OPTIONS = { memory_limit: "1GB", temp_directory, threads: 2, queries_max: 4 };
const SCOPES: readonly Scope[] = [
  scopeOf({ read_pii: true }),
  scopeOf({ read_pii: true, client_id: "acme" }),
  scopeOf({ read_pii: true, assistant_id: "a2" }),
  scopeOf({ read_pii: false, client_id: "globex", assistant_id: "a1" }),
];
const QUESTIONS = [
  "",
  "tz=Europe/Berlin",
  "tz=Asia/Kolkata&start_date=2026-10-24&end_date=2026-10-26",
  "tz=Pacific/Chatham&start_date=2026-10-23",
  "tz=America/St_Johns&end_date=2026-10-26",
  "start_date=2026-10-24&end_date=2026-10-25&tz=Europe/Berlin",
  "start_date=2026-10-25&end_date=2026-10-25&tz=Europe/Berlin&provider_name=deepgram",
  "start_date=2026-10-24T07:10:00Z&end_date=2026-10-26T01:00:00Z",
  "provider_name=deepgram&provider_name=local",
  "outcome=completed&start_date=2026-10-24",
  "context_name=sales&outcome=error",
  "language=de&tz=Asia/Kathmandu",
  "client_id=acme",
  "client_id=globex&client_id=acme",
  "min_duration=100&has_tool_calls=true",
  "caller_number=0100",
  "provider_name=nobody",
];

let dir: string;
let calls: CallRecord[];
let engine: QueryEngine;
let lake: CallLake;

/** Many callers, so that a file's list names only some of them, and few who call everywhere. */
function caller(random: Random): string {
  return random() < 0.3 ? `+1555010${Math.floor(random() ** 2 * 10)}` : `+1444${Math.floor(random() * 2000)}`;
}

beforeAll(async () => {
  dir = await madeFolder();
  const random = randomOf(77);
  const more = (): Partial<CallRecord> => ({
    caller_number: pick(random, [caller(random), caller(random), caller(random), null]),
    initial_agent: pick(random, ["front", "billing", null]),
    currency: pick(random, ["USD", "EUR", null]),
    cost_total: pick(random, [1.25, 0.000001, null]),
  });
  const stored = madeCalls(random, 2500, FROM, SPAN).map((call) => ({ ...call, ...more() }));
  const fresh = madeCalls(random, 80, FROM + SPAN - 86_400_000, 86_400_000, 10_000).map((c) => ({ ...c, ...more() }));
  await intoLake(dir, stored, 3);
  const [again, gone] = [stored[5], stored[9]] as [CallRecord, CallRecord];
  const newer = { ...madeCall(random, 5, Date.parse(again.start_time)), ...more(), rev: 2 };
  expect(newer.id).toBe(again.id);
  await writeMask(dir, { reason: "erase", ids: new Map([[gone.id, ERASED_REV]]), who: "test", at: null });
  await intoJournal(dir, "host-1", 7, [...fresh, newer]);
  calls = [...stored.filter((call) => call !== again && call !== gone), ...fresh, newer];
  engine = await openDuckdbEngine(OPTIONS);
  lake = lakeOf(dir, engine, () => {});
});

afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

async function answers(of: CallLake): Promise<CallStats[]> {
  const all: CallStats[] = [];
  for (const [index, question] of QUESTIONS.entries())
    for (const scope of [SCOPES[0], SCOPES[1 + (index % 3)]]) {
      if (scope === undefined) throw new Error("no scope");
      if (question.includes("caller_number") && !scope.read_pii) continue;
      all.push(await of.stats(parseFilter(new URLSearchParams(question)), scope));
    }
  return all;
}

async function one(statement: string): Promise<Record<string, number>> {
  for await (const chunk of engine.run(statement, [])) return JSON.parse(chunk[0] ?? "{}");
  return {};
}

describe("rollups and the scan", () => {
  let scanned: CallStats[];

  it("give the same answers, with fresh rows, masks and revisions", async () => {
    scanned = await answers(lake);
    expect((await one("SELECT count(*) AS n FROM rollup_totals"))["n"]).toBe(0);
    await runJob(dir, {}, (job) => makeDerived(job));
    const other = lakeOf(dir, engine, () => {});
    // A lake looks for a rollup again only after some seconds: another one over the same engine looks at once.
    expect(await answers(other)).toEqual(scanned);
    // Two of the seven days are masked or have a newer revision: the others' files were not scanned.
    expect((await one("SELECT count(DISTINCT file) AS n FROM rollup_totals"))["n"]).toBeGreaterThan(9);
    // Asked again, with callers looked up in the meantime.
    expect(await answers(other)).toEqual(scanned);
    expect((await one("SELECT count(*) AS n FROM rollup_caller"))["n"]).toBeGreaterThan(300);
  }, 240_000);

  it("give the same answers where rollups and narrow files are missing or torn", async () => {
    const files = await listFiles(dir);
    const logged: string[] = [];
    for (const [index, file] of files.entries()) {
      if (index % 3 === 0) await rm(derivedPath(dir, "rollups", file));
      else if (index % 5 === 1) {
        await rm(derivedPath(dir, "rollups", file));
        await writeFile(derivedPath(dir, "rollups", file), "PAR1 and no more");
      }
      if (index % 4 === 0) await rm(derivedPath(dir, "narrow", file));
      else if (index % 7 === 2) await writeFile(derivedPath(dir, "narrow", file), "PAR1 and no more");
    }
    const engine2 = await openDuckdbEngine(OPTIONS);
    const other = lakeOf(dir, engine2, (line) => logged.push(line));
    expect(await answers(other)).toEqual(scanned);
    expect(logged.length).toBeGreaterThan(0);
    expect(logged.every((line) => line.includes("cannot be read"))).toBe(true);
    await other.close();
  }, 240_000);

  it("would differ if a rollup were believed that says something else", async () => {
    const files = (await listFiles(dir)).filter((file) => file.day === "2026-10-23");
    const [file] = files;
    if (!file) throw new Error("no file");
    await rm(derivedPath(dir, "rollups", file), { force: true });
    await runJob(dir, {}, (job) => makeDerived(job));
    const engine2 = await openDuckdbEngine(OPTIONS);
    // Nothing is kept of answers: a table that is changed by hand is not what the lake counts on.
    const other = lakeOf(dir, engine2, () => {}, undefined, 0);
    const everyone = SCOPES[0] as Scope;
    await other.stats(parseFilter(new URLSearchParams()), everyone);
    await engine2.execute("UPDATE rollup_totals SET calls = calls + 1", []);
    const wrong = await other.stats(parseFilter(new URLSearchParams()), everyone);
    expect(wrong.totals.calls).toBeGreaterThan(calls.length);
    await other.close();
  });
});

describe("the statistics", () => {
  it("are what plain TypeScript counts", async () => {
    const params = new URLSearchParams({ tz: "Europe/Berlin", start_date: "2026-10-24", end_date: "2026-10-26" });
    const stats = await lake.stats(parseFilter(params), SCOPES[0] as Scope);
    const [from, to] = [Date.parse("2026-10-23T22:00:00Z"), Date.parse("2026-10-26T23:00:00Z")];
    const inRange = (call: CallRecord) => Date.parse(call.start_time) >= from && Date.parse(call.start_time) < to;
    const wanted = calls.filter(inRange);
    const tally = (values: readonly (string | null)[]) => {
      const counts = Map.groupBy(values, (value) => value);
      return new Map([...counts].map(([value, all]) => [value, all.length]));
    };
    const counted = (rows: readonly { value: string | null; calls: number }[]) =>
      new Map(rows.map((r) => [r.value, r.calls]));
    for (const [rows, column] of [
      [stats.outcomes, "outcome"],
      [stats.providers, "provider_name"],
      [stats.pipelines, "pipeline_name"],
      [stats.contexts, "context_name"],
      [stats.agents, "initial_agent"],
      [stats.languages, "language"],
      [stats.directions, "direction"],
    ] as const)
      expect(counted(rows), column).toEqual(tally(wanted.map((call) => call[column])));
    const local = (call: CallRecord, options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hourCycle: "h23", ...options }).format(
        new Date(call.start_time),
      );
    const cell = (call: CallRecord) =>
      `${local(call, { weekday: "short" })} ${Number(local(call, { hour: "numeric" }))}`;
    const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const heat = stats.heat_map.filter((row) => row.calls > 0);
    expect(new Map(heat.map((row) => [`${names[row.weekday - 1]} ${row.hour}`, row.calls]))).toEqual(
      tally(wanted.map(cell)),
    );
    expect(stats.heat_map).toHaveLength(168);
    const tools = wanted.filter((call) => call.tool_call_count).flatMap((call) => call.tool_calls ?? []);
    for (const tool of stats.tools) {
      const mine = tools.filter((one) => one.name === tool.name);
      const times = mine.flatMap((one) => one.duration_ms ?? []).sort((a, b) => a - b);
      expect(tool).toMatchObject({
        calls: mine.length,
        ok: mine.filter((one) => one.status === "ok").length,
        errors: mine.filter((one) => one.status === "error").length,
      });
      expect(tool.avg_duration_ms).toBeCloseTo(times.reduce((a, b) => a + b, 0) / times.length, 6);
      expect((tool.p50_duration_ms ?? 0) / exact(times, 0.5)).toBeCloseTo(1, 0.7);
      expect((tool.p95_duration_ms ?? 0) / exact(times, 0.95)).toBeCloseTo(1, 0.7);
    }
    const latencies = wanted.flatMap((call) => call.turn_latencies_ms ?? []).sort((a, b) => a - b);
    const { latency } = stats;
    expect(latency.histogram.reduce((sum, bucket) => sum + bucket.turns, 0)).toBe(latencies.length);
    for (const { from_ms, to_ms, turns } of latency.histogram)
      expect(latencies.filter((ms) => ms >= from_ms && ms < to_ms)).toHaveLength(turns);
    for (const [p, value] of [
      [0.5, latency.p50_ms],
      [0.95, latency.p95_ms],
      [0.99, latency.p99_ms],
    ] as const) {
      expect((value ?? 0) / exact(latencies, p)).toBeGreaterThan(1 / 1.051);
      expect((value ?? 0) / exact(latencies, p)).toBeLessThan(1.051);
    }
    expect(latency.trend.map((point) => point.day)).toEqual(["2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26"]);
    expect(latency.trend.reduce((sum, point) => sum + point.turns, 0)).toBe(latencies.length);
    expect(stats.totals.barge_in_rate).toBeCloseTo(
      wanted.filter((c) => (c.barge_in_count ?? 0) > 0).length / wanted.length,
      9,
    );
    for (const row of stats.cost) {
      const mine = wanted.filter((call) => call.cost_total !== null && call.currency === row.currency);
      expect(row.calls).toBe(mine.length);
      expect(row.total).toBeCloseTo(
        mine.reduce((sum, call) => sum + (call.cost_total ?? 0), 0),
        6,
      );
    }
    const callers = [
      ...Map.groupBy(
        wanted.filter((call) => call.caller_number !== null),
        (call) => call.caller_number,
      ),
    ]
      .map(([caller_number, all]) => ({
        caller_number,
        calls: all.length,
        duration_seconds: Math.round(all.reduce((sum, call) => sum + (call.duration_seconds ?? 0) * 1000, 0)) / 1000,
      }))
      .sort((a, b) => b.calls - a.calls || b.duration_seconds - a.duration_seconds)
      .slice(0, 10);
    expect(stats.top_callers).toEqual(callers);
    const before = calls.filter(
      (c) => Date.parse(c.start_time) < from && Date.parse(c.start_time) >= from - (to - from),
    );
    expect(stats.previous?.calls).toBe(before.length);
  });

  it("have every hour of a day with 25", async () => {
    const params = new URLSearchParams({ tz: "Europe/Berlin", start_date: "2026-10-25", end_date: "2026-10-25" });
    const { timeline } = await lake.stats(parseFilter(params), SCOPES[0] as Scope);
    expect(timeline.bucket).toBe("hour");
    expect(timeline.points).toHaveLength(25);
    expect(timeline.points[0]?.t).toBe("2026-10-24T22:00:00.000Z");
    expect(timeline.points[24]?.t).toBe("2026-10-25T22:00:00.000Z");
  });

  it("are shown as SQL that gives the same totals", async () => {
    const params = new URLSearchParams("provider_name=deepgram&start_date=2026-10-23&tz=Asia/Kolkata");
    const { sql, totals } = await lake.stats(parseFilter(params), SCOPES[1] as Scope, { sql: true });
    const answer = await lake.sql(sql ?? "");
    for await (const row of answer.rows)
      for (const [name, value] of Object.entries(row))
        expect(Number(value), name).toBeCloseTo(totals[name as "calls"] ?? 0, 6);
    expect(answer.columns.length).toBeGreaterThan(9);
  });

  it("leave no file behind in the folder of rollups that describes none", async () => {
    await runJob(dir, {}, (job) => makeDerived(job));
    const files = new Set((await listFiles(dir)).map((file) => derivedPath(dir, "rollups", file)));
    for (const day of await readdir(join(dir, "rollups")))
      for (const name of await readdir(join(dir, "rollups", day)))
        expect(files.has(join(dir, "rollups", day, name))).toBe(true);
  });
});

function exact(sorted: readonly number[], p: number): number {
  const place = p * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place % 1);
}
