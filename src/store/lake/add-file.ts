/** The publish primitive: a Parquet file enters the lake under its final name as a whole, durably, or not at all. */
import { dirname } from "node:path";
import { dayOf } from "../../record/index.ts";
import { ensureDir, linkDurably, realFs, removeFile, type StoreFs } from "../fs.ts";
import { raiseRecordVersion, tmpPath } from "./layout.ts";
import { filesOfDay } from "./listing.ts";
import { dayDir, hides, type LakeFile, type LakeFileKey, lakeFile, visible } from "./names.ts";

/**
 * Adds the file that `copy` writes to the path it is given. Returns false if a file of that name is there already:
 * names are never used twice, so that one has the same rows.
 */
export async function addFile(
  dir: string,
  key: LakeFileKey,
  copy: (tmp: string) => Promise<void>,
  fs: StoreFs = realFs,
): Promise<boolean> {
  const file = lakeFile(dir, key);
  const tmp = tmpPath(dir, "parquet");
  await assertOrder(dir, file, fs);
  await raiseRecordVersion(dir, fs);
  // 1. Never COPY into calls/: it is neither atomic nor durable. Kill: rubbish in tmp/, swept by recover.
  await copy(tmp);
  // 2. Kill: rubbish in tmp/.
  await fs.fsyncFile(tmp);
  // 3. Kill: an empty folder, or the file is there and whole; whoever does the job again finds the name taken.
  await ensureDir(dayDir(dir, key.day), fs);
  const added = await linkDurably(tmp, file.path, fs);
  // 4. The day's folder may be new from a killed run, whose own fsync of calls/ never came.
  await fs.fsyncDir(dirname(dirname(file.path)));
  // 5. Kill: a second name of the same file in tmp/, swept by recover.
  await removeFile(tmp, fs);
  return added;
}

/** Throws unless the new file's range is nested or disjoint and, where it replaces nothing, the writer's highest. */
async function assertOrder(dir: string, file: LakeFile, fs: StoreFs): Promise<void> {
  const others = (await filesOfDay(dir, file.day, fs)).filter((other) => other.writer === file.writer);
  visible([...others, file]);
  const replaces = others.some((other) => hides(file, other) || other.path === file.path);
  const higher = others.find((other) => other.first > file.last);
  if (!replaces && higher !== undefined)
    throw new Error(
      `${file.path} would be published after ${higher.path}; segments of a writer are published in ascending order.`,
    );
}

/** Throws if a row does not belong to the day: the day is a pure function of the id. */
export function assertDay(day: string, ids: Iterable<string>): void {
  for (const id of ids)
    if (dayOf(id) !== day) throw new Error(`The call ${id} is of ${dayOf(id)} and can not be written into day ${day}.`);
}
