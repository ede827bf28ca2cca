/** The one file-system seam of the store: every call a crash test must be able to count and to stop goes through it. */
import type { Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { dirname } from "node:path";

/** Each method is one step on disk: it happened, or it did not, or (for writes) it happened in part. */
export interface StoreFs {
  /** Names in a folder, sorted. Throws ENOENT where there is none. */
  readdir(path: string): Promise<string[]>;
  readFile(path: string): Promise<Buffer>;
  /** Writes a new file; throws EEXIST if there is one. Not durable until fsyncFile. */
  writeFile(path: string, data: string | Uint8Array): Promise<void>;
  /** Appends to a file, made if missing. Not durable until fsyncFile. */
  appendFile(path: string, data: string | Uint8Array): Promise<void>;
  fsyncFile(path: string): Promise<void>;
  fsyncDir(path: string): Promise<void>;
  /** Gives the file a second name, if that name is free: throws EEXIST otherwise. */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes one folder; throws EEXIST if there is one. */
  mkdir(path: string): Promise<void>;
  /** Removes an empty folder. */
  rmdir(path: string): Promise<void>;
  stat(path: string): Promise<Stats>;
  utimes(path: string, atime: Date, mtime: Date): Promise<void>;
}

async function fsync(path: string): Promise<void> {
  const handle = await fs.open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file system of this machine. */
export const realFs: StoreFs = {
  readdir: async (path) => (await fs.readdir(path)).sort(),
  readFile: (path) => fs.readFile(path),
  writeFile: (path, data) => fs.writeFile(path, data, { flag: "wx" }),
  appendFile: (path, data) => fs.appendFile(path, data),
  fsyncFile: fsync,
  fsyncDir: fsync,
  link: (from, to) => fs.link(from, to),
  unlink: (path) => fs.unlink(path),
  rename: (from, to) => fs.rename(from, to),
  mkdir: (path) => fs.mkdir(path),
  rmdir: (path) => fs.rmdir(path),
  stat: (path) => fs.stat(path),
  utimes: (path, atime, mtime) => fs.utimes(path, atime, mtime),
};

/** The `code` of a system error such as ENOENT, or "" where there is none. */
export function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Waits for the promise, and turns an error with one of these codes into undefined. */
export async function unlessCode<T>(promise: Promise<T>, ...codes: string[]): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(errorCode(error))) return undefined;
    throw error;
  }
}

/** Names in a folder, sorted; none if there is no such folder. */
export async function namesIn(path: string, fs: StoreFs = realFs): Promise<string[]> {
  return (await unlessCode(fs.readdir(path), "ENOENT", "ENOTDIR")) ?? [];
}

/** Whether something is there under that name. */
export async function isThere(path: string, fs: StoreFs = realFs): Promise<boolean> {
  return (await unlessCode(fs.stat(path), "ENOENT", "ENOTDIR")) !== undefined;
}

/** Makes a folder and those above it, durably: the folder that holds a new one is fsynced too. */
export async function ensureDir(path: string, fs: StoreFs = realFs): Promise<void> {
  if (await isThere(path, fs)) return;
  const parent = dirname(path);
  if (parent !== path) await ensureDir(parent, fs);
  await unlessCode(fs.mkdir(path), "EEXIST");
  await fs.fsyncDir(parent);
}

/** Removes a file if it is there. */
export async function removeFile(path: string, fs: StoreFs = realFs): Promise<void> {
  await unlessCode(fs.unlink(path), "ENOENT");
}

/** Removes a folder with all that is in it; a kill in the middle leaves a smaller folder. */
export async function removeTree(path: string, fs: StoreFs = realFs): Promise<void> {
  const stats = await unlessCode(fs.stat(path), "ENOENT");
  if (stats === undefined) return;
  if (!stats.isDirectory()) return removeFile(path, fs);
  for (const name of await namesIn(path, fs)) await removeTree(`${path}/${name}`, fs);
  await unlessCode(fs.rmdir(path), "ENOENT");
}

/**
 * Puts a whole small file under its final name, durably, or not at all: write in `tmp`, fsync, link, fsync the folder.
 * Returns false if the name was taken already. A kill leaves at most the file in `tmp`.
 */
export async function placeFile(
  path: string,
  data: string | Uint8Array,
  tmp: string,
  fs: StoreFs = realFs,
): Promise<boolean> {
  await fs.writeFile(tmp, data);
  await fs.fsyncFile(tmp);
  const placed = await linkDurably(tmp, path, fs);
  await fs.unlink(tmp);
  return placed;
}

/** Links a file that is already fsynced to its final name and fsyncs the folder. False if the name was taken. */
export async function linkDurably(from: string, to: string, fs: StoreFs = realFs): Promise<boolean> {
  const linked = await unlessCode(
    fs.link(from, to).then(() => true),
    "EEXIST",
  );
  await fs.fsyncDir(dirname(to));
  return linked ?? false;
}
