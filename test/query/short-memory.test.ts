/** When memory is short: a load that fails half way leaves no number wrong, and only broken files are found broken. */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { makeDerived } from "../../src/etl/derived.ts";
import { runJob } from "../../src/etl/job.ts";
import { byHalves } from "../../src/query/by-halves.ts";
import { lakeOf } from "../../src/query/call-lake.ts";
import { openDuckdbEngine } from "../../src/query/duckdb-engine.ts";
import type { QueryEngine } from "../../src/query/engine.ts";
import { EngineLostError, StatementError } from "../../src/query/errors.ts";
import { parseFilter, scopeOf } from "../../src/query/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const everyone = scopeOf({ read_pii: true });
const asked = parseFilter(new URLSearchParams(), "UTC");

async function newEngine(): Promise<QueryEngine> {
  const engine = await openDuckdbEngine({
    memory_limit: "512MB",
    temp_directory: join(tmpdir(), `call-lake-rollups-${process.pid}`),
    threads: 1,
    queries_max: 4,
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** The same engine, which has no memory for the statements `fails` names. */
function withFaults(engine: QueryEngine, fails: (statement: string) => boolean): QueryEngine {
  return {
    kind: engine.kind,
    generation: engine.generation,
    run: (...given) => engine.run(...given),
    copy: (...given) => engine.copy(...given),
    execute: async (statement, parameters, generation) => {
      if (fails(statement)) throw new StatementError("Out of Memory Error: failed to allocate data");
      return engine.execute(statement, parameters, generation);
    },
    close: () => engine.close(),
  };
}

describe("sums of rollups in memory", () => {
  it("are right after a load that failed half way, whichever table it failed at", async () => {
    const dir = await madeFolder();
    onTestFinished(() => rm(dir, { recursive: true }));
    await intoLake(dir, madeCalls(randomOf(7), 300, Date.parse("2026-11-17T00:00:00Z"), 3 * 86_400_000));
    await runJob(dir, {}, (job) => makeDerived(job));
    const engine = await newEngine();
    let insertions = 0;
    let failing = Number.POSITIVE_INFINITY;
    const faulty = withFaults(engine, (text) => text.startsWith("INSERT INTO rollup_") && ++insertions === failing);
    // Tables are made anew by each lake, so that each fault meets an empty memory.
    const ask = async (fault: number) => {
      insertions = 0;
      failing = fault;
      const lake = lakeOf(dir, faulty, () => {}, undefined, 0);
      const failed = await lake.stats(asked, everyone).then(
        () => false,
        (error: Error) => {
          expect(error.message).toContain("Out of Memory");
          return true;
        },
      );
      failing = Number.POSITIVE_INFINITY;
      const { sql: _, ...stats } = await lake.stats(asked, everyone);
      return { failed, stats };
    };
    const right = await ask(Number.POSITIVE_INFINITY);
    expect(right).toMatchObject({ failed: false, stats: { totals: { calls: 300 } } });
    const tables = insertions;
    expect(tables).toBeGreaterThan(3);
    for (let fault = 1; fault <= tables; fault++) {
      const { failed, stats } = await ask(fault);
      expect({ fault, failed }).toEqual({ fault, failed: true });
      expect(stats).toEqual(right.stats);
    }
  });
});

describe("the journal's fresh rows", () => {
  it("are in the first answer after memory was short, and no answer goes without them", async () => {
    const dir = await madeFolder();
    onTestFinished(() => rm(dir, { recursive: true }));
    await intoJournal(dir, "writer-1", 1, madeCalls(randomOf(8), 20, Date.parse("2026-11-17T00:00:00Z"), 1000));
    let full = true;
    const lake = lakeOf(
      dir,
      withFaults(await newEngine(), (text) => full && text.startsWith("INSERT INTO tail")),
      () => {},
    );
    await expect(lake.count(asked, everyone)).rejects.toThrow("Out of Memory");
    const api = createCallHistoryApi({ lake, allow_anonymous: true, log: (line) => expect.unreachable(line) });
    const answer = await api.request("/stats");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining("a larger memory_limit") } });
    full = false;
    expect(await lake.count(asked, everyone)).toBe(20);
  });
});

describe("asking by halves", () => {
  it("refuses the broken files and no other, and keeps each good one once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 70 }), async (broken) => {
        const kept: number[] = [];
        const refused: number[] = [];
        let questions = 0;
        const found = await byHalves([...broken.keys()], {
          ask: async (files) => {
            questions++;
            if (files.some((file) => broken[file])) throw new StatementError("Invalid Error: torn");
          },
          keep: (files) => void kept.push(...files),
          refuse: (file) => void refused.push(file),
        });
        const wrong = [...broken.keys()].filter((file) => broken[file]);
        expect(refused).toEqual(wrong);
        expect(kept).toEqual([...broken.keys()].filter((file) => !broken[file]));
        expect(found).toBe(wrong.length > 0);
        expect(questions).toBeLessThanOrEqual(1 + wrong.length * 2 * Math.ceil(Math.log2(broken.length + 1)));
      }),
    );
  });

  it("throws what is no file's fault, and does not ask again", async () => {
    for (const error of [new EngineLostError("It went."), new StatementError("INTERNAL Error: broken")]) {
      let questions = 0;
      const ask = () => {
        questions++;
        return Promise.reject(error);
      };
      await expect(byHalves([1, 2, 3], { ask, refuse: () => expect.unreachable() })).rejects.toBe(error);
      expect(questions).toBe(1);
    }
    const full = new StatementError("Out of Memory Error: could not allocate block");
    await expect(
      byHalves([1, 2], { ask: () => Promise.reject(full), refuse: () => expect.unreachable() }),
    ).rejects.toBe(full);
    const keep = () => Promise.reject(full);
    await expect(byHalves([1, 2], { ask: async () => {}, keep, refuse: () => expect.unreachable() })).rejects.toBe(
      full,
    );
  });
});
