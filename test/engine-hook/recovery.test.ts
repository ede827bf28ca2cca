/** Engines killed in mid-call as real processes, and started again: the call goes on and becomes one record. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openLakeDb } from "../../src/etl/duckdb.ts";
import { recover } from "../../src/etl/index.ts";
import { callIdentity } from "../../src/record/index.ts";
import { JournalFollower, listWriters, sealWriter } from "../../src/store/journal/index.ts";
import { encodeLine } from "../../src/store/journal/line.ts";
import { thisProcess } from "../../src/store/journal/process.ts";
import { parquetSource } from "../../src/store/lake/sql.ts";
import { takeSnapshot } from "../../src/store/snapshot.ts";
import { newDir, newHistory, recordsIn, until } from "./kit.ts";

const ID = callIdentity("test", "kept", Date.parse("2026-11-21T10:00:00Z"));

/** An engine of its own, and all that it has said so far. */
function startEngine(dir: string, mode: string): { child: ChildProcess; hears: (text: string) => Promise<void> } {
  const file = new URL("./engine.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, dir, mode], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout?.on("data", (data: Buffer) => {
    said += data.toString();
  });
  return { child, hears: (text) => until(() => said.includes(text)) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

/** Begins a call in one process, kills it, and goes on with it in the next. */
async function killAndResume(dir: string, mode: string) {
  const first = startEngine(dir, "begin");
  await first.hears("begun");
  await kill(first.child);
  const second = startEngine(dir, mode);
  await second.hears("recovered kept with 3");
  return second;
}

const WORDS = ["Good morning!", "I would like to book", "a table for"];

test("a call goes on after a kill: one record, all that was said once, the outcome as told", async () => {
  const dir = newDir();
  const second = await killAndResume(dir, "resume");
  second.child.stdin?.write("go\n");
  await second.hears("ended true");
  for (const writer of await listWriters(dir)) await sealWriter(dir, writer);
  const { fresh } = await takeSnapshot(dir, new JournalFollower(dir));
  expect(fresh.map(({ id, rev }) => [id, rev])).toEqual([[ID, 2]]);
  expect(fresh[0]?.record).toMatchObject({
    call_id: "kept",
    outcome: "transferred",
    ended_by: "caller",
    caller_number: "+15550101",
    language: "en",
    initial_agent: "reception",
    tool_call_count: 1,
    tool_ok_count: 1,
    barge_in_count: 1,
    turn_latencies_ms: [1000],
    user_messages: 3,
    assistant_messages: 1,
    quality_flags: [],
  });
  expect(fresh[0]?.record.conversation?.map(({ content }) => content)).toEqual([
    ...WORDS,
    expect.stringMatching(/^said to/),
  ]);
});

test("the lost record that the etl published meanwhile gives way to the real one", async () => {
  const dir = newDir();
  const second = await killAndResume(dir, "resume");
  const db = await openLakeDb({ temp_dir: join(dir, "tmp", "spill"), memory_limit: "256MB", threads: 1 });
  onTestFinished(() => db.close());
  const inLake = async () => {
    await recover(dir, { db });
    const { files } = await takeSnapshot(dir, new JournalFollower(dir));
    return db.rows(
      `SELECT id, CAST(rev AS DOUBLE) AS rev, outcome, len(conversation) AS n FROM ${parquetSource(files)}`,
    );
  };
  expect(await inLake()).toMatchObject([{ id: ID, rev: 0, outcome: "lost" }]);
  second.child.stdin?.write("go\n");
  await second.hears("ended true");
  await once(second.child, "close");
  expect(await inLake()).toMatchObject([{ id: ID, rev: 2, outcome: "transferred" }]);
});

test("a dead engine's calls wait for its new start, and are never lost once it has gone on with them", async () => {
  const dir = newDir();
  const db = await openLakeDb({ temp_dir: join(dir, "tmp", "spill"), memory_limit: "256MB", threads: 1 });
  onTestFinished(() => db.close());
  const writers = () => listWriters(dir);
  const inLake = async (seal_grace_ms: number, now = Date.now) => {
    const { published } = await recover(dir, { db, seal_grace_ms, now });
    const { files, fresh } = await takeSnapshot(dir, new JournalFollower(dir));
    const stored = await db.rows(`SELECT id, outcome FROM ${parquetSource(files)}`);
    return { sealed: published.sealed.length, stored, fresh: fresh.length };
  };
  const second = await killAndResume(dir, "resume and die");
  // Within the grace nothing is closed; after it, what was not taken up would be.
  expect(await inLake(60_000)).toEqual({ sealed: 0, stored: [], fresh: 0 });
  second.child.stdin?.write("go\n");
  await second.hears("talking");
  expect(await inLake(60_000, () => Date.now() + 61_000)).toEqual({ sealed: 1, stored: [], fresh: 0 });
  expect(await writers()).toHaveLength(1);
  await kill(second.child);
  expect(await inLake(0)).toMatchObject({ sealed: 1, stored: [{ id: ID, outcome: "lost" }] });
});

test("a call is resumed twice, then its engine is gone for good: the last lost record wins, with all that was said", async () => {
  const dir = newDir();
  const second = await killAndResume(dir, "resume and die");
  second.child.stdin?.write("go\n");
  await second.hears("talking");
  // The dead engine's journal says that the call is lost, the living one's that it goes on.
  for (const writer of (await listWriters(dir)).slice(0, 1)) await sealWriter(dir, writer);
  const follower = new JournalFollower(dir);
  expect((await takeSnapshot(dir, follower)).fresh).toEqual([]);
  expect(follower.activeCalls()).toMatchObject([{ id: ID, resumed: 1 }]);
  await kill(second.child);
  const third = startEngine(dir, "resume and die");
  await third.hears("recovered kept with 4");
  third.child.stdin?.write("go\n");
  await third.hears("talking");
  await kill(third.child);
  for (const writer of await listWriters(dir)) await sealWriter(dir, writer);
  const { fresh } = await takeSnapshot(dir, new JournalFollower(dir));
  expect(fresh.map(({ id, rev }) => [id, rev])).toEqual([[ID, 2]]);
  expect(fresh[0]?.record).toMatchObject({ outcome: "lost", user_messages: 4, barge_in_count: 1, total_turns: 1 });
  expect(fresh[0]?.record.conversation?.slice(0, 3).map(({ content }) => content)).toEqual(WORDS);
});

/** A journal of a process that is gone, or of another host, with one open call and one that has ended since. */
function writeJournal(
  dir: string,
  name: string,
  host: string,
  lines: { k: "started" | "ended"; call_id: string }[],
  t = new Date().toISOString(),
) {
  const folder = join(dir, "journal", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "writer.json"),
    JSON.stringify({ format: 1, writer: name, host, ...thisProcess(), pid_start: "gone" }),
  );
  const text = lines.map(({ k, call_id }, n) => {
    const started = { call_id, source: "test", start_time: "2026-11-21T10:00:00.000Z" };
    const c = callIdentity("test", call_id, Date.parse(started.start_time));
    return encodeLine({ k, c, n: n + 1, t, b: k === "ended" ? { ...started, id: c, rev: 1 } : started });
  });
  writeFileSync(join(folder, "00000001.jsonl"), text.join(""));
}

test("only what nobody else has is recovered, and it is taken up by its name and time alone", async () => {
  const { hostname } = await import("node:os");
  const dir = newDir();
  writeJournal(dir, "a-1", hostname(), [
    { k: "started", call_id: "open" },
    { k: "started", call_id: "ended elsewhere" },
  ]);
  writeJournal(dir, "a-2", hostname(), [{ k: "ended", call_id: "ended elsewhere" }]);
  writeJournal(dir, "b-1", "another.example.com", [{ k: "started", call_id: "of another host" }]);
  const { history } = await newHistory({ dir });
  expect(history.recovered().map(({ call_id }) => call_id)).toEqual(["open"]);
  // A name without a time may be a counter that began anew.
  const id = callIdentity("test", "open", Date.parse("2026-11-21T10:00:00.000Z"));
  expect(history.startCall({ source: "test", call_id: "open" }).id).not.toBe(id);
  const call = history.startCall({ source: "test", call_id: "open", start_time: "2026-11-21T10:00:00Z" });
  expect([call.id, history.recovered()]).toEqual([id, []]);
  // Another engine that opens now leaves it alone: a living process has it.
  await history.flush();
  expect((await newHistory({ dir })).history.recovered()).toEqual([]);
  await call.end();
  expect((await recordsIn(dir)).get("open")?.rev).toBe(2);
});

test("a call that was told long after it began is recovered; one whose engine wrote nothing for a day is not", async () => {
  const { hostname } = await import("node:os");
  const dir = newDir();
  writeJournal(dir, "a-1", hostname(), [{ k: "started", call_id: "told late" }], "2026-06-01T10:00:00.000Z");
  writeJournal(dir, "a-2", hostname(), [{ k: "started", call_id: "long over" }], "2026-06-01T10:00:00.000Z");
  const old = new Date(Date.now() - 86_400_000);
  utimesSync(join(dir, "journal", "a-2", "00000001.jsonl"), old, old);
  const { history } = await newHistory({ dir });
  expect(history.recovered().map(({ call_id }) => call_id)).toEqual(["told late"]);
});
