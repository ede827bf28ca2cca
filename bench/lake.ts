/** What keeping the lake costs on large days: compaction, erasure, backup; time, memory and bytes a call. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { ensureDataFolder } from "../src/store/lake/layout.ts";
import { listFiles } from "../src/store/lake/listing.ts";
import { type LakeFile, lakeFile } from "../src/store/lake/names.ts";
import { PARQUET_OPTIONS, quote } from "../src/store/lake/sql.ts";
import { type BenchRow, printRows } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";

const DAY = "2026-11-15";
const DAY_CALLS = 38_000;
/** As many segments as a writer closes in a day, one every five minutes. */
const PARTS = 288;

/**
 * Puts the calls of a made lake onto one day, as `parts` files of one writer: the calls of the n-th file begin in the
 * n-th part of the day, as if published so.
 */
async function foldOntoOneDay(from: string, dir: string, parts: number): Promise<{ calls: number; bytes: number }> {
  await ensureDataFolder(dir);
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: "3GB",
    threads: "2",
    temp_directory: join(tmpdir(), `call-lake-fold-${process.pid}`),
  });
  const connection = await instance.connect();
  const made = await listFiles(from);
  const sourceOf = (files: readonly LakeFile[]) =>
    `read_parquet([${files.map(({ path }) => quote(path)).join(", ")}], hive_partitioning = false)`;
  // Whole files where there are enough of them: reading all for each part takes parts times as long.
  const sourceOfPart = (part: number) =>
    made.length >= parts
      ? sourceOf(made.filter((_, index) => index % parts === part))
      : `(SELECT * FROM ${sourceOf(made)} WHERE hash(id, 'part') % ${parts} = ${part})`;
  const begins = Date.parse(`${DAY}T00:00:00Z`);
  const each = Math.floor(86_400_000 / parts);
  let bytes = 0;
  const key = (part: number) => ({ day: DAY, writer: "bench-1", first: part, last: part, generation: 0 });
  mkdirSync(join(lakeFile(dir, key(1)).path, ".."), { recursive: true });
  for (let part = 1; part <= parts; part++) {
    const ms = `(${begins + (part - 1) * each} + hash(id, 'ms') % ${each})::BIGINT`;
    const moved = `start_time + to_milliseconds(ms - epoch_ms(start_time))`;
    const select = `SELECT * EXCLUDE (ms) REPLACE (
        printf('%012x', ms)[1:8] || '-' || printf('%012x', ms)[9:12] || id[14:] AS id, ${moved} AS start_time,
        CASE WHEN end_time IS NULL THEN NULL ELSE end_time + to_milliseconds(ms - epoch_ms(start_time)) END AS end_time)
      FROM (SELECT *, ${ms} AS ms FROM ${sourceOfPart(part - 1)}) ORDER BY start_time`;
    const { path } = lakeFile(dir, key(part));
    await connection.run(`COPY (${select}) TO ${quote(path)} (${PARQUET_OPTIONS})`);
    bytes += statSync(path).size;
  }
  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${sourceOf(made)}`);
  connection.closeSync();
  instance.closeSync();
  return { calls: Number(counted.getRows()[0]?.[0]), bytes };
}

interface Ran {
  readonly seconds: number;
  readonly peak_mb: number;
  readonly said: unknown;
}

/** Runs one verb of the command line in a process of its own. Its peak is the kernel's: VmHWM at its end. */
function verb(...args: string[]): Ran {
  const folder = mkdtempSync(join(tmpdir(), "call-lake-verb-"));
  const peak = join(folder, "peak");
  const note = join(folder, "note.mjs");
  writeFileSync(
    note,
    `import { readFileSync, writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(peak)}, /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]));`,
  );
  const cli = join(import.meta.dirname, "../src/host/cli.ts");
  const began = performance.now();
  const said = execFileSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--import", note, cli, ...args, "--json"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 },
  );
  const seconds = (performance.now() - began) / 1000;
  const peak_mb = Number(readFileSync(peak, "utf8")) / 1024;
  rmSync(folder, { recursive: true });
  return { seconds, peak_mb, said: JSON.parse(said.trim().split("\n").at(-1) ?? "null") };
}

const row = (what: string, value: number, unit: string, more: Partial<BenchRow> = {}): BenchRow => ({
  what,
  value,
  unit,
  bar: "",
  beside: "",
  ratio: null,
  ok: true,
  ...more,
});

/** Rows about one day of so many calls, in so many files. */
async function rowsOfDay(calls: number, parts: number, title: string): Promise<BenchRow[]> {
  const root = mkdtempSync(join(tmpdir(), "call-lake-bench-lake-"));
  try {
    const made = join(root, "made");
    await makeCalls({ calls, dir: made, days: Math.max(1, Math.min(30, Math.round(calls / 20_000))) });
    const dir = join(root, "data");
    const day = await foldOntoOneDay(made, dir, parts);
    rmSync(made, { recursive: true });
    const compacted = verb("compact", "--memory", "256MB", "--dir", dir);
    const folder = dirname(lakeFile(dir, { day: DAY, writer: "bench-1", first: 1, last: 1, generation: 0 }).path);
    const files = readdirSync(folder);
    const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    const rows = [
      row(`${title}: compact ${parts} files`, compacted.seconds, "s", { beside: `into ${files.length}, one process` }),
      row(`${title}: peak memory of it`, compacted.peak_mb, "MB", {
        bar: "<= 256",
        beside: "--memory 256MB",
        ok: compacted.peak_mb <= 256,
      }),
      row(`${title}: bytes per call`, bytes / day.calls, "B", { beside: `${Math.round(day.bytes / 1e6)} MB before` }),
    ];
    const one = verb(
      "sql",
      "--dir",
      dir,
      "SELECT caller_number AS c FROM calls WHERE caller_number IS NOT NULL LIMIT 1",
    );
    const caller = String((one.said as { c: string }).c);
    const erased = verb("erase", "--caller", caller, "--yes", "--who", "bench", "--dir", dir);
    rows.push(
      row(`${title}: erase one caller`, erased.seconds, "s", { beside: "one process" }),
      row(`${title}: peak memory of it`, erased.peak_mb, "MB"),
    );
    const backed = verb("backup", "--to", join(root, "backups"), "--dir", dir);
    const again = verb("backup", "--to", join(root, "backups"), "--dir", dir);
    rows.push(
      row(`${title}: backup, verified`, backed.seconds, "s", { beside: `${Math.round(backed.peak_mb)} MB peak` }),
      row(`${title}: backup again`, again.seconds, "s", { beside: "nothing new" }),
    );
    return rows;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A day of 38k calls, as the bars say. */
export function rows(): Promise<BenchRow[]> {
  return rowsOfDay(DAY_CALLS, PARTS, "38k calls");
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { calls: { type: "string" }, parts: { type: "string" } } });
  const calls = Number(values.calls ?? DAY_CALLS);
  printRows("lake", await rowsOfDay(calls, Number(values.parts ?? PARTS), `${calls} calls`));
}
