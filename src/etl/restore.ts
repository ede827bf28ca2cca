/** Restore: a backup becomes a data folder again, every byte checked. See docs/backup.md. */
import { rename, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ensureDir, namesIn, realFs, removeTree, unlessCode } from "../store/fs.ts";
import { writeRestoring } from "../store/lake/layout.ts";
import { openBackup } from "./backup-folder.ts";
import { checksumOf, copyWhole } from "./copy-file.ts";
import { type Finding, verify } from "./verify.ts";

export interface RestoreOptions {
  /** A backup, or a folder of backups, of which the newest is taken. */
  readonly from: string;
  readonly signal?: AbortSignal;
  readonly on_progress?: (bytes: number, all: number) => void;
}

export interface RestoreReport {
  /** The backup it is made from. */
  readonly from: string;
  readonly at: string;
  readonly files: number;
  readonly bytes: number;
  readonly lake_calls: number;
  readonly journal_calls: number;
  /** What verify found, and every count that is not the backup's. */
  readonly problems: readonly Finding[];
}

/**
 * Fills `dir`, which must be empty, not there, or left by a stopped restore of the same backup. Until it is whole the
 * folder refuses every job. Throws a sentence naming the first file whose bytes are not those that were backed up.
 */
export async function restore(dir: string, options: RestoreOptions): Promise<RestoreReport> {
  const target = resolve(dir);
  const { path: from, manifest } = await openBackup(resolve(options.from));
  await begin(target, from);
  const tmp = join(target, "tmp");
  await removeTree(tmp);
  await ensureDir(tmp);
  const files = Object.entries(manifest.files);
  const all = files.reduce((sum, [, file]) => sum + file.bytes, 0);
  let bytes = 0;
  for (const [path, file] of files) {
    options.signal?.throwIfAborted();
    if (path !== "format.json") await put(join(from, path), join(target, path), file, tmp, options.signal);
    bytes += file.bytes;
    options.on_progress?.(bytes, all);
  }
  for (const folder of new Set(files.map(([path]) => dirname(join(target, path))))) await realFs.fsyncDir(folder);
  // Kill before: it refuses every job, and the same restore goes on. After: it is a data folder.
  const copied = await copyWhole(join(from, "format.json"), join(tmp, "format.json"), tmp);
  expectSame(join(from, "format.json"), copied.sha256, manifest.files["format.json"]?.sha256);
  await rename(join(tmp, "format.json"), join(target, "format.json"));
  await realFs.fsyncDir(target);
  const { counts, problems } = await verify(target);
  const { lake_calls, journal_calls } = counts;
  const found = [...problems];
  for (const [what, now, then] of [
    ["calls in Parquet", lake_calls, manifest.counts.lake_calls],
    ["finished calls in the journal", journal_calls, manifest.counts.journal_calls],
  ] as const)
    if (now !== then) found.push({ where: target, what: `It has ${now} ${what}; the backup had ${then}.` });
  return { from, at: manifest.at, files: files.length, bytes: all, lake_calls, journal_calls, problems: found };
}

/** Marks the folder as being restored, or finds the mark of a stopped restore of the same backup. */
async function begin(target: string, from: string): Promise<void> {
  await ensureDir(target);
  if (await writeRestoring(target, from)) return;
  const names = await namesIn(target);
  if (names.length > 0)
    throw new Error(
      `${target} is not empty (${names.slice(0, 3).join(", ")} …); a backup is restored into an empty folder. Move it away first.`,
    );
}

async function put(
  from: string,
  to: string,
  file: { bytes: number; sha256: string },
  tmp: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const there = await unlessCode(stat(to), "ENOENT");
  if (there?.size === file.bytes && (await checksumOf(to, signal)).sha256 === file.sha256) return;
  await ensureDir(dirname(to));
  const copied = await copyWhole(from, to, tmp, signal);
  expectSame(from, copied.sha256, file.sha256);
}

function expectSame(path: string, found: string, expected: string | undefined): void {
  if (found !== expected)
    throw new Error(
      `${path} is not what was backed up (its SHA-256 is ${found}, not ${expected}): the backup's disk has lost it. Restore an older backup, or remove the file's line from backup.json to go without it.`,
    );
}
