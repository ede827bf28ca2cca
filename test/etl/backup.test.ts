/** Backups: whole and of one moment while everything goes on, killed anywhere, restored to the byte. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { readErased } from "../../src/etl/erased.ts";
import {
  addHold,
  addRecords,
  backup,
  compact,
  erase,
  listHolds,
  publishNow,
  recover,
  restore,
  retain,
  verify,
} from "../../src/etl/index.ts";
import { EVERYTHING, openCallLake, scopeOf } from "../../src/query/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { plainAnswer, snapshotAnswer } from "../crash/answers.ts";
import { intoJournal, intoLake, madeCalls, randomOf } from "../query/made-calls.ts";

const root = mkdtempSync(join(tmpdir(), "call-lake-backup-"));
const FROM = Date.parse("2026-11-01T00:00:00Z");
const DAYS_MS = 5 * 86_400_000;
let db: LakeDb;
let folders = 0;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

const newFolder = () => join(root, `f${folders++}`);
const calls = (seed: number, count: number, first = 0) => madeCalls(randomOf(seed), count, FROM, DAYS_MS, first);
const idsIn = async (dir: string) => new Set((await snapshotAnswer(dir, db)).calls.keys());
const namesOf = (target: string) => readdirSync(target).filter((name) => name.startsWith("20"));

/** A lake with files of several segments, and a living engine's journal. */
async function madeLake(): Promise<{ dir: string; ids: Set<string> }> {
  const dir = newFolder();
  const [stored, fresh] = [calls(1, 60), calls(2, 20, 1000)];
  await intoLake(dir, stored, 3);
  await intoJournal(dir, "live-1", 1, fresh);
  return { dir, ids: new Set([...stored, ...fresh].map((call) => call.id)) };
}

describe("a backup", () => {
  it("holds Parquet and journal, is a data folder, and comes back as it was", async () => {
    const { dir, ids } = await madeLake();
    const target = newFolder();
    const report = await backup(dir, { to: target });
    expect(report).toMatchObject({ lake_calls: 60, journal_calls: 20, problems: [] });
    expect(await idsIn(report.path)).toEqual(ids);
    const back = newFolder();
    expect(await restore(back, { from: target })).toMatchObject({ lake_calls: 60, journal_calls: 20, problems: [] });
    expect(await idsIn(back)).toEqual(ids);
    // The engine of the journal lives, on this host; its copy is nobody's, and is published.
    expect((await recover(back, { db })).published).toMatchObject({ rows: 20, failures: [] });
    expect(new Set((await plainAnswer(back, db)).calls.keys())).toEqual(ids);
    expect((await verify(back, { db })).problems).toEqual([]);
    expect(await idsIn(dir)).toEqual(ids);
  });

  it("copies only what is new, by content and not by name", async () => {
    const { dir } = await madeLake();
    const target = newFolder();
    const first = await backup(dir, { to: target });
    await addRecords(dir, "lake-1", 4, calls(3, 5, 2000));
    const second = await backup(dir, { to: target });
    expect(second.lake_calls).toBe(65);
    const added = (await listFiles(dir)).filter((file) => file.first === 4);
    const addedBytes = added.reduce((sum, file) => sum + statSync(file.path).size, 0);
    const small = readFileSync(join(dir, "format.json")).length;
    expect(second.copied_bytes).toBeGreaterThanOrEqual(addedBytes + small);
    expect(second.copied_bytes).toBeLessThan(first.copied_bytes + addedBytes - 1000);
    const [kept] = (await listFiles(first.path)).filter((file) => file.first === 1);
    if (!kept) throw new Error("no file was kept");
    const twin = kept.path.replace(first.path, second.path);
    expect(statSync(twin).ino).toBe(statSync(kept.path).ino);
    // The same name with other bytes: as after a restore, when both folders are backed up to one place.
    const [own] = (await listFiles(dir)).filter((file) => file.path.endsWith(twin.slice(-40)));
    if (!own) throw new Error("no such file");
    const other = (await listFiles(dir)).find((file) => file.day === own.day && file.first === 2);
    if (!other) throw new Error("no other file");
    rmSync(own.path);
    writeFileSync(own.path, readFileSync(other.path));
    rmSync(other.path);
    const third = await backup(dir, { to: target, keep: 1 });
    expect(third.removed).toHaveLength(2);
    expect(readFileSync(own.path.replace(dir, third.path))).toEqual(readFileSync(own.path));
    expect(namesOf(target)).toHaveLength(1);
  });

  it("holds what decides over calls: holds, rules, what was erased and its key, and what was set aside", async () => {
    const { dir } = await madeLake();
    const now = () => FROM + 40 * 86_400_000;
    const rules = JSON.stringify([{ days: 10 }]);
    writeFileSync(join(dir, "retention.json"), rules);
    const { id } = await addHold(dir, { where: { client_id: "acme" }, who: "ada", why: "case 17" }, { now });
    const person = { caller_number: "+1 555-0177" };
    await erase(dir, person, { who: "ada" }, { now });
    mkdirSync(join(dir, "quarantine"));
    writeFileSync(join(dir, "quarantine", "torn"), "torn");
    const target = newFolder();
    const first = await backup(dir, { to: target });
    const second = await backup(dir, { to: target });
    const asideIn = (path: string) => statSync(join(path, "quarantine", "torn")).ino;
    expect(asideIn(second.path)).toBe(asideIn(first.path));
    const back = newFolder();
    expect(await restore(back, { from: target })).toMatchObject({ problems: [] });
    expect((await listHolds(back)).map((hold) => hold.id)).toEqual([id]);
    expect(readFileSync(join(back, "retention.json"), "utf8")).toBe(rules);
    expect(statSync(join(back, "erased.key")).mode & 0o777).toBe(0o600);
    const call = { source: "engine", call_id: "theirs", start_ms: FROM };
    expect((await readErased(back)).has(call, person, 0)).toBe(true);
    expect(readFileSync(join(back, "quarantine", "torn"), "utf8")).toBe("torn");
    const report = await retain(back, { days: 0, yes: true }, { now });
    expect(report.held).toBeGreaterThan(0);
    expect((await verify(back)).counts.lake_calls).toBe(report.held);
  });

  it("follows compaction and erasure, and leaves no trace of what was erased before it", async () => {
    const { dir, ids } = await madeLake();
    const target = newFolder();
    await backup(dir, { to: target });
    await compact(dir, { now: () => FROM + 2 * DAYS_MS });
    const [gone = ""] = ids;
    await erase(dir, { ids: [gone] }, { who: "test" });
    const { path, problems } = await backup(dir, { to: target, link: true });
    expect(problems).toEqual([]);
    expect((await plainAnswer(path, db)).calls.has(gone)).toBe(false);
    expect([...(await idsIn(path))].sort()).toEqual([...ids].filter((id) => id !== gone).sort());
    expect(readFileSync(join(path, "audit.jsonl"), "utf8")).toContain('"erase"');
  });

  it("names what was wrong with the data folder, and keeps the older backups then", async () => {
    const { dir } = await madeLake();
    const target = newFolder();
    await backup(dir, { to: target });
    const [file] = await listFiles(dir);
    if (!file) throw new Error("no file was made");
    writeFileSync(file.path, "torn");
    const report = await backup(dir, { to: target, keep: 1 });
    expect(report.problems.map(({ where }) => where)).toEqual([expect.stringContaining(".parquet")]);
    expect(namesOf(target)).toHaveLength(2);
  });

  it.each([
    ["inside the data folder", (dir: string) => join(dir, "backups")],
    ["around it", (dir: string) => join(dir, "..")],
  ])("is refused %s", async (_, to) => {
    const { dir } = await madeLake();
    await expect(backup(dir, { to: to(dir) })).rejects.toThrow("must not lie in one another");
  });

  it("is refused into a data folder", async () => {
    const [{ dir }, { dir: other }] = [await madeLake(), await madeLake()];
    await expect(backup(dir, { to: other })).rejects.toThrow("is a data folder");
  });
});

describe("a restore", () => {
  it("goes into an empty folder only, and finds every changed byte", async () => {
    const { dir } = await madeLake();
    const target = newFolder();
    const { path } = await backup(dir, { to: target });
    await expect(restore(dir, { from: target })).rejects.toThrow("is not empty");
    await expect(restore(newFolder(), { from: newFolder() })).rejects.toThrow("There is no backup in");
    const [file] = await listFiles(path);
    if (!file) throw new Error("no file was backed up");
    const bytes = readFileSync(file.path);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file.path, bytes);
    const back = newFolder();
    await expect(restore(back, { from: target })).rejects.toThrow(`${file.path} is not what was backed up`);
    // Half restored: every job refuses it, and the mended backup goes on where it stopped.
    await expect(verify(back)).rejects.toThrow("is being restored from");
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file.path, bytes);
    expect(await restore(back, { from: target })).toMatchObject({ lake_calls: 60, problems: [] });
  });

  it("that is stopped goes on", async () => {
    const { dir, ids } = await madeLake();
    const target = newFolder();
    await backup(dir, { to: target });
    const back = newFolder();
    const stop = new AbortController();
    const on_progress = (bytes: number, all: number) => bytes > all / 2 && stop.abort();
    await expect(restore(back, { from: target, signal: stop.signal, on_progress })).rejects.toThrow();
    expect(await restore(back, { from: target })).toMatchObject({ problems: [] });
    expect(await idsIn(back)).toEqual(ids);
  });
});

const run = (script: string, ...given: string[]): ChildProcess =>
  spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, script), ...given], {
    stdio: ["ignore", "ignore", "inherit"],
  });
const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", resolve));

it("killed anywhere leaves whole backups only, and the next one goes on", async () => {
  const { dir, ids } = await madeLake();
  const target = newFolder();
  const random = randomOf(7);
  let whole = 0;
  // How long an undisturbed one takes here, so that kills fall into its work and not only into its start.
  const began = performance.now();
  expect(await ended(run("backup-process.ts", dir, newFolder()))).toBe(0);
  const life = performance.now() - began;
  for (let kill = 0; kill < 12; kill++) {
    const child = run("backup-process.ts", dir, target);
    const gone = ended(child);
    await Promise.race([gone, sleep(life * (0.4 + 0.6 * random()))]);
    child.kill("SIGKILL");
    await gone;
    if (!existsSync(target)) continue;
    for (const name of namesOf(target)) {
      expect(await idsIn(join(target, name)), `after kill ${kill}`).toEqual(ids);
      whole++;
    }
  }
  expect(await ended(run("backup-process.ts", dir, target))).toBe(0);
  const back = newFolder();
  expect(await restore(back, { from: target })).toMatchObject({ problems: [] });
  expect(await idsIn(back)).toEqual(ids);
  expect(namesOf(target).length, `${whole} whole ones seen`).toBeLessThanOrEqual(2);
}, 240_000);

it("is of one moment while engines write, the etl works, calls are erased and both are killed", async () => {
  const dir = newFolder();
  const target = newFolder();
  await intoLake(dir, calls(5, 300), 6);
  const acknowledged = join(root, "acknowledged");
  const until = performance.now() + 12_000;
  const random = randomOf(11);
  const again = async (start: () => ChildProcess) => {
    for (let lives = 1; !isOver(); lives++) {
      const child = start();
      const gone = ended(child);
      // Once the time is over without enough done, each lives longer than the one before: the machine is slow.
      const patience = performance.now() < until ? 1 : lives;
      for (
        const ends = performance.now() + (1500 + random() * 3000) * patience;
        performance.now() < ends && !isOver();
      )
        await sleep(100);
      child.kill("SIGKILL");
      await gone;
    }
  };
  const idsNow = () =>
    existsSync(acknowledged)
      ? readFileSync(acknowledged, "utf8")
          .split("\n")
          .filter((id) => id.length === 36)
      : [];
  const erased = new Set<string>();
  // On a busy machine it goes on until each has done something.
  const isOver = () => performance.now() >= until && erased.size > 3 && idsNow().length > 20;
  const erasing = async () => {
    const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
    while (!isOver()) {
      const [id] = (await lake.ids({ ...EVERYTHING, end_ms: FROM + DAYS_MS }, scopeOf({ read_pii: true }))).slice(-1);
      if (id === undefined) break;
      const { pending } = await erase(dir, { ids: [id] }, { who: "test" });
      if (pending === 0) erased.add(id);
      await sleep(500);
    }
    await lake.close();
  };
  let backups = 0;
  const backing = async () => {
    while (!isOver() || backups === 0) {
      const before = { ids: idsNow(), erased: new Set(erased) };
      const { path, problems } = await backup(dir, { to: target, keep: 1 });
      expect(problems).toEqual([]);
      const answer = await snapshotAnswer(path, db);
      expect(answer.twice).toEqual([]);
      expect(before.ids.filter((id) => !answer.calls.has(id) && !erased.has(id))).toEqual([]);
      expect([...before.erased].filter((id) => answer.calls.has(id))).toEqual([]);
      backups++;
    }
  };
  await Promise.all([
    again(() => run("../crash/writer-process.ts", dir, acknowledged, "alpha")),
    again(() => run("../crash/etl-process.ts", dir)),
    erasing(),
    backing(),
  ]);
  await publishNow(dir);
  const back = newFolder();
  await backup(dir, { to: target });
  expect(await restore(back, { from: target })).toMatchObject({ problems: [] });
  await recover(back, { db });
  const answer = await plainAnswer(back, db);
  expect(answer.twice).toEqual([]);
  expect(idsNow().filter((id) => !answer.calls.has(id))).toEqual([]);
  expect([...erased].filter((id) => answer.calls.has(id))).toEqual([]);
  expect(erased.size).toBeGreaterThan(3);
  expect(idsNow().length).toBeGreaterThan(20);
  console.info(`${backups} backups, ${idsNow().length} calls, ${erased.size} erased`);
}, 360_000);
