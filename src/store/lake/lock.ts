/** The lock of the lake: one job at a time changes a data folder, over all processes. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 25;

/** Another process held the lock for the whole time we were ready to wait. */
export class LakeIsLocked extends Error {
  override readonly name = "LakeIsLocked";
}

/**
 * Runs `job` while no other process does. The lock is SQLite's on etl.lock, so the kernel frees it when we die.
 * Throws LakeIsLocked after `wait_ms`.
 */
export async function withLakeLock<T>(dir: string, options: { wait_ms: number }, job: () => Promise<T>): Promise<T> {
  const database = new DatabaseSync(join(dir, "etl.lock"));
  try {
    await begin(database, dir, options.wait_ms);
    return await job();
  } finally {
    // Closing rolls the empty transaction back.
    database.close();
  }
}

async function begin(database: DatabaseSync, dir: string, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs;
  // SQLite's own wait would block the event loop.
  database.exec("PRAGMA busy_timeout = 0");
  for (;;) {
    try {
      database.exec("BEGIN EXCLUSIVE");
      return;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() >= until)
        throw new LakeIsLocked(
          `Another etl job has held ${dir}/etl.lock for ${waitMs} ms; wait for it, or stop that process.`,
        );
      await sleep(POLL_MS);
    }
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
