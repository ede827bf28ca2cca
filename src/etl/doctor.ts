/** Doctor: looks at a data folder and its machine, says what is not well, and how to mend it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { journalCheck, maskCheck, writerCheck } from "./doctor-journal.ts";
import { derivedCheck, fileCheck, leftoverCheck, retentionCheck } from "./doctor-lake.ts";
import { clockCheck, diskCheck, permissionCheck, versionCheck } from "./doctor-machine.ts";
import { type LakeDb, openLakeDb } from "./duckdb.ts";
import type { RuleSource } from "./rules.ts";

export interface Check {
  readonly name: string;
  /** A note will mend itself, or is worth knowing. */
  readonly state: "ok" | "note" | "wrong";
  readonly what: string;
  /** How to mend it; null where there is nothing to do. */
  readonly mend: string | null;
}

export interface DoctorOptions {
  readonly retention: RuleSource;
  readonly publish_seconds: number;
  readonly now?: () => number;
  readonly db?: LakeDb;
}

/** What the checks work with. */
export interface Patient {
  readonly dir: string;
  readonly nowMs: number;
  readonly retention: RuleSource;
  readonly publish_seconds: number;
  readonly db: LakeDb;
}

/** A check gives what it found: nothing means that all is well, in the words it is named by. */
export type Examine = (patient: Patient) => Promise<Omit<Check, "name">[]>;

const CHECKS: Readonly<Record<string, Examine>> = {
  versions: versionCheck,
  permissions: permissionCheck,
  clock: clockCheck,
  disk: diskCheck,
  journal: journalCheck,
  writers: writerCheck,
  masks: maskCheck,
  files: fileCheck,
  derived: derivedCheck,
  retention: retentionCheck,
  leftovers: leftoverCheck,
};

export const ok = (what: string) => ({ state: "ok", what, mend: null }) as const;
export const note = (what: string, mend: string | null = null) => ({ state: "note", what, mend }) as const;
export const wrong = (what: string, mend: string) => ({ state: "wrong", what, mend }) as const;

/** Examines without changing anything but a file of its own in tmp/; takes no lock, so it works beside everything. */
export async function doctor(folder: string, options: DoctorOptions): Promise<Check[]> {
  const dir = resolve(folder);
  const spill = await mkdtemp(join(tmpdir(), "call-lake-doctor-"));
  const db = options.db ?? (await openLakeDb({ temp_dir: spill, memory_limit: "256MB", threads: 1 }));
  const { retention, publish_seconds } = options;
  const patient = { dir, nowMs: (options.now ?? Date.now)(), retention, publish_seconds, db };
  try {
    const checks: Check[] = [];
    for (const [name, examine] of Object.entries(CHECKS)) {
      const found = await examine(patient).catch((error: unknown) => [
        wrong(error instanceof Error ? error.message : String(error), "call-lake verify"),
      ]);
      checks.push(...found.map((one) => ({ name, ...one })));
    }
    return checks;
  } finally {
    if (options.db === undefined) db.close();
    await rm(spill, { recursive: true, force: true });
  }
}
