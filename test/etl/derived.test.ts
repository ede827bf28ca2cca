/** Rollups and narrow files on disk: one for each visible file and no other, gone with its file, without erased callers, killed anywhere. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, compact, erase, recover, retain } from "../../src/etl/index.ts";
import { type JobOptions, runJob } from "../../src/etl/job.ts";
import { rollupSelect } from "../../src/etl/rollup-select.ts";
import { DERIVED, type Derived, derivedPath } from "../../src/store/lake/derived.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { narrowOptions, narrowSelect } from "../../src/store/lake/narrow.ts";
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
  for (const segment of [1, 2]) {
    const calls: Scripted[] = ["x", "y"].map((letter) => ({
      call_id: `${segment}-${letter}`,
      start: old,
      caller: `+1 555-010${segment}`,
    }));
    await addRecords(base, "many-1", segment, calls.map(recordOf), { db, now });
  }
  await addRecords(base, "some-2", 1, [recordOf({ call_id: "older", start: "2026-10-01T10:00:00.000Z" })], { db, now });
  await runJob(base, { db, now }, (job) => makeDerived(job));
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

function derivedIn(dir: string, kinds: readonly Derived[] = DERIVED): string[] {
  return kinds.flatMap((kind) => {
    const folder = join(dir, kind);
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((day) => readdirSync(join(folder, day)).map((name) => join(folder, day, name)));
  });
}

/** What does not say what its file says, or has none; some may be missing. */
async function wrongIn(dir: string): Promise<string[]> {
  const files = await listFiles(dir);
  const wrong: string[] = [];
  for (const kind of DERIVED) {
    const known = new Map(files.map((file) => [derivedPath(dir, kind, file), file]));
    for (const path of derivedIn(dir, [kind])) {
      const file = known.get(path);
      const named = `${kind} ${basename(path)}`;
      if (file === undefined) wrong.push(`${named} describes no visible file`);
      else if ((await rowsOf(`read_parquet('${path}', hive_partitioning = false)`)) !== (await fresh(kind, file.path)))
        wrong.push(`${named} is not what its file says`);
    }
  }
  return wrong;
}

/** In their order, which for narrow files is that of the file. */
async function rowsOf(source: string): Promise<string> {
  const rows = await db.rows(`SELECT to_json(r)::VARCHAR AS row FROM ${source} AS r`);
  return rows.map((row) => String(row["row"])).join("\n");
}

async function fresh(kind: Derived, path: string): Promise<string> {
  const narrow = `(${narrowSelect(path)})`;
  if (kind === "narrow") return rowsOf(narrow);
  const [row] = await db.rows(`SELECT CAST(size AS DOUBLE) AS bytes FROM read_blob('${path}')`);
  const copy = join(root, "fresh.parquet");
  rmSync(copy, { force: true });
  await db.copy(rollupSelect(narrow, Number(row?.["bytes"])), copy);
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

const everyFile = async (dir: string) =>
  (await listFiles(dir)).flatMap((file) => DERIVED.map((kind) => derivedPath(dir, kind, file))).sort();

describe("rollups and narrow files", () => {
  it("are made for every visible file, and again where one is missing, torn, outdated or of another file", async () => {
    const dir = copyOf("made");
    expect(derivedIn(dir).sort()).toEqual(await everyFile(dir));
    expect(await wrongIn(dir)).toEqual([]);
    const [a, b, c] = derivedIn(dir, ["rollups"]) as [string, string, string];
    rmSync(a);
    writeFileSync(b, "PAR1 and no more");
    const [x, y, z] = derivedIn(dir, ["narrow"]) as [string, string, string];
    rmSync(x);
    writeFileSync(y, "PAR1 and no more");
    rmSync(z);
    // As of another file: one with other bytes.
    await db.copy(narrowSelect((await listFiles(dir))[0]?.path ?? ""), z, narrowOptions(1));
    const outdated = join(root, "outdated.parquet");
    await db.copy(
      `SELECT * REPLACE (CASE WHEN part = 'file' THEN 0 ELSE number END AS number) FROM read_parquet('${c}', hive_partitioning = false)`,
      outdated,
    );
    rmSync(c);
    cpSync(outdated, c);
    writeFileSync(join(dirname(c), "stray.parquet"), "of nobody");
    await recover(dir, { db, now });
    const report = await runJob(dir, { db, now }, (job) => makeDerived(job));
    expect(report).toMatchObject({ made: 6, left: 0 });
    expect(derivedIn(dir).sort()).toEqual(await everyFile(dir));
    expect(await wrongIn(dir)).toEqual([]);
  });

  it("are made in steps when the time is short", async () => {
    const dir = copyOf("steps");
    for (const kind of DERIVED) rmSync(join(dir, kind), { recursive: true });
    expect(await runJob(dir, { db, now }, (job) => makeDerived(job, 0))).toEqual({ made: 0, removed: 0, left: 6 });
    expect(derivedIn(dir)).toEqual([]);
  });

  it("that cannot be made hold nothing back", async () => {
    const dir = copyOf("broken");
    for (const kind of DERIVED) rmSync(join(dir, kind), { recursive: true });
    const [file] = await listFiles(dir);
    writeFileSync(file?.path ?? "", "no Parquet");
    const logged: string[] = [];
    const report = await runJob(dir, { db, now, log: (line) => logged.push(line) }, (job) => makeDerived(job));
    expect(report.made).toBe(4);
    expect(logged.join()).toContain("could not be made");
  });

  it("survive a kill at every step of making them", async () => {
    const run = (dir: string, options: JobOptions) => {
      for (const kind of DERIVED) rmSync(join(dir, kind), { recursive: true, force: true });
      return runJob(dir, options, (job) => makeDerived(job));
    };
    const { points, found } = await killEverywhere(run, wrongIn);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(20);
  });

  it("go before the files a compaction merges", async () => {
    const { points, found } = await killEverywhere(compact, wrongIn);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(10);
  });

  it("never name a caller who was erased, once the erasure is over", async () => {
    const run = (dir: string, options: JobOptions) =>
      erase(dir, { ids: ["2-x", "2-y"].map((call_id) => idOf({ call_id, start: old })) }, { who: "test" }, options);
    const check = async (dir: string) => {
      const found = await wrongIn(dir);
      const gone =
        (
          await db.rows(
            `SELECT 1 AS n FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name = true) WHERE caller_number = '${erased}'`,
          )
        ).length === 0;
      for (const kind of DERIVED)
        for (const path of derivedIn(dir, [kind])) {
          const column = kind === "narrow" ? "caller_number" : "key";
          const named = await db.rows(
            `SELECT 1 AS n FROM read_parquet('${path}', hive_partitioning = false) WHERE ${column} = '${erased}'`,
          );
          if (gone && named.length > 0) found.push(`${kind} ${basename(path)} names the caller`);
        }
      return found;
    };
    expect((await check(base)).length).toBe(0);
    expect(
      await rowsOf(`(SELECT DISTINCT key FROM read_parquet('${base}/rollups/*/*.parquet') WHERE part = 'caller')`),
    ).toContain(erased);
    expect(await rowsOf(`(SELECT caller_number FROM read_parquet('${base}/narrow/*/*.parquet'))`)).toContain(erased);
    const { points, found } = await killEverywhere(run, check);
    expect(found).toEqual([]);
    expect(points).toBeGreaterThan(15);
  });

  it("go with the day that retention takes", async () => {
    const run = (dir: string, options: JobOptions) => retain(dir, { days: 30 }, options);
    const { found } = await killEverywhere(run, wrongIn);
    expect(found).toEqual([]);
    expect(derivedIn(join(root, "whole")).some((path) => path.includes("2026-10-01"))).toBe(false);
  });
});
