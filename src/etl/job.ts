/** A job of the etl: it holds the lake's lock, and has the file system, DuckDB, the clock and the log it works with. */
import { resolve } from "node:path";
import { realFs, type StoreFs } from "../store/fs.ts";
import { ensureDataFolder, tmpPath } from "../store/lake/layout.ts";
import { withLakeLock } from "../store/lake/lock.ts";
import { type LakeDb, openLakeDb } from "./duckdb.ts";

/** First and last id of each Parquet file asked so far, null for one without rows; by path. Names are written once. */
export type IdRanges = Map<string, { first: string; last: string } | null>;

export interface JobOptions {
  readonly fs?: StoreFs;
  /** Shared by tests; a job opens and closes its own otherwise. */
  readonly db?: LakeDb;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
  /** How long to wait for another job on the same folder, in ms. */
  readonly wait_ms?: number;
  /** How long the open calls of a dead writer wait for its engine's new start before they are closed as lost; 0 = not at all. */
  readonly seal_grace_ms?: number;
  /** Days a call is kept (0 = for ever), and the rules as JSON gives them: what the last retention would have dropped is refused. */
  readonly retention_days?: number;
  readonly retention_rules?: unknown;
  /** DuckDB's memory while it merges whole days, such as 256MiB (the default); what does not fit goes to tmp/. */
  readonly memory_limit?: string;
  /** Kept by whoever runs many jobs one after the other on the same files. */
  readonly id_ranges?: IdRanges;
  /** How much a merge sorts at once, in bytes, estimated; a share of memory_limit unless given. */
  readonly slice_bytes?: number;
}

/** How a long job is followed and stopped. */
export interface JobSteps {
  /** Heard between two steps; the job then throws its reason, and what is done stays done. */
  readonly signal?: AbortSignal | undefined;
  readonly on_progress?: ((done: number, all: number) => void) | undefined;
}

export interface Job {
  readonly dir: string;
  readonly fs: StoreFs;
  readonly retention_days: number;
  readonly retention_rules: unknown;
  readonly seal_grace_ms: number;
  readonly slice_bytes: number;
  readonly id_ranges: IdRanges;
  now(): number;
  log(line: string): void;
  /** DuckDB for small statements and one segment's rows. */
  db(): Promise<LakeDb>;
  /** Runs with an instance of its own, one thread and little memory: for merging whole days. */
  withBoundedDb<T>(work: (db: LakeDb) => Promise<T>): Promise<T>;
}

const LOCK_WAIT_MS = 60_000;
const MEMORY_LIMIT = "256MiB";
/** DuckDB holds what it sorts more than once, beside pages that it reads and a row group that it writes. */
const SLICES_IN_MEMORY = 16;

/** Runs a job alone on the data folder; throws LakeIsLocked if another one takes longer than `wait_ms`. */
export async function runJob<T>(folder: string, options: JobOptions, work: (job: Job) => Promise<T>): Promise<T> {
  const dir = resolve(folder);
  const fs = options.fs ?? realFs;
  const retention_days = daysOf(options.retention_days ?? 0);
  await ensureDataFolder(dir, fs);
  return withLakeLock(dir, { wait_ms: options.wait_ms ?? LOCK_WAIT_MS }, async () => {
    let own: Promise<LakeDb> | undefined;
    const open = (memory_limit: string, threads: number) =>
      openLakeDb({ temp_dir: tmpPath(dir, "spill"), memory_limit, threads });
    try {
      return await work({
        dir,
        fs,
        retention_days,
        retention_rules: options.retention_rules,
        seal_grace_ms: options.seal_grace_ms ?? 0,
        slice_bytes: options.slice_bytes ?? bytesIn(options.memory_limit ?? MEMORY_LIMIT) / SLICES_IN_MEMORY,
        id_ranges: options.id_ranges ?? new Map(),
        now: options.now ?? Date.now,
        log: options.log ?? (() => {}),
        db: async () => {
          if (options.db !== undefined) return options.db;
          own ??= open("512MB", 2);
          return own;
        },
        withBoundedDb: async (merge) => {
          if (options.db !== undefined) return merge(options.db);
          const db = await open(options.memory_limit ?? MEMORY_LIMIT, 1);
          try {
            return await merge(db);
          } finally {
            db.close();
          }
        },
      });
    } finally {
      (await own?.catch(() => undefined))?.close();
    }
  });
}

/** Bytes of an amount such as 256MiB; DuckDB says what is wrong with one that is none. */
function bytesIn(amount: string): number {
  const [, number, unit = ""] = /^(\d+) ?([MG])i?B$/i.exec(amount) ?? [];
  return Number(number ?? 256) * (unit.toUpperCase() === "G" ? 1024 : 1) * 1024 * 1024;
}

const DAYS_MAX = 36_500;

/** Checks a number of days to keep; throws a sentence for anything but a whole number from 0 to 36,500. */
export function daysOf(days: number): number {
  if (Number.isInteger(days) && days >= 0 && days <= DAYS_MAX) return days;
  throw new RangeError(
    `CALL_HISTORY_RETENTION_DAYS must be a whole number of days from 0 (keep for ever) to ${DAYS_MAX}; it is ${JSON.stringify(days)}.`,
  );
}
