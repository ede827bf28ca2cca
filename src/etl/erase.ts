/** Erase: calls leave the lake and the journal for good, and the audit log says so. */
import { relative } from "node:path";
import { dayOf, isCallIdentity } from "../record/index.ts";
import { sweepTmp } from "../store/lake/layout.ts";
import { listFiles, visibleOfDay } from "../store/lake/listing.ts";
import { ERASED_REV, mergeMasks, readMasks, writeMask } from "../store/lake/masks.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { parquetSource, quote } from "../store/lake/sql.ts";
import { pairsSource } from "./duckdb.ts";
import { finishErasure, finishMasks } from "./finish-masks.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { journalRows } from "./journal-rows.ts";
import { publishSegments } from "./publish.ts";
import { dropRows } from "./rewrite.ts";
import { closeSegments, openSegmentsWith } from "./rotation.ts";

/** What to erase: these calls, or every call from this number (exactly as recorded). */
export type EraseRequest = { readonly ids: readonly string[] } | { readonly caller_number: string };

export interface EraseReceipt {
  readonly at: string;
  readonly who: string;
  /** Names the erasure in audit.jsonl; "" if there was nothing to erase. */
  readonly act: string;
  /** Calls that are physically gone. */
  readonly deleted: number;
  /** Calls that no reader sees any more, but which a live writer's open segment still holds; the etl finishes them. */
  readonly pending: number;
  /** Parquet files that were rewritten, relative to the data folder. */
  readonly files: readonly string[];
}

/** Files asked in one statement. */
const FILES_AT_ONCE = 500;
/** How long a live writer has to close the segment that holds a call. */
const ROTATION_WAIT_MS = 5_000;

/** Erases; `who` asked for it. When this returns with `pending` 0 the rows are in no file of the data folder. */
export function erase(
  dir: string,
  request: EraseRequest,
  by: { who: string },
  options: JobOptions & { rotation_wait_ms?: number } = {},
): Promise<EraseReceipt> {
  return runJob(dir, options, async (job) => {
    await sweepTmp(dir, job.now(), job.fs);
    // An erasure that was killed is finished first, so that this one counts only what is still shown.
    await finishMasks(job);
    const at = new Date(job.now()).toISOString();
    const found = await findCalls(job, request);
    if (found.size === 0) return { at, who: by.who, act: "", deleted: 0, pending: 0, files: [] };
    // 1. Kill before: nothing was promised. Kill after: no reader shows the rows, and recover does the rest.
    const ids = new Map(Array.from(found, (id) => [id, ERASED_REV]));
    const mask = await writeMask(dir, { reason: "erase", ids, who: by.who, at }, job.fs);
    // 2. Kill: some files are rewritten, the mask hides the rows of the others.
    const rewritten = await dropRows(job, ids);
    // 3. The mask keeps the rows out of what is published. Kill: as in publish.
    await publishSegments(job);
    const open = await openSegmentsWith(dir, (id) => found.has(id));
    if (open.length > 0) {
      await closeSegments(dir, open, options.rotation_wait_ms ?? ROTATION_WAIT_MS);
      await publishSegments(job);
    }
    // 4. The receipt, then the mask goes; where a writer did not answer, the mask stays and recover finishes.
    await finishErasure(job, mask, rewritten);
    const pending = await countHeld(dir, found);
    const files = rewritten.files.map((path) => relative(dir, path)).sort();
    return { at, who: by.who, act: mask.name, deleted: found.size - pending, pending, files };
  });
}

/** The ids of the calls that are there and not under erasure already. */
async function findCalls(job: Job, request: EraseRequest): Promise<Set<string>> {
  const erasing = mergeMasks(await readMasks(job.dir, job.fs));
  const found = "ids" in request ? await findIds(job, request.ids) : await findCaller(job, request.caller_number);
  for (const id of found) if (erasing.get(id) === ERASED_REV) found.delete(id);
  return found;
}

async function findIds(job: Job, ids: readonly string[]): Promise<Set<string>> {
  const wanted = new Set(ids.filter(isCallIdentity));
  const found = new Set<string>();
  for (const [day, ofDay] of Map.groupBy(wanted, dayOf)) {
    const files = await visibleOfDay(job.dir, day, job.fs);
    const pairs = pairsSource(ofDay.map((id) => [id, 0]));
    for (const id of await idsWhere(job, files, `c.id IN (SELECT m.id FROM ${pairs} AS m)`)) found.add(id);
  }
  for await (const { record } of journalRows(job.dir)) if (wanted.has(record.id)) found.add(record.id);
  return found;
}

async function findCaller(job: Job, callerNumber: string): Promise<Set<string>> {
  const files = await listFiles(job.dir, job.fs);
  const found = new Set<string>();
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    const some = files.slice(at, at + FILES_AT_ONCE);
    for (const id of await idsWhere(job, some, `c.caller_number = ${quote(callerNumber)}`)) found.add(id);
  }
  for await (const { record } of journalRows(job.dir)) if (record.caller_number === callerNumber) found.add(record.id);
  return found;
}

async function idsWhere(job: Job, files: readonly LakeFile[], condition: string): Promise<string[]> {
  if (files.length === 0) return [];
  const db = await job.db();
  const rows = await db.rows(`SELECT DISTINCT c.id AS id FROM ${parquetSource(files)} AS c WHERE ${condition}`);
  return rows.map((row) => String(row["id"]));
}

async function countHeld(dir: string, ids: ReadonlySet<string>): Promise<number> {
  const held = new Set<string>();
  for await (const { record } of journalRows(dir)) if (ids.has(record.id)) held.add(record.id);
  return held.size;
}
