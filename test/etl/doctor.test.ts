/** The doctor finds each thing that can be wrong with a folder, and verify knows rollups and search index. */
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, doctor, erase, readReceipts, retain, setAside, verify } from "../../src/etl/index.ts";
import { runJob } from "../../src/etl/job.ts";
import { indexAll } from "../../src/etl/search.ts";
import { realFs } from "../../src/store/fs.ts";
import { writeMask } from "../../src/store/lake/masks.ts";
import { narrowOptions } from "../../src/store/lake/narrow.ts";
import { plainAnswer } from "../crash/answers.ts";
import { ended, idOf, NOW, open, recordOf, writeWriter } from "../crash/scene.ts";

const root = mkdtempSync(join(tmpdir(), "call-lake-doctor-test-"));
const now = () => NOW;
let db: LakeDb;
let dir: string;
let number = 0;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(async () => {
  dir = join(root, `lake-${++number}`);
  const calls = ["2026-11-18", "2026-11-19"].map((day) => ({ call_id: day, start: `${day}T10:00:00.000Z` }));
  for (const [index, call] of calls.entries())
    await addRecords(dir, "test-1", index + 1, [recordOf(call)], { db, now });
  await runJob(dir, { db, now }, (job) => makeDerived(job));
  await indexAll(dir, { db, now });
  chmodSync(dir, 0o750);
});

const look = (more: object = {}) =>
  doctor(dir, { retention: { days: 0 }, publish_seconds: 300, now: () => NOW, db, ...more });
/** Of the folder: how full the disk of this machine is, is no matter of it. */
const notWell = async (more: object = {}) =>
  (await look(more))
    .filter(({ name, state }) => state !== "ok" && name !== "disk")
    .map(({ name, state }) => `${name} ${state}`);
const fileOf = (folder: string, ending = ".parquet") => {
  const found = readdirSync(join(dir, folder), { recursive: true }).find((name) => String(name).endsWith(ending));
  return join(dir, folder, String(found));
};

it("finds nothing in a folder that is well", async () => {
  expect(await notWell()).toEqual([]);
  expect((await look()).map(({ name }) => name)).toContain("disk");
});

it("names a torn file, sets it aside, and the others answer again", async () => {
  const path = fileOf("calls/day=2026-11-18");
  truncateSync(path, 100);
  await expect(plainAnswer(dir, db)).rejects.toThrow("parquet");
  const [check] = (await look()).filter(({ name }) => name === "files");
  expect(check).toMatchObject({ state: "wrong", mend: expect.stringContaining("--mend") });
  expect(check?.what).toContain("calls/day=2026-11-18/test-1.00000001-00000001.g0.parquet");
  expect(await setAside(dir, "ada", { db, now })).toHaveLength(1);
  expect((await plainAnswer(dir, db)).calls.size).toBe(1);
  expect(await notWell()).toEqual(["files note", "derived note"]);
  expect(await readReceipts(dir, realFs)).toMatchObject([{ action: "quarantine", who: "ada", deleted: 0 }]);
  expect(await setAside(dir, "ada", { db, now })).toEqual([]);
  expect((await verify(dir, { db, now })).problems).toEqual([]);
});

it("names segments that wait too long, a dead engine, and the calls that still wait for it", async () => {
  writeWriter(dir, "dead-1", false, {
    1: [ended("a", "2026-11-20T10:00:00.000Z")],
    2: [open("b", "2026-11-20T10:00:00.000Z")],
  });
  const folder = join(dir, "journal", "dead-1");
  const touch = (name: string, ms: number) => utimesSync(join(folder, name), new Date(ms), new Date(ms));
  touch("00000001.jsonl", NOW - 60_000);
  touch("writer.json", NOW - 10_000);
  expect(await notWell()).toEqual(["writers note"]);
  const waits = (await look()).find(({ name }) => name === "writers");
  expect(waits?.what).toContain("wait for it until 2026-11-21T12:00:20.000Z");
  touch("00000001.jsonl", NOW - 3_600_000);
  touch("writer.json", NOW - 3_600_000);
  expect(await notWell()).toEqual(["journal wrong", "writers wrong"]);
});

it("names masks, a clock that disagrees, refused retention, rules that cannot be read, and leftovers", async () => {
  const ids = new Map([[idOf({ call_id: "x", start: "2026-11-18T10:00:00.000Z" }), 9]]);
  await writeMask(dir, { reason: "erase", ids, who: "ada", at: new Date(NOW - 7_200_000).toISOString() });
  expect(await notWell()).toEqual(["masks wrong"]);
  rmSync(join(dir, "masks"), { recursive: true });
  expect(await notWell({ now: () => Date.parse("2026-11-01") })).toContain("clock wrong");
  await retain(dir, { days: 30 }, { db, now });
  await retain(dir, { days: 30 }, { db, now: () => NOW + 365 * 86_400_000 });
  expect(await notWell()).toEqual(["retention wrong"]);
  writeFileSync(join(dir, "retention.json"), "{");
  expect((await look()).find(({ name }) => name === "retention")?.what).toContain("retention.json is not JSON");
  rmSync(join(dir, "retention.json"));
  await retain(dir, { days: 30 }, { db, now });
  await erase(dir, { caller_number: "+1 555-0177" }, { who: "ada" }, { db, now });
  expect(await notWell()).toEqual([]);
  rmSync(join(dir, "erased.key"));
  expect((await look()).find(({ name }) => name === "retention")).toMatchObject({
    state: "wrong",
    what: expect.stringContaining("erased.key is not the key by which erasures were noted"),
  });
  rmSync(join(dir, "erased.jsonl"));
  writeFileSync(join(dir, "trash", "what"), "");
  chmodSync(dir, 0o755);
  expect(await notWell()).toEqual(["permissions note", "leftovers wrong"]);
});

it("verify names what is not as its file, and a part of the index that cannot be opened", async () => {
  expect((await verify(dir, { db, now })).problems).toEqual([]);
  const rollup = fileOf("rollups");
  const terms = fileOf("search", ".terms.parquet");
  truncateSync(rollup, 50);
  truncateSync(terms, 50);
  // Whole, and of that very file by its footer: only its rows say something else.
  const narrow = fileOf("narrow");
  const [{ bytes } = { bytes: 0 }] = await db.rows(
    `SELECT CAST(size AS DOUBLE) AS bytes FROM read_blob('${narrow.replace("/narrow/", "/calls/")}')`,
  );
  const rows = `SELECT * REPLACE ('somebody' AS caller_number) FROM read_parquet('${narrow}', hive_partitioning = false)`;
  await db.copy(rows, `${dir}/tmp/other`, narrowOptions(Number(bytes)));
  renameSync(`${dir}/tmp/other`, narrow);
  const { problems } = await verify(dir, { db, now });
  expect(problems.map(({ where }) => join(dir, where)).sort()).toEqual([rollup, terms, narrow].sort());
});
