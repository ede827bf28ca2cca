/** Compact: a writer's many small files of one day become one, so that a day is a few files for ever. */
import { dirname } from "node:path";
import { dayOfTime } from "../record/index.ts";
import { addFile } from "../store/lake/add-file.ts";
import { listDays, visibleOfDay } from "../store/lake/listing.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { removeLakeFile } from "./rewrite.ts";
import { assertCount } from "./write-rows.ts";

export interface CompactReport {
  merged: number;
  into: number;
}

const FILES_MAX = 16;
const BYTES_MAX = 512 * 1024 * 1024;
const DAY_MS = 86_400_000;

/** Merges the files of a writer and day where there are more than 16, or more than one and the day is settled. */
export function compact(dir: string, options: JobOptions = {}): Promise<CompactReport> {
  return runJob(dir, options, compactAll);
}

/** The same, inside a job that holds the lock. */
export async function compactAll(job: Job): Promise<CompactReport> {
  const report = { merged: 0, into: 0 };
  // A day is settled once yesterday is past it: calls that end after midnight have been published by then.
  const yesterday = dayOfTime(job.now() - DAY_MS);
  for (const day of await listDays(job.dir, job.fs)) {
    const byWriter = Map.groupBy(await visibleOfDay(job.dir, day, job.fs), (file) => file.writer);
    for (const files of byWriter.values()) {
      if (files.length <= 1 || (files.length <= FILES_MAX && day >= yesterday)) continue;
      for (const run of await runsOf(job, files)) {
        await merge(job, run);
        report.merged += run.length;
        report.into++;
      }
    }
  }
  return report;
}

/** Neighbouring files that together stay below the size of one output. */
async function runsOf(job: Job, files: readonly LakeFile[]): Promise<LakeFile[][]> {
  const runs: LakeFile[][] = [];
  let bytes = 0;
  for (const file of [...files].sort((a, b) => a.first - b.first)) {
    const { size } = await job.fs.stat(file.path);
    const run = runs.at(-1);
    if (run !== undefined && bytes + size <= BYTES_MAX) {
      run.push(file);
      bytes += size;
    } else {
      runs.push([file]);
      bytes = size;
    }
  }
  return runs.filter((run) => run.length > 1);
}

async function merge(job: Job, run: readonly LakeFile[]): Promise<void> {
  const [head, tail] = [run[0], run.at(-1)];
  if (head === undefined || tail === undefined) return;
  // The covering range hides the inputs whatever their generations are.
  const key = { day: head.day, writer: head.writer, first: head.first, last: tail.last, generation: 0 };
  const source = `read_parquet([${run.map((file) => quote(file.path)).join(", ")}], union_by_name = true, hive_partitioning = false)`;
  const copy = (tmp: string) =>
    job.withBoundedDb(async (db) => {
      const [count] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${source}`);
      await db.copy(`SELECT * FROM ${source} ORDER BY start_time`, tmp);
      await assertCount(job, tmp, Number(count?.["n"]));
    });
  // Kill in it: as in addFile. From its link on the inputs are invisible, so that no answer changes.
  await addFile(job.dir, key, copy, job.fs);
  // Kill between two of them: the rest is invisible, and recover removes it.
  for (const file of run) await removeLakeFile(job, file);
  await job.fs.fsyncDir(dirname(head.path));
}
