/** Rollups: makes the sums of each visible file that has none yet, and removes those that describe nothing. */
import { isThere } from "../store/fs.ts";
import { listDays, visibleOfDay } from "../store/lake/listing.ts";
import type { LakeFile } from "../store/lake/names.ts";
import {
  addRollup,
  ROLLUP_VERSION,
  removeRollupAt,
  removeRollupsOfDay,
  rolledUpFile,
  rollupDays,
  rollupPath,
  rollupsOfDay,
} from "../store/lake/rollups.ts";
import { quote, WHOLE_FILE_OPTIONS } from "../store/lake/sql.ts";
import { isFatal } from "./duckdb.ts";
import type { Job } from "./job.ts";
import { rollupSelect } from "./rollup-select.ts";

export interface RollupReport {
  made: number;
  removed: number;
  /** Files that still have none: the time was over, or they could not be read. */
  left: number;
}

/** Files asked in one statement. */
const FILES_AT_ONCE = 500;

/** Makes missing rollups, newest day first, for about `budget_ms`. A file that cannot be rolled up is logged and left. */
export async function makeRollups(job: Job, budget_ms = Number.POSITIVE_INFINITY): Promise<RollupReport> {
  const until = performance.now() + budget_ms;
  const report = { made: 0, removed: 0, left: 0 };
  const days = await listDays(job.dir, job.fs);
  for (const day of days) {
    const files = await visibleOfDay(job.dir, day, job.fs);
    const there = new Set(await rollupsOfDay(job.dir, day, job.fs));
    for (const file of files) {
      if (there.delete(rollupPath(job.dir, file))) continue;
      if (performance.now() >= until) report.left++;
      else if (await makeRollup(job, file)) report.made++;
    }
    // What is left describes no visible file: a rollup goes before its file, so somebody else put it there.
    for (const path of there) {
      await removeRollupAt(path, job.fs);
      report.removed++;
    }
  }
  const known = new Set(days);
  for (const day of await rollupDays(job.dir, job.fs))
    if (!known.has(day)) await removeRollupsOfDay(job.dir, day, job.fs);
  return report;
}

/** Makes one rollup. Kill: as in addRollup, it is there and whole or it is missing. */
async function makeRollup(job: Job, file: LakeFile): Promise<boolean> {
  try {
    const { size } = await job.fs.stat(file.path);
    const db = await job.db();
    await addRollup(job.dir, file, (tmp) => db.copy(rollupSelect(file.path, size), tmp, WHOLE_FILE_OPTIONS), job.fs);
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Kill" || isFatal(error)) throw error;
    job.log(`The rollup of ${file.path} could not be made, so it is scanned: ${error.message.split("\n")[0]}`);
    return false;
  }
}

/** Removes rollups of another version, of a file with other bytes, and those that cannot be read; they are made again. */
export async function removeBadRollups(job: Job): Promise<number> {
  const paths: string[] = [];
  for (const day of await rollupDays(job.dir, job.fs)) paths.push(...(await rollupsOfDay(job.dir, day, job.fs)));
  let removed = 0;
  for (let at = 0; at < paths.length; at += FILES_AT_ONCE) {
    const some = paths.slice(at, at + FILES_AT_ONCE);
    const good = await goodRollups(job, some);
    for (const path of some.filter((one) => !good.has(one))) {
      await removeRollupAt(path, job.fs);
      removed++;
    }
  }
  return removed;
}

/** Those of the paths that are whole, of this version, and of their file as it is. */
export async function goodRollups(job: Job, paths: readonly string[]): Promise<Set<string>> {
  const db = await job.db();
  const good = new Set<string>();
  try {
    const rows = await db.rows(
      `SELECT filename, CAST(number AS DOUBLE) AS version, CAST(bytes AS DOUBLE) AS bytes
        FROM read_parquet([${paths.map(quote).join(", ")}], union_by_name = true, hive_partitioning = false, filename = true) WHERE part = 'file'`,
    );
    for (const { filename, version, bytes } of rows) {
      const path = String(filename);
      if (version === ROLLUP_VERSION && (await bytesOfSource(job, path)) === bytes) good.add(path);
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Kill" || isFatal(error)) throw error;
    if (paths.length === 1) return good;
    // One of them is torn: by halves until it is found.
    const middle = paths.length >> 1;
    for (const half of [paths.slice(0, middle), paths.slice(middle)])
      for (const path of await goodRollups(job, half)) good.add(path);
  }
  return good;
}

async function bytesOfSource(job: Job, rollup: string): Promise<number | null> {
  const file = rolledUpFile(job.dir, rollup);
  if (file === null || !(await isThere(file.path, job.fs))) return null;
  return (await job.fs.stat(file.path)).size;
}
