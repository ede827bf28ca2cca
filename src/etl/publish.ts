/** Publish: closed segments of the journal become Parquet, strictly ascending per writer, and are then removed. */
import {
  isSealed,
  listSegments,
  listWriters,
  mayGoOn,
  removeSegment,
  removeWriter,
  sealWriter,
  writerIsGone,
} from "../store/journal/reader.ts";
import { heldByOthers } from "../store/journal/taken-over.ts";
import { finishMasks } from "./finish-masks.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { rowsOfSegment } from "./journal-rows.ts";
import { noRows, publishRows, type RowCounts } from "./publish-rows.ts";

export interface PublishReport extends RowCounts {
  segments: number;
  /** Whole lines of the journal that were not valid. */
  invalid_lines: number;
  /** Writers found dead, whose open calls are now `lost`. */
  sealed: string[];
  /** Masks that wait for a live writer's segment. */
  waiting_masks: string[];
  /** One sentence for each writer that could not be published. */
  failures: string[];
}

const nothingPublished = (): PublishReport => ({
  ...noRows(),
  segments: 0,
  invalid_lines: 0,
  sealed: [],
  waiting_masks: [],
  failures: [],
});

/** Publishes every closed segment. A writer that fails holds back only itself: its sentence is in `failures`. */
export function publish(dir: string, options: JobOptions = {}): Promise<PublishReport> {
  return runJob(dir, options, publishAll);
}

/** The same, inside a job that holds the lock. */
export async function publishAll(job: Job): Promise<PublishReport> {
  const report = await publishSegments(job);
  report.waiting_masks = await finishMasks(job);
  return report;
}

/** Publishes the segments and leaves the masks that were there before. */
export async function publishSegments(job: Job): Promise<PublishReport> {
  const report = nothingPublished();
  for (const writer of await listWriters(job.dir)) {
    try {
      await publishWriter(job, writer, report);
    } catch (error) {
      if (!isOrdinary(error)) throw error;
      report.failures.push(`${writer}: ${error.message}`);
      job.log(`Publishing ${writer} failed and will be tried again: ${error.message}`);
    }
  }
  return report;
}

async function publishWriter(job: Job, writer: string, report: PublishReport): Promise<void> {
  let sealed = await isSealed(job.dir, writer);
  if (!sealed && (await mayBeSealed(job.dir, writer, job.now(), job.seal_grace_ms))) {
    // Kill: it is sealed or not; what is read afterwards is all it will ever have acknowledged.
    await sealWriter(job.dir, writer, job.fs);
    report.sealed.push(writer);
    sealed = true;
  }
  // Listed after sealing: a segment opened in between is seen.
  const segments = await listSegments(job.dir, writer);
  for (const segment of sealed ? segments : segments.slice(0, -1)) {
    const closing = sealed && segment === segments.at(-1);
    const held = closing ? await heldByOthers(job.dir, writer, job.now(), job.fs) : undefined;
    const { rows, invalid } = await rowsOfSegment(job.dir, writer, segment, closing, held);
    report.invalid_lines += invalid;
    await publishRows(job, writer, segment, rows, report);
    // Kill before: every row is in the lake, so the next run only removes the segment.
    await removeSegment(job.dir, writer, segment, job.fs);
    report.segments++;
  }
  // Kill: an emptied sealed writer, whose folder the next run removes.
  if (sealed) await removeWriter(job.dir, writer, job.fs);
}

/** Whether a writer is dead, and nobody is expected to go on with its calls. */
export async function mayBeSealed(dir: string, writer: string, nowMs: number, graceMs: number): Promise<boolean> {
  return (await writerIsGone(dir, writer, nowMs)) && !(await mayGoOn(dir, writer, nowMs, graceMs));
}

/** The kill of a crash test is no ordinary error: it must stop everything. */
function isOrdinary(error: unknown): error is Error {
  return error instanceof Error && error.name !== "Kill";
}
