/** The data folder: what it must say about itself, and the places in it that are no data. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { RECORD_VERSION } from "../../record/index.ts";
import { ensureDir, isThere, namesIn, placeFile, realFs, removeTree, type StoreFs, unlessCode } from "../fs.ts";

const FORMAT = 1;
const TMP_PREFIX = "etl-";
/** Files of others in tmp/ (a writer's rotation) are swept when they are this old. */
const FOREIGN_TMP_MS_MAX = 3_600_000;

export function trashDir(dir: string): string {
  return join(dir, "trash");
}

/** A new name in tmp/ for a job that holds the lake's lock. */
export function tmpPath(dir: string, extension: string): string {
  return join(dir, "tmp", `${TMP_PREFIX}${randomUUID()}.${extension}`);
}

/**
 * Makes the data folder with its parts, or checks that this version can read the one that is there.
 * Throws a sentence if it was written by a newer version.
 */
export async function ensureDataFolder(dir: string, fs: StoreFs = realFs): Promise<void> {
  for (const part of ["calls", "journal", "masks", "tmp", "trash"]) await ensureDir(join(dir, part), fs);
  const path = join(dir, "format.json");
  if (!(await isThere(path, fs))) {
    const text = `${JSON.stringify({ format: FORMAT, record_version: RECORD_VERSION })}\n`;
    await placeFile(path, text, join(dir, "tmp", `format-${randomUUID()}.json`), fs);
  }
  await checkFormat(dir, fs);
}

/** Throws a sentence if the folder's format.json can not be read or was written by a newer version. */
export async function checkFormat(dir: string, fs: StoreFs = realFs): Promise<void> {
  const bytes = await unlessCode(fs.readFile(join(dir, "format.json")), "ENOENT");
  if (bytes === undefined) return;
  const found = versionsIn(bytes.toString("utf8"));
  if (found === null)
    throw new Error(`${dir}/format.json is not the format file of a data folder; it should say {"format":${FORMAT}}.`);
  if (found.format > FORMAT || found.record_version > RECORD_VERSION)
    throw new Error(
      `${dir} was written by a newer Call Lake (format ${found.format}, record version ${found.record_version}); this one reads format ${FORMAT}, record version ${RECORD_VERSION}. Install the newer one.`,
    );
}

function versionsIn(text: string): { format: number; record_version: number } | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("format" in value) || typeof value.format !== "number")
      return null;
    const version = "record_version" in value && typeof value.record_version === "number" ? value.record_version : 1;
    return { format: value.format, record_version: version };
  } catch {
    return null;
  }
}

/** Empties tmp/ of what dead jobs left. Only for the holder of the lock: every `etl-` file is then nobody's. */
export async function sweepTmp(dir: string, nowMs: number, fs: StoreFs = realFs): Promise<number> {
  let swept = 0;
  for (const name of await namesIn(join(dir, "tmp"), fs)) {
    const path = join(dir, "tmp", name);
    const stats = await unlessCode(fs.stat(path), "ENOENT");
    if (stats === undefined) continue;
    if (!name.startsWith(TMP_PREFIX) && nowMs - stats.mtimeMs < FOREIGN_TMP_MS_MAX) continue;
    await removeTree(path, fs);
    swept++;
  }
  return swept;
}
