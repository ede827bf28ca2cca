/** The names of rollups: one beside each visible file of the lake, named exactly after it. See docs/statistics.md. */
import { basename, dirname, join, resolve } from "node:path";
import { ensureDir, linkDurably, namesIn, realFs, removeFile, removeTree, type StoreFs } from "../fs.ts";
import { tmpPath } from "./layout.ts";
import { dayOfFolder, type LakeFile, parseLakeFile } from "./names.ts";

/** Raised when a rollup holds something else than before: those of another version are built again. */
export const ROLLUP_VERSION = 1;

const rollupsDir = (dir: string) => resolve(dir, "rollups");
const dayFolder = (dir: string, day: string) => join(rollupsDir(dir), `day=${day}`);

/** Where the rollup of a file is, whether it is there or not. */
export function rollupPath(dir: string, file: LakeFile): string {
  return join(dayFolder(dir, file.day), basename(file.path));
}

/** The file a rollup describes by its name, whether it is there or not; null if the name is not one of ours. */
export function rolledUpFile(dir: string, path: string): LakeFile | null {
  const day = dayOfFolder(basename(dirname(path)));
  return day === null ? null : parseLakeFile(dir, day, basename(path));
}

/** Days with rollups. */
export async function rollupDays(dir: string, fs: StoreFs = realFs): Promise<string[]> {
  return (await namesIn(rollupsDir(dir), fs)).map(dayOfFolder).filter((day) => day !== null);
}

/** Paths of a day's rollups. */
export async function rollupsOfDay(dir: string, day: string, fs: StoreFs = realFs): Promise<string[]> {
  return (await namesIn(dayFolder(dir, day), fs)).map((name) => join(dayFolder(dir, day), name));
}

/** Adds the rollup that `copy` writes to the path it is given; one that is there already stays. */
export async function addRollup(
  dir: string,
  file: LakeFile,
  copy: (tmp: string) => Promise<void>,
  fs: StoreFs = realFs,
): Promise<void> {
  const path = rollupPath(dir, file);
  const tmp = tmpPath(dir, "parquet");
  // Kill up to the link: rubbish in tmp/, and the rollup is missing. Kill after it: it is there and whole.
  await copy(tmp);
  await fs.fsyncFile(tmp);
  await ensureDir(dirname(path), fs);
  await linkDurably(tmp, path, fs);
  await removeFile(tmp, fs);
}

/**
 * Removes a rollup before the file it describes. Kill: the file has no rollup. The folder is fsynced, so that what an
 * erasure took away does not come back after a power cut.
 */
export async function removeRollup(dir: string, file: LakeFile, fs: StoreFs = realFs): Promise<void> {
  await removeRollupAt(rollupPath(dir, file), fs);
}

/** Removes a rollup by its path. */
export async function removeRollupAt(path: string, fs: StoreFs = realFs): Promise<void> {
  if (!(await namesIn(dirname(path), fs)).includes(basename(path))) return;
  await removeFile(path, fs);
  await fs.fsyncDir(dirname(path));
}

/** Removes all rollups of a day. Kill: some are missing. */
export async function removeRollupsOfDay(dir: string, day: string, fs: StoreFs = realFs): Promise<void> {
  if (!(await namesIn(rollupsDir(dir), fs)).includes(`day=${day}`)) return;
  await removeTree(dayFolder(dir, day), fs);
  await fs.fsyncDir(rollupsDir(dir));
}
