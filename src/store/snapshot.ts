/** The snapshot: all calls of one moment, as Parquet files, masks and the journal's fresh rows. */

import { realFs } from "./fs.ts";
import type { FreshRow, JournalFollower } from "./journal/follower.ts";
import { listFiles, listLake } from "./lake/listing.ts";
import { maskNames } from "./lake/masks.ts";
import { covers, type LakeFile } from "./lake/names.ts";

export interface Snapshot {
  /** The visible files, newest day first. */
  readonly files: LakeFile[];
  /** id -> rows of it in the files whose rev is below this must not be shown. */
  readonly masks: ReadonlyMap<string, number>;
  /** Rows that no file covers and no mask hides, one an id; the files may still have an older revision of one. */
  readonly fresh: FreshRow[];
}

const TRIES_MAX = 50;

/**
 * Takes a snapshot. Fresh rows come before the listing: a row published meanwhile is then in the listing.
 * Whoever reads the files and finds one gone ("No such file") takes a new snapshot.
 */
export async function takeSnapshot(
  dir: string,
  follower: JournalFollower,
  list: typeof listFiles = listFiles,
): Promise<Snapshot> {
  for (let tries = 1; ; tries++) {
    // A mask made after the poll could hide an old row whose new one we have not read: then all is done again.
    const before = (await maskNames(dir)).join();
    await follower.poll();
    const { files, masks } = await listLake(dir, realFs, list);
    if ((await maskNames(dir)).join() === before)
      return { files, masks, fresh: freshRows(follower.rows(), files, masks) };
    if (tries >= TRIES_MAX)
      throw new Error(`The masks of ${dir} changed ${TRIES_MAX} times while a snapshot was taken; ask again.`);
  }
}

function freshRows(
  rows: readonly FreshRow[],
  files: readonly LakeFile[],
  masks: ReadonlyMap<string, number>,
): FreshRow[] {
  const ranges = Map.groupBy(files, (file) => `${file.day} ${file.writer}`);
  const best = new Map<string, FreshRow>();
  for (const row of rows) {
    if (covers(ranges.get(`${row.day} ${row.writer}`) ?? [], row.writer, row.segment, row.day)) continue;
    if (row.rev < (masks.get(row.id) ?? Number.MIN_SAFE_INTEGER)) continue;
    const known = best.get(row.id);
    if (known === undefined || row.rev > known.rev) best.set(row.id, row);
  }
  return [...best.values()];
}
