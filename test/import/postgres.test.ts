/** user_sessions out of a real Postgres: the same records as out of its CSV, and a table that grows while it is read. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importCalls } from "../../src/host/import/import-calls.ts";
import { GOLDEN, knownOf, recordsOf } from "./kit.ts";

const bin = globSync("/usr/lib/postgresql/*/bin").find((folder) => existsSync(join(folder, "initdb")));
const isRoot = process.getuid?.() === 0;
// Postgres refuses to run as root: Debian's own user for it, else the one nobody is.
const user = isRoot ? (idOf("postgres") ?? idOf("nobody")) : null;
const runnable = bin !== undefined && (!isRoot || user !== null);
if (!runnable)
  console.log(
    "There is no Postgres here (Debian: apt-get install postgresql): user_sessions is not read from a live server.",
  );

function idOf(name: string): { uid: number; gid: number } | null {
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(spawnSync("id", [flag, name], { encoding: "utf8" }).stdout.trim() || Number.NaN),
  );
  return uid === undefined || gid === undefined || Number.isNaN(uid) ? null : { uid, gid };
}

const SCHEMA = `CREATE TABLE user_sessions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), call_id uuid UNIQUE, assistant_id uuid NOT NULL, phone_number_id uuid,
  business_number text, customer_number text, started_at_utc timestamptz, started_at_nz timestamptz, ended_at_utc timestamptz,
  ended_at_nz timestamptz, ended_reason text, duration_minutes numeric(10,2), duration_seconds numeric(10,3),
  cost_total numeric(10,4), type text, server_messages jsonb, user_id text, session_id text UNIQUE, source text, metadata jsonb,
  client_id text, created_at timestamptz DEFAULT now(), call_summary text, call_transcript text, sentiment text,
  call_outcome text, keywords text[])`;

describe.runIf(runnable)("user_sessions of a live Postgres", () => {
  let root: string;
  let server: ReturnType<typeof spawn>;
  let connection: string;

  const as = user ?? {};
  const psql = (...args: string[]) =>
    execFileSync(join(bin ?? "", "psql"), ["-v", "ON_ERROR_STOP=1", "-q", ...args, connection], {
      encoding: "utf8",
      ...as,
    });

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "call-lake-postgres-"));
    chmodSync(root, 0o755);
    const cluster = join(root, "cluster");
    mkdirSync(cluster);
    if (user) chownSync(cluster, user.uid, user.gid);
    const given = ["-D", cluster, "-U", "lake", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"];
    execFileSync(join(bin ?? "", "initdb"), given, { stdio: "pipe", cwd: cluster, ...as });
    // A port of its own, below those that are given out.
    const port = 20_000 + (process.pid % 10_000);
    const options = [
      "-D",
      cluster,
      "-k",
      cluster,
      "-p",
      String(port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      "fsync=off",
    ];
    server = spawn(join(bin ?? "", "postgres"), options, { stdio: "ignore", cwd: cluster, ...as });
    connection = `postgres://lake@127.0.0.1:${port}/postgres`;
    const ready = () => spawnSync(join(bin ?? "", "pg_isready"), ["-q", "-d", connection]).status === 0;
    while (!ready()) {
      if (server.exitCode !== null) throw new Error(`Postgres ended with exit code ${server.exitCode}.`);
      await sleep(50);
    }
    psql("-c", SCHEMA);
  }, 120_000);
  afterAll(async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await gone;
    rmSync(root, { recursive: true, force: true });
  });

  it("gives the records of its CSV, exactly", { timeout: 60_000 }, async () => {
    // The line that is no row stays out: Postgres would not have it.
    const csv = join(root, "rows.csv");
    writeFileSync(
      csv,
      readFileSync(join(GOLDEN, "user-sessions.csv"), "utf8")
        .replace(/^.*,short\n/m, "")
        .replaceAll("not json", '"""text"""'),
    );
    chmodSync(csv, 0o644);
    psql("-c", `\\copy user_sessions FROM '${csv}' CSV HEADER`);
    const dir = join(root, "live");
    const report = await importCalls({ dir, kind: "user-sessions", from: [connection] });
    expect(report).toMatchObject({ rows_read: 5, rows_rejected: 1, calls: 4, added: 4 });
    expect(report.problems).toEqual([expect.stringMatching(/^user_sessions:\d: started_at_utc is no time: null\.$/)]);
    const expected = JSON.parse(readFileSync(join(GOLDEN, "user-sessions.expected.json"), "utf8")) as Record<
      string,
      unknown
    >[];
    const records = (await recordsOf(dir)).map(knownOf);
    // What Postgres fills in, or writes in its own way: created_at by default, jsonb without its exponent of spaces.
    const comparable = (record: Record<string, unknown>) => ({ ...record, created_at: null, server_messages: null });
    expect(records.map(comparable)).toEqual(expected.map(comparable));
    expect(records.map((record) => record["cost_total"])).toEqual([0, -0.0001, 2.7501, 0.1]);
    const again = await importCalls({ dir, kind: "user-sessions", from: [connection] });
    expect(again).toMatchObject({ added: 0, updated: 0, unchanged: 4 });
    // Its own export gives the same calls once more: nothing is new, whichever way they come.
    const dump = join(root, "dump.csv");
    writeFileSync(dump, psql("-c", "SET TIME ZONE 'Europe/Berlin'", "-c", "\\copy user_sessions TO STDOUT CSV HEADER"));
    const fromCsv = await importCalls({ dir, kind: "user-sessions", from: [dump] });
    expect(fromCsv).toMatchObject({ calls: 4, added: 0, updated: 0, unchanged: 4 });
  });

  it("reads many rows through its cursor, adds up to the cent, and adds what came since", {
    timeout: 120_000,
  }, async () => {
    const fill = (from: number, to: number) =>
      psql(
        "-c",
        `INSERT INTO user_sessions (assistant_id, session_id, started_at_utc, duration_seconds, cost_total, client_id, keywords)
         SELECT gen_random_uuid(), 'many-' || n, '2026-07-01 00:00:00+00'::timestamptz + n * interval '37 seconds', n % 600,
           (n % 9973) / 10000.0, 'client-' || (n % 3), ARRAY['a', NULL, 'b "' || n] FROM generate_series(${from}, ${to}) AS n`,
      );
    fill(1, 5_000);
    const dir = join(root, "many");
    const from = [connection];
    const first = await importCalls({ dir, kind: "user-sessions", from, currency: "EUR" });
    expect(first).toMatchObject({ rows_rejected: 1, calls: 5_004, added: 5_004 });
    fill(5_001, 5_100);
    psql("-c", "UPDATE user_sessions SET sentiment = 'angry' WHERE session_id = 'many-7'");
    expect(await importCalls({ dir, kind: "user-sessions", from, currency: "EUR" })).toMatchObject({
      added: 100,
      updated: 1,
    });
    const sum = psql("-At", "-c", "SELECT sum(cost_total) FROM user_sessions WHERE session_id LIKE 'many-%'").trim();
    const { openLakeDb } = await import("../../src/etl/duckdb.ts");
    const db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "256MB", threads: 1 });
    try {
      const [row] = await db.rows(
        `SELECT CAST(CAST(sum(cost_total) AS DECIMAL(18,4)) AS VARCHAR) AS cost, CAST(count(*) AS DOUBLE) AS calls
         FROM read_parquet('${dir}/calls/*/*.parquet', hive_partitioning = false) WHERE session_id LIKE 'many-%'`,
      );
      expect(row).toEqual({ cost: sum, calls: 5_100 });
    } finally {
      db.close();
    }
  });

  it("says that the table is not there", async () => {
    psql("-c", "CREATE DATABASE empty");
    const elsewhere = connection.replace(/postgres$/, "empty");
    const importing = importCalls({ dir: join(root, "none"), kind: "user-sessions", from: [elsewhere] });
    await expect(importing).rejects.toThrow("The database has no table user_sessions in its search path.");
  });
});
