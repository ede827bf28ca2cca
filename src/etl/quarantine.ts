/** Broken files: which Parquet files cannot be opened, and setting them aside, so that one does not break every answer. */
import { basename, dirname, join, relative } from "node:path";
import { ensureDir, namesIn } from "../store/fs.ts";
import { removeDerived } from "../store/lake/derived.ts";
import { callsDir, dayOfFolder, parseLakeFile } from "../store/lake/names.ts";
import { dropParts } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { appendReceipt } from "./audit.ts";
import { isFatal, type LakeDb } from "./duckdb.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";

/** Files asked in one statement. */
const FILES_AT_ONCE = 500;

/** Paths of the Parquet files below calls/ whose footer cannot be read; plain globs read files of others there, too. */
export async function brokenFiles(dir: string, db: LakeDb): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of await namesIn(callsDir(dir)))
    for (const name of await namesIn(join(callsDir(dir), folder)))
      if (name.endsWith(".parquet")) paths.push(join(callsDir(dir), folder, name));
  const broken: string[] = [];
  for (let at = 0; at < paths.length; at += FILES_AT_ONCE)
    broken.push(...(await brokenOf(paths.slice(at, at + FILES_AT_ONCE), db)));
  return broken;
}

/** By halves until each is found; a file that went away meanwhile is not broken. */
async function brokenOf(paths: readonly string[], db: LakeDb): Promise<string[]> {
  if (paths.length === 0) return [];
  try {
    await db.rows(
      `SELECT CAST(sum(num_rows) AS DOUBLE) AS n FROM parquet_file_metadata([${paths.map(quote).join(", ")}])`,
    );
    return [];
  } catch (error) {
    if (!(error instanceof Error) || error.name === "Kill" || isFatal(error)) throw error;
    const [only] = paths;
    if (paths.length === 1 && only !== undefined) return (await isGone(only)) ? [] : [only];
    const middle = paths.length >> 1;
    return [...(await brokenOf(paths.slice(0, middle), db)), ...(await brokenOf(paths.slice(middle), db))];
  }
}

async function isGone(path: string): Promise<boolean> {
  return !(await namesIn(dirname(path))).includes(basename(path));
}

/** Moves every broken file to quarantine/, each with a receipt; returns where they were, relative to the folder. */
export function setAside(dir: string, who: string, options: JobOptions = {}): Promise<string[]> {
  return runJob(dir, options, async (job) => {
    const broken = await brokenFiles(job.dir, await job.db());
    for (const path of broken) await setOneAside(job, path, who);
    return broken.map((path) => relative(job.dir, path));
  });
}

async function setOneAside(job: Job, path: string, who: string): Promise<void> {
  const folder = basename(dirname(path));
  const day = dayOfFolder(folder);
  const file = day === null ? null : parseLakeFile(job.dir, day, basename(path));
  if (file !== null) {
    // Kill after either: what is derived from the file is missing, and made again from what is there.
    await removeDerived(job.dir, file, job.fs);
    await dropParts(job.dir, file.day, (one) => one.day === file.day && one.name === basename(path), job.fs);
  }
  const name = `${folder}.${basename(path)}.${job.now()}`;
  const quarantine = join(job.dir, "quarantine");
  await ensureDir(quarantine, job.fs);
  // Kill: it is in calls/ or in quarantine/. A file it hid, of an older generation or a smaller range, is seen again.
  await job.fs.rename(path, join(quarantine, name));
  await job.fs.fsyncDir(quarantine);
  await job.fs.fsyncDir(dirname(path));
  const at = new Date(job.now()).toISOString();
  const files = [relative(job.dir, path)];
  await appendReceipt(job.dir, { action: "quarantine", at, who, act: `quarantine:${name}`, deleted: 0, files }, job.fs);
}
