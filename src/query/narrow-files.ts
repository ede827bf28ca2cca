/** Which files of the lake have a narrow file that counts: asked of its footer once, and of the disk whenever it is used. */
import { statSync } from "node:fs";
import { derivedPath } from "../store/lake/derived.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { NARROW_BYTES_KEY, NARROW_VERSION, NARROW_VERSION_KEY, narrowFooters } from "../store/lake/narrow.ts";
import type { QueryEngine } from "./engine.ts";
import { StatementError } from "./errors.ts";
import { parseRow, type Row, textOf } from "./rows.ts";

/** A file without a narrow file that counts is looked at again after this long. */
const AGAIN_MS = 2_000;
const FILES_AT_ONCE = 500;

export class NarrowFiles {
  readonly #dir: string;
  readonly #engine: QueryEngine;
  readonly #log: (message: string) => void;
  /** By path of the lake's file: its narrow file, or when to look again. */
  #known = new Map<string, string | number>();

  constructor(dir: string, engine: QueryEngine, log: (message: string) => void) {
    this.#dir = dir;
    this.#engine = engine;
    this.#log = log;
  }

  /** Looks at the narrow files of files that are new, and forgets those of files that are gone. */
  async learn(files: readonly LakeFile[]): Promise<void> {
    const now = performance.now();
    const there = files.filter((file) => {
      const known = this.#known.get(file.path) ?? 0;
      if (typeof known === "string" || known > now) return false;
      if (statSync(derivedPath(this.#dir, "narrow", file), { throwIfNoEntry: false })) return true;
      this.#known.set(file.path, now + AGAIN_MS);
      return false;
    });
    for (let at = 0; at < there.length; at += FILES_AT_ONCE) await this.#check(there.slice(at, at + FILES_AT_ONCE));
    if (this.#known.size > 2 * files.length + FILES_AT_ONCE) {
      const here = new Set(files.map((file) => file.path));
      for (const path of this.#known.keys()) if (!here.has(path)) this.#known.delete(path);
    }
  }

  /** The narrow file that may be read instead of that file; null where there is none, or no longer. */
  pathOf(file: LakeFile): string | null {
    const known = this.#known.get(file.path);
    if (typeof known !== "string") return null;
    if (statSync(known, { throwIfNoEntry: false })) return known;
    // Removed, perhaps because its file is going; if that stays, the etl makes it again.
    this.#known.set(file.path, performance.now() + AGAIN_MS);
    return null;
  }

  async #check(files: readonly LakeFile[]): Promise<void> {
    const paths = new Map(files.map((file) => [derivedPath(this.#dir, "narrow", file), file]));
    const said: Row[] = [];
    try {
      for await (const chunk of this.#engine.run(narrowFooters([...paths.keys()]), []))
        said.push(...chunk.map(parseRow));
    } catch (error) {
      if (!(error instanceof StatementError) || error.fatal) throw error;
      const [only] = files;
      if (files.length > 1) {
        // One of them is torn, or went away: by halves until it is found.
        const middle = files.length >> 1;
        await this.#check(files.slice(0, middle));
        await this.#check(files.slice(middle));
      } else if (only && !error.fileVanished) {
        this.#known.set(only.path, Number.POSITIVE_INFINITY);
        const why = error.message.split("\n")[0];
        this.#log(`The narrow file of ${only.path} cannot be read, so the file itself is: ${why}`);
      }
      return;
    }
    const byPath = Map.groupBy(said, (row) => textOf(row["path"]));
    for (const [path, file] of paths) {
      const of = (key: string) => Number(textOf(byPath.get(path)?.find((row) => row["key"] === key)?.["value"]) ?? -1);
      const size = statSync(file.path, { throwIfNoEntry: false })?.size;
      const counts = of(NARROW_VERSION_KEY) === NARROW_VERSION && of(NARROW_BYTES_KEY) === size;
      this.#known.set(file.path, counts ? path : performance.now() + AGAIN_MS);
    }
  }
}
