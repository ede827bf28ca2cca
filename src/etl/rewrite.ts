/** Rewriting: files whose rows a mask hides get a next generation without them, and the old one is removed. */
import { basename, dirname } from "node:path";
import { dayOf } from "../record/index.ts";
import { removeFile } from "../store/fs.ts";
import { addFile } from "../store/lake/add-file.ts";
import { removeDerived } from "../store/lake/derived.ts";
import { filesOfDay, visibleOfDay } from "../store/lake/listing.ts";
import { type LakeFile, visible } from "../store/lake/names.ts";
import { dropParts } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { pairsSource } from "./duckdb.ts";
import type { Job, JobSteps } from "./job.ts";
import { assertCount } from "./write-rows.ts";

export interface Rewritten {
  /** Paths of the files that had such rows. */
  readonly files: string[];
  readonly rows: number;
}

/** Makes the rows of these ids below these revs physically gone from every file of their days, told day by day. */
export async function dropRows(
  job: Job,
  ids: ReadonlyMap<string, number>,
  { signal, on_progress }: JobSteps = {},
): Promise<Rewritten> {
  const done = { files: [] as string[], rows: 0 };
  const byDay = Map.groupBy(ids, ([id]) => dayOf(id));
  let days = 0;
  for (const [day, pairs] of byDay) {
    on_progress?.(days++, byDay.size);
    signal?.throwIfAborted();
    for (const file of await visibleOfDay(job.dir, day, job.fs)) {
      const rows = await dropFrom(job, file, pairs);
      if (rows > 0) done.files.push(file.path);
      done.rows += rows;
    }
    // A killed run may have left an older generation, or the inputs of a merge, with the rows still in it.
    await removeInvisible(job, day);
  }
  return done;
}

async function dropFrom(job: Job, file: LakeFile, pairs: readonly (readonly [string, number])[]): Promise<number> {
  const db = await job.db();
  const source = `read_parquet(${quote(file.path)}, hive_partitioning = false)`;
  const hidden = `EXISTS (SELECT 1 FROM ${pairsSource(pairs)} AS m WHERE m.id = c.id AND c.rev < m.rev)`;
  const [found] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n, CAST(count(*) FILTER (WHERE ${hidden}) AS DOUBLE) AS hidden FROM (SELECT id, rev FROM ${source}) AS c`,
  );
  const [all, gone] = [Number(found?.["n"]), Number(found?.["hidden"])];
  if (gone === 0) return 0;
  // A file without rows is written too: it says that its segments are published. Kill: as in addFile, the mask hides.
  const next = { ...file, generation: file.generation + 1 };
  const copy = (tmp: string) =>
    job.withBoundedDb(async (bounded) => {
      // The ids are what is hashed, never the rows: these stream through in the order they have.
      await bounded.run("SET disabled_optimizers = 'build_side_probe_side'");
      await bounded.copy(`SELECT * FROM ${source} AS c WHERE NOT ${hidden}`, tmp);
      await assertCount(job, tmp, all - gone);
    });
  // The rows' words leave the search index before they leave the file. Kill after it: the index is built again.
  await dropParts(job.dir, file.day, ({ day, name }) => day === file.day && name === basename(file.path), job.fs);
  await addFile(job.dir, next, copy, job.fs);
  // Kill before: two generations, of which readers see the new one; recover removes the old one.
  await removeLakeFile(job, file);
  await job.fs.fsyncDir(dirname(file.path));
  return gone;
}

/** Removes the files of one day that readers no longer see; returns how many there were. */
export async function removeInvisible(job: Job, day: string): Promise<number> {
  const files = await filesOfDay(job.dir, day, job.fs);
  const seen = new Set(visible(files).map((file) => file.path));
  const unseen = files.filter((file) => !seen.has(file.path));
  // A file enters with an fsync of its folder, but a kill may have come before it: make it sure before removing.
  for (const folder of new Set(unseen.map((file) => dirname(file.path)))) await job.fs.fsyncDir(folder);
  // Kill between two: what hides the others is visible and stays, so they stay hidden.
  for (const file of unseen) await removeLakeFile(job, file);
  return unseen.length;
}

/** Removes a file that readers no longer see, what is derived from it first. Kill between: it lacks some of that. */
export async function removeLakeFile(job: Job, file: LakeFile): Promise<void> {
  await removeDerived(job.dir, file, job.fs);
  await removeFile(file.path, job.fs);
}
