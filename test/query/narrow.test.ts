/** Narrow files in questions: read where they have all of it and count, done without where they do not, and never wrong. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { runJob } from "../../src/etl/job.ts";
import { type CallLake, openCallLake, parseFacet, parseFilter, parsePage, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { derivedPath } from "../../src/store/lake/derived.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { ERASED_REV, writeMask } from "../../src/store/lake/masks.ts";
import { narrowOptions } from "../../src/store/lake/narrow.ts";
import { intoLake, madeCall, madeFolder, pick, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-10-22T00:00:00Z");
const DAY = 86_400_000;
const CALLS = 400;
const everyone = scopeOf({ read_pii: true });
const asked = (query = "") => parseFilter(new URLSearchParams(query));

let db: LakeDb;
let dir: string;
let lake: CallLake;
let calls: CallRecord[];
let logged: string[];

beforeAll(async () => {
  db = await openLakeDb({
    temp_dir: join(tmpdir(), `call-lake-narrow-${process.pid}`),
    memory_limit: "512MB",
    threads: 1,
  });
});
afterAll(() => db.close());
beforeEach(async () => {
  dir = await madeFolder();
  const random = randomOf(5);
  calls = Array.from({ length: CALLS }, (_, number) =>
    madeCall(random, number, FROM + Math.floor(random() * 2 * DAY), {
      // Many with equally many calls, so that the tenth is one of several.
      caller_number: pick(random, [null, `+1555${Math.floor(random() ** 2 * 120)}`]),
      outcome: "completed",
    }),
  );
  await intoLake(dir, calls);
  await runJob(dir, {}, (job) => makeDerived(job));
  for (const file of await listFiles(dir)) await rm(derivedPath(dir, "rollups", file));
  logged = [];
  lake = await openCallLake({ dir, engine: "in-process", log: (line) => logged.push(line) });
}, 240_000);
afterEach(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

async function narrowFiles(): Promise<{ path: string; bytes: number }[]> {
  const files = await listFiles(dir);
  return Promise.all(
    files.map(async (file) => ({
      path: derivedPath(dir, "narrow", file),
      bytes: (await readFile(file.path)).length,
    })),
  );
}

/** Makes each narrow file say that every call failed, with all right in its footer. */
async function forge(): Promise<void> {
  for (const { path, bytes } of await narrowFiles()) {
    const rows = `SELECT * REPLACE ('error' AS outcome) FROM read_parquet('${path}', hive_partitioning = false)`;
    await db.copy(rows, `${path}.forged`, narrowOptions(bytes));
    await rename(`${path}.forged`, path);
  }
}

const failed = () => lake.count(asked("outcome=error"), everyone);

describe("narrow files", () => {
  it("are what is read by each question that needs no more of a call", async () => {
    await forge();
    expect(await failed()).toBe(CALLS);
    expect(await lake.ids(asked("outcome=error"), everyone)).toHaveLength(CALLS);
    expect((await lake.stats(asked("min_duration=0"), everyone)).outcomes).toEqual([
      { value: "error", calls: calls.filter((call) => call.duration_seconds !== null).length },
    ]);
    expect((await lake.facets(asked(), everyone)).outcome).toEqual([{ value: "error", calls: CALLS }]);
    const offered = await lake.facet(asked(), parseFacet("outcome", new URLSearchParams()), everyone);
    expect(offered.values).toEqual([{ value: "error", calls: CALLS }]);
    const { calls: listed } = await lake.list(
      asked("outcome=error"),
      parsePage(new URLSearchParams("limit=5")),
      everyone,
    );
    // Found by them, and then shown as they are.
    expect(listed.map((call) => call.outcome)).toEqual(Array(5).fill("completed"));
    // What they do not have is asked of the file.
    expect(await lake.count(asked("outcome=error&where=metadata.a:is_null:false"), everyone)).toBe(0);
    expect(await lake.count(asked("outcome=completed&where=metadata.a:is_null:false"), everyone)).toBe(CALLS);
  });

  it("do not count on a day whose rows a mask hides", async () => {
    await forge();
    const [gone] = calls as [CallRecord];
    await writeMask(dir, { reason: "erase", ids: new Map([[gone.id, ERASED_REV]]), who: "test", at: null });
    const same = calls.filter((call) => call.start_time.slice(0, 10) === gone.start_time.slice(0, 10));
    expect(await failed()).toBe(CALLS - same.length);
    expect(await lake.count(asked(), everyone)).toBe(CALLS - 1);
  });

  it("do not count beside a file with other bytes", async () => {
    for (const { path } of await narrowFiles()) {
      const rows = `SELECT * REPLACE ('error' AS outcome) FROM read_parquet('${path}', hive_partitioning = false)`;
      await db.copy(rows, `${path}.forged`, narrowOptions(1));
      await rename(`${path}.forged`, path);
    }
    expect(await failed()).toBe(0);
  });

  it("can go or be cut off between two questions", async () => {
    expect(await lake.count(asked("where=outcome:eq:completed"), everyone)).toBe(CALLS);
    const [first = "", second = ""] = (await narrowFiles()).map(({ path }) => path);
    const whole = await readFile(first);
    await rm(first);
    expect(await lake.count(asked("where=outcome:ne:error"), everyone)).toBe(CALLS);
    await writeFile(second, whole.subarray(0, whole.length >> 1));
    expect(await lake.count(asked("where=outcome:in:completed,error"), everyone)).toBe(CALLS);
    expect(logged).toEqual([]);
  });

  it("are left alone, with a word in the log, once one's pages cannot be read", async () => {
    for (const { path } of await narrowFiles()) {
      const bytes = await readFile(path);
      // The footer stays.
      bytes.fill(0xff, 4, bytes.length >> 1);
      await writeFile(path, bytes);
    }
    for (const query of ["outcome=completed", "outcome=completed&min_duration=0", "outcome=completed"])
      expect((await lake.stats(asked(query), everyone)).totals.calls).toBe(
        calls.filter((call) => !query.includes("min") || call.duration_seconds !== null).length,
      );
    expect(logged.length).toBeGreaterThan(0);
    for (const line of logged) expect(line).toContain("so the file itself is");
  });
});

describe("who calls most", () => {
  it("is the same by buckets of callers as by plain counting, equally frequent ones too", async () => {
    for (const query of [
      "min_duration=0",
      "min_duration=300",
      "min_duration=390",
      "direction=inbound&min_duration=1",
    ]) {
      const { top_callers } = await lake.stats(asked(query), everyone);
      const mine = calls.filter(
        (call) =>
          call.caller_number !== null &&
          (call.duration_seconds ?? -1) >= Number(/min_duration=(\d+)/.exec(query)?.[1]) &&
          (!query.includes("inbound") || call.direction === "inbound"),
      );
      const counted = [...Map.groupBy(mine, (call) => call.caller_number)].map(([caller_number, all]) => ({
        caller_number,
        calls: all.length,
        duration_seconds: Math.round(all.reduce((sum, call) => sum + (call.duration_seconds ?? 0) * 1000, 0)) / 1000,
      }));
      counted.sort(
        (a, b) =>
          b.calls - a.calls ||
          b.duration_seconds - a.duration_seconds ||
          ((a.caller_number ?? "") < (b.caller_number ?? "") ? -1 : 1),
      );
      expect(top_callers, query).toEqual(counted.slice(0, 10));
    }
  });
});
