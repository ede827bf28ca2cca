/** Kills publish, compact, erase and retain at every file-system call and asks what readers see then and later. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, compact, erase, publish, readReceipts, recover, retain, verify } from "../../src/etl/index.ts";
import { type JobOptions, runJob } from "../../src/etl/job.ts";
import { dayOf } from "../../src/record/index.ts";
import { realFs, removeFile } from "../../src/store/fs.ts";
import { addFile } from "../../src/store/lake/add-file.ts";
import { visibleOfDay } from "../../src/store/lake/listing.ts";
import { parquetSource } from "../../src/store/lake/sql.ts";
import { differences, plainAnswer, snapshotAnswer } from "./answers.ts";
import { hastyFs, Kill, type KillPoint, killing, pointsOf } from "./killing-fs.ts";
import { ended, idOf, NOW, open, recordOf, type Scripted, writeWriter } from "./scene.ts";

const now = () => NOW;
const root = mkdtempSync(join(tmpdir(), "call-lake-kills-"));
let db: LakeDb;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

type Model = ReadonlyMap<string, number>;

interface Scene {
  readonly dir: string;
  readonly run: (dir: string, options: JobOptions) => Promise<unknown>;
  /** The answers that are right at some moment of the job; the last is right when it is done. */
  readonly models: readonly Model[];
  /** Calls that only a live writer's open segment holds, which plain Parquet can not have. */
  readonly fresh?: ReadonlySet<string>;
}

const modelOf = (...calls: Scripted[]): Model => new Map(calls.map((call) => [idOf(call), call.rev ?? 1]));
const without = (model: Model, ...ids: string[]): Model => new Map([...model].filter(([id]) => !ids.includes(id)));

/** Which of the models the answer is; adds a sentence if it is none. */
function match(
  found: string[],
  at: string,
  answer: Parameters<typeof differences>[0],
  models: readonly Model[],
): number {
  const each = models.map((model) => differences(answer, model));
  const index = each.findLastIndex((list) => list.length === 0);
  if (index < 0) found.push(`${at}: ${(each.at(-1) ?? []).slice(0, 3).join("; ")}`);
  return index;
}

/** Kills one run at one point and returns what is wrong before and after recovery. */
async function killAt(scene: Scene, point: KillPoint): Promise<string[]> {
  const dir = join(root, "run");
  rmSync(dir, { recursive: true, force: true });
  cpSync(scene.dir, dir, { recursive: true, preserveTimestamps: true });
  const { fs, db: dying, steps } = killing(db, point);
  await expect(scene.run(dir, { fs, db: dying, now })).rejects.toThrow(Kill);
  const at = `killed ${point.mode} ${point.at}, ${steps.names.at(-1)?.replaceAll(dir, "")}`;
  const found: string[] = [];
  const before = match(found, `${at}, before recovery`, await snapshotAnswer(dir, db), scene.models);
  await recover(dir, { db, now, fs: hastyFs });
  const after = match(found, `${at}, after recovery`, await snapshotAnswer(dir, db), scene.models);
  if (after < before) found.push(`${at}: what was gone has come back`);
  const plain = scene.models.map((model) => without(model, ...(scene.fresh ?? [])));
  if (match(found, `${at}, plain Parquet`, await plainAnswer(dir, db), plain) < before && before >= 0)
    found.push(`${at}: plain Parquet is behind the snapshot`);
  const { problems } = await verify(dir, { db, now, fs: hastyFs });
  found.push(...problems.map(({ where, what }) => `${at}, verify: ${where}: ${what}`));
  return found;
}

/** Runs the scene to its end once, then once for each point it can die at. */
async function killEverywhere(scene: Scene): Promise<{ points: number; found: string[] }> {
  const dir = join(root, "whole");
  rmSync(dir, { recursive: true, force: true });
  cpSync(scene.dir, dir, { recursive: true, preserveTimestamps: true });
  const { fs, db: counted, steps } = killing(db, null);
  await scene.run(dir, { fs, db: counted, now });
  const found: string[] = [];
  match(found, "not killed", await snapshotAnswer(dir, db), scene.models.slice(-1));
  const points = pointsOf(steps);
  for (const point of points) found.push(...(await killAt(scene, point)));
  return { points: points.length, found };
}

const evening = "2026-11-20T23:58:00.000Z";
const morning = "2026-11-21T09:00:00.000Z";
const old = "2026-11-18T10:00:00.000Z";
/** The calls of one segment begin in its minute. */
const minute = (segment: number) => `2026-11-18T10:0${segment}:00.000Z`;

async function emptyLake(name: string): Promise<string> {
  const dir = join(root, name);
  await addRecords(dir, "seed-1", 1, [], { db, now });
  return dir;
}

describe("a kill at every file-system call", { timeout: 300_000 }, () => {
  it("of publish loses nothing and says nothing twice", async () => {
    const dir = await emptyLake("publish");
    const stored = [
      { call_id: "revised", start: evening },
      { call_id: "known", start: morning, rev: 2 },
      { call_id: "untouched", start: old },
    ];
    await addRecords(dir, "seed-1", 1, stored.map(recordOf), { db, now });
    writeWriter(dir, "dead-1", false, {
      1: [ended("over-midnight", evening), ended("a", morning), open("dies", morning)],
      2: [ended("revised", evening, { rev: 3 }), ended("known", morning, { rev: 1 }), ended("late", old)],
      3: [ended("a", morning), open("dies", morning)],
    });
    writeWriter(dir, "live-2", true, {
      1: [ended("b", morning)],
      2: [ended("fresh", morning), open("talks", morning)],
    });
    const model = modelOf(
      { call_id: "over-midnight", start: evening },
      { call_id: "a", start: morning },
      { call_id: "revised", start: evening, rev: 3 },
      { call_id: "known", start: morning, rev: 2 },
      { call_id: "untouched", start: old },
      { call_id: "late", start: old },
      { call_id: "b", start: morning },
      { call_id: "fresh", start: morning },
    );
    const dies = idOf({ call_id: "dies", start: morning });
    const fresh = new Set([idOf({ call_id: "fresh", start: morning })]);
    // Until the dead writer is sealed its open call is no record.
    const models = [model, new Map([...model, [dies, 0]])];
    const result = await killEverywhere({ dir, models, fresh, run: publish });
    expect(result.found).toEqual([]);
    expect(result.points).toBeGreaterThan(30);
  });

  /** Two writers with several files of a settled day, one of them rewritten by an erasure, and one of today. */
  async function smallFiles(name: string): Promise<{ dir: string; model: Model }> {
    const dir = await emptyLake(name);
    const calls: Scripted[] = [];
    for (const [writer, files] of [
      ["many-1", 3],
      ["some-2", 2],
    ] as const)
      for (let segment = 1; segment <= files; segment++) {
        const call_ids = ["x", "y"].map((letter) => `${writer}-${segment}-${letter}`);
        const ofSegment = call_ids.map((call_id) => ({
          call_id,
          start: minute(segment),
          caller: `+1 555-010${segment}`,
        }));
        await addRecords(dir, writer, segment, ofSegment.map(recordOf), { db, now });
        calls.push(...ofSegment);
      }
    const today = { call_id: "today", start: morning };
    await addRecords(dir, "many-1", 9, [recordOf(today)], { db, now });
    const gone = { call_id: "many-1-2-x", start: minute(2) };
    await erase(dir, { ids: [idOf(gone)] }, { who: "test" }, { db, now });
    return { dir, model: without(modelOf(...calls, today), idOf(gone)) };
  }

  it("of compact, each merge in slices of a minute, changes no answer", async () => {
    const { dir, model } = await smallFiles("compact");
    const run = (folder: string, options: JobOptions) => compact(folder, { ...options, slice_bytes: 1 });
    const result = await killEverywhere({ dir, models: [model], run });
    expect(result.found).toEqual([]);
    expect(result.points).toBeGreaterThan(20);
  });

  it("of a compact that removes before it adds is caught by the same checks", async () => {
    const { dir, model } = await smallFiles("control");
    const run = (folder: string, options: JobOptions) =>
      runJob(folder, options, async (job) => {
        const files = (await visibleOfDay(folder, "2026-11-18", job.fs)).filter((file) => file.writer === "many-1");
        const source = parquetSource(files).replace("hive_partitioning=true", "hive_partitioning=false");
        const held = await job.db();
        const kept = join(root, "kept.parquet");
        await removeFile(kept);
        await db.copy(`SELECT * FROM ${source}`, kept);
        for (const file of files) await removeFile(file.path, job.fs);
        const key = { day: "2026-11-18", writer: "many-1", first: 1, last: 3, generation: 0 };
        await addFile(folder, key, (tmp) => held.copy(`SELECT * FROM '${kept}'`, tmp), job.fs);
      });
    const result = await killEverywhere({ dir, models: [model], run });
    expect(result.found.length).toBeGreaterThan(0);
    expect(result.found.join()).toContain("before recovery");
    expect(result.found.join()).toContain("after recovery");
  });

  it("of erase shows a call whole or not at all, and never again", async () => {
    const { dir, model } = await smallFiles("erase");
    writeWriter(dir, "dead-1", false, {
      1: [ended("closed", morning, { caller: "+1 555-0102" }), ended("stays", old)],
    });
    writeWriter(dir, "live-2", true, {
      4: [ended("in-open", morning, { caller: "+1 555-0102" }), ended("next", morning)],
    });
    const [closed, stays, inOpen, next] = ["closed", "stays", "in-open", "next"].map((call_id) => ({
      call_id,
      start: call_id === "stays" ? old : morning,
    })) as [Scripted, Scripted, Scripted, Scripted];
    const all = new Map([...model, ...modelOf(closed, stays, inOpen, next)]);
    const caller = [...all.keys()].filter((id) =>
      [closed, inOpen, ...["many-1-2-y", "some-2-2-x", "some-2-2-y"].map((call_id) => ({ call_id, start: minute(2) }))]
        .map(idOf)
        .includes(id),
    );
    const run = (folder: string, options: JobOptions) =>
      erase(folder, { caller_number: "+1 555-0102" }, { who: "test" }, { ...options, rotation_wait_ms: 0 });
    const fresh = new Set([inOpen, next].map(idOf));
    const result = await killEverywhere({ dir, models: [all, without(all, ...caller)], fresh, run });
    expect(caller).toHaveLength(5);
    expect(result.found).toEqual([]);
    expect(result.points).toBeGreaterThan(20);
  });

  it("of an erasure that can end leaves exactly one receipt, and no bytes", async () => {
    const { dir, model } = await smallFiles("receipt");
    const id = idOf({ call_id: "some-2-1-y", start: minute(1) });
    const run = (folder: string, options: JobOptions) => erase(folder, { ids: [id] }, { who: "test" }, options);
    const { fs, db: counted, steps } = killing(db, null);
    const whole = join(root, "whole-receipt");
    cpSync(dir, whole, { recursive: true });
    await run(whole, { fs, db: counted, now });
    for (const point of pointsOf(steps)) {
      const scene = { dir, models: [model, without(model, id)], run };
      expect(await killAt(scene, point)).toEqual([]);
      const folder = join(root, "run");
      const receipts = await readReceipts(folder, realFs);
      const gone = !(await plainAnswer(folder, db)).calls.has(id);
      expect(receipts.length, `${point.mode} ${point.at}`).toBe(gone ? 2 : 1);
      expect(await realFs.readdir(join(folder, "masks"))).toEqual([]);
      expect(await realFs.readdir(join(folder, "tmp"))).toEqual([]);
    }
    expect(readFileSync(join(whole, "audit.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
  });

  it("of retain takes a day whole or not at all", async () => {
    const { dir, model } = await smallFiles("retain");
    const older = { call_id: "older", start: "2026-11-17T10:00:00.000Z" };
    await addRecords(dir, "some-2", 7, [recordOf(older)], { db, now });
    const gone = { call_id: "long-gone", start: "2026-10-01T10:00:00.000Z" };
    await addRecords(dir, "some-2", 8, [recordOf(gone)], { db, now });
    await retain(dir, { days: 30 }, { db, now: () => NOW - 7_200_000 });
    const all = new Map([...model, ...modelOf(older)]);
    const ofDay = (day: string) => [...all.keys()].filter((id) => dayOf(id) === day);
    // Days leave newest first; once one is gone, the others still go.
    const newest = without(all, ...ofDay("2026-11-18"));
    const models = [all, newest, without(newest, ...ofDay("2026-11-17"))];
    const result = await killEverywhere({
      dir,
      models,
      run: (folder, options) => retain(folder, { days: 2 }, options),
    });
    expect(result.found).toEqual([]);
    expect(result.points).toBeGreaterThan(5);
  });
});
