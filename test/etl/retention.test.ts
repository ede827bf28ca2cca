/** Retention: rules, precedence, what an expiry leaves, the guard against a wrong clock, holds, and a kill at every step. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDerived } from "../../src/etl/derived.ts";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import {
  addHold,
  addRecords,
  listHolds,
  publish,
  readReceipts,
  recover,
  removeHold,
  retain,
  runEtl,
  verify,
} from "../../src/etl/index.ts";
import { runJob } from "../../src/etl/job.ts";
import { type CallRecord, expiryOf, normaliseRecord, parseRules } from "../../src/record/index.ts";
import { realFs } from "../../src/store/fs.ts";
import { snapshotAnswer } from "../crash/answers.ts";
import { Kill, killing, pointsOf } from "../crash/killing-fs.ts";
import { ended, NOW, writeWriter } from "../crash/scene.ts";

const DAY = 86_400_000;
const root = mkdtempSync(join(tmpdir(), "call-lake-retention-"));
let db: LakeDb;
let dir: string;
let number = 0;
const now = () => NOW;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  dir = join(root, `lake-${++number}`);
});

/** A call of `daysAgo`, with something in each column that an expiry empties. */
function call(call_id: string, daysAgo: number, more: object = {}): CallRecord {
  const start_time = new Date(NOW - daysAgo * DAY).toISOString();
  return normaliseRecord({
    call_id,
    source: "test",
    start_time,
    client_id: "a",
    caller_number: "+1 555-0100",
    conversation: [{ role: "user", content: `secret of ${call_id}`, at: start_time }],
    tool_calls: [
      { name: "look_up", params: { q: "secret" }, result: "secret", status: "error", error: "secret", duration_ms: 12 },
    ],
    turns: [{ index: 0, at: start_time, e2e_ms: 700 }],
    summary: "secret",
    keywords: ["secret"],
    server_messages: [{ text: "secret" }],
    recordings: [{ url: "https://example.com/secret.wav" }],
    ...more,
  });
}

const glob = () => `read_parquet('${dir}/calls/*/*.parquet', union_by_name=true, hive_partitioning=true)`;
const shown = async () => (await db.rows(`SELECT call_id FROM ${glob()} ORDER BY 1`)).map((row) => row["call_id"]);
const add = (segment: number, ...records: CallRecord[]) => addRecords(dir, "test-1", segment, records, { db, now });
const run = (rules: unknown, more: object = {}) => retain(dir, { days: 0, rules, ...more }, { db, now });

describe("rules", () => {
  it("are decided by the most columns, then by the shortest, and 0 keeps for ever", () => {
    const rules = parseRules(
      [
        { days: 30 },
        { where: { client_id: "a" }, days: 365 },
        { where: { client_id: "b" }, days: 7 },
        { where: { client_id: "a", context_name: ["sales", "support"] }, days: 0 },
        { what: "transcript", days: 1 },
      ],
      10,
    );
    const at = (columns: object) => expiryOf({ id: call("x", 0).id, ...columns }, rules).expires_at;
    expect(at({ client_id: "a" })).toBe("2027-11-22T00:00:00.000Z");
    expect(at({ client_id: "b" })).toBe("2026-11-29T00:00:00.000Z");
    expect(at({ client_id: "a", context_name: "support" })).toBeNull();
    expect(at({})).toBe("2026-12-02T00:00:00.000Z");
    expect(expiryOf({ id: call("x", 0).id }, rules)).toMatchObject({
      transcript_expires_at: "2026-11-23T00:00:00.000Z",
      recordings_expires_at: null,
    });
  });

  it.each([
    [{}, "must be a list"],
    [[{ days: -1 }], "retention[0].days must be a whole number of days"],
    [[{ days: 1, what: "all" }], "retention[0].what must be one of calls, transcript, recordings"],
    [[{ days: 1, when: 2 }], 'it also has "when"'],
    [[{ days: 1, where: { caller_number: "x" } }], 'it has "caller_number"'],
    [[{ days: 1, where: { client_id: [] } }], "retention[0].where.client_id must be a text or a list of texts"],
  ])("refuses %j with a sentence", (rules, sentence) => expect(() => parseRules(rules)).toThrow(sentence));

  it("come from retention.json, and one that cannot be read drops nothing", async () => {
    await add(1, call("old", 40), call("new", 1));
    writeFileSync(join(dir, "retention.json"), '[{"days": 30}');
    await expect(retain(dir, { days: 1 }, { db, now })).rejects.toThrow("retention.json is not JSON");
    expect(await shown()).toEqual(["new", "old"]);
    writeFileSync(join(dir, "retention.json"), '[{"days": 30}]');
    expect((await retain(dir, { days: 0 }, { db, now })).days).toEqual(["2026-10-12"]);
    expect(await shown()).toEqual(["new"]);
  });
});

describe("a run", () => {
  it("says the same in SQL as expiryOf says of each record, whatever the rules", async () => {
    const records = Array.from({ length: 60 }, (_, index) =>
      call(`c${index}`, index % 12, {
        client_id: [null, "a", "b"][index % 3],
        context_name: [null, "x", "y", "z"][index % 4],
        labels: index % 5 === 0 ? ["keep", "x"] : [],
      }),
    );
    const rules = [
      { days: 9 },
      { where: { client_id: "a" }, days: 3 },
      { where: { labels: "keep" }, days: 0 },
      { where: { client_id: "b", context_name: ["x", "y"] }, days: 1 },
      { what: "transcript", days: 5 },
      { what: "transcript", where: { client_id: "b" }, days: 2 },
      { what: "recordings", days: 4 },
    ];
    await add(1, ...records.filter((_, index) => index % 2 === 0));
    await add(2, ...records.filter((_, index) => index % 2 === 1));
    const dry = await run(rules, { dry_run: true });
    expect(await shown()).toHaveLength(60);
    const report = await run(rules, { yes: true });
    const parsed = parseRules(rules);
    const past = (at: string | null) => at !== null && Date.parse(at) <= NOW;
    const kept = records.filter((record) => !past(expiryOf(record, parsed).expires_at));
    expect(await shown()).toEqual(kept.map((record) => record.call_id).sort());
    expect(report.gone.calls).toBe(60 - kept.length);
    expect(dry.gone).toEqual(report.gone);
    expect(dry.by_rule).toEqual(report.by_rule);
    expect(dry.days.sort()).toEqual(report.days.sort());
    expect(Object.values(report.by_rule).reduce((a, b) => a + b)).toBe(
      report.gone.calls + report.gone.transcript + report.gone.recordings,
    );
    for (const row of await db.rows(
      `SELECT call_id, conversation IS NULL AS said, recordings IS NULL AS rec FROM ${glob()}`,
    )) {
      const record = records.find((one) => one.call_id === row["call_id"]);
      const expiry = expiryOf({ ...record }, parsed);
      expect([row["said"], row["rec"]], String(row["call_id"])).toEqual([
        past(expiry.transcript_expires_at),
        past(expiry.recordings_expires_at),
      ]);
    }
    // Nothing is left to do, and nothing is done.
    expect(await run(rules)).toMatchObject({
      days: [],
      rewritten: 0,
      gone: { calls: 0, transcript: 0, recordings: 0 },
    });
    expect((await verify(dir, { db, now })).problems).toEqual([]);
  });

  it("empties what was said and keeps the numbers, the types and the other rows", async () => {
    await add(1, call("old", 10), call("other", 10, { client_id: "b" }), call("new", 1));
    await runJob(dir, { db, now }, (job) => makeDerived(job));
    const types = () => db.rows(`DESCRIBE SELECT * FROM ${glob()}`);
    const before = await types();
    const report = await run([{ what: "transcript", where: { client_id: "a" }, days: 5 }]);
    expect(report).toMatchObject({ days: [], rewritten: 1, gone: { calls: 0, transcript: 1, recordings: 0 } });
    expect(await types()).toEqual(before);
    const [row] = await db.rows(`SELECT CAST(to_json(c) AS VARCHAR) AS text FROM ${glob()} AS c WHERE call_id = 'old'`);
    const left = JSON.parse(String(row?.["text"])) as CallRecord;
    expect(JSON.stringify({ ...left, recordings: null })).not.toContain("secret");
    expect(left).toMatchObject({
      conversation: null,
      tool_call_count: 1,
      tool_error_count: 1,
      user_messages: 1,
      turn_latencies_ms: [700],
      caller_number: "+1 555-0100",
      quality_flags: ["transcript_expired"],
    });
    expect(left.tool_calls).toMatchObject([
      { name: "look_up", status: "error", duration_ms: 12, params: null, result: null },
    ]);
    const [{ n } = {}] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${glob()} WHERE summary = 'secret'`);
    expect(n).toBe(2);
    const receipts = await readReceipts(dir, realFs);
    expect(receipts).toMatchObject([
      {
        action: "retain",
        deleted: 0,
        emptied: { transcript: 1, recordings: 0 },
        rules: ["transcript, 5 days, client_id a"],
      },
    ]);
  });

  it("counts the rows of a day in its receipt, and removes it an hour later", async () => {
    await add(1, call("a", 10), call("b", 10), call("c", 1));
    await retain(dir, { days: 5 }, { db, now });
    const later = await retain(dir, { days: 5 }, { db, now: () => NOW + 3_600_000 });
    expect(later.removed).toHaveLength(1);
    expect(await readReceipts(dir, realFs)).toMatchObject([{ action: "retain", deleted: 2, rules: ["calls, 5 days"] }]);
  });

  it("stops between two days, tells how far it is, and goes on", async () => {
    await add(1, call("a", 9), call("b", 8), call("c", 7), call("d", 0));
    const limits = { days: 5, yes: true };
    const stop = new AbortController();
    const told: string[] = [];
    const on_progress = (days: number, all: number) => {
      told.push(`${days}/${all}`);
      // 4 days are looked at; the second of the 3 that go is not begun.
      if (told.at(-1) === "1/3") stop.abort();
    };
    const options = { db, now, signal: stop.signal };
    const stopped = retain(dir, limits, { ...options, on_progress: (...at) => on_progress(...at) });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(told).toEqual(["0/4", "1/4", "2/4", "3/4", "0/3", "1/3"]);
    expect(await shown()).toEqual(["a", "b", "d"]);
    expect((await retain(dir, limits, { db, now })).days).toHaveLength(2);
    expect(await shown()).toEqual(["d"]);
  });

  it("refuses and empties late rows by the rules of the last run, not by a clock that jumped", async () => {
    await add(1, call("new", 0));
    const rules = [{ days: 7 }, { what: "transcript", days: 2 }];
    await run(rules);
    const late = { start: new Date(NOW - 3 * DAY).toISOString() };
    writeWriter(dir, "dead-1", false, {
      1: [
        ended("late", late.start),
        ended("too-late", new Date(NOW - 30 * DAY).toISOString()),
        ended("today", new Date(NOW).toISOString()),
      ],
    });
    const options = { db, retention_rules: rules, now: () => NOW + 365 * DAY };
    expect(await publish(dir, options)).toMatchObject({ rows: 2, refused_old: 1 });
    const rows = await db.rows(
      `SELECT call_id, conversation IS NULL AS gone FROM ${glob()} WHERE source = 'crash' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { call_id: "late", gone: true },
      { call_id: "today", gone: false },
    ]);
  });
});

describe("the guard", () => {
  const history = () => add(1, ...Array.from({ length: 20 }, (_, day) => call(`c${day}`, day)));

  it("lets the days of a few runs go, whatever the retention", async () => {
    await history();
    for (const days of [18, 15, 12, 9, 6, 3, 1]) expect((await run([{ days }])).refused, `${days}`).toBeNull();
    expect(await shown()).toEqual(["c0", "c1"]);
  });

  it("refuses what a clock a year ahead would drop, says so, and goes on when the clock is right again", async () => {
    await history();
    expect((await run([{ days: 30 }])).refused).toBeNull();
    const lines: string[] = [];
    const wrong = { db, now: () => NOW + 365 * DAY, log: (line: string) => lines.push(line) };
    const report = await retain(dir, { days: 30 }, wrong);
    expect(report.refused).toContain("20 of 20 calls (100 %) of 20 days");
    expect(report.refused).toContain("retain --yes");
    expect(lines.join()).toContain("The clock says 2027-11-21");
    expect(await shown()).toHaveLength(20);
    expect(JSON.parse(readFileSync(join(dir, "retention-state.json"), "utf8")).refused.why).toBe(report.refused);
    expect((await run([{ days: 30 }])).refused).toBeNull();
    expect(JSON.parse(readFileSync(join(dir, "retention-state.json"), "utf8")).refused).toBeNull();
  });

  it("refuses even one day of a small lake when the clock has jumped", async () => {
    await add(1, call("only", 0));
    await run([{ days: 30 }]);
    expect((await retain(dir, { days: 30 }, { db, now: () => NOW + 365 * DAY })).refused).toContain("1 of 1 calls");
    expect(await shown()).toEqual(["only"]);
  });

  it("refuses a first run over an old history, and emptying as well, until somebody says yes", async () => {
    await history();
    expect((await run([{ what: "transcript", days: 5 }])).refused).toContain("empty the transcript of 14 of 20 calls");
    expect((await run([{ what: "transcript", days: 5 }], { yes: true })).gone.transcript).toBe(14);
  });
});

describe("holds", () => {
  it("keep calls from retention, by column, label, person and days, until they are removed", async () => {
    await add(1, call("client", 10, { client_id: "held" }), call("label", 10, { labels: ["legal_hold"] }));
    await add(
      2,
      call("person", 10, { caller_number: "+1 555-0199" }),
      call("none", 10),
      call("dated", 11),
      call("new", 0),
    );
    const by = { who: "ada", why: "case 17" };
    for (const where of [{ client_id: "held" }, { labels: "legal_hold" }, { caller_number: "+1 555-0199" }])
      await addHold(dir, { where, ...by }, { db, now });
    const dated = await addHold(
      dir,
      { where: { start_date: "2026-11-10", end_date: "2026-11-10" }, ...by },
      { db, now },
    );
    const report = await run([{ days: 5 }]);
    expect(report).toMatchObject({ gone: { calls: 1 }, held: 4 });
    expect(await shown()).toEqual(["client", "dated", "label", "new", "person"]);
    expect(await removeHold(dir, dated.id, "ada", { db, now })).toBe(true);
    expect(await removeHold(dir, dated.id, "ada", { db, now })).toBe(false);
    await run([{ days: 5 }]);
    expect(await shown()).toEqual(["client", "label", "new", "person"]);
    expect(await listHolds(dir)).toHaveLength(3);
    // Receipts name holds, never whom they are about.
    expect(readFileSync(join(dir, "audit.jsonl"), "utf8")).not.toContain("555-0199");
  });

  it.each([
    [{}, "needs at least one column"],
    [{ summary: "x" }, 'it has "summary"'],
    [{ start_date: "yesterday" }, "must be one day"],
  ])("refuse %j with a sentence", async (where, sentence) => {
    await expect(addHold(dir, { where, who: "ada", why: "x" }, { db, now })).rejects.toThrow(sentence);
  });
});

it("a kill at every step of a run leaves each call whole, emptied or gone, and exactly one receipt of each act", async () => {
  await add(1, call("a", 10), call("b", 10, { client_id: "b" }), call("new", 1));
  await add(2, call("c", 9), call("d", 10, { client_id: "b" }));
  await runJob(dir, { db, now }, (job) => makeDerived(job));
  const rules = [{ where: { client_id: "a" }, days: 8 }, { what: "transcript", days: 5 }, { days: 20 }];
  const work = (folder: string, options: object) => retain(folder, { days: 0, rules }, { ...options, now });
  const counted = killing(db, null);
  const whole = `${dir}-whole`;
  cpSync(dir, whole, { recursive: true });
  await work(whole, { fs: counted.fs, db: counted.db });
  const receiptsOf = async (folder: string) =>
    (await readReceipts(folder, realFs)).map(({ deleted, emptied, rules: by }) => ({
      deleted,
      // A day's receipt that was written after a kill does not know the rules any more.
      ...(emptied ? { emptied, rules: by } : {}),
    }));
  const ids = new Map((await snapshotAnswer(dir, db)).calls);
  const points = pointsOf(counted.steps);
  expect(points.length).toBeGreaterThan(20);
  for (const point of points) {
    const folder = join(root, "run");
    rmSync(folder, { recursive: true, force: true });
    cpSync(dir, folder, { recursive: true });
    const dying = killing(db, point);
    await expect(work(folder, { fs: dying.fs, db: dying.db })).rejects.toThrow(Kill);
    const at = `${point.mode} ${point.at} ${dying.steps.names.at(-1)?.replaceAll(folder, "")}`;
    const seen = await snapshotAnswer(folder, db);
    expect(seen.twice, at).toEqual([]);
    for (const id of seen.calls.keys()) expect(ids.has(id), at).toBe(true);
    await recover(folder, { db, now });
    expect(
      [...(await snapshotAnswer(folder, db)).calls.keys()].every((id) => seen.calls.has(id)),
      at,
    ).toBe(true);
    await work(folder, { db });
    expect((await snapshotAnswer(folder, db)).calls, at).toEqual((await snapshotAnswer(whole, db)).calls);
    expect((await receiptsOf(folder)).sort(byText), at).toEqual((await receiptsOf(whole)).sort(byText));
    expect((await verify(folder, { db, now })).problems, at).toEqual([]);
    expect(await realFs.readdir(join(folder, "tmp")), at).toEqual([]);
  }
}, 240_000);

const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

it("rules that cannot be read stop retention alone: the loop publishes and makes rollups", async () => {
  await add(1, call("new", 1));
  writeFileSync(join(dir, "retention.json"), "[{}]");
  const lines: string[] = [];
  const stop = new AbortController();
  const loop = runEtl({ dir, signal: stop.signal, log: (line) => lines.push(line) });
  await vi.waitFor(async () => expect(await realFs.readdir(join(dir, "rollups"))).toHaveLength(1), { timeout: 60_000 });
  stop.abort();
  await loop;
  expect(lines.filter((line) => line.includes("Retention failed"))).toHaveLength(1);
  await expect(runEtl({ dir, once: true })).rejects.toThrow("retention.json[0].days must be a whole number");
}, 90_000);
