/** One filter, one count: the list, the stats, the facets, the ids and the shown SQL agree with plain TypeScript. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CallLake,
  FIRST_PAGE,
  type Filter,
  openCallLake,
  parseFilter,
  parsePage,
  type Scope,
  scopeOf,
} from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCall, madeCalls, madeFolder, pick, type Random, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-03-27T12:00:00Z");
const SPAN = 5 * 86_400_000;
const everyone = scopeOf({ read_pii: true });

let dir: string;
let lake: CallLake;
let calls: CallRecord[];

beforeAll(async () => {
  dir = await madeFolder();
  const random = randomOf(1);
  const stored = madeCalls(random, 300, FROM, SPAN);
  const fresh = madeCalls(random, 60, FROM, SPAN, 1000);
  await intoLake(dir, stored, 4);
  // A call that was closed as lost and came back, and one that the engine sent twice.
  const [again, twice] = [stored[0], stored[1]] as [CallRecord, CallRecord];
  const newer = { ...madeCall(random, 0, Date.parse(again.start_time)), rev: 2, outcome: "no_input" as const };
  expect(newer.id).toBe(again.id);
  await intoJournal(dir, "host-1", 7, [...fresh, newer, twice]);
  calls = [newer, ...stored.slice(1), ...fresh];
  lake = await openCallLake({ dir, engine: "in-process" });
});

afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

/** The filter and scope, said again in the plainest way. */
function holds(call: CallRecord, params: URLSearchParams, scope: { client_id?: string | undefined }): boolean {
  if (scope.client_id !== undefined && call.client_id !== scope.client_id) return false;
  const local = (tz: string) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone: tz, dateStyle: "short" }).format(new Date(call.start_time));
  const tz = params.get("tz") ?? "UTC";
  const start = params.get("start_date");
  const end = params.get("end_date");
  if (start && local(tz) < start) return false;
  if (end && local(tz) > end) return false;
  for (const name of ["provider_name", "outcome", "context_name", "direction", "language", "pipeline_name"] as const) {
    const values = params.getAll(name);
    if (values.length > 0 && !values.includes(call[name] ?? "\0")) return false;
  }
  const number = params.get("caller_number");
  if (number && !call.caller_number?.includes(number)) return false;
  const name = params.get("caller_name");
  if (name && !call.caller_name?.toLowerCase().includes(name.toLowerCase())) return false;
  const min = params.get("min_duration");
  if (min && !(call.duration_seconds !== null && call.duration_seconds >= Number(min))) return false;
  const max = params.get("max_duration");
  if (max && !(call.duration_seconds !== null && call.duration_seconds <= Number(max))) return false;
  const tools = params.get("has_tool_calls");
  if (tools && (call.tool_call_count ?? 0) > 0 !== (tools === "true")) return false;
  return true;
}

function randomParams(random: Random): URLSearchParams {
  const params = new URLSearchParams();
  const maybe = (chance: number, key: string, values: readonly string[]) => {
    if (random() < chance) params.append(key, pick(random, values));
  };
  maybe(0.5, "tz", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"]);
  maybe(0.4, "start_date", ["2026-03-27", "2026-03-28", "2026-03-29"]);
  maybe(0.4, "end_date", ["2026-03-29", "2026-03-30", "2026-03-31"]);
  maybe(0.3, "provider_name", ["openai_realtime", "deepgram", "nobody"]);
  maybe(0.2, "provider_name", ["local", "deepgram"]);
  maybe(0.3, "outcome", ["completed", "error", "no_input"]);
  maybe(0.2, "direction", ["inbound", "web"]);
  maybe(0.2, "language", ["de", "zh"]);
  maybe(0.2, "context_name", ["sales", "default"]);
  maybe(0.3, "caller_number", ["555", "+1555", "%", "_", "5%5", "0102"]);
  maybe(0.3, "caller_name", ["ada", "ADA", "%", "_", "\\", "'", "ł", "李"]);
  maybe(0.2, "min_duration", ["0", "100.5"]);
  maybe(0.2, "max_duration", ["350", "200"]);
  maybe(0.3, "has_tool_calls", ["true", "false"]);
  return params;
}

async function wholeList(filter: Filter, scope: Scope, sort: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const params = new URLSearchParams({ sort, limit: "37", ...(cursor ? { cursor } : {}) });
    const page = await lake.list(filter, parsePage(params), scope);
    ids.push(...page.calls.map((call) => call.id));
    cursor = page.next_cursor;
  }
  return ids;
}

const sum = (rows: readonly { calls: number }[]) => rows.reduce((total, row) => total + row.calls, 0);

describe("random filters over random calls", () => {
  it("give the same calls in every answer", async () => {
    const random = randomOf(2);
    for (let round = 0; round < 60; round++) {
      const params = randomParams(random);
      const tenant = random() < 0.3 ? { client_id: "acme" } : {};
      const scope = scopeOf({ read_pii: true, ...tenant });
      const filter = parseFilter(params);
      const wanted = calls.filter((call) => holds(call, params, tenant));
      const note = `${params} ${JSON.stringify(tenant)}`;
      const ids = wanted.map((call) => call.id).sort();
      const sort = pick(random, ["-start_time", "start_time", "-duration_seconds", "provider_name", "-cost_total"]);
      const [listed, counted, stats, facets, found] = await Promise.all([
        wholeList(filter, scope, sort),
        lake.count(filter, scope),
        lake.stats(filter, scope),
        lake.facets(filter, scope),
        lake.ids(filter, scope),
      ]);
      expect([...listed].sort(), `list ${sort} ${note}`).toEqual(ids);
      expect(counted, note).toBe(ids.length);
      expect(found.sort(), note).toEqual(ids);
      expect(stats.totals.calls, note).toBe(ids.length);
      for (const rows of [stats.timeline.points, stats.hours, stats.outcomes, stats.providers, stats.contexts]) {
        expect(sum(rows), note).toBe(ids.length);
      }
      for (const rows of Object.values(facets)) expect(sum(rows), note).toBe(ids.length);
      const page = await lake.list(
        filter,
        parsePage(new URLSearchParams({ include: "sql,total", limit: "200" })),
        scope,
      );
      expect(page.total, note).toBe(ids.length);
      const answer = await lake.sql((page.sql ?? "").replace("LIMIT 200", ""));
      const shown: unknown[] = [];
      for await (const row of answer.rows) shown.push(row["id"]);
      expect(shown.sort(), note).toEqual(ids);
    }
  });

  it("give the same numbers as plain TypeScript", async () => {
    const params = new URLSearchParams({ start_date: "2026-03-28", end_date: "2026-03-30", tz: "Europe/Berlin" });
    const stats = await lake.stats(parseFilter(params), everyone);
    const wanted = calls.filter((call) => holds(call, params, {}));
    const latencies = wanted.flatMap((call) => call.turn_latencies_ms ?? []).sort((a, b) => a - b);
    const durations = wanted.flatMap((call) => call.duration_seconds ?? []);
    const total = durations.reduce((a, b) => a + b, 0);
    const at = (share: number) => {
      const position = share * (latencies.length - 1);
      const [low, high] = [latencies[Math.floor(position)] ?? 0, latencies[Math.ceil(position)] ?? 0];
      return low + (high - low) * (position % 1);
    };
    expect(stats.totals.duration_seconds_total).toBeCloseTo(total, 6);
    expect(stats.totals.avg_duration_seconds).toBeCloseTo(total / durations.length, 6);
    expect(stats.totals.avg_turn_latency_ms).toBeCloseTo(latencies.reduce((a, b) => a + b, 0) / latencies.length, 6);
    expect(stats.totals.p50_turn_latency_ms).toBeCloseTo(at(0.5), 6);
    expect(stats.totals.p95_turn_latency_ms).toBeCloseTo(at(0.95), 6);
    expect(stats.totals.completed).toBe(wanted.filter((call) => call.outcome === "completed").length);
    const lookups = wanted.filter((c) => c.tool_call_count).flatMap((call) => call.tool_calls ?? []);
    const mine = lookups.filter((tool) => tool.name === "lookup");
    const theirs = stats.tools.find((tool) => tool.name === "lookup");
    expect(theirs?.calls).toBe(mine.length);
    expect(theirs?.ok).toBe(mine.filter((tool) => tool.status === "ok").length);
    // The 29th of March 2026 has 23 hours in Berlin.
    expect(stats.range).toEqual({
      start: "2026-03-27T23:00:00.000Z",
      end: "2026-03-30T22:00:00.000Z",
      tz: "Europe/Berlin",
    });
    expect(stats.timeline.bucket).toBe("day");
    expect(stats.timeline.points.map((point) => point.t)).toEqual([
      "2026-03-27T23:00:00.000Z",
      "2026-03-28T23:00:00.000Z",
      "2026-03-29T22:00:00.000Z",
    ]);
    const noon = wanted.filter((call) => hourIn("Europe/Berlin", call) === 12).length;
    expect(stats.hours[12]?.calls).toBe(noon);
    const before = calls.filter((c) => c.start_time < "2026-03-27T23:00:00.000Z");
    expect(stats.previous?.calls).toBe(before.length);
  });
});

function hourIn(timeZone: string, call: CallRecord): number {
  return Number(
    new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", hourCycle: "h23" }).format(new Date(call.start_time)),
  );
}

describe("one call", () => {
  it("comes back as it was written", async () => {
    for (const call of [calls[0], calls[1], calls[5], calls.at(-1)]) {
      if (!call) throw new Error("a call is missing");
      expect(await lake.get(call.id, everyone)).toEqual(call);
    }
  });

  it("is not there for another tenant", async () => {
    const call = calls.find((one) => one.client_id === "acme");
    expect(await lake.get(call?.id ?? "", scopeOf({ read_pii: true, client_id: "globex" }))).toBeNull();
    expect(await lake.get(call?.id ?? "", scopeOf({ read_pii: true, client_id: "acme" }))).not.toBeNull();
  });

  it("has no personal column without calls.read_pii", async () => {
    const call = await lake.get(calls[1]?.id ?? "", scopeOf({ read_pii: false }));
    expect(call).toMatchObject({ caller_number: null, conversation: null, tool_calls: null, metadata: null });
    const { calls: listed } = await lake.list(
      parseFilter(new URLSearchParams()),
      FIRST_PAGE,
      scopeOf({ read_pii: false }),
    );
    expect(listed.every((row) => row.caller_number === null && row.caller_name === null)).toBe(true);
  });
});

describe("the scope", () => {
  it("cannot be made by hand", async () => {
    const forged = { read_pii: true } as unknown as Scope;
    await expect(lake.count(parseFilter(new URLSearchParams()), forged)).rejects.toThrow("scopeOf");
    expect(() => scopeOf({ read_pii: true, client_id: "" })).toThrow("client_id");
  });
});
