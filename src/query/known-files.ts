/** A listing that remembers each day's folder as long as the folder has not changed. */
import { statSync } from "node:fs";
import { realFs, type StoreFs } from "../store/fs.ts";
import { filesOfDay, listDays, type listFiles } from "../store/lake/listing.ts";
import { callsDir, dayDir, type LakeFile, visible } from "../store/lake/names.ts";

/**
 * A change within the clock tick of an earlier one leaves a folder's mtime as it was (the kernel's tick is up to 10 ms,
 * some file systems keep whole seconds): a listing read this soon after the last change is not remembered.
 */
const SETTLED_MS = 2500;

interface KnownDay {
  readonly day: string;
  readonly path: string;
  /** Of the folder when `files` were read; null while they are not to be trusted. */
  mtimeMs: number | null;
  files: readonly LakeFile[];
}

/**
 * Makes a listing for one data folder; at 365 settled days a call costs 366 stat. It gives the same array as long as
 * nothing has changed.
 */
export function knownFiles(): typeof listFiles {
  let folder: number | null = null;
  let days: KnownDay[] = [];
  let all: readonly LakeFile[] = [];
  return async (dir: string, fs: StoreFs = realFs) => {
    let changed = false;
    const mtimeMs = mtimeOf(callsDir(dir));
    if (mtimeMs === null || mtimeMs !== folder) {
      const before = new Map(days.map((known) => [known.day, known]));
      const names = await listDays(dir, fs);
      days = names.map(
        (day) => before.get(day) ?? { day, path: dayDir(dir, day), mtimeMs: null, files: [] as readonly LakeFile[] },
      );
      changed = days.length !== before.size || names.some((day) => !before.has(day));
      folder = settled(mtimeMs);
    }
    for (const known of days) {
      const at = mtimeOf(known.path);
      if (at !== null && at === known.mtimeMs) continue;
      // A folder that went away meanwhile counts as empty, and is listed again.
      const files = at === null ? [] : visible(await filesOfDay(dir, known.day, fs));
      if (at === null) folder = null;
      if (!sameFiles(files, known.files)) {
        known.files = files;
        changed = true;
      }
      known.mtimeMs = settled(at);
    }
    if (changed) all = days.flatMap((known) => known.files);
    return all as LakeFile[];
  };
}

function mtimeOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function settled(mtimeMs: number | null): number | null {
  return mtimeMs !== null && Date.now() - mtimeMs > SETTLED_MS ? mtimeMs : null;
}

function sameFiles(a: readonly LakeFile[], b: readonly LakeFile[]): boolean {
  return a.length === b.length && a.every((file, index) => file.path === b[index]?.path);
}
