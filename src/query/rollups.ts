/** Rollups in the engine's memory: each file's sums are loaded once, for the groups that are asked for. */
import { statSync } from "node:fs";
import { derivedPath } from "../store/lake/derived.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { PART_NAMES, PARTS, type PartName, ROLLUP_VERSIONS_READ } from "../store/lake/rollup-parts.ts";
import { quote } from "../store/lake/sql.ts";
import { byHalves } from "./by-halves.ts";
import type { QueryEngine } from "./engine.ts";
import { EngineLostError, type StatementError } from "./errors.ts";
import type { Group } from "./rollup-groups.ts";
import { numberOf, parseRow, textOf } from "./rows.ts";
import type { View } from "./view.ts";

/** Groups kept in memory; at ten million calls one takes about 15 MB. */
const GROUPS_MAX = 12;
/** A file without a rollup is looked at again after this long. */
const AGAIN_MS = 2_000;
const FILES_AT_ONCE = 500;

/** A file of the lake whose rollup may be used. */
export interface RolledUp {
  readonly file: LakeFile;
  /** What its rows in memory are called by. */
  readonly number: number;
  readonly rollup: string;
}

/** What a question may use until it gives it back. */
export interface Held {
  readonly files: readonly RolledUp[];
  /** Numbers of the groups. */
  readonly groups: readonly number[];
  release(): void;
}

interface LoadedGroup {
  readonly number: number;
  readonly files: Set<number>;
}

export class Rollups {
  readonly #dir: string;
  readonly #engine: QueryEngine;
  readonly #log: (message: string) => void;
  #generation = 0;
  #numbers = 0;
  /** By path of the lake's file. */
  #good = new Map<string, RolledUp>();
  /** Path -> when to look again. */
  #missing = new Map<string, number>();
  #groups = new Map<string, LoadedGroup>();
  readonly #held = new Set<Held>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(dir: string, engine: QueryEngine, log: (message: string) => void) {
    this.#dir = dir;
    this.#engine = engine;
    this.#log = log;
  }

  /**
   * The rolled up ones of the view's files that `wants` names, with the sums of these groups in memory; without groups
   * the files alone. Throws EngineLostError when the engine has been started anew since the view was taken.
   */
  hold(view: View, wants: (file: LakeFile) => boolean, groups: readonly Group[]): Promise<Held> {
    const held = this.#turn.then(() => this.#hold(view, wants, groups));
    this.#turn = held.catch(() => undefined);
    return held;
  }

  async #hold(view: View, wants: (file: LakeFile) => boolean, groups: readonly Group[]): Promise<Held> {
    if (view.generation !== this.#engine.generation) throw new EngineLostError("The query engine was started anew.");
    if (view.generation !== this.#generation) await this.#begin(view.generation);
    await this.#learn(view.files.filter((file) => !this.#good.has(file.path) && wants(file)));
    await this.#sweep(view);
    const files = view.files.flatMap((file) => (wants(file) ? (this.#good.get(file.path) ?? []) : []));
    const numbers: number[] = [];
    for (const group of groups) numbers.push(await this.#load(group, files));
    await this.#forget(groups);
    // A rollup that could not be loaded has left `good` meanwhile.
    const held: Held = {
      files: files.filter(({ file }) => this.#good.has(file.path)),
      groups: numbers,
      release: () => this.#held.delete(held),
    };
    this.#held.add(held);
    return held;
  }

  async #begin(generation: number): Promise<void> {
    for (const part of [...PART_NAMES, "caller_rest"] as const) {
      const { keys, sums } = partOf(part);
      const columns = [
        "file INTEGER, grp INTEGER",
        ...Object.entries(keys).map(([key, type]) => `${key} ${type === "BIGINT" ? "INTEGER" : type}`),
        ...sums.map((sum) => `${sum} BIGINT`),
      ];
      await this.#engine.execute(`CREATE OR REPLACE TABLE rollup_${part} (${columns.join(", ")})`, [], generation);
    }
    this.#generation = generation;
    this.#good = new Map();
    this.#missing = new Map();
    this.#groups = new Map();
  }

  /** Looks which of those files have a rollup of this version that was made from that very file. */
  async #learn(files: readonly LakeFile[]): Promise<void> {
    const now = performance.now();
    const there = files.filter((file) => {
      if ((this.#missing.get(file.path) ?? 0) > now) return false;
      if (statSync(derivedPath(this.#dir, "rollups", file), { throwIfNoEntry: false })) return true;
      this.#missing.set(file.path, now + AGAIN_MS);
      return false;
    });
    // Ascending by day, so that a range of days is a range of numbers.
    there.reverse();
    for (let at = 0; at < there.length; at += FILES_AT_ONCE)
      await byHalves(there.slice(at, at + FILES_AT_ONCE), {
        ask: (some) => this.#check(some),
        refuse: (file, error) => {
          if (error.fileVanished) this.#missing.set(file.path, performance.now() + AGAIN_MS);
          else this.#refuse(file, error);
        },
      });
  }

  async #check(files: readonly LakeFile[]): Promise<void> {
    const found = new Map<string, { version: number | null; bytes: number | null }>();
    const ofPath = new Map(files.map((file) => [derivedPath(this.#dir, "rollups", file), file]));
    const statement = `SELECT filename, number, bytes FROM ${sourceOf([...ofPath.keys()])} WHERE part = 'file'`;
    for await (const chunk of this.#engine.run(statement, [], undefined, this.#generation))
      for (const row of chunk.map(parseRow))
        found.set(textOf(row["filename"]) ?? "", { version: numberOf(row["number"]), bytes: numberOf(row["bytes"]) });
    for (const [rollup, file] of ofPath) {
      const { version, bytes } = found.get(rollup) ?? {};
      const size = statSync(file.path, { throwIfNoEntry: false })?.size;
      if (ROLLUP_VERSIONS_READ.includes(version ?? 0) && bytes === size) {
        this.#good.set(file.path, { file, number: ++this.#numbers, rollup });
        this.#missing.delete(file.path);
      } else this.#missing.set(file.path, performance.now() + AGAIN_MS);
    }
  }

  /** Does not look at that rollup again. */
  #refuse(file: LakeFile, error: StatementError): void {
    this.#missing.set(file.path, Number.POSITIVE_INFINITY);
    this.#good.delete(file.path);
    this.#log(`The rollup of ${file.path} cannot be read, so the file is scanned: ${error.message.split("\n")[0]}`);
  }

  /** Loads what is missing of a group, and gives the group's number. */
  async #load(group: Group, files: readonly RolledUp[]): Promise<number> {
    const key = `${group.column}=${group.value}`;
    const loaded = this.#groups.get(key) ?? { number: ++this.#numbers, files: new Set<number>() };
    // Last in the map is used last.
    this.#groups.delete(key);
    this.#groups.set(key, loaded);
    const missing = files.filter(({ number }) => !loaded.files.has(number));
    try {
      for (let at = 0; at < missing.length; at += FILES_AT_ONCE)
        await byHalves(missing.slice(at, at + FILES_AT_ONCE), {
          ask: (some) => this.#read(group, some),
          keep: (some) => this.#copy(loaded, some),
          refuse: ({ file }, error) => {
            if (error.fileVanished) this.#good.delete(file.path);
            else this.#refuse(file, error);
          },
        });
    } catch (error) {
      // Some tables may have those files' sums and others not. The next question loads the group under another number;
      // this one stays for those who hold it, under a key nobody asks for, until it is forgotten.
      this.#groups.delete(key);
      this.#groups.set(`${loaded.number}`, loaded);
      throw error;
    }
    return loaded.number;
  }

  /** Reads a group's sums of those files, all or none. */
  #read(group: Group, files: readonly RolledUp[]): Promise<void> {
    const list = JSON.stringify(files.map(({ rollup, number }) => ({ path: rollup, file: number })));
    return this.#engine.execute(
      `CREATE OR REPLACE TABLE rollup_loading AS SELECT f.file, r.* EXCLUDE (group_by, group_value, filename)
        FROM ${sourceOf(files.map(({ rollup }) => rollup))} AS r
        JOIN (SELECT unnest(CAST($1::JSON AS STRUCT(path VARCHAR, file INTEGER)[]), max_depth := 2)) AS f ON f.path = r.filename
        WHERE r.group_by = $2 AND r.group_value = $3`,
      [list, group.column, group.value],
      this.#generation,
    );
  }

  /** Adds what was read to what is in memory, each part to its table. */
  async #copy(loaded: LoadedGroup, files: readonly RolledUp[]): Promise<void> {
    for (const part of [...PART_NAMES, "caller_rest"] as const) {
      const { keys, sums } = partOf(part);
      const columns = [...Object.keys(keys), ...sums].join(", ");
      await this.#engine.execute(
        `INSERT INTO rollup_${part} SELECT file, ${loaded.number}, ${columns} FROM rollup_loading WHERE part = '${part}' ORDER BY file`,
        [],
        this.#generation,
      );
    }
    for (const { number } of files) loaded.files.add(number);
  }

  /** Forgets files that left the lake: an erased caller must not stay in memory. */
  async #sweep(view: View): Promise<void> {
    if (this.#good.size + this.#missing.size <= view.files.length) return;
    const here = new Set(view.files.map((file) => file.path));
    for (const path of this.#missing.keys()) if (!here.has(path)) this.#missing.delete(path);
    const used = new Set([...this.#held].flatMap((held) => held.files.map(({ file }) => file.path)));
    const gone = [...this.#good.values()].filter(({ file }) => !here.has(file.path) && !used.has(file.path));
    if (gone.length === 0) return;
    await this.#remove(`file IN (${gone.map(({ number }) => number).join(", ")})`);
    for (const { file, number } of gone) {
      this.#good.delete(file.path);
      for (const group of this.#groups.values()) group.files.delete(number);
    }
  }

  /** Forgets the groups that were not used for longest. */
  async #forget(asked: readonly Group[]): Promise<void> {
    const used = new Set([...this.#held].flatMap((held) => held.groups));
    const wanted = new Set(asked.map((group) => `${group.column}=${group.value}`));
    for (const [key, group] of this.#groups) {
      if (this.#groups.size <= GROUPS_MAX) return;
      if (used.has(group.number) || wanted.has(key)) continue;
      await this.#remove(`grp = ${group.number}`);
      this.#groups.delete(key);
    }
  }

  async #remove(condition: string): Promise<void> {
    for (const part of [...PART_NAMES, "caller_rest"] as const)
      await this.#engine.execute(`DELETE FROM rollup_${part} WHERE ${condition}`, [], this.#generation);
  }

  /** Carries out a statement that adds to what is known of callers. */
  execute(statement: string, parameters: readonly (string | number)[]): Promise<void> {
    return this.#engine.execute(statement, parameters, this.#generation);
  }
}

function partOf(part: PartName | "caller_rest"): { keys: { readonly [key: string]: string }; sums: readonly string[] } {
  return part === "caller_rest" ? { keys: {}, sums: ["calls"] } : PARTS[part];
}

function sourceOf(paths: readonly string[]): string {
  return `read_parquet([${paths.map(quote).join(", ")}], hive_partitioning = false, filename = true)`;
}
