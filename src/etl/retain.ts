/** Retain: days older than the horizon leave the lake as a whole, and the disk an hour later. */
import { dirname, join } from "node:path";
import { ensureDir, namesIn, removeTree } from "../store/fs.ts";
import { trashDir } from "../store/lake/layout.ts";
import { listDays } from "../store/lake/listing.ts";
import { dayDir, parseTrashName, trashPath } from "../store/lake/names.ts";
import { removeRollupsOfDay } from "../store/lake/rollups.ts";
import { dropParts } from "../store/lake/search.ts";
import { appendReceipt } from "./audit.ts";
import { daysOf, type Job, type JobOptions, runJob } from "./job.ts";
import { horizonDay } from "./publish-rows.ts";

export interface RetainReport {
  /** Days that left the lake. */
  days: string[];
  /** Folders of trash/ that left the disk. */
  removed: string[];
}

/** Queries that were under way when a day left have this long to finish with its files. */
const TRASH_MS_MIN = 3_600_000;

/** Keeps the last `days` days (0 = all). Throws a sentence for a number that makes no sense. */
export function retain(dir: string, limits: { days: number }, options: JobOptions = {}): Promise<RetainReport> {
  const days = daysOf(limits.days);
  return runJob(dir, options, (job) => retainAll(job, days));
}

/** The same, inside a job that holds the lock. */
export async function retainAll(job: Job, days: number): Promise<RetainReport> {
  const report: RetainReport = { days: [], removed: [] };
  const horizon = horizonDay(days, job.now());
  for (const day of (await listDays(job.dir, job.fs)).filter((one) => one < horizon)) {
    const [from, to] = [dayDir(job.dir, day), trashPath(job.dir, day, job.now())];
    // Kill after it: the day has no rollups.
    await removeRollupsOfDay(job.dir, day, job.fs);
    // Kill after it: the days of those parts are searched without an index until it is built again.
    await dropParts(job.dir, day, (indexed) => indexed.day === day, job.fs);
    await ensureDir(dirname(to), job.fs);
    // Kill: the day is there or not. Without the fsyncs it could come back after a power cut and leave again.
    await job.fs.rename(from, to);
    await job.fs.fsyncDir(dirname(to));
    await job.fs.fsyncDir(dirname(from));
    report.days.push(day);
  }
  await emptyTrash(job, report);
  return report;
}

async function emptyTrash(job: Job, report: RetainReport): Promise<void> {
  for (const name of await namesIn(trashDir(job.dir), job.fs)) {
    const trashed = parseTrashName(name);
    if (trashed === null || job.now() - trashed.atMs < TRASH_MS_MIN) continue;
    const path = join(trashDir(job.dir), name);
    const files = (await namesIn(path, job.fs)).map((file) => join(name, file));
    const at = new Date(job.now()).toISOString();
    const who = "retention";
    // Kill after the receipt: the folder is removed the next time, and the act has its receipt already.
    await appendReceipt(job.dir, { action: "retain", at, who, act: name, deleted: 0, files }, job.fs);
    await removeTree(path, job.fs);
    report.removed.push(name);
  }
}
