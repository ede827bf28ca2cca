/** The trash: days that have left the lake wait there for queries under way, an hour at most. */
import { join } from "node:path";
import { namesIn, removeTree } from "../store/fs.ts";
import { trashDir } from "../store/lake/layout.ts";
import { parseLakeFile, parseTrashName, visible } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import { appendReceipt, hasReceipt } from "./audit.ts";
import type { Job } from "./job.ts";

/** Queries that were under way when a day left have this long to finish with its files. */
const TRASH_MS_MIN = 3_600_000;

/** Removes what has been there for an hour, adding its names to `removed`. */
export async function emptyTrash(job: Job, removed: string[]): Promise<void> {
  for (const name of await namesIn(trashDir(job.dir), job.fs)) {
    const trashed = parseTrashName(name);
    if (trashed === null) continue;
    // A kill may have come between its rename and its receipt.
    await ensureReceipt(job, name);
    if (job.now() - trashed.atMs < TRASH_MS_MIN) continue;
    await removeTree(join(trashDir(job.dir), name), job.fs);
    removed.push(name);
  }
}

/** Removes at once every folder that holds a row for which the condition (over `c`) is true, or that cannot be read. */
export async function removeTrashWith(job: Job, condition: string): Promise<number> {
  let removed = 0;
  for (const name of await namesIn(trashDir(job.dir), job.fs)) {
    if (parseTrashName(name) === null || !(await mayHold(job, name, condition))) continue;
    // Kill after the receipt: the folder is removed the next time, and the act has its receipt already.
    await ensureReceipt(job, name);
    await removeTree(join(trashDir(job.dir), name), job.fs);
    removed++;
  }
  return removed;
}

async function mayHold(job: Job, name: string, condition: string): Promise<boolean> {
  const paths = (await namesIn(join(trashDir(job.dir), name), job.fs)).map((file) =>
    join(trashDir(job.dir), name, file),
  );
  if (paths.length === 0) return false;
  const db = await job.db();
  try {
    const source = `read_parquet([${paths.map(quote).join(", ")}], union_by_name = true, hive_partitioning = false)`;
    return (await db.rows(`SELECT 1 AS one FROM ${source} AS c WHERE ${condition} LIMIT 1`)).length > 0;
  } catch (error) {
    if (error instanceof Error && error.name === "Kill") throw error;
    return true;
  }
}

async function ensureReceipt(job: Job, name: string): Promise<void> {
  if (await hasReceipt(job.dir, name, job.fs)) return;
  const files = (await namesIn(join(trashDir(job.dir), name), job.fs)).map((file) => join(name, file));
  const at = new Date(parseTrashName(name)?.atMs ?? job.now()).toISOString();
  const deleted = await countTrashed(job, name);
  await appendReceipt(job.dir, { action: "retain", at, who: "retention", act: name, deleted, files }, job.fs);
}

/** Rows of the files that readers saw when the day left; 0 where they cannot be read any more. */
async function countTrashed(job: Job, name: string): Promise<number> {
  const day = parseTrashName(name)?.day ?? "";
  const path = join(trashDir(job.dir), name);
  const files = (await namesIn(path, job.fs))
    .map((file) => parseLakeFile(job.dir, day, file))
    .filter((f) => f !== null);
  const seen = visible(files).map((file) => quote(join(path, file.path.slice(file.path.lastIndexOf("/") + 1))));
  if (seen.length === 0) return 0;
  try {
    const db = await job.db();
    const [found] = await db.rows(
      `SELECT CAST(sum(num_rows) AS DOUBLE) AS n FROM parquet_file_metadata([${seen.join(", ")}])`,
    );
    return Number(found?.["n"]);
  } catch (error) {
    if (error instanceof Error && error.name === "Kill") throw error;
    return 0;
  }
}
