/** A listing that remembers each day's folder as long as the folder has not changed. */
import { statSync } from "node:fs";
import type { StoreFs } from "../store/fs.ts";
import { filesOfDay, listDays, type listFiles } from "../store/lake/listing.ts";
import { dayDir, type LakeFile, visible } from "../store/lake/names.ts";

/**
 * A change within the clock tick of an earlier one leaves a folder's mtime as it was (the kernel's tick is up to 10 ms,
 * some file systems keep whole seconds): a listing read this soon after the last change is not remembered.
 */
const SETTLED_MS = 2500;

interface KnownDay {
  readonly mtime: bigint;
  readonly files: readonly LakeFile[];
}

/** Makes a listing for one data folder; at 365 settled days a call costs one readdir and 365 stat. */
export function knownFiles(): typeof listFiles {
  let known = new Map<string, KnownDay>();
  return async (dir: string, fs?: StoreFs) => {
    const now = new Map<string, KnownDay>();
    const files: LakeFile[] = [];
    for (const day of await listDays(dir, fs)) {
      const mtime = statSync(dayDir(dir, day), { bigint: true, throwIfNoEntry: false })?.mtimeNs;
      if (mtime === undefined) continue;
      const before = known.get(day);
      const entry = before?.mtime === mtime ? before : { mtime, files: visible(await filesOfDay(dir, day, fs)) };
      files.push(...entry.files);
      if (Date.now() - Number(mtime / 1_000_000n) > SETTLED_MS) now.set(day, entry);
    }
    known = now;
    return files;
  };
}
