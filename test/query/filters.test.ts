/** One filter, one count: the list, the stats, the facets, the ids and the shown SQL agree with plain TypeScript. */
import { cp, rm, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { runJob } from "../../src/etl/job.ts";
import { filterParams, mayHold } from "../../src/query/filter.ts";
import {
  type CallLake,
  FIRST_PAGE,
  type Filter,
  openCallLake,
  parseFilter,
  parsePage,
  type Scope,
  scopeOf,
  type ValueCount,
} from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { derivedPath } from "../../src/store/lake/derived.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { type Asked, holds, paramsOf, sorted } from "./kit/evaluate.ts";
import { hostileCalls, questions } from "./kit/questions.ts";
import { intoJournal, intoLake, madeCall, madeFolder, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-03-27T12:00:00Z");
const SPAN = 5 * 86_400_000;
const everyone = scopeOf({ read_pii: true });
/** A column of each kind, with many equal values and holes. */
const SORTS = [
  "start_time",
  "start_time",
  "duration_seconds",
  "provider_name",
  "cost_total",
  "caller_name",
  "error_message",
  "graceful",
  "answer_time",
  "start_time_local",
  "total_turns",
  "id",
] as const;

interface Asking {
  readonly asked: Asked;
  readonly tenant: string | undefined;
  readonly column: (typeof SORTS)[number];
  readonly descending: boolean;
  readonly limit: number;
  /** Which of the lakes is asked. */
  readonly derived: number;
}

let dir: string;
let lake: CallLake;
/** Of the same calls: without anything derived, with all of it, and with narrow files of some. */
let lakes: CallLake[];
let calls: CallRecord[];

beforeAll(async () => {
  dir = await madeFolder();
  const random = randomOf(1);
  const stored = hostileCalls(random, 3, 240, FROM, SPAN);
  const fresh = hostileCalls(random, 4, 60, FROM, SPAN, 1000);
  await intoLake(dir, stored, 4);
  // A call that was closed as lost and came back, and one that the engine sent twice.
  const [again, twice] = [stored[0], stored[1]] as [CallRecord, CallRecord];
  const newer = { ...madeCall(random, 0, Date.parse(again.start_time)), rev: 2, outcome: "no_input" as const };
  expect(newer.id).toBe(again.id);
  await intoJournal(dir, "host-1", 7, [...fresh, newer, twice]);
  calls = [newer, ...stored.slice(1), ...fresh];
  const [whole, partly] = [`${dir}-whole`, `${dir}-partly`];
  for (const copy of [whole, partly]) {
    await cp(dir, copy, { recursive: true });
    await runJob(copy, {}, (job) => makeDerived(job));
  }
  for (const [index, file] of (await listFiles(partly)).entries()) {
    if (index % 2 === 0) await rm(derivedPath(partly, "narrow", file));
    if (index % 5 === 1) await writeFile(derivedPath(partly, "narrow", file), "PAR1 and no more");
  }
  lakes = await Promise.all(
    [dir, whole, partly].map((one) => openCallLake({ dir: one, engine: "in-process", log: () => {} })),
  );
  lake = lakes[0] as CallLake;
}, 240_000);

afterAll(async () => {
  for (const one of lakes) await one.close();
  for (const one of [dir, `${dir}-whole`, `${dir}-partly`]) await rm(one, { recursive: true });
});

async function wholeList(of: CallLake, filter: Filter, scope: Scope, sort: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const params = new URLSearchParams({ sort, limit: String(limit), ...(cursor ? { cursor } : {}) });
    const page = await of.list(filter, parsePage(params), scope);
    ids.push(...page.calls.map((call) => call.id));
    cursor = page.next_cursor;
  }
  return ids;
}

async function rowsOf(of: CallLake, statement: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of (await of.sql(statement)).rows) rows.push(row);
  return rows;
}

const sum = (rows: readonly { calls: number }[]) => rows.reduce((total, row) => total + row.calls, 0);

/** Each value and how many of the calls have it. */
function countsOf(wanted: readonly CallRecord[], valuesOf: (call: CallRecord) => readonly (string | null)[]) {
  const counts = new Map<string | null, number>();
  for (const call of wanted) {
    for (const value of new Set(valuesOf(call))) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

const asMap = (rows: readonly ValueCount[]) => new Map(rows.map(({ value, calls: number }) => [value, number]));
const known = (values: readonly (string | null)[]) => values.filter((value) => value !== null);

describe("random filters over random calls", () => {
  it("give the same calls in every answer", async () => {
    const asking = fc.record({
      asked: questions(calls, FROM, SPAN),
      tenant: fc.constantFrom<string | undefined>(undefined, undefined, "acme"),
      column: fc.constantFrom(...SORTS),
      descending: fc.boolean(),
      limit: fc.constantFrom(200, 200, 61),
      derived: fc.constantFrom(0, 1, 1, 2),
    });
    const check = async ({ asked, tenant, column, descending, limit, derived }: Asking) => {
      const lake = lakes[derived] as CallLake;
      const params = paramsOf(asked);
      const filter = parseFilter(params);
      expect(parseFilter(filterParams(filter))).toEqual(filter);
      const scope = scopeOf({ read_pii: true, client_id: tenant });
      const mine = calls.filter((call) => tenant === undefined || call.client_id === tenant);
      const wanted = mine.filter((call) => holds(asked, call));
      const ids = wanted.map((call) => call.id).sort();
      const shown = await lake.list(
        filter,
        parsePage(new URLSearchParams({ include: "sql,total", limit: "1" })),
        scope,
      );
      const [listed, counted, stats, facets, found, sql] = await Promise.all([
        wholeList(lake, filter, scope, `${descending ? "-" : ""}${column}`, limit),
        lake.count(filter, scope),
        lake.stats(filter, scope, { sql: true }),
        lake.facets(filter, scope, undefined, true),
        lake.ids(filter, scope),
        rowsOf(lake, (shown.sql ?? "").replace("LIMIT 1", "")),
      ]);
      expect(listed, "list").toEqual(sorted(wanted, column, descending).map((call) => call.id));
      expect(counted, "count").toBe(ids.length);
      expect(shown.total, "total").toBe(ids.length);
      expect(found.sort(), "ids").toEqual(ids);
      expect(sql.map((row) => row["id"]).sort(), "shown SQL").toEqual(ids);
      expect(stats.totals.calls, "stats").toBe(ids.length);
      const [statsSql] = await rowsOf(lake, stats.sql ?? "");
      expect(statsSql?.["calls"], "the SQL of the stats").toBe(ids.length);
      for (const rows of [stats.timeline.points, stats.hours, stats.outcomes, stats.providers, stats.contexts]) {
        expect(sum(rows), "a part of the stats").toBe(ids.length);
      }
      const { label, tool_name, client_id, unreadable, ...single } = facets;
      expect(unreadable).toBeUndefined();
      for (const [name, rows] of Object.entries({ ...single, ...(tenant ? {} : { client_id }) })) {
        expect(asMap(rows), name).toEqual(countsOf(wanted, (call) => [call[name as "outcome"]]));
      }
      if (tenant) expect(client_id).toEqual([]);
      expect(asMap(label), "label").toEqual(countsOf(wanted, (call) => known(call.labels ?? [])));
      const tools = (call: CallRecord) => known((call.tool_calls ?? []).map((tool) => tool.name));
      expect(asMap(tool_name ?? []), "tool_name").toEqual(countsOf(wanted, tools));
    };
    await fc.assert(fc.asyncProperty(asking, check), { numRuns: 40, seed: 7 });
  }, 480_000);

  it("prune no day that holds a call", () => {
    const property = fc.property(questions(calls, FROM, SPAN), (asked) => {
      const filter = parseFilter(paramsOf(asked));
      for (const call of calls)
        if (holds(asked, call)) expect(mayHold(filter, call.start_time.slice(0, 10))).toBe(true);
    });
    fc.assert(property, { numRuns: 200, seed: 8 });
    const only = (where: string) => parseFilter(new URLSearchParams({ where }));
    expect(mayHold(only("start_time:ge:2026-03-29"), "2026-03-28")).toBe(false);
    expect(mayHold(only(`id:eq:${calls[0]?.id}`), "2026-04-20")).toBe(false);
  });

  it("give the same numbers as plain TypeScript", async () => {
    const asked = { tz: "Europe/Berlin", start_date: "2026-03-28", end_date: "2026-03-30", values: {}, where: [] };
    const stats = await lake.stats(parseFilter(paramsOf(asked)), everyone);
    const wanted = calls.filter((call) => holds(asked, call));
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
    // Percentiles come from buckets (docs/api.md): right to a twentieth.
    expect((stats.totals.p50_turn_latency_ms ?? 0) / at(0.5)).toBeCloseTo(1, 1);
    expect((stats.totals.p95_turn_latency_ms ?? 0) / at(0.95)).toBeCloseTo(1, 1);
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

describe("the clock on the wall", () => {
  it.each(["UTC", "Europe/Berlin", "Pacific/Chatham"])("has as many calls an hour as the heat map (%s)", async (tz) => {
    const asked = (more: object) => parseFilter(new URLSearchParams({ tz, ...more }));
    const { heat_map, hours } = await lake.stats(asked({}), everyone);
    // The Sunday on which Berlin has no hour from 2 to 3.
    const sunday = heat_map.filter(({ weekday }) => weekday === 7);
    expect(sunday.length).toBe(24);
    for (const { weekday, hour, calls: shown } of sunday) {
      expect([hour, await lake.count(asked({ weekday, hour }), everyone)]).toEqual([hour, shown]);
    }
    if (tz === "Europe/Berlin") expect(sunday[2]?.calls).toBe(0);
    const night = new URLSearchParams({ tz, hour: "23" });
    night.append("hour", "0");
    expect(await lake.count(parseFilter(night), everyone)).toBe((hours[0]?.calls ?? 0) + (hours[23]?.calls ?? 0));
  });

  it("counts the hour twice where clocks go back, whatever the range", async () => {
    const folder = await madeFolder();
    const ticks = Array.from({ length: 24 * 6 }, (_, n) => Date.parse("2026-10-24T22:00:00Z") + n * 600_000);
    await intoLake(
      folder,
      ticks.map((ms, n) => madeCall(randomOf(5), 40_000 + n, ms)),
      1,
    );
    const autumn = await openCallLake({ dir: folder, engine: "in-process" });
    const count = (query: string) =>
      autumn.count(parseFilter(new URLSearchParams(`tz=Europe/Berlin&${query}`)), everyone);
    for (const range of ["", "&start_date=2026-10-20", "&start_date=2026-10-25&end_date=2026-10-25"]) {
      expect([range, await count(`hour=2${range}`), await count(`hour=3${range}`)]).toEqual([range, 12, 6]);
    }
    expect(await count("weekday=7&hour=2&hour=3")).toBe(18);
    expect(await count("weekday=6")).toBe(0);
    await autumn.close();
    await rm(folder, { recursive: true });
  });

  it("is asked in whole hours and days", () => {
    const wrong = (query: string) => () => parseFilter(new URLSearchParams(query));
    for (const query of ["hour=24", "hour=-1", "hour=1.5", "hour=noon", "weekday=0", "weekday=8", "weekday=Mon"]) {
      expect(wrong(query)).toThrow(/^(hour|weekday) is a/);
    }
    const only = parseFilter(new URLSearchParams("tz=Europe/Berlin&weekday=1"));
    // 23:00 of a Sunday in UTC is Monday in Berlin.
    expect([1, 2, 3, 7, 8].map((day) => mayHold(only, `2026-11-0${day}`))).toEqual([true, true, false, false, true]);
  });
});

function hourIn(timeZone: string, call: CallRecord): number {
  return Number(
    new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", hourCycle: "h23" }).format(new Date(call.start_time)),
  );
}

describe("a row of the list", () => {
  it("has the exact p95 of its turns, interpolated, or none", async () => {
    const { calls: rows, sql } = await lake.list(
      parseFilter(new URLSearchParams()),
      parsePage(new URLSearchParams({ limit: "200", include: "sql" })),
      everyone,
    );
    const exact = ({ turn_latencies_ms }: CallRecord) => {
      const sorted = [...(turn_latencies_ms ?? [])].sort((a, b) => a - b);
      const position = 0.95 * (sorted.length - 1);
      const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
      return low === undefined || high === undefined ? null : low + (high - low) * (position % 1);
    };
    const byId = new Map(calls.map((call) => [call.id, exact(call)]));
    const known = rows.filter((row) => row.p95_turn_latency_ms !== null);
    expect(known.length).toBeGreaterThan(20);
    expect(rows.length - known.length).toBeGreaterThan(0);
    for (const { id, p95_turn_latency_ms: shown } of rows) {
      const wanted = byId.get(id) ?? null;
      if (wanted === null || shown === null) expect([id, shown]).toEqual([id, wanted]);
      else expect(Math.abs(shown - wanted), id).toBeLessThanOrEqual(0.051);
    }
    const same = new Map((await rowsOf(lake, sql ?? "")).map((row) => [row["id"], row["p95_turn_latency_ms"]]));
    expect(same).toEqual(new Map(rows.map((row) => [row.id, row.p95_turn_latency_ms])));
  });
});

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
