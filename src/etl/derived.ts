/** Derived files: makes the narrow file and the rollup of each visible file that lacks them, and removes those of nothing. */
import { isThere } from "../store/fs.ts";
import {
  addDerived,
  DERIVED,
  type Derived,
  derivedDays,
  derivedFrom,
  derivedOfDay,
  derivedPath,
  removeDerivedAt,
  removeDerivedFolder,
} from "../store/lake/derived.ts";
import { listDays, visibleOfDay } from "../store/lake/listing.ts";
import type { LakeFile } from "../store/lake/names.ts";
import {
  NARROW_BYTES_KEY,
  NARROW_VERSION,
  NARROW_VERSION_KEY,
  narrowFooters,
  narrowOptions,
  narrowSelect,
} from "../store/lake/narrow.ts";
import { ROLLUP_VERSIONS_READ } from "../store/lake/rollup-parts.ts";
import { quote, WHOLE_FILE_OPTIONS } from "../store/lake/sql.ts";
import { isFatal } from "./duckdb.ts";
import type { Job } from "./job.ts";
import { rollupSelect } from "./rollup-select.ts";

export interface DerivedReport {
  made: number;
  removed: number;
  /** Those that are still missing: the time was over, or their file could not be read. */
  left: number;
}

/** Files asked in one statement. */
const FILES_AT_ONCE = 500;

/** Makes what is missing, newest day first, for about `budget_ms`. What cannot be made is logged and left. */
export async function makeDerived(job: Job, budget_ms = Number.POSITIVE_INFINITY): Promise<DerivedReport> {
  const until = performance.now() + budget_ms;
  const report = { made: 0, removed: 0, left: 0 };
  const days = await listDays(job.dir, job.fs);
  for (const day of days) {
    const files = await visibleOfDay(job.dir, day, job.fs);
    const there = new Set<string>();
    for (const kind of DERIVED) for (const path of await derivedOfDay(job.dir, kind, day, job.fs)) there.add(path);
    for (const file of files)
      for (const kind of DERIVED) {
        if (there.delete(derivedPath(job.dir, kind, file))) continue;
        if (performance.now() >= until) report.left++;
        else if (await make(job, kind, file)) report.made++;
      }
    // What is left is of no visible file: it goes before its file, so somebody else put it there.
    for (const path of there) {
      await removeDerivedAt(path, job.fs);
      report.removed++;
    }
  }
  const known = new Set(days);
  for (const kind of DERIVED)
    for (const day of await derivedDays(job.dir, kind, job.fs))
      if (!known.has(day)) await removeDerivedFolder(job.dir, kind, day, job.fs);
  return report;
}

/** Makes one. Kill: as in addDerived, it is there and whole or it is missing. */
async function make(job: Job, kind: Derived, file: LakeFile): Promise<boolean> {
  try {
    const { size } = await job.fs.stat(file.path);
    const db = await job.db();
    const [select, options] =
      kind === "narrow"
        ? [narrowSelect(file.path), narrowOptions(size)]
        : [rollupSelect(await narrowSource(job, file), size), WHOLE_FILE_OPTIONS];
    await addDerived(job.dir, kind, file, (tmp) => db.copy(select, tmp, options), job.fs);
    return true;
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Kill" || isFatal(error)) throw error;
    job.log(
      `What ${kind} should say of ${file.path} could not be made, so that is read: ${error.message.split("\n")[0]}`,
    );
    return false;
  }
}

/** The rows of a file as a narrow file has them: from that one, which is made first, wherever it is there. */
async function narrowSource(job: Job, file: LakeFile): Promise<string> {
  const narrow = derivedPath(job.dir, "narrow", file);
  if (!(await isThere(narrow, job.fs))) return `(${narrowSelect(file.path)})`;
  return `read_parquet(${quote(narrow)}, hive_partitioning = false)`;
}

/** Removes what is of another version, of a file with other bytes, or cannot be read; it is made again. */
export async function removeBadDerived(job: Job): Promise<number> {
  let removed = 0;
  for (const kind of DERIVED) {
    const paths: string[] = [];
    for (const day of await derivedDays(job.dir, kind, job.fs))
      paths.push(...(await derivedOfDay(job.dir, kind, day, job.fs)));
    for (let at = 0; at < paths.length; at += FILES_AT_ONCE) {
      const some = paths.slice(at, at + FILES_AT_ONCE);
      const good = await goodDerived(job, kind, some);
      for (const path of some.filter((one) => !good.has(one))) {
        await removeDerivedAt(path, job.fs);
        removed++;
      }
    }
  }
  return removed;
}

/** Those of the paths that can be opened, are of this version, and of their file as it is. */
export async function goodDerived(job: Job, kind: Derived, paths: readonly string[]): Promise<Set<string>> {
  const good = new Set<string>();
  try {
    for (const { path, version, bytes } of await (kind === "narrow" ? footers(job, paths) : heads(job, paths))) {
      const known = kind === "narrow" ? version === NARROW_VERSION : ROLLUP_VERSIONS_READ.includes(version);
      if (known && (await bytesOfSource(job, path)) === bytes) good.add(path);
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Kill" || isFatal(error)) throw error;
    if (paths.length === 1) return good;
    // One of them is torn: by halves until it is found.
    const middle = paths.length >> 1;
    for (const half of [paths.slice(0, middle), paths.slice(middle)])
      for (const path of await goodDerived(job, kind, half)) good.add(path);
  }
  return good;
}

interface Said {
  readonly path: string;
  readonly version: number;
  readonly bytes: number;
}

async function heads(job: Job, paths: readonly string[]): Promise<Said[]> {
  const rows = await (await job.db()).rows(
    `SELECT filename, CAST(number AS DOUBLE) AS version, CAST(bytes AS DOUBLE) AS bytes
      FROM read_parquet([${paths.map(quote).join(", ")}], union_by_name = true, hive_partitioning = false, filename = true) WHERE part = 'file'`,
  );
  return rows.map((row) => ({
    path: String(row["filename"]),
    version: Number(row["version"]),
    bytes: Number(row["bytes"]),
  }));
}

async function footers(job: Job, paths: readonly string[]): Promise<Said[]> {
  const rows = await (await job.db()).rows(narrowFooters(paths));
  return Array.from(
    Map.groupBy(rows, (row) => String(row["path"])),
    ([path, said]) => {
      const of = (key: string) => Number(said.find((row) => row["key"] === key)?.["value"]);
      return { path, version: of(NARROW_VERSION_KEY), bytes: of(NARROW_BYTES_KEY) };
    },
  );
}

async function bytesOfSource(job: Job, path: string): Promise<number | null> {
  const file = derivedFrom(job.dir, path);
  if (file === null || !(await isThere(file.path, job.fs))) return null;
  return (await job.fs.stat(file.path)).size;
}
