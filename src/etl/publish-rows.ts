/** Brings the rows of one segment into the lake: a file a day, and older revisions of the same calls out of it. */
import { dayOf, isCallIdentity } from "../record/index.ts";
import { addFile } from "../store/lake/add-file.ts";
import { visibleOfDay } from "../store/lake/listing.ts";
import { ERASED_REV, mergeMasks, readMasks, writeMask } from "../store/lake/masks.ts";
import { covers, lakeFile } from "../store/lake/names.ts";
import { withoutExpired } from "./expire.ts";
import { finishReplacement } from "./finish-masks.ts";
import { listHolds } from "./holds.ts";
import type { Job } from "./job.ts";
import { knownRevs } from "./known-ids.ts";
import { readState } from "./retention-state.ts";
import { expiredOf, rulesOf, type Terms } from "./rules.ts";
import { copyRows, type Row } from "./write-rows.ts";

/** What became of the rows of a segment. */
export interface RowCounts {
  files: number;
  rows: number;
  /** Rows the lake has already, in the same or a higher revision. */
  known: number;
  /** Rows that took the place of a lower revision. */
  replaced: number;
  /** Rows that are being erased. */
  erased: number;
  /** Rows older than the retention horizon. */
  refused_old: number;
  /** Rows without an id of ours. */
  refused_id: number;
}

export const noRows = (): RowCounts => ({
  files: 0,
  rows: 0,
  known: 0,
  replaced: 0,
  erased: 0,
  refused_old: 0,
  refused_id: 0,
});

interface DayPlan {
  readonly day: string;
  readonly rows: Row[];
  /** id -> the revision that takes the place of a lower one in the lake. */
  readonly replacing: ReadonlyMap<string, number>;
}

/** Publishes the rows of (writer, segment), adding to `counts`. Doing it again after a kill adds what was missing. */
export async function publishRows(
  job: Job,
  writer: string,
  segment: number,
  rows: readonly Row[],
  counts: RowCounts,
): Promise<void> {
  const plans: DayPlan[] = [];
  for (const [day, ofDay] of Map.groupBy(await admitted(job, rows, counts), (row) => dayOf(row.id))) {
    const plan = await planDay(job, day, writer, segment, ofDay, counts);
    if (plan !== null) plans.push(plan);
  }
  const replacing = new Map(plans.flatMap((plan) => [...plan.replacing]));
  // Kill after the mask: the old revision is hidden, and the new one is shown as a fresh row of the journal.
  const mask =
    replacing.size === 0
      ? null
      : await writeMask(job.dir, { reason: "supersede", ids: replacing, who: null, at: null }, job.fs);
  for (const { day, rows: ofDay } of plans) {
    // Kill: a day is there or not; one that is there is skipped the next time, since its file covers the segment.
    const key = { day, writer, first: segment, last: segment, generation: 0 };
    const added = await addFile(job.dir, key, (tmp) => copyRows(job, day, ofDay, tmp), job.fs);
    if (added) noteRange(job, lakeFile(job.dir, key).path, ofDay);
    counts.files++;
    counts.rows += ofDay.length;
  }
  // Kill: the old revision is still in its file and the mask still hides it; recover finishes the mask.
  if (mask !== null) await finishReplacement(job, mask);
}

/** So that the next rows of that day need not ask the file which calls it may have. */
function noteRange(job: Job, path: string, rows: readonly Row[]): void {
  const ids = rows.map((row) => row.id).sort();
  const [first, last] = [ids[0], ids.at(-1)];
  if (first !== undefined && last !== undefined) job.id_ranges.set(path, { first, last });
}

async function admitted(job: Job, rows: readonly Row[], counts: RowCounts): Promise<Row[]> {
  const masks = mergeMasks(await readMasks(job.dir, job.fs));
  const terms = await lastTerms(job);
  return rows.flatMap((row) => {
    if (!isCallIdentity(row.id)) counts.refused_id++;
    else if (masks.get(row.id) === ERASED_REV) counts.erased++;
    else {
      const expired = terms === null ? [] : expiredOf(terms, { ...row.record, id: row.id });
      if (expired.length === 0) return [row];
      if (!expired.includes("calls")) return [{ ...row, record: withoutExpired(row.record, expired) }];
      counts.refused_old++;
    }
    return [];
  });
}

/**
 * The rules at the time of the last retention that was carried out: what it would have dropped is not brought back.
 * By the clock of now, one that is wrong would refuse good calls, and their segment would be gone.
 */
async function lastTerms(job: Job): Promise<Terms | null> {
  const { last_at } = await readState(job.dir, job.fs);
  if (last_at === null) return null;
  try {
    const from = { days: job.retention_days, rules: job.retention_rules };
    const rules = await rulesOf(job.dir, from, job.fs);
    return { rules, holds: await listHolds(job.dir, job.fs), nowMs: Date.parse(last_at) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    job.log(`No row is refused for its age: ${error.message}`);
    return null;
  }
}

/** What is to be written for a day; null if it is published already or nothing of it is new. */
async function planDay(
  job: Job,
  day: string,
  writer: string,
  segment: number,
  rows: readonly Row[],
  counts: RowCounts,
): Promise<DayPlan | null> {
  const files = await visibleOfDay(job.dir, day, job.fs);
  if (covers(files, writer, segment, day)) return null;
  const highest = new Map<string, Row>();
  for (const row of rows) if (row.rev >= (highest.get(row.id)?.rev ?? 0)) highest.set(row.id, row);
  const replacing = new Map<string, number>();
  for (const [id, rev] of await knownRevs(job, files, [...highest.values()])) {
    const row = highest.get(id);
    if (row === undefined) continue;
    if (rev >= row.rev) {
      highest.delete(row.id);
      counts.known++;
    } else {
      replacing.set(row.id, row.rev);
      counts.replaced++;
    }
  }
  return highest.size === 0 ? null : { day, rows: [...highest.values()], replacing };
}
