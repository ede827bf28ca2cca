/** Recover: brings a data folder to rest after a kill. All state is in names, so there is nothing to replay. */

import { sweepTmp } from "../store/lake/layout.ts";
import { listDays } from "../store/lake/listing.ts";
import { removeBadDerived } from "./derived.ts";
import { finishDoing } from "./expire.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { type PublishReport, publishAll } from "./publish.ts";
import { removeInvisible } from "./rewrite.ts";

export interface RecoverReport {
  /** Files of dead jobs removed from tmp/. */
  swept: number;
  /** Invisible Parquet files removed. */
  removed: number;
  published: PublishReport;
}

/** Sweeps tmp/, removes invisible files, publishes what was half published and finishes masks. */
export function recover(dir: string, options: JobOptions = {}): Promise<RecoverReport> {
  return runJob(dir, options, recoverAll);
}

/** The same, inside a job that holds the lock. A kill in it is healed by the next one. */
export async function recoverAll(job: Job): Promise<RecoverReport> {
  await finishDoing(job);
  const swept = await sweepTmp(job.dir, job.now(), job.fs);
  let removed = 0;
  for (const day of await listDays(job.dir, job.fs)) removed += await removeInvisible(job, day);
  await removeBadDerived(job);
  // Publishing comes before finishing masks: an old revision goes only when the new one is in the lake.
  return { swept, removed, published: await publishAll(job) };
}
