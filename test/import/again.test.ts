/** Imports again and beside live recording: what is new comes in once, what is known stays as it is. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { erase, retain, runEtl, verify } from "../../src/etl/index.ts";
import { type ImportOptions, importCalls } from "../../src/host/import/import-calls.ts";
import { recordsOf, sqliteOf } from "./kit.ts";

const START = Date.parse("2026-06-01T08:00:00.000Z");
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "call-lake-again-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes the lines to a file and imports it. */
function importLines(kind: ImportOptions["kind"], dir: string, lines: readonly (object | string)[], more = {}) {
  const file = join(root, `${kind}-${Math.random()}.txt`);
  writeFileSync(file, lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
  return importCalls({ dir, kind, from: [file], ...more });
}

const retellCall = (number: number, more: object = {}) => ({
  call_id: `call_${number}`,
  call_status: "ended",
  start_timestamp: START + number * 60_000,
  end_timestamp: START + number * 60_000 + 5000,
  disconnection_reason: "user_hangup",
  transcript_with_tool_calls: [{ role: "user", content: `Number ${number}` }],
  ...more,
});

describe("a source that has grown", () => {
  it("adds what is new, and a next revision of what says more", async () => {
    const dir = join(root, "grown");
    await importLines("retell", dir, [retellCall(1), retellCall(2)]);
    const analysed = retellCall(1, { call_analysis: { call_summary: "Asked for one." } });
    // New calls come before, between and after the old ones.
    const grown = [retellCall(3), retellCall(0), retellCall(2), analysed];
    const report = await importLines("retell", dir, grown);
    expect(report).toMatchObject({ calls: 4, added: 2, updated: 1, unchanged: 1 });
    const records = await recordsOf(dir);
    expect(records.map(({ call_id, rev, summary }) => [call_id, rev, summary])).toEqual([
      ["call_0", 1, null],
      ["call_1", 2, "Asked for one."],
      ["call_2", 1, null],
      ["call_3", 1, null],
    ]);
    expect(await importLines("retell", dir, grown)).toMatchObject({ added: 0, updated: 0, unchanged: 4 });
    await runEtl({ dir, once: true });
    expect(await importLines("retell", dir, grown)).toMatchObject({ added: 0, updated: 0, unchanged: 4 });
    expect(await recordsOf(dir)).toEqual(records);
    expect((await verify(dir)).problems).toEqual([]);
  });

  it("counts a call that stands in it twice once; the last telling wins, in every run", async () => {
    const dir = join(root, "twice");
    const lines = [retellCall(1), retellCall(1, { call_analysis: { call_summary: "Later." } })];
    expect(await importLines("retell", dir, lines)).toMatchObject({ rows_read: 2, calls: 2, added: 1, repeated: 1 });
    expect(await importLines("retell", dir, lines)).toMatchObject({ calls: 2, unchanged: 1, updated: 0, repeated: 1 });
    expect((await recordsOf(dir)).map(({ rev, summary }) => [rev, summary])).toEqual([[1, "Later."]]);
  });

  it("extends a device's session, and is not shortened by a source that has lost its beginning", async () => {
    const dir = join(root, "session");
    const row = (id: number, at: string, content: string) =>
      `${id},00:00:5e:00:53:01,agent-1,s-1,${1 + (id % 2)},${content},,2026-06-01 ${at},2026-06-01 ${at}`;
    const rows = [row(2, "08:00:10", "two"), row(3, "08:00:20", "three")];
    await importLines("chat-history", dir, rows);
    const [before] = await recordsOf(dir);
    const all = [row(1, "07:59:50", "one"), ...rows, row(4, "08:00:30", "four")];
    expect(await importLines("chat-history", dir, all)).toMatchObject({ calls: 1, updated: 1 });
    const [after] = await recordsOf(dir);
    expect(after?.id).toBe(before?.id);
    expect(after?.conversation?.map(({ content }) => content)).toEqual(["one", "two", "three", "four"]);
    expect(after?.end_time).toBe("2026-06-01T08:00:30.000Z");
    for (const source of [all, rows, all.slice(2)])
      expect(await importLines("chat-history", dir, source)).toMatchObject({ added: 0, updated: 0, unchanged: 1 });
    expect(await recordsOf(dir)).toEqual([after]);
  });
});

describe("calls that were recorded live", () => {
  const cdr = (id: string, second: number) =>
    `"","+12025550101","100","test","""A"" <+12025550101>","PJSIP/a-${id}","","Stasis","x","2026-06-01 08:00:0${second}","","2026-06-01 08:00:09",9,0,"ANSWERED","DOCUMENTATION","${id}",""`;

  it("are not doubled by an import that knows their start to the second only: in the journal, open, and in Parquet", async () => {
    const dir = join(root, "live");
    const history = await openCallHistory({ dir });
    const start = (call_id: string, ms: number) =>
      history.startCall({ source: "asterisk", call_id, start_time: START + ms, caller_number: "+12025550101" });
    const ended = start("1.1", 123);
    ended.addMessage({ role: "user", content: "Live words" });
    await ended.end();
    start("1.2", 2456);
    await history.flush();
    const lines = [cdr("1.1", 0), cdr("1.2", 2), cdr("1.3", 4)];
    expect(await importLines("asterisk-cdr", dir, lines)).toMatchObject({ calls: 3, added: 1, recorded_already: 2 });
    await history.close();
    await runEtl({ dir, once: true });
    const report = await importLines("asterisk-cdr", dir, lines);
    // The call that was open is over without an end: now the switch knows more of it.
    expect(report.added).toBe(0);
    const records = await recordsOf(dir);
    expect(records.map(({ call_id }) => call_id)).toEqual(["1.1", "1.2", "1.3"]);
    expect(records[0]).toMatchObject({ rev: 1, start_time: "2026-06-01T08:00:00.123Z" });
    expect(records[0]?.conversation?.[0]?.content).toBe("Live words");
  });

  it("that were lost get the end the source knows, under their own id", async () => {
    const dir = join(root, "lost");
    const lost = {
      call_id: "2.1",
      source: "asterisk",
      start_time: "2026-06-01T08:00:00.123Z",
      outcome: "lost",
      rev: 0,
    };
    await importLines("ndjson", dir, [lost]);
    const [before] = await recordsOf(dir);
    expect(await importLines("asterisk-cdr", dir, [cdr("2.1", 0)])).toMatchObject({ updated: 1, added: 0 });
    expect(await recordsOf(dir)).toMatchObject([
      { id: before?.id, rev: 1, outcome: "completed", ended_reason: "ANSWERED", end_time: "2026-06-01T08:00:09.000Z" },
    ]);
    const report = await importLines("asterisk-cdr", dir, [cdr("2.1", 0)]);
    expect(report).toMatchObject({ added: 0, updated: 0, recorded_already: 1 });
  });

  it("of one name at other times are other calls", async () => {
    const dir = join(root, "reused");
    const database = new DatabaseSync(sqliteOf("ava.sql", join(root, "reused.db")));
    database.exec(`DELETE FROM call_records WHERE id NOT LIKE '%1';
      INSERT INTO call_records (id, call_id, start_time, end_time) SELECT 'again', call_id, '2026-06-01T08:10:00+00:00', '2026-06-01T08:11:00+00:00' FROM call_records`);
    database.close();
    const importing = () => importCalls({ dir, kind: "ava", from: [join(root, "reused.db")] });
    expect(await importing()).toMatchObject({ calls: 2, added: 2 });
    expect(await importing()).toMatchObject({ calls: 2, unchanged: 2 });
  });
});

describe("the rules of the folder", () => {
  it("keep calls older than the retention out, and count them", async () => {
    const dir = join(root, "old");
    await importLines("retell", dir, [retellCall(2)]);
    await runEtl({ dir, once: true, retention_days: 3650 });
    const old = retellCall(1, { start_timestamp: Date.parse("2001-01-01T00:00:00Z"), end_timestamp: null });
    const report = await importLines("retell", dir, [old, retellCall(2)], { retention_days: 3650 });
    expect(report).toMatchObject({ calls: 2, added: 0, unchanged: 1, too_old: 1 });
  });

  it("let what retention emptied stay empty, and unchanged", async () => {
    const dir = join(root, "emptied");
    await importLines("retell", dir, [retellCall(1)]);
    const limits = { days: 0, rules: [{ what: "transcript", days: 1 }], yes: true };
    expect((await retain(dir, limits)).gone.transcript).toBe(1);
    const before = await recordsOf(dir);
    expect(before[0]?.conversation).toBeNull();
    expect(await importLines("retell", dir, [retellCall(1)])).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await recordsOf(dir)).toEqual(before);
  });

  it("keep an erased call out, under another start as well, until it is wanted again", async () => {
    const dir = join(root, "erased");
    await importLines("retell", dir, [retellCall(1), retellCall(2)]);
    const [first] = await recordsOf(dir);
    await erase(dir, { ids: [first?.id ?? ""] }, { who: "test" });
    const moved = retellCall(1, { start_timestamp: START + 61_500 });
    for (const lines of [
      [retellCall(1), retellCall(2)],
      [moved, retellCall(2)],
    ])
      expect(await importLines("retell", dir, lines)).toMatchObject({ calls: 2, added: 0, unchanged: 1, erased: 1 });
    expect((await recordsOf(dir)).map(({ call_id }) => call_id)).toEqual(["call_2"]);
    // The same name on another day, or of another source, is another call.
    const others = [retellCall(1, { start_timestamp: START + 3 * 86_400_000, end_timestamp: null })];
    expect(await importLines("retell", dir, others)).toMatchObject({ added: 1, erased: 0 });
    expect(await importLines("retell", dir, [retellCall(1)], { source: "other" })).toMatchObject({ added: 1 });
    expect(await importLines("retell", dir, [retellCall(1)], { again: true })).toMatchObject({ added: 1, erased: 0 });
  });

  it("keep an erased person out by each value they were named by, and let their later calls in", async () => {
    const dir = join(root, "person");
    const number = "+1 555-0177";
    const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
    const own = (call_id: string, minutes: number, more: object) => ({
      ...{ call_id, source: "engine", start_time: at(minutes), ...more },
    });
    const theirs = [
      own("theirs", 1, { caller_number: number }),
      own("called", 2, { called_number: number, direction: "outbound" }),
      own("device", 3, { device_id: "d-7" }),
    ];
    const others = [
      own("other", 4, { caller_number: "+1 555-0100" }),
      own("to-them", 5, { called_number: number, direction: "inbound" }),
    ];
    // Nothing of them is here yet: they are remembered all the same.
    const person = { caller_number: number, device_id: "d-7" };
    const now = () => START + 10 * 60_000;
    await importLines("ndjson", dir, others);
    expect(await erase(dir, person, { who: "test" }, { now })).toMatchObject({ deleted: 0, act: "" });
    const lines = [...theirs, ...others, own("later", 11, { caller_number: number })];
    const report = await importLines("ndjson", dir, lines);
    expect(report).toMatchObject({ calls: 6, erased: 3, added: 1, unchanged: 2 });
    expect((await recordsOf(dir)).map(({ call_id }) => call_id)).toEqual(["other", "to-them", "later"]);
    // The register names nobody, and its key is its owner's.
    expect(readFileSync(join(dir, "erased.jsonl"), "utf8")).not.toMatch(/0177|d-7/);
    expect(statSync(join(dir, "erased.key")).mode & 0o777).toBe(0o600);
    // A torn line of a killed erasure says nothing, and the next one stands behind it.
    writeFileSync(join(dir, "erased.jsonl"), '{"at":"2026-', { flag: "a" });
    await erase(dir, { caller_number: "+1 555-0100" }, { who: "test" }, { now });
    expect(await importLines("ndjson", dir, lines)).toMatchObject({ erased: 4, added: 0 });
    writeFileSync(join(dir, "erased.key"), randomBytes(32));
    await expect(importLines("ndjson", dir, lines)).rejects.toThrow("--again");
    expect(await importLines("ndjson", dir, lines, { again: true })).toMatchObject({ erased: 0, added: 4 });
  });

  it("give tenant, source and currency where the source names none", async () => {
    const dir = join(root, "named");
    await importLines("retell", dir, [retellCall(1)], { client_id: "client-9", source: "import:acme" });
    expect(await recordsOf(dir)).toMatchObject([
      { client_id: "client-9", source: "import:acme", writer: "import-retell" },
    ]);
  });

  it("read times without a zone on the clock they are told, over a change of the clocks", async () => {
    const dir = join(root, "zone");
    const at = (id: string, time: string) =>
      `"","1","2","x","","PJSIP/${id}","","Dial","","${time}","","${time}",0,0,"BUSY","DOCUMENTATION","${id}",""`;
    const lines = [at("a", "2026-03-29 01:30:00"), at("b", "2026-03-29 03:30:00"), at("c", "2026-10-25 03:30:00")];
    await importLines("asterisk-cdr", dir, lines, { zone: "Europe/Berlin" });
    expect((await recordsOf(dir)).map(({ start_time }) => start_time)).toEqual([
      "2026-03-29T00:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-10-25T02:30:00.000Z",
    ]);
  });
});

describe("records of our own", () => {
  it("come back as they were from JSON and from Parquet, with their ids and revisions", async () => {
    const dir = join(root, "own");
    const analysed = retellCall(1, { call_analysis: { call_summary: "More." } });
    await importLines("retell", dir, [retellCall(1), retellCall(2)]);
    await importLines("retell", dir, [analysed]);
    await importCalls({ dir, kind: "ava", from: [sqliteOf("ava.sql", join(root, "own.db"))] });
    const records = await recordsOf(dir);
    expect(records.some(({ rev }) => rev === 2)).toBe(true);
    const other = join(root, "own-json");
    expect(await importLines("ndjson", other, records)).toMatchObject({ added: records.length, rows_rejected: 0 });
    expect(await recordsOf(other)).toEqual(records);
    expect(await importLines("ndjson", other, records)).toMatchObject({
      added: 0,
      updated: 0,
      unchanged: records.length,
    });
    const { globSync } = await import("node:fs");
    const files = globSync(join(dir, "calls/*/*.parquet"));
    const third = join(root, "own-parquet");
    expect(await importCalls({ dir: third, kind: "parquet", from: files })).toMatchObject({ added: records.length });
    expect(await recordsOf(third)).toEqual(records);
    expect(await importCalls({ dir: third, kind: "parquet", from: files })).toMatchObject({ added: 0, updated: 0 });
  });

  it("are refused where they are none, or where their id is another's", async () => {
    const dir = join(root, "refused");
    const whole = { call_id: "x", start_time: "2026-06-01T08:00:00Z" };
    const id = "019e8232-6000-770b-9255-3c03c92130ef";
    const lines = [
      whole,
      { ...whole, call_id: "y", id },
      { ...whole, start_time: "2026-06-02T08:00:00Z", id },
      { ...whole, call_id: "" },
      { ...whole, call_id: 7 },
      { ...whole, start_time: "soon" },
      "[]",
      "7",
    ];
    const report = await importLines("ndjson", dir, lines);
    expect(report).toMatchObject({ rows_read: 7, calls: 2, added: 2, rows_rejected: 5 });
    expect(report.problems.join("\n")).toContain("id is no id of a call that began 2026-06-02");
  });
});
