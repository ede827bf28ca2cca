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

/**
 * Says in format.json, durably, that rows of this record version may be here, so that older versions refuse the folder.
 * Comes before the first such file. Kill: the rename happened or not, and nothing new is here yet.
 */
export async function raiseRecordVersion(dir: string, fs: StoreFs = realFs): Promise<void> {
  const path = join(dir, "format.json");
  const bytes = await unlessCode(fs.readFile(path), "ENOENT");
  const found = bytes && versionsIn(bytes.toString("utf8"));
  if (!found || found.record_version >= RECORD_VERSION) return;
  await replaceFormat(dir, { format: found.format, record_version: RECORD_VERSION }, fs);
}

/**
 * Marks an empty folder as being restored from `from`, so that every job refuses it; true if it is (by this call or an
 * earlier one), false if the folder holds something else.
 */
export async function writeRestoring(dir: string, from: string, fs: StoreFs = realFs): Promise<boolean> {
  const names = await namesIn(dir, fs);
  if (names.length === 0) {
    // Not by way of tmp/: the folder has nothing yet. Kill in it: a torn file, which every job refuses too.
    await fs.writeFile(join(dir, "format.json"), `${JSON.stringify({ restoring: from })}\n`);
    await fs.fsyncFile(join(dir, "format.json"));
    await fs.fsyncDir(dir);
    return true;
  }
  const bytes = await unlessCode(fs.readFile(join(dir, "format.json")), "ENOENT");
  return bytes !== undefined && restoringIn(bytes.toString("utf8")) === from;
}

async function replaceFormat(dir: string, value: object, fs: StoreFs): Promise<void> {
  const tmp = tmpPath(dir, "json");
  await fs.writeFile(tmp, `${JSON.stringify(value)}\n`);
  await fs.fsyncFile(tmp);
  await fs.rename(tmp, join(dir, "format.json"));
  await fs.fsyncDir(dir);
}

/** Throws a sentence if the folder's format.json can not be read or was written by a newer version. */
export async function checkFormat(dir: string, fs: StoreFs = realFs): Promise<void> {
  const bytes = await unlessCode(fs.readFile(join(dir, "format.json")), "ENOENT");
  if (bytes === undefined) return;
  const text = bytes.toString("utf8");
  const found = versionsIn(text);
  const restoring = found === null ? restoringIn(text) : null;
  if (restoring !== null)
    throw new Error(
      `${dir} is being restored from ${restoring}; finish it with: call-lake restore --from ${restoring} --dir ${dir}`,
    );
  if (found === null)
    throw new Error(`${dir}/format.json is not the format file of a data folder; it should say {"format":${FORMAT}}.`);
  if (found.format > FORMAT || found.record_version > RECORD_VERSION)
    throw new Error(
      `${dir} was written by a newer Call Lake (format ${found.format}, record version ${found.record_version}); this one reads format ${FORMAT}, record version ${RECORD_VERSION}. Install the newer one.`,
    );
}

function restoringIn(text: string): string | null {
  const from = /^\{"restoring":("(?:[^"\\]|\\.)*")\}\n$/.exec(text)?.[1];
  return from === undefined ? null : String(JSON.parse(from));
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
