/** A folder of backups: their names, what each says of itself, and which is the newest. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { namesIn, removeTree, unlessCode } from "../store/fs.ts";

/** One file of a backup, by its path below the data folder. */
export interface BackedUpFile {
  readonly bytes: number;
  readonly sha256: string;
  /** When the file in the data folder was last written: with the size it tells whether a later one is the same. */
  readonly mtime_ms: number;
}

/** What backup.json says. It is written last, so a folder that has it is whole. */
export interface BackupManifest {
  readonly backup: 1;
  readonly at: string;
  readonly files: { readonly [path: string]: BackedUpFile };
  readonly counts: { readonly lake_calls: number; readonly journal_calls: number };
  /** What `verify` found wrong, as it was in the data folder. */
  readonly problems: readonly { readonly where: string; readonly what: string }[];
}

export interface Backup {
  readonly path: string;
  readonly manifest: BackupManifest;
}

export const MANIFEST = "backup.json";
/** A backup on its way: the next run goes on with it. */
export const PART = "part";
const GONE = "gone-";
const NAME = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z$/;

/** 2026-11-21T17-30-00-000Z: sorted by name is sorted by time. */
export function backupName(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-");
}

/** The names of the whole backups, the newest first. */
export async function backupNames(target: string): Promise<string[]> {
  return (await namesIn(target)).filter((name) => NAME.test(name)).reverse();
}

/** A backup's folder, or the newest of a folder of backups. Throws a sentence if it is neither. */
export async function openBackup(path: string): Promise<Backup> {
  const own = await readManifest(path);
  if (own) return { path, manifest: own };
  const newest = await newestBackup(path);
  if (newest) return newest;
  throw new Error(`There is no backup in ${path}: a whole one has a ${MANIFEST}.`);
}

export async function newestBackup(target: string): Promise<Backup | null> {
  for (const name of await backupNames(target)) {
    const path = join(target, name);
    const manifest = await readManifest(path);
    if (manifest) return { path, manifest };
  }
  return null;
}

async function readManifest(path: string): Promise<BackupManifest | null> {
  const text = await unlessCode(readFile(join(path, MANIFEST), "utf8"), "ENOENT", "ENOTDIR");
  if (text === undefined) return null;
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "backup" in value && value.backup === 1)
    return value as BackupManifest;
  throw new Error(`${join(path, MANIFEST)} was not written by this version of Call Lake; use the newer one.`);
}

/** Removes the backups beyond the newest `keep`, the oldest first; returns their names. */
export async function dropOldBackups(
  target: string,
  keep: number,
  rename: (from: string, to: string) => Promise<void>,
): Promise<string[]> {
  const old = (await backupNames(target)).slice(keep).reverse();
  for (const name of old) {
    // Kill after it: no longer a backup by its name, and swept by the next run.
    await rename(join(target, name), join(target, `${GONE}${name}`));
    await removeTree(join(target, `${GONE}${name}`));
  }
  return old;
}

/** Finishes what a killed run was removing. */
export async function sweepGone(target: string): Promise<void> {
  for (const name of await namesIn(target)) if (name.startsWith(GONE)) await removeTree(join(target, name));
}
