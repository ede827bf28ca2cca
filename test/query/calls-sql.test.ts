/** calls.sql in plain DuckDB, and the same views in the lake's own SQL. */
import { copyFile, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { BadQuestionError, openCallLake } from "../../src/query/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { ERASED_REV, writeMask } from "../../src/store/lake/masks.ts";
import { lakeFile } from "../../src/store/lake/names.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const made = () => madeCalls(randomOf(8), 50, Date.parse("2026-11-01T00:00:00Z"), 86_400_000);

describe("calls.sql", () => {
  it("shows each call once, between add and remove as well", async () => {
    const dir = await madeFolder();
    await intoLake(dir, made());
    // As a compaction or an erasure leaves it for a moment: the old file beside the new one.
    const [file] = await listFiles(dir);
    if (!file) throw new Error("no file was made");
    for (const more of [
      { ...file, generation: 1 },
      { ...file, first: 0, last: 5 },
    ]) {
      await copyFile(file.path, lakeFile(dir, more).path);
    }
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const script = await readFile(new URL("../../calls.sql", import.meta.url), "utf8");
    await connection.run(
      script
        .replaceAll("'calls/*", `'${join(dir, "calls")}/*`)
        .replace("['masks/*.json', 'format.json']", `['${join(dir, "masks")}/*.json', '${join(dir, "format.json")}']`),
    );
    const count = async (statement: string) => Number((await connection.runAndReadAll(statement)).getRows()[0]?.[0]);
    expect(await count("SELECT count(*) FROM calls")).toBe(50);
    expect(await count("SELECT count(*) FROM messages")).toBe(50);
    expect(await count("SELECT count(*) FROM turns")).toBe(0);
    const tools = made().reduce((sum, call) => sum + (call.tool_calls?.length ?? 0), 0);
    expect(await count("SELECT count(name) FROM tool_calls")).toBe(tools);
    const [erased, replacing] = made();
    if (!erased || !replacing) throw new Error("no call was made");
    await writeMask(dir, { reason: "erase", ids: new Map([[erased.id, ERASED_REV]]), who: "test", at: null });
    expect(await count(`SELECT count(*) FROM calls WHERE id = '${erased.id}'`)).toBe(0);
    // Its higher revision is still in the journal: the stored one is shown until that one is here.
    const ids = new Map([[replacing.id, replacing.rev + 1]]);
    await writeMask(dir, { reason: "supersede", ids, who: null, at: null });
    expect(await count("SELECT count(*) FROM calls")).toBe(49);
    const newer = lakeFile(dir, { ...file, first: 9, last: 9 }).path;
    await connection.run(
      `COPY (SELECT * REPLACE (rev + 1 AS rev) FROM read_parquet('${file.path}', hive_partitioning = false) WHERE id = '${replacing.id}') TO '${newer}' (FORMAT parquet)`,
    );
    expect(await count("SELECT count(*) FROM calls")).toBe(49);
    expect(await count(`SELECT max(rev) FROM calls WHERE id = '${replacing.id}'`)).toBe(replacing.rev + 1);
    connection.closeSync();
    instance.closeSync();
    await rm(dir, { recursive: true });
  });
});

describe("lake.sql", () => {
  it("answers one SELECT over the views, fresh rows included, and nothing else", async () => {
    const dir = await madeFolder();
    const calls = made();
    await intoLake(dir, calls.slice(0, 30));
    await intoJournal(dir, "host-1", 1, calls.slice(30));
    const lake = await openCallLake({ dir, engine: "in-process" });
    const rowsOf = async (statement: string) => {
      const rows: unknown[] = [];
      for await (const row of (await lake.sql(statement)).rows) rows.push(row);
      return rows;
    };
    expect(await rowsOf("SELECT count(*) AS n FROM calls -- all of them;")).toEqual([{ n: 50 }]);
    expect(await rowsOf("WITH m AS (FROM messages) SELECT count(DISTINCT id) AS n FROM m;")).toEqual([{ n: 50 }]);
    const answer = await lake.sql("SELECT start_time, duration_seconds AS t FROM calls ORDER BY start_time LIMIT 1");
    expect(answer.columns).toEqual([
      { name: "start_time", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "t", type: "DOUBLE" },
    ]);
    const first = [...calls].sort((a, b) => (a.start_time < b.start_time ? -1 : 1))[0];
    expect(await rowsOf("SELECT start_time, duration_seconds AS t FROM calls ORDER BY start_time LIMIT 1")).toEqual([
      { start_time: first?.start_time, t: first?.duration_seconds },
    ]);
    expect(await rowsOf("SELECT 'NaN'::DOUBLE AS n, 'a NaN' AS t")).toEqual([{ n: null, t: "a NaN" }]);
    for (const statement of [
      "DROP TABLE tail",
      "SELECT 1; SELECT 2",
      "SELECT 1); DELETE FROM tail; SELECT (1",
      "COPY (SELECT 1) TO '/tmp/x.csv'",
      "",
      "SELEC 1",
    ]) {
      await expect(lake.sql(statement), statement).rejects.toThrow(BadQuestionError);
    }
    await lake.close();
    await rm(dir, { recursive: true });
  });
});
