/** Backup: a consistent copy of a data folder, taken while engines, the etl and erasures go on. See docs/backup.md. */
import { rename, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { ensureDir, isThere, namesIn, placeFile, realFs, removeFile, removeTree, unlessCode } from "../store/fs.ts";
import { listWriters, sealWriter } from "../store/journal/reader.ts";
import { checkFormat } from "../store/lake/layout.ts";
import { listFiles } from "../store/lake/listing.ts";
import { withLakeLock } from "../store/lake/lock.ts";
import {
  type BackedUpFile,
  type Backup,
  backupName,
  dropOldBackups,
  MANIFEST,
  newestBackup,
  PART,
  sweepGone,
} from "./backup-folder.ts";
import { checksumOf, copyWhole, linkWhole } from "./copy-file.ts";
import { type JobOptions, runJob } from "./job.ts";
import { type Finding, type VerifyOptions, verify } from "./verify.ts";

export interface BackupOptions extends JobOptions {
  /** The folder of backups, outside of the data folder. */
  readonly to: string;
  /** Where both folders are on one file system: second names instead of copies of the Parquet files. */
  readonly link?: boolean;
  /** Backups that stay; older ones are removed when this one is whole. Absent = all. */
  readonly keep?: number;
  readonly signal?: AbortSignal;
  readonly on_progress?: (bytes: number, all: number) => void;
}

export interface BackupReport {
  readonly path: string;
  readonly at: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that were copied now; the others are those of the backup before. */
  readonly copied_bytes: number;
  readonly lake_calls: number;
  /** Finished calls that were in the journal only. */
  readonly journal_calls: number;
  /** What verify says of the copy, and so of the data folder. */
  readonly problems: readonly Finding[];
  /** Names of older backups that were removed. */
  readonly removed: readonly string[];
}

/** What is left to copy when the lock is taken: publishing and erasing wait for it. */
const REST_BYTES = 32 * 1024 * 1024;
const PASSES_MAX = 20;
const LOCK_WAIT_MS = 600_000;
/** Made anew by the etl, or nobody's data. */
const LEFT_OUT = /^(calls|journal|rollups|narrow|search|quarantine|tmp|trash|etl\.lock.*|backup\.json)$/;

/**
 * Makes `to`/<time>, a whole data folder of its own. Calls that were durable before this was called are in it; erasures
 * that were answered before are not. Throws the signal's reason when stopped; the next run goes on.
 */
export async function backup(dir: string, options: BackupOptions): Promise<BackupReport> {
  const [source, target] = [resolve(dir), resolve(options.to)];
  refuseNested(source, target);
  await checkFormat(source);
  await ensureDir(target);
  if (await isThere(join(target, "format.json")))
    throw new Error(`${target} is a data folder; a folder of backups is one of its own.`);
  return withLakeLock(target, { wait_ms: 0 }, async () => {
    await sweepGone(target);
    const copy = new Copy(source, join(target, PART), await newestBackup(target), options);
    await copy.fill();
    return copy.finish(target);
  });
}

function refuseNested(source: string, target: string): void {
  if (`${target}${sep}`.startsWith(`${source}${sep}`) || `${source}${sep}`.startsWith(`${target}${sep}`))
    throw new Error(`The backups' folder ${target} and the data folder ${source} must not lie in one another.`);
}

class Copy {
  readonly #source: string;
  readonly #part: string;
  readonly #tmp: string;
  readonly #earlier: Backup | null;
  readonly #options: BackupOptions;
  readonly #files = new Map<string, BackedUpFile>();
  #bytes = 0;
  #copied = 0;
  #all = 0;

  constructor(source: string, part: string, earlier: Backup | null, options: BackupOptions) {
    this.#source = source;
    this.#part = part;
    this.#tmp = join(part, "tmp");
    this.#earlier = earlier;
    this.#options = options;
  }

  /** Copies files as they are listed, again and again, until little is left; then the rest under the lake's lock. */
  async fill(): Promise<void> {
    await ensureDir(this.#part);
    await removeTree(this.#tmp);
    await ensureDir(this.#tmp);
    // Kill from here on: files under their final names are whole, and the next run finds them.
    for (let pass = 1; pass < PASSES_MAX; pass++) {
      const { missing, bytes } = await this.#missing();
      if (bytes <= REST_BYTES) break;
      for (const path of missing) await this.#take(path, true);
    }
    await runJob(this.#source, { ...this.#options, wait_ms: LOCK_WAIT_MS }, async () => {
      // No job changes calls/ and masks/ now, and no segment of the journal is removed: one moment of the folder.
      const { missing, listed } = await this.#missing();
      for (const path of missing) await this.#take(path, false);
      await this.#dropOthers(listed);
      await this.#takeRest();
    });
    await this.#sealAndSync();
  }

  /** Checks the copy, says so in backup.json, and gives it its name. */
  async finish(target: string): Promise<BackupReport> {
    const { problems, counts } = await verify(this.#part, this.#verifyOptions());
    const nowMs = (this.#options.now ?? Date.now)();
    const at = new Date(nowMs).toISOString();
    const { lake_calls, journal_calls } = counts;
    const manifest = {
      backup: 1,
      at,
      counts: { lake_calls, journal_calls },
      problems,
      files: Object.fromEntries([...this.#files].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    for (const name of await namesIn(this.#part))
      if (name.startsWith("etl.lock")) await removeFile(join(this.#part, name));
    // Kill before the rename: the next run makes the manifest anew.
    await removeFile(join(this.#part, MANIFEST));
    await placeFile(join(this.#part, MANIFEST), `${JSON.stringify(manifest)}\n`, join(this.#tmp, MANIFEST));
    const path = join(target, backupName(nowMs));
    await rename(this.#part, path);
    await realFs.fsyncDir(target);
    const { keep } = this.#options;
    const removed = keep === undefined || problems.length > 0 ? [] : await dropOldBackups(target, keep, rename);
    const [files, bytes] = [this.#files.size, this.#bytes];
    return { path, at, files, bytes, copied_bytes: this.#copied, lake_calls, journal_calls, problems, removed };
  }

  #verifyOptions(): VerifyOptions {
    const { log, now, signal } = this.#options;
    return { ...(log ? { log } : {}), ...(now ? { now } : {}), ...(signal ? { signal } : {}) };
  }

  /** The visible files that are not in the copy yet. */
  async #missing(): Promise<{ listed: Set<string>; missing: string[]; bytes: number }> {
    const listed = new Set((await listFiles(this.#source)).map((file) => relative(this.#source, file.path)));
    const missing = [...listed].filter((path) => !this.#files.has(path));
    let bytes = 0;
    for (const path of missing) bytes += (await unlessCode(stat(join(this.#source, path)), "ENOENT"))?.size ?? 0;
    this.#all = Math.max(this.#all, this.#bytes + bytes);
    return { listed, missing, bytes };
  }

  /** Takes one Parquet file: as an earlier run left it, from the backup before, or from the data folder. */
  async #take(path: string, may_be_gone: boolean): Promise<void> {
    const { signal, link } = this.#options;
    signal?.throwIfAborted();
    const [from, to] = [join(this.#source, path), join(this.#part, path)];
    await ensureDir(dirname(to));
    const stats = await unlessCode(stat(from), ...(may_be_gone ? ["ENOENT"] : []));
    if (stats === undefined) return;
    const there = await unlessCode(stat(to), "ENOENT");
    // A killed run copied it, or the folder's name is used again: bytes are compared by their checksum, never believed.
    if (there !== undefined && there.size !== stats.size) await removeFile(to);
    const before = this.#earlier?.manifest.files[path];
    const same = before?.bytes === stats.size && before.mtime_ms === stats.mtimeMs ? before : undefined;
    if (same && this.#earlier && (await linkOver(join(this.#earlier.path, path), to))) {
      this.#note(path, same);
      return;
    }
    await removeFile(to);
    const linked = link === true && (await unlessCode(linkWhole(from, to), "ENOENT"));
    const copied = linked
      ? await checksumOf(to, signal)
      : await unlessCode(copyWhole(from, to, this.#tmp, signal), ...(may_be_gone ? ["ENOENT"] : []));
    if (copied === undefined) return;
    if (!linked) this.#copied += copied.bytes;
    this.#note(path, { ...copied, mtime_ms: stats.mtimeMs });
  }

  #note(path: string, file: BackedUpFile): void {
    this.#files.set(path, file);
    this.#bytes += file.bytes;
    this.#options.on_progress?.(this.#bytes, Math.max(this.#all, this.#bytes));
  }

  /** Removes what earlier passes or runs took and is no longer listed: compacted, rewritten or gone since. */
  async #dropOthers(listed: ReadonlySet<string>): Promise<void> {
    const calls = join(this.#part, "calls");
    for (const folder of await namesIn(calls)) {
      for (const name of await namesIn(join(calls, folder))) {
        const path = join("calls", folder, name);
        if (listed.has(path)) continue;
        await removeFile(join(this.#part, path));
        this.#bytes -= this.#files.get(path)?.bytes ?? 0;
        this.#files.delete(path);
      }
      if ((await namesIn(join(calls, folder))).length === 0) await removeTree(join(calls, folder));
    }
  }

  /** The journal, the masks, the audit log and whatever else is the folder's own: small, and always copied. */
  async #takeRest(): Promise<void> {
    for (const name of await namesIn(this.#part))
      if (!["calls", "tmp"].includes(name)) await removeTree(join(this.#part, name));
    for (const name of await namesIn(this.#source)) if (!LEFT_OUT.test(name)) await this.#takeTree(name);
    // Broken files never change, and may be large: as with those of calls/, the last backup's are given a second name.
    for (const name of await namesIn(join(this.#source, "quarantine")))
      await this.#take(join("quarantine", name), false);
    // Ascending, and the open segment as far as it is written: a torn tail is no line, and was not acknowledged.
    for (const writer of await listWriters(this.#source)) {
      const folder = join("journal", writer);
      for (const name of await namesIn(join(this.#source, folder)))
        if (/^(\d{8}\.jsonl|writer\.json|sealed)$/.test(name)) await this.#takeTree(join(folder, name));
    }
  }

  async #takeTree(path: string): Promise<void> {
    const from = join(this.#source, path);
    const stats = await unlessCode(stat(from), "ENOENT");
    if (stats === undefined) return;
    if (stats.isDirectory()) {
      await ensureDir(join(this.#part, path));
      for (const name of await namesIn(from)) await this.#takeTree(join(path, name));
    } else if (stats.isFile()) {
      await ensureDir(dirname(join(this.#part, path)));
      const copied = await copyWhole(from, join(this.#part, path), this.#tmp, this.#options.signal);
      this.#copied += copied.bytes;
      this.#note(path, { ...copied, mtime_ms: stats.mtimeMs });
    }
  }

  /**
   * The copy's writers are gone for good: without their seals a copy on the same host would look like the journal of the
   * living engine, and nobody would ever publish it.
   */
  async #sealAndSync(): Promise<void> {
    for (const writer of await listWriters(this.#part)) {
      await sealWriter(this.#part, writer);
      const path = join("journal", writer, "sealed");
      const { mtimeMs } = await stat(join(this.#part, path));
      if (!this.#files.has(path))
        this.#note(path, { ...(await checksumOf(join(this.#part, path))), mtime_ms: mtimeMs });
    }
    const folders = new Set([...this.#files.keys()].map((path) => dirname(join(this.#part, path))));
    for (const folder of folders) await realFs.fsyncDir(folder);
  }
}

/** Links, replacing what an earlier run may have left there. False where that backup's file can not be linked. */
async function linkOver(from: string, to: string): Promise<boolean> {
  await removeFile(to);
  return (await unlessCode(linkWhole(from, to), "ENOENT")) ?? false;
}
