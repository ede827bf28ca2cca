/** A file system and a DuckDB that number every call that changes something, and die at the k-th. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { LakeDb } from "../../src/etl/duckdb.ts";
import { realFs, type StoreFs } from "../../src/store/fs.ts";

/** SIGKILL, as far as a test in one process can have it: nothing works after it. */
export class Kill extends Error {
  override readonly name = "Kill";
}

export interface KillPoint {
  /** The number of the call, from 1. */
  readonly at: number;
  /** `half`: a write or COPY has put a part of its bytes on disk. */
  readonly mode: "before" | "half";
}

/** Without the waiting for the disk: the machine of these tests keeps its power. */
export const hastyFs: StoreFs = { ...realFs, fsyncFile: async () => {}, fsyncDir: async () => {} };

/** The calls that change the disk, or promise that it is changed. A kill at a read is one before the next of these. */
const STEPS = ["fsyncFile", "fsyncDir", "link", "unlink", "rename", "mkdir", "rmdir", "utimes"] as const;

/** What a run did: its steps in order, with the marks of those that can be half done. */
export interface Steps {
  readonly names: string[];
  readonly torn: number[];
}

/** The wrapped file system and DuckDB; without a point nothing dies, and the steps are counted. */
export function killing(db: LakeDb, point: KillPoint | null): { fs: StoreFs; db: LakeDb; steps: Steps } {
  const steps: Steps = { names: [], torn: [] };
  let dead = false;
  const alive = () => {
    if (dead) throw new Kill("dead");
  };
  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    alive();
    return read();
  };
  const step = async (name: string, work: () => Promise<void>, half?: () => Promise<void> | void): Promise<void> => {
    alive();
    steps.names.push(name);
    if (half !== undefined) steps.torn.push(steps.names.length);
    if (point?.at === steps.names.length) {
      dead = true;
      if (point.mode === "half") await half?.();
      throw new Kill(`killed at ${point.at} (${point.mode}): ${name}`);
    }
    await work();
  };
  const fs: StoreFs = {
    ...hastyFs,
    readdir: (path) => reading(() => realFs.readdir(path)),
    readFile: (path) => reading(() => realFs.readFile(path)),
    stat: (path) => reading(() => realFs.stat(path)),
    writeFile: (path, data) =>
      step(
        `writeFile ${path}`,
        () => realFs.writeFile(path, data),
        () => writeFileSync(path, halfOf(data), { flag: "wx" }),
      ),
    appendFile: (path, data) =>
      step(
        `appendFile ${path}`,
        () => realFs.appendFile(path, data),
        () => realFs.appendFile(path, halfOf(data)),
      ),
  };
  for (const name of STEPS) {
    const real = hastyFs[name] as (...paths: unknown[]) => Promise<void>;
    Object.assign(fs, { [name]: (...paths: unknown[]) => step(`${name} ${paths.join(" ")}`, () => real(...paths)) });
  }
  const wrapped: LakeDb = {
    ...db,
    copy: (select, path) =>
      step(
        `COPY ${path}`,
        () => db.copy(select, path),
        async () => {
          await db.copy(select, path);
          truncateSync(path, Math.floor(readFileSync(path).length / 2));
        },
      ),
  };
  return { fs, db: wrapped, steps };
}

/**
 * Every point at which that run can die and leave another folder than at the point before: an fsync changes no byte, so
 * what a kill leaves behind it is what one before it leaves.
 */
export function pointsOf(steps: Steps): KillPoint[] {
  const each = steps.names.map((_, index) => ({ at: index + 1, mode: "before" as const }));
  const before = each.filter(({ at }) => !steps.names[at - 2]?.startsWith("fsync"));
  return [...before, ...steps.torn.map((at) => ({ at, mode: "half" as const }))];
}

function halfOf(data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
