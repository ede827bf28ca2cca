/** Files derived from one file of the lake each, and named exactly after it: rollups and narrow files (docs/lake-layout.md). */
import { basename, dirname, join, resolve } from "node:path";
import { ensureDir, linkDurably, namesIn, realFs, removeFile, removeTree, type StoreFs } from "../fs.ts";
import { tmpPath } from "./layout.ts";
import { dayOfFolder, type LakeFile, parseLakeFile } from "./names.ts";

/** The kinds, which are the names of their folders, in the order they are made in. */
export const DERIVED = ["narrow", "rollups"] as const;
export type Derived = (typeof DERIVED)[number];

const kindDir = (dir: string, kind: Derived) => resolve(dir, kind);
const dayFolder = (dir: string, kind: Derived, day: string) => join(kindDir(dir, kind), `day=${day}`);

/** Where what is derived from a file is, whether it is there or not. */
export function derivedPath(dir: string, kind: Derived, file: LakeFile): string {
  return join(dayFolder(dir, kind, file.day), basename(file.path));
}

/** The file that a path is derived from by its name, whether it is there or not; null if the name is not one of ours. */
export function derivedFrom(dir: string, path: string): LakeFile | null {
  const day = dayOfFolder(basename(dirname(path)));
  return day === null ? null : parseLakeFile(dir, day, basename(path));
}

/** Days with files of that kind. */
export async function derivedDays(dir: string, kind: Derived, fs: StoreFs = realFs): Promise<string[]> {
  return (await namesIn(kindDir(dir, kind), fs)).map(dayOfFolder).filter((day) => day !== null);
}

/** Paths of a day's files of that kind. */
export async function derivedOfDay(dir: string, kind: Derived, day: string, fs: StoreFs = realFs): Promise<string[]> {
  const folder = dayFolder(dir, kind, day);
  return (await namesIn(folder, fs)).map((name) => join(folder, name));
}

/** Adds the file that `copy` writes to the path it is given; one that is there already stays. */
export async function addDerived(
  dir: string,
  kind: Derived,
  file: LakeFile,
  copy: (tmp: string) => Promise<void>,
  fs: StoreFs = realFs,
): Promise<void> {
  const path = derivedPath(dir, kind, file);
  const tmp = tmpPath(dir, "parquet");
  // Kill up to the link: rubbish in tmp/, and the file is missing. Kill after it: it is there and whole.
  await copy(tmp);
  await fs.fsyncFile(tmp);
  await ensureDir(dirname(path), fs);
  await linkDurably(tmp, path, fs);
  await removeFile(tmp, fs);
}

/**
 * Removes all that is derived from a file, before the file itself. Kill: the file lacks some of it. The folders are
 * fsynced, so that what an erasure took away does not come back after a power cut.
 */
export async function removeDerived(dir: string, file: LakeFile, fs: StoreFs = realFs): Promise<void> {
  for (const kind of DERIVED) await removeDerivedAt(derivedPath(dir, kind, file), fs);
}

/** Removes one by its path. */
export async function removeDerivedAt(path: string, fs: StoreFs = realFs): Promise<void> {
  if (!(await namesIn(dirname(path), fs)).includes(basename(path))) return;
  await removeFile(path, fs);
  await fs.fsyncDir(dirname(path));
}

/** Removes all that is derived from a day's files. Kill: some is missing. */
export async function removeDerivedOfDay(dir: string, day: string, fs: StoreFs = realFs): Promise<void> {
  for (const kind of DERIVED) await removeDerivedFolder(dir, kind, day, fs);
}

/** Removes a day's files of one kind. */
export async function removeDerivedFolder(
  dir: string,
  kind: Derived,
  day: string,
  fs: StoreFs = realFs,
): Promise<void> {
  if (!(await namesIn(kindDir(dir, kind), fs)).includes(`day=${day}`)) return;
  await removeTree(dayFolder(dir, kind, day), fs);
  await fs.fsyncDir(kindDir(dir, kind));
}
