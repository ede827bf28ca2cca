/** Which files of the lake have a narrow file that counts: asked of its footer once, and of the disk whenever it is used. */
import { statSync } from "node:fs";
import { derivedPath } from "../store/lake/derived.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { NARROW_BYTES_KEY, NARROW_VERSION, NARROW_VERSION_KEY, narrowFooters } from "../store/lake/narrow.ts";
import { quote } from "../store/lake/sql.ts";
import { byHalves } from "./by-halves.ts";
import type { QueryEngine } from "./engine.ts";
import type { StatementError } from "./errors.ts";
import { parseRow, type Row, textOf } from "./rows.ts";

/** A narrow file that counts, as it was when that was found. */
interface Known {
  readonly path: string;
  readonly size: number;
}

/** A file without a narrow file that counts is looked at again after this long. */
const AGAIN_MS = 2_000;
const FILES_AT_ONCE = 500;

export class NarrowFiles {
  readonly #dir: string;
  readonly #engine: QueryEngine;
  readonly #log: (message: string) => void;
  /** By path of the lake's file: its narrow file, or when to look again. */
  #known = new Map<string, Known | number>();

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
      if (typeof known === "object" || known > now) return false;
      if (statSync(derivedPath(this.#dir, "narrow", file), { throwIfNoEntry: false })) return true;
      this.#known.set(file.path, now + AGAIN_MS);
      return false;
    });
    for (let at = 0; at < there.length; at += FILES_AT_ONCE)
      await byHalves(there.slice(at, at + FILES_AT_ONCE), {
        ask: (some) => this.#check(some),
        refuse: (file, error) => {
          // One that went away is looked for again by the next question.
          if (!error.fileVanished) this.#refuse(file.path, error);
        },
      });
    if (this.#known.size > 2 * files.length + FILES_AT_ONCE) {
      const here = new Set(files.map((file) => file.path));
      for (const path of this.#known.keys()) if (!here.has(path)) this.#known.delete(path);
    }
  }

  /** The narrow file that may be read instead of that file; null where there is none, or no longer. */
  pathOf(file: LakeFile): string | null {
    const known = this.#known.get(file.path);
    if (typeof known !== "object") return null;
    if (statSync(known.path, { throwIfNoEntry: false })?.size === known.size) return known.path;
    // Removed, perhaps because its file is going; if that stays, the etl makes it again. Or cut off.
    this.#known.set(file.path, performance.now() + AGAIN_MS);
    return null;
  }

  /** Whether the statement failed for a narrow file: that one does not count any more, and the question can be asked again. */
  async find(error: StatementError, statement: string): Promise<boolean> {
    const asked = [...this.#known].flatMap(([file, known]) =>
      typeof known === "object" && statement.includes(quote(known.path)) ? [{ file, path: known.path }] : [],
    );
    const named = asked.filter(({ path }) => error.message.includes(path));
    // One that is simply gone is no longer there when the question is asked again.
    if (error.fileVanished || asked.length === 0) return false;
    if (named.length === 0) return this.#among(asked);
    for (const { file } of named) this.#refuse(file, error);
    return true;
  }

  /** Reads all of those narrow files, and refuses those it fails for. */
  #among(asked: readonly { file: string; path: string }[]): Promise<boolean> {
    return byHalves(asked, {
      ask: async (some) => {
        const paths = some.map(({ path }) => quote(path)).join(", ");
        const read = `SELECT count(*) AS calls FROM (SELECT hash(f) AS h FROM read_parquet([${paths}], hive_partitioning = false) AS f) WHERE h = 0`;
        for await (const _ of this.#engine.run(read, [], undefined, undefined, "heavy"));
      },
      refuse: ({ file }, error) => this.#refuse(file, error),
    });
  }

  /** Does not read the narrow file of that file again. */
  #refuse(path: string, error: StatementError): void {
    this.#known.set(path, Number.POSITIVE_INFINITY);
    this.#log(`The narrow file of ${path} cannot be read, so the file itself is: ${error.message.split("\n")[0]}`);
  }

  async #check(files: readonly LakeFile[]): Promise<void> {
    const paths = new Map(files.map((file) => [derivedPath(this.#dir, "narrow", file), file]));
    const said: Row[] = [];
    for await (const chunk of this.#engine.run(narrowFooters([...paths.keys()]), [])) said.push(...chunk.map(parseRow));
    const byPath = Map.groupBy(said, (row) => textOf(row["path"]));
    for (const [path, file] of paths) {
      const of = (key: string) => Number(textOf(byPath.get(path)?.find((row) => row["key"] === key)?.["value"]) ?? -1);
      const bytes = statSync(file.path, { throwIfNoEntry: false })?.size;
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? -1;
      const counts = of(NARROW_VERSION_KEY) === NARROW_VERSION && of(NARROW_BYTES_KEY) === bytes;
      this.#known.set(file.path, counts ? { path, size } : performance.now() + AGAIN_MS);
    }
  }
}
