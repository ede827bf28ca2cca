/** DuckDB as the etl uses it: a small instance of its own for one job, which reads rows and copies into tmp/. */
import { DuckDBInstance } from "@duckdb/node-api";
import { PARQUET_OPTIONS, quote } from "../store/lake/sql.ts";

export interface LakeDb {
  /** The rows of a statement; the statement casts its numbers to DOUBLE and the rest to VARCHAR. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  /** Runs a statement that gives no rows. */
  run(sql: string): Promise<void>;
  /** Writes what a SELECT gives to a new Parquet file, neither atomically nor durably. */
  copy(select: string, path: string, options?: string): Promise<void>;
  close(): void;
}

export interface LakeDbOptions {
  /** Where DuckDB spills what does not fit in memory. */
  readonly temp_dir: string;
  readonly memory_limit: string;
  readonly threads: number;
}

/** Opens an instance in memory. A job closes it again, so that one spoilt by a fatal error is not used twice. */
export async function openLakeDb(options: LakeDbOptions): Promise<LakeDb> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: options.memory_limit,
    threads: String(options.threads),
    temp_directory: options.temp_dir,
    // A file is read once: copies of its pages took all the memory there was.
    enable_external_file_cache: "false",
    // What a statement leaves goes back to the system at once.
    allocator_flush_threshold: "1MB",
    allocator_bulk_deallocation_flush_threshold: "1MB",
    // One thread reads and writes in order anyway; to be sure of it DuckDB would hold rows back, up to its limit.
    preserve_insertion_order: String(options.threads > 1),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjects(),
    run: async (sql) => {
      await connection.run(sql);
    },
    copy: async (select, path, options = PARQUET_OPTIONS) => {
      await connection.run(`COPY (${select}) TO ${quote(path)} (${options})`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** After such an error the instance, and perhaps the process, is of no more use. */
export function isFatal(error: unknown): boolean {
  return error instanceof Error && /\bFATAL\b|INTERNAL Error|database has been invalidated/i.test(error.message);
}

/** A relation `(id VARCHAR, rev BIGINT)` of these pairs, in one literal: a list of 100,000 is parsed once. */
export function pairsSource(pairs: Iterable<readonly [id: string, rev: number]>): string {
  const list = Array.from(pairs, ([id, rev]) => ({ id, rev }));
  return `(SELECT unnest(CAST(${quote(JSON.stringify(list))}::JSON AS STRUCT(id VARCHAR, rev BIGINT)[]), recursive := true))`;
}
