/** The listing: which files and masks make up the lake at this moment. */
import { namesIn, realFs, type StoreFs } from "../fs.ts";
import { maskNames, mergeMasks, readMasks } from "./masks.ts";
import { callsDir, dayDir, dayOfFolder, type LakeFile, parseLakeFile, visible } from "./names.ts";

export interface Listing {
  /** The visible files, newest day first. */
  readonly files: LakeFile[];
  /** id -> rows of it below this rev must not be shown. */
  readonly masks: ReadonlyMap<string, number>;
}

const TRIES_MAX = 50;

/** The days that have a folder, newest first. */
export async function listDays(dir: string, fs: StoreFs = realFs): Promise<string[]> {
  const days = (await namesIn(callsDir(dir), fs)).map(dayOfFolder).filter((day) => day !== null);
  return days.sort().reverse();
}

/** Every file of ours in a day's folder, the invisible ones too. */
export async function filesOfDay(dir: string, day: string, fs: StoreFs = realFs): Promise<LakeFile[]> {
  const names = await namesIn(dayDir(dir, day), fs);
  return names.map((name) => parseLakeFile(dir, day, name)).filter((file) => file !== null);
}

/** The visible files of one day. */
export async function visibleOfDay(dir: string, day: string, fs: StoreFs = realFs): Promise<LakeFile[]> {
  return visible(await filesOfDay(dir, day, fs));
}

/** All visible files, newest day first; folders that vanish meanwhile count as empty. */
export async function listFiles(dir: string, fs: StoreFs = realFs): Promise<LakeFile[]> {
  const files: LakeFile[] = [];
  for (const day of await listDays(dir, fs)) files.push(...(await filesOfDay(dir, day, fs)));
  return visible(files);
}

/** Files and masks of one moment: masks are read before and after, and all is read again if they changed. `list` may be a listing that remembers. */
export async function listLake(
  dir: string,
  fs: StoreFs = realFs,
  list: typeof listFiles = listFiles,
): Promise<Listing> {
  for (let tries = 1; ; tries++) {
    const masks = await readMasks(dir, fs);
    const files = await list(dir, fs);
    const after = await maskNames(dir, fs);
    const same = after.length === masks.length && masks.every((mask) => after.includes(mask.name));
    if (same) return { files, masks: mergeMasks(masks) };
    if (tries >= TRIES_MAX)
      throw new Error(`The masks of ${dir} changed ${TRIES_MAX} times while the lake was listed; ask again.`);
  }
}
