/** Typed JSON to Parquet: rows are written as NDJSON into tmp/ and read with declared types. */
import { normaliseRecord } from "../record/index.ts";
import { removeFile } from "../store/fs.ts";
import { assertDay } from "../store/lake/add-file.ts";
import { tmpPath } from "../store/lake/layout.ts";
import { quote, recordColumnsSql } from "../store/lake/sql.ts";
import type { Job } from "./job.ts";

/** A record on its way into Parquet. */
export interface Row {
  readonly id: string;
  readonly rev: number;
  readonly record: object;
  /** The record as JSON, where it is there already. */
  readonly line?: string;
}

/** Writes the rows of one day, sorted by start_time, to a Parquet file in tmp/. */
export async function copyRows(job: Job, day: string, rows: readonly Row[], tmp: string): Promise<void> {
  assertDay(
    day,
    rows.map((row) => row.id),
  );
  try {
    await copyLines(
      job,
      rows.map((row) => row.line ?? JSON.stringify(row.record)),
      tmp,
    );
  } catch (error) {
    if (!isAboutValues(error)) throw error;
    // One value of the wrong type must not hold back its whole segment: it becomes null, and the record says so.
    job.log(`A row of ${day} has a value its column can not hold; it is stored as null: ${String(error)}`);
    await removeFile(tmp, job.fs);
    await copyLines(
      job,
      rows.map((row) => JSON.stringify({ ...normaliseRecord(row.record), id: row.id, rev: row.rev })),
      tmp,
    );
  }
  await assertCount(job, tmp, rows.length);
}

async function copyLines(job: Job, lines: readonly string[], tmp: string): Promise<void> {
  const source = tmpPath(job.dir, "ndjson");
  const longest = lines.reduce((max, line) => Math.max(max, line.length), 0);
  // DuckDB takes two buffers of this size; a character of UTF-16 is at most three bytes of UTF-8.
  const object_size = Math.max(1 << 20, longest * 3 + 16);
  await job.fs.writeFile(source, lines.map((line) => `${line}\n`).join(""));
  const db = await job.db();
  await db.copy(
    `SELECT * FROM read_json(${quote(source)}, format = 'newline_delimited', columns = ${recordColumnsSql()}, maximum_object_size = ${object_size}) ORDER BY start_time`,
    tmp,
  );
  await removeFile(source, job.fs);
}

/** Throws unless the file has that many rows: what was copied is counted before its source is removed. */
export async function assertCount(job: Job, path: string, rows: number): Promise<void> {
  const db = await job.db();
  const [found] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n FROM read_parquet(${quote(path)}, hive_partitioning = false)`,
  );
  if (found?.["n"] !== rows) throw new Error(`${path} should have ${rows} rows; it has ${String(found?.["n"])}.`);
}

function isAboutValues(error: unknown): boolean {
  return error instanceof Error && /^(Invalid Input|Conversion|Out of Range) Error/.test(error.message);
}
