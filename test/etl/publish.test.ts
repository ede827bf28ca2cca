import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, compact, erase, publish, recover, retain, verify } from "../../src/etl/index.ts";
import { type CallRecord, normaliseRecord } from "../../src/record/index.ts";
import { encodeLine } from "../../src/store/journal/line.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { plainAnswer } from "../crash/answers.ts";
import { ended, idOf, NOW, open, recordOf, writeWriter } from "../crash/scene.ts";

const now = () => NOW;
let db: LakeDb;
let dir: string;
beforeAll(async () => {
  db = await openLakeDb({
    temp_dir: join(tmpdir(), `call-lake-spill-${process.pid}`),
    memory_limit: "512MB",
    threads: 1,
  });
});
afterAll(() => db.close());
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "call-lake-etl-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const morning = "2026-11-21T09:00:00.000Z";
const glob = () => `read_parquet('${dir}/calls/*/*.parquet', union_by_name=true, hive_partitioning=true)`;
const ask = (sql: string) => db.rows(sql);
const segmentPath = (writer: string, segment: number) =>
  join(dir, "journal", writer, `${String(segment).padStart(8, "0")}.jsonl`);

function addLine(record: object, id: string): void {
  appendFileSync(
    segmentPath("dead-1", 1),
    encodeLine({ k: "ended", c: id, n: 1, t: morning, b: record as { [name: string]: unknown } }),
  );
}

describe("publishing", () => {
  it("brings every shape of value through Parquet unchanged", async () => {
    const long = "ø漢😀".repeat(10_000);
    const record = normaliseRecord({
      call_id: "shapes",
      source: "test",
      start_time: morning,
      answer_time: "2026-11-21T09:00:01.234Z",
      end_time: "2026-11-21T09:01:00.500Z",
      time_zone: "Europe/Berlin",
      caller_name: 'O\'Brien "x" \u0001 Łódź עברית',
      pipeline_components: { stt: "a b", "": "empty" },
      agents_used: [],
      labels: ["x,y", ""],
      conversation: [{ role: "user", content: long, at: morning, interrupted: false }],
      tool_calls: [{ name: "f", params: { deep: [1, { a: null }] }, result: "text", status: "ok", at: morning }],
      turns: [{ index: 0, at: morning, e2e_ms: 812 }],
      cost_total: 0.123456,
      currency: "EUR",
      cost_breakdown: { llm: 0.1, tts: 0.023456 },
      usage: { input_tokens: 12, audio_seconds: 1.5 },
      metadata: { nested: [true, "ü"] },
      evaluations: [],
    });
    await addRecords(dir, "test-1", 1, [record], { db, now });
    const [row] = await ask(
      `SELECT CAST(to_json(c) AS VARCHAR) AS j FROM (SELECT * EXCLUDE ("day") FROM ${glob()}) AS c`,
    );
    const read = JSON.parse(String(row?.["j"])) as CallRecord;
    const time = (text: string | null | undefined) => Date.parse(String(text).replace(" ", "T").replace(/\+00$/, "Z"));
    expect(read.conversation?.[0]?.content).toBe(long);
    expect(time(read.conversation?.[0]?.at)).toBe(Date.parse(morning));
    expect(time(read.answer_time)).toBe(Date.parse("2026-11-21T09:00:01.234Z"));
    expect(read.start_time_local).toBe("2026-11-21 10:00:00");
    for (const column of [
      "id",
      "rev",
      "caller_name",
      "pipeline_components",
      "agents_used",
      "labels",
      "cost_total",
    ] as const)
      expect(read[column], column).toEqual(record[column]);
    for (const column of ["cost_breakdown", "usage", "metadata", "evaluations", "turn_latencies_ms"] as const)
      expect(read[column], column).toEqual(record[column]);
    expect(read.tool_calls?.[0]?.params).toEqual({ deep: [1, { a: null }] });
    expect(read.tool_calls?.[0]?.result).toBe("text");
    const types = await ask(
      `SELECT typeof(start_time) AS t, typeof(metadata) AS j, typeof(cost_total) AS d FROM ${glob()}`,
    );
    expect(types).toEqual([{ t: "TIMESTAMP WITH TIME ZONE", j: "JSON", d: "DECIMAL(12,6)" }]);
  });

  it("takes records of a newer and of an older schema", async () => {
    writeWriter(dir, "dead-1", false, { 1: [] });
    const newer = { ...recordOf({ call_id: "newer", start: morning }), not_yet_a_column: { a: 1 } };
    const { quality_flags: _, ...older } = recordOf({ call_id: "older", start: morning });
    addLine(newer, newer.id);
    addLine(older, older.id);
    expect((await publish(dir, { db, now })).rows).toBe(2);
    expect((await plainAnswer(dir, db)).calls.size).toBe(2);
  });

  it("stores a value its column can not hold as null, beside all other calls", async () => {
    writeWriter(dir, "dead-1", false, { 1: [ended("good", morning)] });
    const bad = { ...recordOf({ call_id: "bad", start: morning }), total_turns: "many", answer_time: "soon", rev: 4 };
    addLine(bad, bad.id);
    const report = await publish(dir, { db, now });
    expect(report).toMatchObject({ rows: 2, failures: [] });
    expect((await plainAnswer(dir, db)).calls.get(bad.id)).toBe(4);
    expect(await ask(`SELECT answer_time FROM ${glob()} WHERE call_id = 'bad'`)).toEqual([{ answer_time: null }]);
  });

  it("leaves a live writer's open segment alone and closes a dead one's open calls as lost", async () => {
    writeWriter(dir, "live-1", true, { 1: [ended("closed", morning)], 2: [ended("open", morning)] });
    writeWriter(dir, "dead-2", false, { 1: [open("cut", morning)] });
    const report = await publish(dir, { db, now });
    expect(report).toMatchObject({ rows: 2, segments: 2, sealed: ["dead-2"] });
    expect(await ask(`SELECT call_id, outcome FROM ${glob()} ORDER BY call_id`)).toEqual([
      { call_id: "closed", outcome: "completed" },
      { call_id: "cut", outcome: "lost" },
    ]);
    expect((await verify(dir, { db, now })).problems).toEqual([]);
  });

  it("refuses and counts calls older than the horizon", async () => {
    await retain(dir, { days: 7 }, { db, now });
    writeWriter(dir, "dead-1", false, { 1: [ended("old", "2026-11-10T10:00:00.000Z"), ended("new", morning)] });
    expect(await publish(dir, { db, now, retention_days: 7 })).toMatchObject({ rows: 1, refused_old: 1 });
  });

  it("counts a line whose CRC is wrong, and verify says where it is", async () => {
    writeWriter(dir, "live-1", true, { 1: [ended("a", morning)] });
    appendFileSync(segmentPath("live-1", 1), '{"k":"ended","c":"x","n":1}\ntorn');
    const { ok, problems, notes } = await verify(dir, { db, now });
    expect(ok).toBe(false);
    expect(problems).toEqual([{ where: "journal/live-1, segment 1", what: expect.stringContaining("1 whole lines") }]);
    expect(notes[0]?.what).toContain("4 bytes");
  });

  it("replaces a lower revision and drops a lower or equal one", async () => {
    const one = { call_id: "one", start: morning };
    const id = idOf(one);
    const add = (segment: number, rev: number) =>
      addRecords(dir, "test-1", segment, [recordOf({ ...one, rev })], { db, now });
    expect(await add(1, 2)).toBe(1);
    expect(await add(2, 1)).toBe(0);
    expect(await add(3, 2)).toBe(0);
    expect(await add(4, 3)).toBe(1);
    expect(await add(4, 3)).toBe(0);
    expect((await plainAnswer(dir, db)).calls).toEqual(new Map([[id, 3]]));
  });
});

describe("keeping the lake in order", () => {
  it("merges more than 16 files of today, and every settled day, into one, sorted by time", async () => {
    const yesterday = "2026-11-19T10:00:00.000Z";
    for (let segment = 1; segment <= 17; segment++) {
      const calls = [`a${segment}`, `b${segment}`].map((call_id) => recordOf({ call_id, start: morning }));
      const late = segment <= 2 ? [recordOf({ call_id: `l${segment}`, start: yesterday })] : [];
      await addRecords(dir, "test-1", segment, [...calls, ...late], { db, now });
    }
    expect(await compact(dir, { now })).toEqual({ merged: 19, into: 2 });
    expect((await listFiles(dir)).map(({ first, last }) => [first, last])).toEqual([
      [1, 17],
      [1, 2],
    ]);
    expect((await plainAnswer(dir, db)).calls.size).toBe(36);
    expect(await compact(dir, { now })).toEqual({ merged: 0, into: 0 });
    const [codec] = await ask(
      `SELECT compression AS c FROM parquet_metadata('${(await listFiles(dir))[0]?.path}') LIMIT 1`,
    );
    expect(codec?.["c"]).toBe("ZSTD");
  });

  it("removes a day an hour after it left, with a receipt", async () => {
    await addRecords(dir, "test-1", 1, [recordOf({ call_id: "old", start: "2026-11-01T10:00:00.000Z" })], { db, now });
    expect(await retain(dir, { days: 0 }, { db, now })).toMatchObject({ days: [], removed: [], refused: null });
    expect((await retain(dir, { days: 7 }, { db, now })).days).toEqual(["2026-11-01"]);
    expect((await retain(dir, { days: 7 }, { db, now })).removed).toEqual([]);
    expect((await retain(dir, { days: 7 }, { db, now: () => NOW + 3_600_000 })).removed).toHaveLength(1);
  });

  it.each([-1, 1.5, Number.NaN, 1e9])("refuses to keep %s days", (days) =>
    expect(() => retain(dir, { days }, { db, now })).toThrow("whole number of days"),
  );

  it("erases a caller from files and journal and says how many", async () => {
    const caller = "+1 555-0123";
    const stored = recordOf({ call_id: "stored", start: morning, caller });
    await addRecords(dir, "test-1", 1, [stored, recordOf({ call_id: "other", start: morning })], { db, now });
    writeWriter(dir, "dead-1", false, { 1: [ended("waiting", morning, { caller }), ended("another", morning)] });
    const receipt = await erase(dir, { caller_number: caller }, { who: "dpo@example.com" }, { db, now });
    expect(receipt).toMatchObject({ deleted: 2, pending: 0, who: "dpo@example.com" });
    expect((await plainAnswer(dir, db)).calls.size).toBe(2);
    expect(await erase(dir, { ids: [stored.id, "nonsense"] }, { who: "x" }, { db, now })).toMatchObject({ deleted: 0 });
  });

  it("hides at once what a silent live writer still holds, and erases it when the segment closes", async () => {
    writeWriter(dir, "live-1", true, { 1: [ended("held", morning)] });
    const ids = [idOf({ call_id: "held", start: morning })];
    const receipt = await erase(dir, { ids }, { who: "x" }, { db, now, rotation_wait_ms: 0 });
    expect(receipt).toMatchObject({ deleted: 0, pending: 1 });
    writeWriter(dir, "live-1", true, { 2: [ended("next", morning)] });
    const { published } = await recover(dir, { db, now });
    expect(published).toMatchObject({ erased: 1, rows: 0, waiting_masks: [] });
    expect((await verify(dir, { db, now })).counts).toMatchObject({ lake_calls: 0, masks: 0, journal_calls: 1 });
  });

  it("tells of a torn file, a stranger and a call in the wrong day", async () => {
    const record = recordOf({ call_id: "a", start: morning });
    await addRecords(dir, "test-1", 1, [record], { db, now });
    const [file] = await listFiles(dir);
    const path = file?.path ?? "";
    appendFileSync(path.replace("test-1", "torn-1"), "PAR1 torn");
    appendFileSync(path.replace("test-1.", "stranger "), "x");
    await db.copy(`SELECT * FROM '${path}'`, path.replace("test-1", "twin-1"));
    const { problems } = await verify(dir, { db, now });
    expect(problems.map(({ what }) => what).sort()).toEqual([
      expect.stringContaining("It can not be read"),
      "It is not a file of the lake.",
      expect.stringContaining(`The call ${record.id} is in calls/`),
    ]);
  });
});
