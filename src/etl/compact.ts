/** Compact: a writer's many small files of one day become one, so that a day is a few files for ever. */
import { dirname } from "node:path";
import { dayOfTime } from "../record/index.ts";
import { addFile } from "../store/lake/add-file.ts";
import { listDays, visibleOfDay } from "../store/lake/listing.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { finishDoing } from "./expire.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { type MergeSteps, mergeSorted } from "./merge.ts";
import { removeLakeFile } from "./rewrite.ts";
import { assertCount } from "./write-rows.ts";

export interface CompactReport {
  merged: number;
  into: number;
}

export interface CompactOptions extends JobOptions {
  /** Stops between two slices of a merge: what is merged stays so, and the next run begins that merge again. */
  readonly signal?: AbortSignal;
  /** Bytes of Parquet merged so far, of all there are to merge. */
  readonly on_progress?: (bytes: number, all: number) => void;
}

const FILES_MAX = 16;
const BYTES_MAX = 512 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** Merges the files of a writer and day where there are more than 16, or more than one and the day is settled. */
export function compact(dir: string, options: CompactOptions = {}): Promise<CompactReport> {
  return runJob(dir, options, (job) => compactAll(job, options));
}

/** The same, inside a job that holds the lock. */
export async function compactAll(
  job: Job,
  { signal, on_progress }: Pick<CompactOptions, "signal" | "on_progress"> = {},
): Promise<CompactReport> {
  const report = { merged: 0, into: 0 };
  // Its file must not be merged before its receipt is written.
  await finishDoing(job);
  const runs = await runsToMerge(job);
  const all = runs.reduce((sum, run) => sum + run.bytes, 0);
  let bytes = 0;
  for (const run of runs) {
    on_progress?.(bytes, all);
    signal?.throwIfAborted();
    await merge(job, run.files, { signal, on_share: (share) => on_progress?.(bytes + share * run.bytes, all) });
    bytes += run.bytes;
    report.merged += run.files.length;
    report.into++;
  }
  on_progress?.(bytes, all);
  return report;
}

/** Neighbouring files of a writer and day that become one. */
interface Run {
  readonly files: LakeFile[];
  bytes: number;
}

async function runsToMerge(job: Job): Promise<Run[]> {
  const runs: Run[] = [];
  // A day is settled once yesterday is past it: calls that end after midnight have been published by then.
  const yesterday = dayOfTime(job.now() - DAY_MS);
  for (const day of await listDays(job.dir, job.fs)) {
    const byWriter = Map.groupBy(await visibleOfDay(job.dir, day, job.fs), (file) => file.writer);
    for (const files of byWriter.values())
      if (files.length > 1 && (files.length > FILES_MAX || day < yesterday)) runs.push(...(await runsOf(job, files)));
  }
  return runs;
}

/** Neighbouring files that together stay below the size of one output. */
async function runsOf(job: Job, files: readonly LakeFile[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (const file of [...files].sort((a, b) => a.first - b.first)) {
    const { size } = await job.fs.stat(file.path);
    const run = runs.at(-1);
    if (run !== undefined && run.bytes + size <= BYTES_MAX) {
      run.files.push(file);
      run.bytes += size;
    } else runs.push({ files: [file], bytes: size });
  }
  return runs.filter((run) => run.files.length > 1);
}

async function merge(job: Job, run: readonly LakeFile[], steps: MergeSteps): Promise<void> {
  const [head, tail] = [run[0], run.at(-1)];
  if (head === undefined || tail === undefined) return;
  // The covering range hides the inputs whatever their generations are.
  const key = { day: head.day, writer: head.writer, first: head.first, last: tail.last, generation: 0 };
  const copy = (tmp: string) =>
    job.withBoundedDb(async (db) => assertCount(job, tmp, await mergeSorted(job, db, run, tmp, steps)));
  // Kill in it: as in addFile. From its link on the inputs are invisible, so that no answer changes.
  await addFile(job.dir, key, copy, job.fs);
  // Kill between two of them: the rest is invisible, and recover removes it.
  for (const file of run) await removeLakeFile(job, file);
  await job.fs.fsyncDir(dirname(head.path));
}
