/** Imports as processes: killed in the middle, beside an engine that writes, told to stop, and called from the command line. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/etl/index.ts";
import { importCalls } from "../../src/host/import/import-calls.ts";
import { callIdsOf, sqliteOf } from "./kit.ts";

const cli = resolve(import.meta.dirname, "../../src/host/cli.ts");
const quiet = "--disable-warning=ExperimentalWarning";
const CALLS = 9_000;
let root: string;
let database: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "call-lake-import-processes-"));
  database = sqliteOf("ava.sql", join(root, "ava.db"));
  const writing = new DatabaseSync(database);
  writing.exec("DELETE FROM call_records; BEGIN");
  const insert = writing.prepare(
    "INSERT INTO call_records (id, call_id, start_time, end_time, conversation_history) VALUES (?, ?, ?, ?, ?)",
  );
  const said = JSON.stringify([{ role: "user", content: "Words of a call. ".repeat(150) }]);
  for (let number = 0; number < CALLS; number += 1) {
    const iso = new Date(Date.UTC(2026, 5, 1) + number * 60_000).toISOString();
    insert.run(`row-${number}`, `kill.${number}`, iso, iso, said);
  }
  writing.exec("COMMIT");
  writing.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function importing(dir: string, ...more: string[]): ChildProcess {
  return spawn(process.execPath, [quiet, cli, "import", "ava", database, "--dir", dir, ...more], {
    stdio: ["ignore", "ignore", "ignore"],
  });
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.once("exit", (code) => done(code)));

/** Waits until the lake has a Parquet file, or as many as `files`. */
async function untilFiles(dir: string, files: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      const found = readdirSync(join(dir, "calls"), { recursive: true }).filter((name) =>
        String(name).endsWith(".parquet"),
      );
      if (found.length >= files) return;
    } catch {
      // The folder is not made yet.
    }
    await sleep(5);
  }
}

describe("an import that is killed", () => {
  it("is finished by the next one: every call once, wherever it was killed", { timeout: 180_000 }, async () => {
    const dir = join(root, "killed");
    let kills = 0;
    for (const files of [1, 2, 4]) {
      const child = importing(dir);
      const gone = ended(child);
      await untilFiles(dir, files, child);
      if (child.exitCode === null && child.kill("SIGKILL")) kills += 1;
      await gone;
    }
    expect(kills).toBeGreaterThan(0);
    const report = await importCalls({ dir, kind: "ava", from: [database] });
    expect(report.added + report.unchanged).toBe(CALLS);
    expect(report.unchanged).toBeGreaterThan(0);
    expect(report.added).toBeGreaterThan(0);
    const found = await verify(dir);
    expect([found.counts.lake_calls, found.problems]).toEqual([CALLS, []]);
    // What the kills left in tmp/ is nobody's, and has no calls under a name.
    expect(readdirSync(join(dir, "tmp")).filter((name) => name.endsWith(".sqlite"))).toEqual([]);
    expect(await importCalls({ dir, kind: "ava", from: [database] })).toMatchObject({ added: 0, unchanged: CALLS });
  });

  it("stops at Ctrl-C behind what it has begun, says so, and goes on", { timeout: 120_000 }, async () => {
    const dir = join(root, "stopped");
    const child = importing(dir);
    const code = ended(child);
    await untilFiles(dir, 1, child);
    child.kill("SIGINT");
    expect(await code).toBe(130);
    expect((await verify(dir)).problems).toEqual([]);
    const report = await importCalls({ dir, kind: "ava", from: [database] });
    expect(report.unchanged).toBeGreaterThan(0);
    expect(report.added + report.unchanged).toBe(CALLS);
  });

  it("ends at a signal with a report, and nothing is torn", async () => {
    const dir = join(root, "signal");
    const stop = new AbortController();
    stop.abort();
    const report = await importCalls({ dir, kind: "ava", from: [database], signal: stop.signal });
    expect(report).toMatchObject({ interrupted: true, added: 0 });
  });
});

describe("a call_history.db that an engine writes meanwhile", () => {
  it("is read as of one moment; later imports add what came since", { timeout: 120_000 }, async () => {
    const file = sqliteOf("ava.sql", join(root, "wal.db"));
    const emptied = new DatabaseSync(file);
    emptied.exec("PRAGMA journal_mode = WAL; DELETE FROM call_records");
    const dir = join(root, "wal");
    const total = 4_000;
    const engine = spawn(
      process.execPath,
      [quiet, join(import.meta.dirname, "ava-writer-process.ts"), file, String(total)],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    let told = "";
    engine.stdout.on("data", (piece) => {
      told += String(piece);
    });
    const gone = ended(engine);
    const commits = () => told.split("\n").length - 1;
    while (commits() < total / 4) await sleep(5);
    let sum = 0;
    do {
      const before = commits();
      const importing = importCalls({ dir, kind: "ava", from: [file] });
      // It has three quarters to write yet when the first import has begun.
      if (sum === 0) engine.stdin.write("go on\n");
      const report = await importing;
      expect(report.rows_rejected).toBe(0);
      // Everything that was committed before it began is in it.
      expect(report.calls).toBeGreaterThanOrEqual(before);
      expect(report.unchanged).toBe(sum);
      sum += report.added;
    } while (engine.exitCode === null);
    expect(await gone).toBe(0);
    emptied.close();
    const report = await importCalls({ dir, kind: "ava", from: [file] });
    expect(sum + report.added).toBe(total);
    const ids = await callIdsOf(dir);
    expect([ids.length, new Set(ids).size]).toEqual([total, total]);
  });
});

describe("the command line", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [quiet, cli, "import", ...args], { encoding: "utf8", cwd: root });
  const golden = (name: string) => join(import.meta.dirname, "golden", name);

  it("lists all kinds in its help", () => {
    const { status, stdout } = run("--help");
    expect(status).toBe(0);
    const kinds = ["conversations", "ava", "cosmos", "chat-history", "user-sessions", "asterisk-cdr", "vapi", "retell"];
    for (const kind of [...kinds, "ndjson", "parquet"]) expect(stdout).toMatch(new RegExp(`^ {2}${kind} +\\S`, "m"));
  });

  it("shows the mapping and sample records in a dry run, and writes nothing", () => {
    const dir = join(root, "dry");
    const { status, stdout } = run("vapi", golden("vapi.json"), "--dry-run", "--dir", dir);
    expect(status).toBe(0);
    expect(stdout).toContain("id  ");
    expect(stdout).toContain("call_id (source: vapi)");
    expect(stdout).toContain('"call_id": "50000000-0000-4000-8000-000000000001"');
    const asJson = JSON.parse(run("vapi", golden("vapi.json"), "--dry-run", "--json", "--dir", dir).stdout);
    expect(asJson.records).toHaveLength(2);
    expect(readdirSync(root)).not.toContain("dry");
  });

  it("gives its report as JSON, exit code 1 for rejects, and a file of them", () => {
    const dir = join(root, "told");
    const { status, stdout, stderr } = run("vapi", golden("vapi.json"), "--json", "--dir", dir);
    expect(status).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ kind: "vapi", rows_read: 3, rows_rejected: 1, added: 2 });
    expect(stderr).toContain("It is no ended call of Vapi");
    expect(readFileSync(report.rejects_file, "utf8")).toContain('"line":2');
    const again = run("vapi", golden("vapi.json"), "--dir", dir, "--rejects", join(root, "mine.ndjson"));
    expect(again.stdout).toContain("3 rows gave 2 calls: 0 added, 0 updated, 2 unchanged. 1 rows were rejected: see ");
    expect(readFileSync(join(root, "mine.ndjson"), "utf8").split("\n")).toHaveLength(2);
  });

  it.each([
    [["vapi"], 2, "Name at least one file."],
    [["faxes", "x"], 2, "The kind to import is one of"],
    [["vapi", "x", "--time-zone", "Mars/Olympus"], 2, "--time-zone must be an IANA time zone"],
    [["vapi", "x", "--currency", "dollars"], 2, "--currency must be a code of three letters"],
    [["vapi", "not-there.json"], 1, "not-there.json can not be read"],
    [["ava", "not-there.db"], 1, "not-there.db is not there."],
    [["parquet", "not-there.parquet"], 1, "not-there.parquet is not there"],
    [["user-sessions", "postgres://nobody:secret@127.0.0.1:1/none"], 1, "Postgres can not be reached"],
  ])("%j ends with a sentence: %i", (args, code, sentence) => {
    const { status, stderr } = run(...args, "--dir", join(root, "wrong"));
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("secret");
    expect(status).toBe(code);
  });

  it("says of files of another kind what they are not", () => {
    const other = join(root, "other.db");
    new DatabaseSync(other).exec("CREATE TABLE calls (id TEXT)");
    writeFileSync(join(root, "other.csv"), "a,b\n1,2\n");
    const dir = join(root, "other");
    expect(run("ava", other, "--dir", dir).stderr).toContain(
      "other.db is no call_history.db: no such table: call_records.",
    );
    expect(run("user-sessions", join(root, "other.csv"), "--dir", dir).stderr).toContain(
      "has no header row with started_at_utc",
    );
  });
});
