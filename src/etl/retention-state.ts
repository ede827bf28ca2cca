/** What retention remembers between two runs: the last one carried out, a refusal, and the files that had nothing to go. */
import { join } from "node:path";
import { realFs, removeFile, type StoreFs, unlessCode } from "../store/fs.ts";
import { tmpPath } from "../store/lake/layout.ts";

export interface RetentionState {
  /** When the last run was carried out to its end, by its clock. */
  readonly last_at: string | null;
  /** Why the latest run dropped nothing. */
  readonly refused: { readonly at: string; readonly why: string } | null;
  /** Day and name of a file -> under which rules and holds it had nothing to go. A loss costs one more look. */
  readonly clean: ReadonlyMap<string, string>;
}

const statePath = (dir: string) => join(dir, "retention-state.json");

/** What is remembered; nothing where the file is missing or torn. */
export async function readState(dir: string, fs: StoreFs = realFs): Promise<RetentionState> {
  const bytes = await unlessCode(fs.readFile(statePath(dir)), "ENOENT");
  try {
    const value = JSON.parse(bytes?.toString("utf8") ?? "{}") as Record<string, unknown>;
    const { last_at, refused, clean } = value;
    const known = typeof clean === "object" && clean !== null ? Object.entries(clean) : [];
    const told = typeof refused === "object" && refused !== null && "at" in refused && "why" in refused;
    return {
      last_at: typeof last_at === "string" && !Number.isNaN(Date.parse(last_at)) ? last_at : null,
      refused: told ? { at: String(refused.at), why: String(refused.why) } : null,
      clean: new Map(known.filter((pair): pair is [string, string] => typeof pair[1] === "string")),
    };
  } catch {
    return { last_at: null, refused: null, clean: new Map() };
  }
}

/** Replaces what is remembered. Kill: the old file or the new one. */
export async function writeState(dir: string, state: RetentionState, fs: StoreFs): Promise<void> {
  const text = JSON.stringify({ ...state, clean: Object.fromEntries(state.clean) });
  const tmp = tmpPath(dir, "json");
  await fs.writeFile(tmp, `${text}\n`);
  await fs.fsyncFile(tmp);
  await fs.rename(tmp, statePath(dir));
  await fs.fsyncDir(dir);
}

/** A rewrite whose receipt is not written yet. */
export interface Doing {
  readonly day: string;
  readonly writer: string;
  readonly first: number;
  readonly last: number;
  /** Of the file that takes the place of the present one. */
  readonly generation: number;
  readonly at: string;
  readonly deleted: number;
  readonly emptied: { readonly transcript: number; readonly recordings: number };
  readonly rules: readonly string[];
}

const doingPath = (dir: string) => join(dir, "retention-doing.json");

/** Says what is about to be linked, so that its receipt is written whatever happens between the two. */
export async function writeDoing(dir: string, doing: Doing, fs: StoreFs): Promise<void> {
  const tmp = tmpPath(dir, "json");
  await fs.writeFile(tmp, `${JSON.stringify(doing)}\n`);
  await fs.fsyncFile(tmp);
  await fs.rename(tmp, doingPath(dir));
  await fs.fsyncDir(dir);
}

export async function readDoing(dir: string, fs: StoreFs): Promise<Doing | null> {
  const bytes = await unlessCode(fs.readFile(doingPath(dir)), "ENOENT");
  return bytes === undefined ? null : (JSON.parse(bytes.toString("utf8")) as Doing);
}

export async function removeDoing(dir: string, fs: StoreFs): Promise<void> {
  await removeFile(doingPath(dir), fs);
  await fs.fsyncDir(dir);
}
