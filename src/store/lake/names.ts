/** The names of the lake's files: how they are built and read, and which of them readers may see. */
import { join, resolve } from "node:path";
import { isDay } from "../../record/index.ts";

/** One Parquet file: the rows of one UTC day, from a range of one writer's segments. */
export interface LakeFile {
  readonly day: string;
  readonly writer: string;
  readonly first: number;
  readonly last: number;
  readonly generation: number;
  /** Absolute. */
  readonly path: string;
}

/** What a file is called by, without the folder it is in. */
export type LakeFileKey = Omit<LakeFile, "path">;

const SEGMENT_MAX = 99_999_999;
const WRITER = /^[a-z0-9][a-z0-9-]{0,199}$/;
const FILE = /^([a-z0-9][a-z0-9-]*)\.(\d{8})-(\d{8})\.g(\d{1,9})\.parquet$/;
const FOLDER = /^day=(\d{4}-\d{2}-\d{2})$/;

export function callsDir(dir: string): string {
  return resolve(dir, "calls");
}

/** The folder of one UTC day. */
export function dayDir(dir: string, day: string): string {
  if (!isDay(day))
    throw new RangeError(`A day of the lake is a date such as 2026-11-21; it is ${JSON.stringify(day)}.`);
  return join(callsDir(dir), `day=${day}`);
}

/** The day a folder's name stands for, or null if it is not a day's folder. */
export function dayOfFolder(name: string): string | null {
  const day = FOLDER.exec(name)?.[1];
  return day !== undefined && isDay(day) ? day : null;
}

/** Where retention moves a day; the second part keeps two days of the same name apart. */
export function trashPath(dir: string, day: string, nowMs: number): string {
  return join(dir, "trash", `day=${day}.${nowMs}`);
}

/** Day and time of removal of a name in trash/, or null. */
export function parseTrashName(name: string): { day: string; atMs: number } | null {
  const match = /^day=(\d{4}-\d{2}-\d{2})\.(\d{1,15})$/.exec(name);
  return match === null ? null : { day: match[1] ?? "", atMs: Number(match[2]) };
}

/** Whether a text can be a writer's name: lower-case letters, digits and hyphens. */
export function isWriterName(writer: string): boolean {
  return WRITER.test(writer);
}

/** The file of that key, with its path. Throws if the key can not be a name. */
export function lakeFile(dir: string, key: LakeFileKey): LakeFile {
  const { day, writer, first, last, generation } = key;
  if (!isWriterName(writer))
    throw new RangeError(
      `A writer's name has lower-case letters, digits and hyphens; it is ${JSON.stringify(writer)}.`,
    );
  for (const segment of [first, last])
    if (!Number.isInteger(segment) || segment < 0 || segment > SEGMENT_MAX)
      throw new RangeError(`A segment's number is a whole number up to ${SEGMENT_MAX}; it is ${segment}.`);
  if (first > last || !Number.isInteger(generation) || generation < 0)
    throw new RangeError(`Segments ${first} to ${last} in generation ${generation} can not be the name of a file.`);
  const range = `${String(first).padStart(8, "0")}-${String(last).padStart(8, "0")}`;
  return { ...key, path: join(dayDir(dir, day), `${writer}.${range}.g${generation}.parquet`) };
}

/** Reads the name of a file in a day's folder; null if it is not one of ours. */
export function parseLakeFile(dir: string, day: string, name: string): LakeFile | null {
  const match = FILE.exec(name);
  if (match === null) return null;
  const [first, last, generation] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (first > last) return null;
  return { day, writer: match[1] ?? "", first, last, generation, path: join(dayDir(dir, day), name) };
}

const NAMED = /day=\d{4}-\d{2}-\d{2}\/[^/'"]+\.parquet/g;

/**
 * What a text (a path, a statement) says of Parquet files of days: each by its day's folder and its name, which a file
 * and what is derived from it have in common.
 */
export function namesWithDays(text: string): string[] {
  return text.match(NAMED) ?? [];
}

/** Throws unless every two ranges of a writer and day are nested or disjoint. */
export class CrossingRanges extends Error {
  override readonly name = "CrossingRanges";
  constructor(a: LakeFile, b: LakeFile) {
    super(
      `The ranges of ${a.path} and ${b.path} cross; ranges of one writer and day are nested or disjoint. Run "call-lake verify".`,
    );
  }
}

const compare = (a: LakeFile, b: LakeFile) =>
  (a.day < b.day ? 1 : a.day > b.day ? -1 : 0) ||
  (a.writer < b.writer ? -1 : a.writer > b.writer ? 1 : 0) ||
  a.first - b.first ||
  b.last - a.last ||
  b.generation - a.generation;

/**
 * The files readers may see, newest day first. A file is invisible iff another of the same writer and day contains its
 * range and is larger, or has the same range and a higher generation. Throws CrossingRanges.
 */
export function visible(files: readonly LakeFile[]): LakeFile[] {
  const seen: LakeFile[] = [];
  for (const file of [...files].sort(compare)) {
    // Sorted so, whatever contains a file comes before it, and the last one taken reaches furthest.
    const outer = seen.at(-1);
    if (outer !== undefined && outer.day === file.day && outer.writer === file.writer && file.first <= outer.last) {
      if (file.last > outer.last) throw new CrossingRanges(outer, file);
      continue;
    }
    seen.push(file);
  }
  return seen;
}

/** Whether the lake already has what that segment holds for that day (perhaps nothing, after an erasure). */
export function covers(files: readonly LakeFile[], writer: string, segment: number, day: string): boolean {
  return files.some((f) => f.day === day && f.writer === writer && f.first <= segment && segment <= f.last);
}

/** Whether `outer` hides `inner` from readers. */
export function hides(outer: LakeFile, inner: LakeFile): boolean {
  if (outer.day !== inner.day || outer.writer !== inner.writer) return false;
  if (outer.first === inner.first && outer.last === inner.last) return outer.generation > inner.generation;
  return outer.first <= inner.first && inner.last <= outer.last;
}
