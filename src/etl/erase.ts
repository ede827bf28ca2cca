/** Erase: calls leave the lake and the journal for good, and the audit log says so. */
import { join, relative } from "node:path";
import { namesIn } from "../store/fs.ts";
import { removeDeadRotations } from "../store/journal/leftovers.ts";
import { sweepTmp } from "../store/lake/layout.ts";
import { ERASED_REV, writeMask } from "../store/lake/masks.ts";
import { readReceipts } from "./audit.ts";
import { conditionOf, countGoingOn, type EraseRequest, findCalls } from "./erase-find.ts";
import { markOfRequest, registerErased } from "./erased.ts";
import { finishErasure, finishMasks } from "./finish-masks.ts";
import { type Hold, listHolds, PERSONAL } from "./holds.ts";
import { type Job, type JobOptions, type JobSteps, runJob } from "./job.ts";
import { journalRows } from "./journal-rows.ts";
import { publishAll, publishSegments } from "./publish.ts";
import { dropRows } from "./rewrite.ts";
import { closeSegments, openSegmentsWith } from "./rotation.ts";
import { removeTrashWith } from "./trash.ts";

export type { EraseRequest } from "./erase-find.ts";

export interface EraseReceipt {
  readonly at: string;
  readonly who: string;
  /** Names the erasure in audit.jsonl; "" if there was nothing to erase. */
  readonly act: string;
  /** Calls that are physically gone. */
  readonly deleted: number;
  /** Calls that earlier runs of this same request erased, one that was stopped as well: what the audit log knows. */
  readonly deleted_before: number;
  /** Calls that no reader sees any more, but which a live writer's open segment still holds; the etl finishes them. */
  readonly pending: number;
  /** Calls that a hold keeps. */
  readonly held: number;
  /** Calls of the request that have not ended yet: erase again when they have. */
  readonly going_on: number;
  /** Parquet files that were rewritten, relative to the data folder. */
  readonly files: readonly string[];
  /** Broken files, set aside, that may hold a row and cannot be read. */
  readonly not_searched: readonly string[];
}

export interface EraseBy {
  readonly who: string;
  /** Erase what a hold keeps, too: the receipt names the holds. */
  readonly despite_holds?: boolean;
}

/** How long a live writer has to close the segment that holds a call. */
const ROTATION_WAIT_MS = 5_000;

/**
 * Erases; `who` asked for it. When this returns with `pending` 0 the rows are in no file of the data folder that can be
 * read. Stopped while files are rewritten it has hidden the calls already, and recover finishes it.
 */
export function erase(
  dir: string,
  request: EraseRequest,
  by: EraseBy,
  options: JobOptions & JobSteps & { rotation_wait_ms?: number } = {},
): Promise<EraseReceipt> {
  const { signal, on_progress } = options;
  return runJob(dir, options, async (job) => {
    await sweepTmp(dir, job.now(), job.fs);
    await removeDeadRotations(dir, job.now(), job.fs);
    // An erasure that was killed is finished first, so that this one counts only what is still shown.
    // A closed segment may still hold a row of it: published, it leaves the journal.
    if ((await finishMasks(job)).length > 0) await publishAll(job);
    const at = new Date(job.now()).toISOString();
    const holds = await listHolds(dir, job.fs);
    const calls = await findCalls(job, request, holds, signal);
    const over = new Set(by.despite_holds ? [...calls.values()].flatMap((call) => [...call.holds]) : []);
    const going = [...calls].filter(([, call]) => by.despite_holds || call.holds.size === 0);
    const found = new Set(going.map(([id]) => id));
    const lift = holds.filter((hold) => over.has(hold.id) && isOnlyOf(hold, request)).map((hold) => hold.id);
    // Days that left the lake: nobody reads them, so they go as a whole. Kill: a folder less, and nothing was promised.
    await removeTrashWith(job, conditionOf(request));
    const told = {
      at,
      who: by.who,
      held: calls.size - found.size,
      going_on: await countGoingOn(dir, request),
      deleted_before: await countErasedBefore(job, request),
      not_searched: (await namesIn(join(dir, "quarantine"), job.fs)).map((name) => `quarantine/${name}`),
    };
    // So that no import brings them back; a person also where nothing of them is here. Kill: nothing was promised yet.
    const person = "ids" in request ? null : request;
    if (person !== null || found.size > 0)
      await registerErased(
        job,
        at,
        person,
        going.map(([, call]) => call),
      );
    if (found.size === 0) return { ...told, act: "", deleted: 0, pending: 0, files: [] };
    // 1. Kill before: nothing was promised. Kill after: no reader shows the rows, and recover does the rest.
    const ids = new Map(Array.from(found, (id) => [id, ERASED_REV]));
    const despite = over.size === 0 ? {} : { holds: [...over].sort(), lift };
    const of = await markOfRequest(job, request);
    const mask = await writeMask(
      dir,
      { reason: "erase", ids, who: by.who, at, ...despite, ...(of === null ? {} : { of }) },
      job.fs,
    );
    // 2. Kill: some files are rewritten, the mask hides the rows of the others.
    const rewritten = await dropRows(job, ids, { signal, on_progress });
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
    return { ...told, act: mask.name, deleted: found.size - pending, pending, files };
  });
}

/** Whether a hold names nobody but the erased: it would keep, by name, the person who had to go. */
function isOnlyOf(hold: Hold, request: EraseRequest): boolean {
  if ("ids" in request) return hold.where["id"]?.every((id) => request.ids.includes(id)) ?? false;
  const values = new Set(Object.values(request));
  const named = PERSONAL.flatMap((column) => hold.where[column] ?? []);
  if (named.some((value) => values.has(value)) && !named.every((value) => values.has(value)))
    throw new Error(
      `${hold.id} names this person and others: remove it, and add one for the others, before erasing despite holds.`,
    );
  return named.some((value) => values.has(value));
}

async function countErasedBefore(job: Job, request: EraseRequest): Promise<number> {
  const of = await markOfRequest(job, request);
  if (of === null) return 0;
  return (await readReceipts(job.dir, job.fs)).reduce((sum, one) => sum + (one.of === of ? one.deleted : 0), 0);
}

async function countHeld(dir: string, ids: ReadonlySet<string>): Promise<number> {
  const held = new Set<string>();
  for await (const { record } of journalRows(dir)) if (ids.has(record.id)) held.add(record.id);
  return held.size;
}
