/** The names of the search index's parts, and their catalogues: which data files each part describes. See docs/search.md. */
import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { isDay } from "../../record/index.ts";
import {
  ensureDir,
  linkDurably,
  namesIn,
  placeFile,
  realFs,
  removeFile,
  removeTree,
  type StoreFs,
  unlessCode,
} from "../fs.ts";
import type { LakeFile } from "./names.ts";

/** A data file as a part describes it: by its number in the list, and the rows by theirs in the file. */
export interface IndexedFile {
  readonly day: string;
  /** Without the folder. */
  readonly name: string;
  readonly rows: number;
}

export interface SearchPart {
  /** 2026-10 */
  readonly month: string;
  /** When it was added, in ms since 1970: the highest that describes a file serves it. */
  readonly number: number;
  readonly files: readonly IndexedFile[];
  /** Documents, and words in all of them together. */
  readonly calls: number;
  readonly words: number;
  /** (term, file, row, frequency), in this order. */
  readonly terms: string;
  /** (file, row, words), in this order; calls without words are left out. */
  readonly docs: string;
}

const FORMAT = 1;
const FOLDER = /^month=(\d{4}-\d{2})$/;
const CATALOGUE = /^(\d{14})\.json$/;
const PART = /^(\d{14})\.(terms|docs)\.parquet$/;
const TMP_PREFIX = "search-";

const searchDir = (dir: string) => join(dir, "search");
const monthDir = (dir: string, month: string) => join(searchDir(dir), `month=${month}`);
const stem = (number: number) => String(number).padStart(14, "0");

/** By what a part's catalogue names a file of the lake. */
export function indexKey(file: LakeFile): string {
  return `${file.day}/${basename(file.path)}`;
}

export const monthOf = (day: string): string => day.slice(0, 7);

/** A new name in tmp/ for building an index, which goes on beside the jobs that hold the lock. */
export function searchTmpPath(dir: string, extension: string): string {
  return join(dir, "tmp", `${TMP_PREFIX}${randomUUID()}.${extension}`);
}

/** Removes what is being built, so that no text that must go is left in it; the builder finds it gone and gives up. */
export async function removeSearchTmp(dir: string, fs: StoreFs = realFs): Promise<void> {
  for (const name of await namesIn(join(dir, "tmp"), fs)) {
    // A spill folder holds texts as well; its DuckDB fails at the next file, and the part is begun again.
    if (name.startsWith(TMP_PREFIX) && /\.(parquet|spill)$/.test(name)) await removeTree(join(dir, "tmp", name), fs);
  }
}

/** The months that have an index, newest first. */
export async function listIndexedMonths(dir: string, fs: StoreFs = realFs): Promise<string[]> {
  const months = (await namesIn(searchDir(dir), fs)).map((name) => FOLDER.exec(name)?.[1]);
  return months
    .filter((month) => month !== undefined)
    .sort()
    .reverse();
}

/** The parts of one month, the highest number first. `known` keeps what was read: a name is never written twice. */
export async function listParts(
  dir: string,
  month: string,
  fs: StoreFs = realFs,
  known?: Map<string, SearchPart>,
): Promise<SearchPart[]> {
  const parts: SearchPart[] = [];
  for (const name of (await namesIn(monthDir(dir, month), fs)).sort().reverse()) {
    const number = CATALOGUE.exec(name)?.[1];
    if (number === undefined) continue;
    const path = join(monthDir(dir, month), name);
    const before = known?.get(path);
    const bytes = before ? undefined : await unlessCode(fs.readFile(path), "ENOENT");
    const part = before ?? (bytes && parsePart(dir, month, Number(number), bytes.toString("utf8")));
    if (!part) continue;
    known?.set(path, part);
    parts.push(part);
  }
  return parts;
}

/** The part that serves each file: the highest that describes it. By indexKey. */
export function servedBy(parts: readonly SearchPart[]): Map<string, { part: SearchPart; number: number }> {
  const served = new Map<string, { part: SearchPart; number: number }>();
  for (const part of [...parts].sort((a, b) => a.number - b.number)) {
    for (const [number, file] of part.files.entries()) served.set(`${file.day}/${file.name}`, { part, number });
  }
  return served;
}

/** What a new part says of itself. */
export interface BuiltPart {
  readonly files: readonly IndexedFile[];
  readonly words: number;
}

/**
 * Adds a part whose two files are in tmp/, durable. Only for the holder of the lock. The catalogue comes last: a kill
 * before it leaves files that nobody reads, which `sweepParts` removes.
 */
export async function addPart(
  dir: string,
  month: string,
  built: BuiltPart,
  tmp: { terms: string; docs: string },
  nowMs: number,
  fs: StoreFs = realFs,
): Promise<SearchPart> {
  const folder = monthDir(dir, month);
  await ensureDir(folder, fs);
  const taken = (await namesIn(folder, fs)).map((name) => Number(/^\d{14}/.exec(name)?.[0] ?? 0));
  // By the clock, so that the number of a part that is gone is not given again: readers remember catalogues by name.
  const number = Math.max(nowMs, ...taken.map((before) => before + 1));
  await fs.fsyncFile(tmp.terms);
  await fs.fsyncFile(tmp.docs);
  await linkDurably(tmp.terms, join(folder, `${stem(number)}.terms.parquet`), fs);
  await linkDurably(tmp.docs, join(folder, `${stem(number)}.docs.parquet`), fs);
  const files = built.files.map(({ day, name, rows }) => ({ day, name, rows }));
  const text = `${JSON.stringify({ format: FORMAT, words: built.words, files })}\n`;
  await placeFile(join(folder, `${stem(number)}.json`), text, searchTmpPath(dir, "json"), fs);
  await removeFile(tmp.terms, fs);
  await removeFile(tmp.docs, fs);
  const part = parsePart(dir, month, number, text);
  if (!part) throw new Error(`The part ${number} of ${month} could not be read back.`);
  return part;
}

/** Removes a part, its catalogue first. A kill between leaves files that nobody reads. */
export async function removePart(dir: string, part: SearchPart, fs: StoreFs = realFs): Promise<void> {
  await removeFile(join(monthDir(dir, part.month), `${stem(part.number)}.json`), fs);
  await fs.fsyncDir(monthDir(dir, part.month));
  await removeFile(part.terms, fs);
  await removeFile(part.docs, fs);
  await fs.fsyncDir(monthDir(dir, part.month));
}

/** Removes every part that describes a file for which `says` so. Only for the holder of the lock. */
export async function dropParts(
  dir: string,
  day: string,
  says: (file: IndexedFile) => boolean,
  fs: StoreFs = realFs,
): Promise<void> {
  await removeSearchTmp(dir, fs);
  for (const part of await listParts(dir, monthOf(day), fs)) if (part.files.some(says)) await removePart(dir, part, fs);
  await sweepParts(dir, monthOf(day), fs);
}

/** Removes files of parts that have no catalogue: of a kill. Only for the holder of the lock. */
export async function sweepParts(dir: string, month: string, fs: StoreFs = realFs): Promise<void> {
  const names = await namesIn(monthDir(dir, month), fs);
  for (const name of names) {
    const number = PART.exec(name)?.[1];
    if (number !== undefined && !names.includes(`${number}.json`))
      await removeFile(join(monthDir(dir, month), name), fs);
  }
}

function parsePart(dir: string, month: string, number: number, text: string): SearchPart | null {
  const value = parsed(text);
  if (value === null || value.format !== FORMAT || typeof value.words !== "number" || !Array.isArray(value.files)) {
    return null;
  }
  const files: IndexedFile[] = [];
  let calls = 0;
  for (const file of value.files as unknown[]) {
    if (typeof file !== "object" || file === null || !("day" in file && "name" in file && "rows" in file)) return null;
    const { day, name, rows } = file;
    if (typeof day !== "string" || !isDay(day) || typeof name !== "string" || typeof rows !== "number") return null;
    files.push({ day, name, rows });
    calls += rows;
  }
  const path = (what: string) => join(monthDir(dir, month), `${stem(number)}.${what}.parquet`);
  return { month, number, files, calls, words: value.words, terms: path("terms"), docs: path("docs") };
}

function parsed(text: string): { format?: unknown; words?: unknown; files?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}
