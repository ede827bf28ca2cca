/** Every number shows its query: the statements of the statistics, run as an analyst would, give the same numbers. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallLake, type CallStats, openCallLake, parseFilter, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, pick, randomOf } from "./made-calls.ts";

const random = randomOf(91);
/** Around the night in which Berlin's clocks go back, so that an hour is there twice. */
const calls: CallRecord[] = madeCalls(random, 500, Date.parse("2026-10-20T00:00:00Z"), 12 * 86_400_000).map((call) => ({
  ...call,
  initial_agent: pick(random, ["ava", "bo", null]),
  currency: pick(random, ["USD", "EUR"]),
}));
let dir = "";
let lake: CallLake;
beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls.slice(0, 400), 3);
  await intoJournal(dir, "live-1", 1, calls.slice(400));
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const QUESTIONS = [
  "",
  "tz=Europe/Berlin&start_date=2026-10-24&end_date=2026-10-25",
  "tz=Asia/Kolkata&start_date=2026-10-21&end_date=2026-10-28&outcome=completed",
  "provider_name=local&provider_name=deepgram&min_duration=50&tz=America/New_York",
  "where=caller_name:contains:%25&tz=UTC",
  "q=tag",
  "tool_name=lookup&tool_status=error",
  "context_name=nowhere",
];
const VALUES = ["outcomes", "providers", "pipelines", "contexts", "agents", "languages", "directions"] as const;
const near = (a: unknown, b: number | null) =>
  b === null ? expect(a ?? null).toBeNull() : expect(Number(a)).toBeCloseTo(b, 6);

const everybody = scopeOf({ read_pii: true });
const tenant = scopeOf({ read_pii: true, client_id: "acme" });

/** A tenant's statements differ by one condition: every other question is put under it. */
describe("the statements of /stats", () => {
  it.each(QUESTIONS.map((query, index) => ({ query, of: index % 2 === 0 ? "everybody" : "a tenant" })))(
    "give the numbers of the answer to ?$query of $of",
    async ({ query, of }) => {
      const scope = of === "everybody" ? everybody : tenant;
      const filter = parseFilter(new URLSearchParams(query));
      const stats: CallStats = await lake.stats(filter, scope, { sql: true });
      const queries = stats.queries ?? {};
      const rows = async (member: string) =>
        (await lake.analyse({ sql: queries[member] ?? "", limit: 5000, timeout_ms: 30_000 }, scope)).rows;

      for (const [member, totals] of [
        ["totals", stats.totals],
        ["previous", stats.previous],
      ] as const) {
        if (totals === null) {
          expect(queries[member]).toBeUndefined();
          continue;
        }
        const [row] = await rows(member);
        for (const [name, value] of Object.entries(row ?? {}))
          near(
            value ?? (name.startsWith("avg") || name.endsWith("rate") ? null : 0),
            totals[name as keyof typeof totals],
          );
      }
      const [times] = await rows("latency");
      for (const name of ["p50_ms", "p95_ms", "p99_ms"] as const) near(times?.[name], stats.latency[name]);
      expect((await rows("histogram")).map((row) => Number(row["turns"]))).toEqual(
        stats.latency.histogram.map(({ turns }) => turns),
      );
      expect((await rows("trend")).map((row) => [row["of_day"], row["turns"], row["p50_ms"], row["p95_ms"]])).toEqual(
        stats.latency.trend.map(({ day, turns, p50_ms, p95_ms }) => [day, turns, p50_ms, p95_ms]),
      );
      const points = new Map(
        stats.timeline.points.filter((point) => point.calls > 0).map((point) => [Date.parse(point.t), point.calls]),
      );
      const told = await rows("timeline");
      expect(told.map((row) => row["calls"])).toEqual([...points.values()]);
      if (stats.timeline.bucket === "hour")
        expect(told.map((row) => Date.parse(String(row["t"])))).toEqual([...points.keys()]);
      const cells = new Map((await rows("heat_map")).map((row) => [`${row["weekday"]} ${row["hour"]}`, row["calls"]]));
      for (const cell of stats.heat_map) expect(cells.get(`${cell.weekday} ${cell.hour}`) ?? 0).toBe(cell.calls);
      for (const member of VALUES) {
        const counted = new Map((await rows(member)).map((row) => [row["value"], row["calls"]]));
        expect(counted, member).toEqual(new Map(stats[member].map(({ value, calls: n }) => [value, n])));
      }
      expect((await rows("cost")).map((row) => [row["currency"], row["calls"], Number(row["total"])]).sort()).toEqual(
        stats.cost.map(({ currency, calls: n, total }) => [currency, n, total]).sort(),
      );
      const tools = await rows("tools");
      expect(
        tools.map((row) => [
          row["name"],
          row["calls"],
          row["ok"],
          row["errors"],
          row["p50_duration_ms"],
          row["p95_duration_ms"],
        ]),
      ).toEqual(
        stats.tools.map((tool) => [
          tool.name,
          tool.calls,
          tool.ok,
          tool.errors,
          tool.p50_duration_ms,
          tool.p95_duration_ms,
        ]),
      );
      expect((await rows("top_callers")).map((row) => [row["caller_number"], row["calls"]])).toEqual(
        stats.top_callers.map((caller) => [caller.caller_number, caller.calls]),
      );
    },
  );
});

it("shows no statement of what the scope hides", async () => {
  const { queries } = await lake.stats(parseFilter(new URLSearchParams()), scopeOf({ read_pii: false }), { sql: true });
  expect(Object.keys(queries ?? {})).not.toContain("top_callers");
  expect(Object.keys(queries ?? {})).not.toContain("tools");
});
