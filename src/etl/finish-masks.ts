/** Finishing masks: what they hide is removed for good, an erasure gets its receipt, and the mask goes. */
import { relative } from "node:path";
import { dayOf } from "../record/index.ts";
import { visibleOfDay } from "../store/lake/listing.ts";
import { type Mask, readMasks, removeMask } from "../store/lake/masks.ts";
import { parquetSource } from "../store/lake/sql.ts";
import { appendReceipt } from "./audit.ts";
import { pairsSource } from "./duckdb.ts";
import { liftHold, listHolds } from "./holds.ts";
import type { Job } from "./job.ts";
import { journalHolds } from "./journal-rows.ts";
import { dropRows, type Rewritten } from "./rewrite.ts";

/** Finishes every mask that can be finished; returns the names of those that have to stay. */
export async function finishMasks(job: Job): Promise<string[]> {
  const waiting: string[] = [];
  for (const mask of await readMasks(job.dir, job.fs)) {
    const done = mask.reason === "erase" ? await finishErasure(job, mask) : await finishReplacement(job, mask);
    if (!done) waiting.push(mask.name);
  }
  return waiting;
}

/** False while an unpublished segment still holds one of the rows: the mask goes on hiding it. */
export async function finishErasure(job: Job, mask: Mask, before?: Rewritten): Promise<boolean> {
  // Kill: some files are rewritten; the next run finds the others.
  const now = await dropRows(job, mask.ids);
  if (await journalHolds(job.dir, mask.ids)) return false;
  const files = new Set([...(before?.files ?? []), ...now.files].map((path) => relative(job.dir, path)));
  const at = mask.at ?? new Date(job.now()).toISOString();
  const who = mask.who ?? "unknown";
  const more = {
    ...(mask.holds === undefined ? {} : { holds: mask.holds }),
    ...(mask.of === undefined ? {} : { of: mask.of }),
  };
  const receipt = { action: "erase", at, who, act: mask.name, deleted: mask.ids.size, ...more } as const;
  // Kill after the receipt: the next run finds it by the mask's name and writes no second one.
  await appendReceipt(job.dir, { ...receipt, files: [...files].sort() }, job.fs);
  // Kill between: the mask is still there, and the next run lifts the rest.
  for (const hold of mask.lift ? await listHolds(job.dir, job.fs) : [])
    if (mask.lift?.includes(hold.id)) await liftHold(job.dir, hold, who, at, job.fs);
  await removeMask(job.dir, mask, job.fs);
  return true;
}

/** False while a new revision is not in the lake yet: the old row must not go before it. */
export async function finishReplacement(job: Job, mask: Mask): Promise<boolean> {
  if (await lacksNewRevision(job, mask)) return false;
  await dropRows(job, mask.ids);
  await removeMask(job.dir, mask, job.fs);
  return true;
}

async function lacksNewRevision(job: Job, mask: Mask): Promise<boolean> {
  const db = await job.db();
  for (const [day, pairs] of Map.groupBy(mask.ids, ([id]) => dayOf(id))) {
    const files = await visibleOfDay(job.dir, day, job.fs);
    if (files.length === 0) continue;
    const rows = await db.rows(
      `SELECT m.id FROM ${parquetSource(files)} AS c JOIN ${pairsSource(pairs)} AS m ON m.id = c.id GROUP BY m.id, m.rev HAVING max(c.rev) < m.rev LIMIT 1`,
    );
    if (rows.length > 0) return true;
  }
  return false;
}
