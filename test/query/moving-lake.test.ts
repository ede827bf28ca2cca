/** Questions while the lake moves under them: calls end, segments are published, files are merged and erased. */
import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { makeDerived } from "../../src/etl/derived.ts";
import { compact, erase, publish } from "../../src/etl/index.ts";
import { runJob } from "../../src/etl/job.ts";
import { EVERYTHING, FIRST_PAGE, openCallLake, scopeOf } from "../../src/query/index.ts";
import { listWriters, requestRotation } from "../../src/store/journal/reader.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const everyone = scopeOf({ read_pii: true });
const CALLS = 240;

describe("a lake that moves", () => {
  it("shows every acknowledged call exactly once in every answer", async () => {
    const dir = await madeFolder();
    const start = Date.parse("2026-11-20T20:00:00Z");
    const before = madeCalls(randomOf(21), 100, start, 8 * 3_600_000);
    await intoLake(dir, before);
    const history = await openCallHistory({ dir });
    const lake = await openCallLake({ dir });
    const made = madeCalls(randomOf(22), CALLS, start, 8 * 3_600_000, 1000);
    let begun = 0;
    let durable = 0;
    let over = false;

    const engine = async () => {
      for (const { id: _, record_version: __, writer: ___, ...call } of made) {
        begun++;
        expect((await history.addRecord(call)).durable).toBe(true);
        durable++;
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
    };
    const etl = async () => {
      for (let round = 0; !over; round++) {
        for (const writer of await listWriters(dir)) await requestRotation(dir, writer);
        await publish(dir);
        // Narrow files come and go under the questions that read them.
        if (round % 2 === 0) await runJob(dir, {}, (job) => makeDerived(job));
        if (round % 3 === 2) await compact(dir);
      }
    };
    let asked = 0;
    const reader = async () => {
      while (!over) {
        const low = durable;
        const [count, ids, facets, list] = await Promise.all([
          lake.count(EVERYTHING, everyone),
          lake.ids(EVERYTHING, everyone),
          lake.facets(EVERYTHING, everyone),
          lake.list(EVERYTHING, { ...FIRST_PAGE, limit: 200, include_total: true }, everyone),
        ]);
        const high = begun;
        const counts = [count, ids.length, list.total ?? 0, facets.outcome.reduce((sum, row) => sum + row.calls, 0)];
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(list.calls.map((call) => call.id)).size).toBe(list.calls.length);
        for (const calls of counts) {
          expect(calls).toBeGreaterThanOrEqual(before.length + low);
          expect(calls).toBeLessThanOrEqual(before.length + high);
        }
        asked++;
      }
    };
    const moving = [etl(), reader(), reader()];
    const failed = Promise.all(moving);
    await Promise.race([engine(), failed]);
    over = true;
    await failed;
    expect(asked).toBeGreaterThan(2);
    expect(await lake.count(EVERYTHING, everyone)).toBe(before.length + CALLS);

    // Erasing while asking: the calls go once, and never come back.
    const gone = [before[0]?.id ?? "", before[50]?.id ?? ""];
    over = false;
    let last = before.length + CALLS;
    const watcher = (async () => {
      while (!over) {
        const count = await lake.count(EVERYTHING, everyone);
        expect(count).toBeLessThanOrEqual(last);
        last = count;
      }
    })();
    const receipt = await erase(dir, { ids: gone }, { who: "test" });
    over = true;
    await watcher;
    expect(receipt.deleted).toBe(2);
    expect(await lake.count(EVERYTHING, everyone)).toBe(before.length + CALLS - 2);
    expect(await lake.get(gone[0] ?? "", everyone)).toBeNull();
    await history.close();
    await lake.close();
    await rm(dir, { recursive: true });
  });
});
