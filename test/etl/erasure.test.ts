/** Erasure of a person: not a byte of them is left anywhere in the data folder, a live engine writing beside. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { makeDerived } from "../../src/etl/derived.ts";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import {
  addHold,
  addRecords,
  compact,
  erase,
  listHolds,
  readReceipts,
  recover,
  retain,
  verify,
} from "../../src/etl/index.ts";
import { runJob } from "../../src/etl/job.ts";
import { indexAll } from "../../src/etl/search.ts";
import { type CallRecord, normaliseRecord } from "../../src/record/index.ts";
import { realFs } from "../../src/store/fs.ts";
import { snapshotAnswer } from "../crash/answers.ts";
import { hastyFs, Kill, killing, pointsOf } from "../crash/killing-fs.ts";
import { writeWriter } from "../crash/scene.ts";
import { stains } from "./stains.ts";

const DAY = 86_400_000;
const NUMBER = "+1 555-0177";
const NAME = "Zelda Quist";
/** The index has words in lower case. */
const TEXTS = [NUMBER, "Zelda", "zelda", "Quist"];
const person = { caller_number: NUMBER, caller_name: NAME };
/** A living engine may need long on a busy machine to close the segment that holds the person. */
const PATIENT = { rotation_wait_ms: 45_000 };
const root = mkdtempSync(join(tmpdir(), "call-lake-erasure-"));
let db: LakeDb;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

function call(call_id: string, at: number, more: object = {}): CallRecord {
  const start_time = new Date(at).toISOString();
  return normaliseRecord({
    call_id,
    source: "test",
    start_time,
    caller_number: "+1 555-0100",
    outcome: "completed",
    ...more,
  });
}
const said = [{ role: "user", content: `My name is ${NAME}, my number is ${NUMBER}.` }];

/** A folder in which the person is in Parquet, rollups, index, trash, a closed segment and a dead engine's rotation. */
async function stainedLake(dir: string, nowMs: number): Promise<number> {
  const options = { db, now: () => nowMs };
  const theirs = { caller_number: NUMBER, caller_name: NAME, conversation: said, metadata: { note: NAME } };
  const other = { conversation: [{ role: "user", content: "Somebody else" }] };
  await addRecords(dir, "test-1", 1, [call("a", nowMs - 3 * DAY, theirs), call("x", nowMs - 3 * DAY, other)], options);
  await addRecords(
    dir,
    "test-1",
    2,
    [call("b", nowMs - 3 * DAY + 1, theirs), call("old", nowMs - 9 * DAY, theirs)],
    options,
  );
  await addRecords(
    dir,
    "test-2",
    1,
    [call("y", nowMs - 2 * DAY, other), call("c", nowMs - 2 * DAY, { user_id: "u1", caller_name: NAME })],
    options,
  );
  const outbound = { caller_number: "+1 555-0101", called_number: NUMBER, direction: "outbound" };
  await addRecords(dir, "test-2", 2, [call("d", nowMs - DAY, outbound), call("z", nowMs - DAY, other)], options);
  await retain(dir, { days: 8 }, options);
  await compact(dir, options);
  await runJob(dir, options, (job) => makeDerived(job));
  await indexAll(dir, options);
  writeFileSync(join(dir, "tmp", "dead-9-00000002.jsonl"), `{"caller_number":"${NUMBER}"}\n`);
  writeWriter(dir, "dead-1", false, {
    1: [{ ended: { call_id: "j", start: new Date(nowMs - DAY).toISOString(), caller: NUMBER } }],
  });
  return 5;
}

describe("erasing a person", () => {
  it("leaves no byte of them in the data folder, while an engine goes on writing", async () => {
    const dir = join(root, "live");
    const calls = await stainedLake(dir, Date.now());
    const history = await openCallHistory({ dir, host: "engine" });
    const theirs = history.startCall({ call_id: "now", source: "test", caller_number: NUMBER, caller_name: NAME });
    theirs.addMessage({ role: "user", content: said[0]?.content ?? "" });
    const goesOn = history.startCall({ call_id: "goes-on", source: "test", caller_number: "+1 555-0100" });
    expect((await theirs.end()).durable).toBe(true);
    const before = await stains(dir, db, TEXTS);
    for (const store of [
      "calls/",
      "rollups/",
      "narrow/",
      "search/",
      "trash/",
      "tmp/",
      "journal/dead-1/",
      "journal/engine-",
    ])
      expect(
        before.filter((path) => path.startsWith(store)),
        store,
      ).not.toEqual([]);

    let writing = true;
    const beside = (async () => {
      for (let number = 0; writing; number++) {
        goesOn.addMessage({ role: "user", content: `still here ${number}` });
        await history.startCall({ call_id: `beside-${number}`, source: "test", caller_number: "+1 555-0102" }).end();
      }
    })();
    const receipt = await erase(dir, person, { who: "ada" }, { db, ...PATIENT });
    expect(await stains(dir, db, TEXTS)).toEqual([]);
    writing = false;
    await beside;
    await goesOn.end();
    await history.close();
    expect(receipt).toMatchObject({ deleted: calls + 1, pending: 0, held: 0, going_on: 0, not_searched: [] });
    const rows = await db.rows(
      `SELECT call_id FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name=true) WHERE call_id IN ('x', 'y', 'z', 'a', 'b', 'c', 'd', 'j') ORDER BY 1`,
    );
    expect(rows.map((row) => row["call_id"])).toEqual(["x", "y", "z"]);
    await recover(dir, { db });
    expect((await verify(dir, { db })).problems).toEqual([]);
    const log = (await readReceipts(dir, realFs)).filter(({ action }) => action === "erase");
    expect(log).toMatchObject([{ who: "ada", deleted: calls + 1 }]);
  }, 60_000);

  it("says how many of their calls have not ended", async () => {
    const dir = join(root, "going-on");
    mkdirSync(dir);
    const history = await openCallHistory({ dir, host: "engine" });
    const open = history.startCall({ call_id: "now", source: "test", caller_number: NUMBER });
    await history.flush();
    expect(await erase(dir, { caller_number: NUMBER }, { who: "ada" }, { db })).toMatchObject({
      deleted: 0,
      going_on: 1,
    });
    await open.end();
    expect(await erase(dir, { caller_number: NUMBER }, { who: "ada" }, { db, ...PATIENT })).toMatchObject({
      deleted: 1,
      going_on: 0,
    });
    await history.close();
    expect(await stains(dir, db, [NUMBER])).toEqual([]);
  });

  it("stopped between two days has hidden the calls, and recover finishes it with one receipt", async () => {
    const dir = join(root, "stopped");
    const nowMs = Date.parse("2026-11-21T12:00:00.000Z");
    await stainedLake(dir, nowMs);
    const stop = new AbortController();
    const options = { db, now: () => nowMs, signal: stop.signal };
    const on_progress = (days: number) => days > 0 && stop.abort();
    await expect(erase(dir, person, { who: "ada" }, { ...options, on_progress })).rejects.toThrow(/abort/i);
    const hidden = (await snapshotAnswer(dir, db)).calls;
    expect(await stains(dir, db, TEXTS)).not.toEqual([]);
    await recover(dir, { db, now: () => nowMs });
    expect(await stains(dir, db, TEXTS)).toEqual([]);
    expect((await snapshotAnswer(dir, db)).calls).toEqual(hidden);
    const receipts = (await readReceipts(dir, realFs)).filter(({ action }) => action === "erase");
    expect(receipts).toMatchObject([{ who: "ada", deleted: 5 }]);
    // The same request again knows what the one that was stopped has erased; another one does not.
    const again = await erase(dir, { ...person }, { who: "ada" }, { db, now: () => nowMs });
    expect(again).toMatchObject({ act: "", deleted: 0, deleted_before: 5 });
    const other = await erase(dir, { caller_number: NUMBER }, { who: "ada" }, { db, now: () => nowMs });
    expect(other).toMatchObject({ deleted: 0, deleted_before: 0 });
  });

  it("stopped and run again without the etl between finishes itself, and tells what was erased in all", async () => {
    const dir = join(root, "stopped-again");
    const nowMs = Date.parse("2026-11-21T12:00:00.000Z");
    await stainedLake(dir, nowMs);
    const stop = new AbortController();
    const options = { db, now: () => nowMs };
    const on_progress = (days: number) => days > 0 && stop.abort();
    const stopped = erase(dir, person, { who: "ada" }, { ...options, signal: stop.signal, on_progress });
    await expect(stopped).rejects.toThrow(/abort/i);
    await addRecords(dir, "late", 1, [call("late", nowMs - 3 * DAY, { caller_name: NAME })], { db });
    const again = await erase(dir, person, { who: "ada" }, options);
    expect(again).toMatchObject({ deleted: 1, deleted_before: 5 });
    expect(await stains(dir, db, TEXTS)).toEqual([]);
  });

  it("is killed at every step: afterwards the same request, or recover, leaves nothing", async () => {
    const nowMs = Date.parse("2026-11-21T12:00:00.000Z");
    const scene = join(root, "scene");
    await stainedLake(scene, nowMs);
    const run = (dir: string, options: object) => erase(dir, person, { who: "ada" }, { ...options, now: () => nowMs });
    const counted = killing(db, null);
    const whole = join(root, "whole");
    cpSync(scene, whole, { recursive: true });
    await run(whole, { fs: counted.fs, db: counted.db });
    const answer = (await snapshotAnswer(whole, db)).calls;
    const points = pointsOf(counted.steps);
    expect(points.length).toBeGreaterThan(30);
    for (const point of points) {
      const dir = join(root, "run");
      rmSync(dir, { recursive: true, force: true });
      cpSync(scene, dir, { recursive: true });
      const dying = killing(db, point);
      await expect(run(dir, { fs: dying.fs, db: dying.db })).rejects.toThrow(Kill);
      const at = `${point.mode} ${point.at} ${dying.steps.names.at(-1)?.replaceAll(dir, "")}`;
      const promised = (await realFs.readdir(join(dir, "masks"))).length > 0;
      await recover(dir, { db, now: () => nowMs, fs: hastyFs });
      if (promised) expect(await stains(dir, db, TEXTS), at).toEqual([]);
      await run(dir, { db, fs: hastyFs });
      expect(await stains(dir, db, TEXTS), at).toEqual([]);
      expect((await snapshotAnswer(dir, db)).calls, at).toEqual(answer);
      expect(
        (await readReceipts(dir, realFs)).filter(({ action }) => action === "erase"),
        at,
      ).toHaveLength(1);
    }
  }, 600_000);
});

describe("a hold", () => {
  const nowMs = Date.parse("2026-11-21T12:00:00.000Z");
  const options = { db, now: () => nowMs };

  it("keeps a call from erasure, unless the request goes over it and the receipt names it", async () => {
    const dir = join(root, "held");
    const theirs = { caller_number: NUMBER };
    await addRecords(
      dir,
      "test-1",
      1,
      [call("kept", nowMs - DAY, { ...theirs, client_id: "b" }), call("free", nowMs - DAY, theirs)],
      { ...options, db },
    );
    const client = await addHold(dir, { where: { client_id: "b" }, who: "bob", why: "case 17" }, { ...options, db });
    const named = await addHold(
      dir,
      { where: { caller_number: NUMBER, start_date: "2026-11-21" }, who: "bob", why: "case 18" },
      { ...options, db },
    );
    writeWriter(dir, "dead-1", false, {
      1: [{ ended: { call_id: "j", start: "2026-11-21T09:00:00.000Z", caller: NUMBER } }],
    });
    expect(await erase(dir, { caller_number: NUMBER }, { who: "ada" }, { ...options, db })).toMatchObject({
      deleted: 1,
      held: 2,
    });
    expect((await snapshotAnswer(dir, db)).calls.size).toBe(2);
    const receipt = await erase(
      dir,
      { caller_number: NUMBER },
      { who: "ada", despite_holds: true },
      { ...options, db },
    );
    expect(receipt).toMatchObject({ deleted: 2, held: 0 });
    const log = await readReceipts(dir, realFs);
    expect(log.find(({ act }) => act === receipt.act)?.holds).toEqual([client.id, named.id].sort());
    // The hold that named the person went with them; the other one stays.
    expect((await listHolds(dir)).map(({ id }) => id)).toEqual([client.id]);
    expect(await stains(dir, db, [NUMBER])).toEqual([]);
  });

  it("that names others as well is not gone over silently", async () => {
    const dir = join(root, "others");
    await addRecords(dir, "test-1", 1, [call("a", nowMs - DAY, { caller_number: NUMBER })], { ...options, db });
    const where = { caller_number: [NUMBER, "+1 555-0100"] };
    await addHold(dir, { where, who: "bob", why: "case 17" }, { ...options, db });
    const request = erase(dir, { caller_number: NUMBER }, { who: "ada", despite_holds: true }, { ...options, db });
    await expect(request).rejects.toThrow("names this person and others");
  });
});
