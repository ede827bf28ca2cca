/** Rollups on disk: one for each visible file and no other, gone with its file, without erased callers, killed anywhere. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, compact, erase, recover, retain } from "../../src/etl/index.ts";
import { type JobOptions, runJob } from "../../src/etl/job.ts";
import { rollupSelect } from "../../src/etl/rollup-select.ts";
import { makeRollups } from "../../src/etl/rollups.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { rollupPath } from "../../src/store/lake/rollups.ts";
import { Kill, killing, pointsOf } from "../crash/killing-fs.ts";
import { idOf, NOW, recordOf, type Scripted } from "../crash/scene.ts";

const now = () => NOW;
const root = mkdtempSync(join(tmpdir(), "call-lake-rollups-"));
const old = "2026-11-18T10:00:00.000Z";
const erased = "+1 555-0102";
let db: LakeDb;
let base: string;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
  base = join(root, "base");
  for (const segment of [1, 2, 3]) {
    const calls: Scripted[] = ["x", "y"].map((letter) => ({
      call_id: `${segment}-${letter}`,
      start: old,
      caller: `+1 555-010${segment}`,
    }));
    await addRecords(base, "many-1", segment, calls.map(recordOf), { db, now });
  }
  await addRecords(base, "some-2", 1, [recordOf({ call_id: "older", start: "2026-10-01T10:00:00.000Z" })], { db, now });
  await runJob(base, { db, now }, (job) => makeRollups(job));
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

function copyOf(name: string): string {
  const dir = join(root, name);
  rmSync(dir, { recursive: true, force: true });
  cpSync(base, dir, { recursive: true, preserveTimestamps: true });
  return dir;
}

function rollupsIn(dir: string): string[] {
  const folder = join(dir, "rollups");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((day) => readdirSync(join(folder, day)).map((name) => join(folder, day, name)));
}

/** Rollups that do not say what their file says, or have none; a rollup may be missing. */
async function wrongRollups(dir: string): Promise<string[]> {
  const files = new Map((await listFiles(dir)).map((file) => [rollupPath(dir, file), file]));
  const wrong: string[] = [];
  for (const path of rollupsIn(dir)) {
    const file = files.get(path);
    if (file === undefined) wrong.push(`${basename(path)} describes no visible file`);
    else if ((await rowsOf(`read_parquet('${path}', hive_partitioning = false)`)) !== (await fresh(file.path)))
      wrong.push(`${basename(path)} is not what its file says`);
  }
  return wrong;
}

async function rowsOf(source: string): Promise<string> {
  const rows = await db.rows(`SELECT to_json(r)::VARCHAR AS row FROM ${source} AS r ORDER BY 1`);
  return rows.map((row) => String(row["row"])).join("\n");
}

async function fresh(path: string): Promise<string> {
  const [row] = await db.rows(`SELECT CAST(size AS DOUBLE) AS bytes FROM read_blob('${path}')`);
  const copy = join(root, "fresh.parquet");
  rmSync(copy, { force: true });
  await db.copy(rollupSelect(path, Number(row?.["bytes"])), copy);
  return rowsOf(`read_parquet('${copy}', hive_partitioning = false)`);
}

/** Runs a job to its end, then once for each point it can die at; what is wrong after each death and its recovery. */
async function killEverywhere(
  run: (dir: string, options: JobOptions) => Promise<unknown>,
  check: (dir: string) => Promise<string[]>,
): Promise<{ points: number; found: string[] }> {
  const whole = copyOf("whole");
  const counting = killing(db, null);
  await run(whole, { fs: counting.fs, db: counting.db, now });
  const found = await check(whole);
  const points = pointsOf(counting.steps);
  for (const point of points) {
    const dir = copyOf("run");
    const dying = killing(db, point);
    await expect(run(dir, { fs: dying.fs, db: dying.db, now })).rejects.toThrow(Kill);
    await recover(dir, { db, now });
    const at = `${point.mode} ${point.at}, ${dying.steps.names.at(-1)?.replaceAll(dir, "")}`;
    found.push(...(await check(dir)).map((what) => `${at}: ${what}`));
  }
  return { points: points.length, found };
}

const everyFile = async (dir: string) => (await listFiles(dir)).map((file) => rollupPath(dir, file)).sort();

describe("rollups", () => {
  it("are made for every visible file, and again where one is missing, torn, outdated or of another file", async () => {
    const dir = copyOf("made");
    expect(rollupsIn(dir).sort()).toEqual(await everyFile(dir));
    expect(await wrongRollups(dir)).toEqual([]);
    const [a, b, c] = rollupsIn(dir) as [string, string, string];
    rmSync(a);
    writeFileSync(b, "PAR1 and no more");
    const outdated = join(root, "outdated.parquet");
    await db.copy(
      `SELECT * REPLACE (CASE WHEN part = 'file' THEN 0 ELSE number END AS number) FROM read_parquet('${c}', hive_partitioning = false)`,
      outdated,
    );
    rmSync(c);
    cpSync(outdated, c);
    writeFileSync(join(dirname(c), "stray.parquet"), "of nobody");
    await recover(dir, { db, now });
    const report = await runJob(dir, { db, now }, (job) => makeRollups(job));
    expect(report).toMatchObject({ made: 3, left: 0 });
    expect(rollupsIn(dir).sort()).toEqual(await everyFile(dir));
    expect(await wrongRollups(dir)).toEqual([]);
  });

  it("are made in steps when the time is short", async () => {
    const dir = copyOf("steps");
    rmSync(join(dir, "rollups"), { recursive: true });
    expect(await runJob(dir, { db, now }, (job) => makeRollups(job, 0))).toEqual({ made: 0, removed: 0, left: 4 });
    expect(rollupsIn(dir)).toEqual([]);
  });

  it("that cannot be made hold nothing back", async () => {
    const dir = copyOf("broken");
    rmSync(join(dir, "rollups"), { recursive: true });
    const [file] = await listFiles(dir);
    writeFileSync(file?.path ?? "", "no Parquet");
    const logged: string[] = [];
    const report = await runJob(dir, { db, now, log: (line) => logged.push(line) }, (job) => makeRollups(job));
    expect(report.made).toBe(3);
    expect(logged.join()).toContain("could not be made");
  });

  it("survive a kill at every step of making them", async () => {
    const run = (dir: string, options: JobOptions) => {
      rmSync(join(dir, "rollups"), { recursive: true, force: true });
      return runJob(dir, options, (job) => makeRollups(job));
    };
    const { points, found } = await killEverywhere(run, wrongRollups);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(15);
  });

  it("go before the files a compaction merges", async () => {
    const { points, found } = await killEverywhere(compact, wrongRollups);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(10);
  });

  it("never name a caller who was erased, once the erasure is over", async () => {
    const run = (dir: string, options: JobOptions) =>
      erase(dir, { ids: ["2-x", "2-y"].map((call_id) => idOf({ call_id, start: old })) }, { who: "test" }, options);
    const check = async (dir: string) => {
      const found = await wrongRollups(dir);
      const gone =
        (
          await db.rows(
            `SELECT 1 AS n FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name = true) WHERE caller_number = '${erased}'`,
          )
        ).length === 0;
      for (const path of rollupsIn(dir)) {
        const named = await db.rows(
          `SELECT key FROM read_parquet('${path}', hive_partitioning = false) WHERE key = '${erased}'`,
        );
        if (gone && named.length > 0) found.push(`${basename(path)} names the caller`);
      }
      return found;
    };
    expect((await check(base)).length).toBe(0);
    expect(
      await rowsOf(`(SELECT DISTINCT key FROM read_parquet('${base}/rollups/*/*.parquet') WHERE part = 'caller')`),
    ).toContain(erased);
    const { points, found } = await killEverywhere(run, check);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(15);
  });

  it("go with the day that retention takes", async () => {
    const run = (dir: string, options: JobOptions) => retain(dir, { days: 30 }, options);
    const { found } = await killEverywhere(run, wrongRollups);
    expect(found).toEqual([]);
    expect(rollupsIn(join(root, "whole")).some((path) => path.includes("2026-10-01"))).toBe(false);
  });
});
