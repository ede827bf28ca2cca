/** Pages of a day of many calls: the same calls in the same order, whether its quarters of an hour are counted or not. */
import { rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { openLakeDb } from "../../src/etl/duckdb.ts";
import { runJob } from "../../src/etl/job.ts";
import { type CallLake, openCallLake, parseFilter, parsePage, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { derivedPath } from "../../src/store/lake/derived.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { narrowOptions } from "../../src/store/lake/narrow.ts";
import { intoJournal, intoLake, madeCall, madeFolder, pick, type Random, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-10-22T00:00:00Z");
const QUARTER = 900_000;
const everyone = scopeOf({ read_pii: true });

let dir: string;
let lake: CallLake;
let calls: CallRecord[];

/** Starts that meet at the edges of quarters and lie together in few of them, with the hours between empty. */
function startAt(random: Random): number {
  const quarter = FROM + pick(random, [3, 4, 5, 40, 41, 90, 95]) * QUARTER;
  return quarter + pick(random, [0, 0, 1, QUARTER - 1, Math.floor(random() * QUARTER)]);
}

beforeAll(async () => {
  dir = await madeFolder();
  const random = randomOf(11);
  calls = Array.from({ length: 360 }, (_, number) => madeCall(random, number, startAt(random)));
  const fresh = Array.from({ length: 20 }, (_, number) => madeCall(random, 1000 + number, startAt(random)));
  await intoLake(dir, calls);
  await runJob(dir, {}, (job) => makeDerived(job));
  await swell();
  await intoJournal(dir, "engine-1", 1, fresh);
  calls.push(...fresh);
  lake = await openCallLake({ dir, engine: "in-process", memo_bytes_max: 0, log: (line) => expect.fail(line) });
}, 240_000);
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

/** Makes narrow files as large as those of many calls, by a footer that says more. */
async function swell(): Promise<void> {
  const db = await openLakeDb({
    temp_dir: join(tmpdir(), `call-lake-day-${process.pid}`),
    memory_limit: "256MB",
    threads: 1,
  });
  for (const file of await listFiles(dir)) {
    const path = derivedPath(dir, "narrow", file);
    const [said] = await db.rows(
      `SELECT CAST(value AS VARCHAR) AS bytes FROM parquet_kv_metadata('${path}') WHERE CAST(key AS VARCHAR) = 'call_lake_bytes'`,
    );
    const options = narrowOptions(Number(said?.["bytes"])).replace(
      "KV_METADATA {",
      `KV_METADATA {more: '${"x".repeat(1_100_000)}', `,
    );
    await db.copy(`SELECT * FROM read_parquet('${path}', hive_partitioning = false)`, `${path}.more`, options);
    await rename(`${path}.more`, path);
  }
  db.close();
}

const keyOf = (call: { start_time: string; id: string }) => `${call.start_time} ${call.id}`;

/** The ids that a list under that filter has, in order. */
function expected(query: string, descending: boolean): string[] {
  const outcome = new URLSearchParams(query).get("outcome");
  const ordered = calls
    .filter((call) => outcome === null || call.outcome === outcome)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return (descending ? ordered.reverse() : ordered).map(({ id }) => id);
}

async function listed(query: string, page: string) {
  const list = await lake.list(parseFilter(new URLSearchParams(query)), parsePage(new URLSearchParams(page)), everyone);
  return { ids: list.calls.map(({ id }) => id), next: list.next_cursor };
}

describe.each(["", "outcome=error"])("a day of many calls, filter %j", (query) => {
  it.each(["-start_time", "start_time"])("has each call once over the pages of cursors, by %s", async (sort) => {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await listed(query, `limit=23&sort=${sort}${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.ids);
      cursor = page.next;
    }
    expect(ids).toEqual(expected(query, sort.startsWith("-")));
  });

  it.each(["-start_time", "start_time"])("has the same calls on pages by their numbers, by %s", async (sort) => {
    const ids: string[] = [];
    for (let page = 1, last = 17; last === 17; page++) {
      const some = (await listed(query, `page=${page}&page_size=17&sort=${sort}`)).ids;
      last = some.length;
      ids.push(...some);
    }
    expect(ids).toEqual(expected(query, sort.startsWith("-")));
  });
});

it("counts the quarters of such a day before it sorts its calls", async () => {
  const before = lake.queries.quick.done;
  await listed("", "limit=10");
  expect(lake.queries.quick.done - before).toBe(3);
});
