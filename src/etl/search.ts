/** The search index: built part by part for settled days, beside the other jobs, and cleared of what no longer counts. */
import { dayOfTime } from "../record/index.ts";
import { ensureDir, realFs, removeFile, removeTree, unlessCode } from "../store/fs.ts";
import { listFiles, visibleOfDay } from "../store/lake/listing.ts";
import type { LakeFile } from "../store/lake/names.ts";
import {
  addPart,
  indexKey,
  listIndexedMonths,
  listParts,
  monthOf,
  removePart,
  type SearchPart,
  searchTmpPath,
  servedBy,
  sweepParts,
} from "../store/lake/search.ts";
import { openLakeDb } from "./duckdb.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { buildPart } from "./search-build.ts";

/** Data of one part: about 100,000 calls, ten seconds of building, and a bound for its memory. */
const PART_BYTES_MAX = 48 * 1024 * 1024;
/** So many small parts of a month are made into one. */
const SMALL_PARTS_MAX = 4;

interface Plan {
  readonly month: string;
  readonly files: readonly LakeFile[];
}

/** Builds one part if some settled file lacks it; false when there is nothing left to do. Takes the lock only to add it. */
export async function indexNext(dir: string, options: JobOptions = {}): Promise<boolean> {
  const fs = options.fs ?? realFs;
  const plan = await planNext(dir, options);
  if (plan === null) {
    await runJob(dir, options, removeSuperseded);
    return false;
  }
  const tmp = { terms: searchTmpPath(dir, "parquet"), docs: searchTmpPath(dir, "parquet") };
  await ensureDir(`${dir}/tmp`, fs);
  const spill = searchTmpPath(dir, "spill");
  const db = options.db ?? (await openLakeDb({ temp_dir: spill, memory_limit: "256MB", threads: 1 }));
  try {
    // 1. Without the lock: publishing and erasing go on. Kill: rubbish in tmp/.
    const built = await buildPart(db, plan.files, tmp);
    // 2. With it: what was erased, merged or dropped meanwhile must not come back by this part.
    await runJob(dir, options, async (job) => {
      for (const file of plan.files) {
        const seen = await visibleOfDay(dir, file.day, fs);
        if (!seen.some((other) => other.path === file.path)) return;
      }
      await addPart(dir, plan.month, built, tmp, Date.now(), fs);
      await removeSuperseded(job);
    });
  } catch (error) {
    // A file that went away while it was read: the next plan has what took its place.
    if (!/No files found|No such file|Cannot open file|Could not open file|ENOENT/i.test(String(error))) throw error;
  } finally {
    if (options.db === undefined) db.close();
    await removeTree(spill);
    await unlessCode(removeFile(tmp.terms), "ENOENT");
    await unlessCode(removeFile(tmp.docs), "ENOENT");
  }
  return true;
}

/** Builds all that is missing. */
export async function indexAll(dir: string, options: JobOptions = {}): Promise<void> {
  while (await indexNext(dir, options));
}

/** The files of the next part: those that lack one, oldest first, and small parts that are to become one. */
async function planNext(dir: string, options: JobOptions): Promise<Plan | null> {
  const fs = options.fs ?? realFs;
  // Yesterday's files may still be merged: then the day is read once more, and is not searched by its text till then.
  const today = dayOfTime((options.now ?? Date.now)());
  const settled = (await listFiles(dir, fs)).filter((file) => file.day < today);
  for (const [month, files] of Map.groupBy(settled, (file) => monthOf(file.day))) {
    const parts = await listParts(dir, month, fs);
    const seen = new Set(files.map(indexKey));
    const whole = parts.filter((part) => part.files.every((file) => seen.has(`${file.day}/${file.name}`)));
    const served = servedBy(whole);
    const sizes = new Map<string, number>();
    for (const file of files) sizes.set(indexKey(file), (await fs.stat(file.path)).size);
    const small = whole.filter((part) => bytesOf(part, sizes) < PART_BYTES_MAX / 2);
    const missing = files.filter((file) => !served.has(indexKey(file)));
    const merged = small.length < SMALL_PARTS_MAX ? [] : files.filter((file) => inOne(small, file, served));
    if (missing.length === 0 && merged.length === 0) continue;
    const chosen: LakeFile[] = [];
    let bytes = 0;
    for (const file of [...missing.sort(byDay), ...merged.sort(byDay)]) {
      bytes += sizes.get(indexKey(file)) ?? 0;
      if (chosen.length > 0 && bytes > PART_BYTES_MAX) break;
      chosen.push(file);
    }
    return { month, files: chosen.sort(byDay) };
  }
  return null;
}

const byDay = (a: LakeFile, b: LakeFile) => (a.path < b.path ? -1 : 1);

function bytesOf(part: SearchPart, sizes: ReadonlyMap<string, number>): number {
  return part.files.reduce((sum, file) => sum + (sizes.get(`${file.day}/${file.name}`) ?? 0), 0);
}

function inOne(parts: readonly SearchPart[], file: LakeFile, served: ReturnType<typeof servedBy>): boolean {
  const by = served.get(indexKey(file));
  return by !== undefined && parts.includes(by.part);
}

/** Removes parts of which no file is both visible and served by them. */
async function removeSuperseded(job: Job): Promise<void> {
  const seen = new Set((await listFiles(job.dir, job.fs)).map(indexKey));
  for (const month of await listIndexedMonths(job.dir, job.fs)) {
    const parts = await listParts(job.dir, month, job.fs);
    const served = servedBy(parts);
    for (const part of parts) {
      const needed = part.files.some((file) => {
        const key = `${file.day}/${file.name}`;
        return seen.has(key) && served.get(key)?.part === part;
      });
      if (!needed) await removePart(job.dir, part, job.fs);
    }
    await sweepParts(job.dir, month, job.fs);
  }
}
