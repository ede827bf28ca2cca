/** Both engines: rows as JSON, an interrupt that stops, and a child that may die at any time. */
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lakeOf } from "../../src/query/call-lake.ts";
import { type ChildEngine, openChildEngine } from "../../src/query/child-engine.ts";
import { openDuckdbEngine } from "../../src/query/duckdb-engine.ts";
import type { QueryEngine } from "../../src/query/engine.ts";
import { EVERYTHING, FIRST_PAGE, scopeOf } from "../../src/query/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const temp_directory = `${tmpdir()}/call-lake-engines-${process.pid}`;
const OPTIONS = { memory_limit: "512MB", temp_directory, threads: 2, queries_max: 2 };
const FOREVER = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000000) b WHERE (a.range * b.range) % 7 = 3";
const everyone = scopeOf({ read_pii: true });

async function rowsOf(engine: QueryEngine, statement: string, signal?: AbortSignal): Promise<string[]> {
  const rows: string[] = [];
  for await (const chunk of engine.run(statement, [], signal)) rows.push(...chunk);
  return rows;
}

describe.each([
  ["in-process", openDuckdbEngine],
  ["child", openChildEngine],
] as const)("the %s engine", (kind, open) => {
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await open(OPTIONS);
  });
  afterAll(() => engine.close());

  it("gives rows as JSON, in order, however many", async () => {
    const rows = await rowsOf(engine, "SELECT range AS i, 'ä\"' AS t FROM range(50000) ORDER BY i DESC");
    expect(rows).toHaveLength(50_000);
    expect(JSON.parse(rows[0] ?? "")).toEqual({ i: 49_999, t: 'ä"' });
    expect(engine.kind).toBe(kind);
  });

  it("says what DuckDB says", async () => {
    await expect(rowsOf(engine, "SELECT nothing")).rejects.toThrow("nothing");
    await expect(rowsOf(engine, "SELECT 1; SELECT 2")).rejects.toThrow();
  });

  it("stops what is taken back, and goes on", async () => {
    const abort = new AbortController();
    const asked = Promise.allSettled([1, 2, 3].map(() => rowsOf(engine, FOREVER, abort.signal)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    abort.abort();
    for (const result of await asked) expect(result.status === "rejected" && result.reason.name).toBe("AbortError");
    expect(await rowsOf(engine, "SELECT 1 AS one")).toEqual(['{"one":1}']);
    expect(engine.generation).toBe(1);
  });

  it("answers a list while dashboards and exports take for ever", async () => {
    const abort = new AbortController();
    const endless = async () => {
      for await (const _ of engine.run(FOREVER, [], abort.signal, undefined, "heavy")) expect.unreachable();
    };
    const file = `${tmpdir()}/call-lake-lanes-${kind}-${process.pid}.csv`;
    const held = [endless(), endless(), engine.copy(`COPY (${FOREVER}) TO '${file}'`, [], abort.signal)];
    const ended = Promise.allSettled(held);
    for (let round = 0; round < 5; round++) expect(await rowsOf(engine, "SELECT 1 AS one")).toEqual(['{"one":1}']);
    abort.abort();
    for (const result of await ended) expect(result.status === "rejected" && result.reason.name).toBe("AbortError");
    await rm(file, { force: true });
  });

  it("copies into a file", async () => {
    const file = `${tmpdir()}/call-lake-copy-${kind}-${process.pid}.csv`;
    await engine.copy(`COPY (SELECT $1 AS a) TO '${file}' (FORMAT csv, HEADER false)`, ["x,y"]);
    expect(await readFile(file, "utf8")).toBe('"x,y"\n');
    await rm(file);
    await expect(engine.copy("COPY (SELECT nothing) TO '/nowhere'", [])).rejects.toThrow("nothing");
  });

  it("lets a reader leave in the middle", async () => {
    for await (const chunk of engine.run("SELECT range AS i FROM range(10000000)", [])) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await rowsOf(engine, "SELECT 1 AS one")).toEqual(['{"one":1}']);
  });
});

describe("a child that is killed", () => {
  let dir: string;
  let engine: ChildEngine;
  beforeAll(async () => {
    dir = await madeFolder();
    const calls = madeCalls(randomOf(5), 300, Date.parse("2026-11-01T00:00:00Z"), 86_400_000);
    await intoLake(dir, calls.slice(0, 200));
    await intoJournal(dir, "host-1", 1, calls.slice(200));
    engine = await openChildEngine(OPTIONS);
  });
  afterAll(async () => {
    await engine.close();
    await rm(dir, { recursive: true });
  });

  const kill = () => {
    if (engine.pid !== undefined) process.kill(engine.pid, "SIGKILL");
  };

  it("is started again, its tail fed again, and every read answered", async () => {
    const lake = lakeOf(dir, engine, console.warn);
    for (let round = 0; round < 5; round++) {
      const answers = Promise.all([
        lake.count(EVERYTHING, everyone),
        lake.list(EVERYTHING, FIRST_PAGE, everyone),
        lake.stats(EVERYTHING, everyone),
      ]);
      // At a different point of the question each time.
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      kill();
      const [count, list, stats] = await answers;
      expect(count).toBe(300);
      expect(list.calls).toHaveLength(50);
      expect(stats.totals.calls).toBe(300);
      // What was asked before may be answered without the child: its end is not noticed by that.
      await expect.poll(() => engine.generation, { timeout: 30_000 }).toBe(round + 2);
      await engine.ready();
    }
  });

  it("takes down no more than the statement it holds", async () => {
    const asked = expect(rowsOf(engine, FOREVER)).rejects.toThrow("went away");
    await new Promise((resolve) => setTimeout(resolve, 100));
    kill();
    await asked;
    expect(await rowsOf(engine, "SELECT 1 AS one")).toEqual(['{"one":1}']);
  });
});
