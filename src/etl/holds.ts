/** Holds: filters that keep calls from retention and erasure until somebody removes them. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isDay, RULE_COLUMNS, type Where, whereOf } from "../record/index.ts";
import { ensureDir, namesIn, placeFile, realFs, removeFile, type StoreFs, unlessCode } from "../store/fs.ts";
import { tmpPath } from "../store/lake/layout.ts";
import { appendReceipt } from "./audit.ts";
import { type JobOptions, runJob } from "./job.ts";

export interface Hold {
  readonly id: string;
  readonly where: Where;
  readonly who: string;
  readonly at: string;
  readonly why: string;
}

/** Columns by which a hold or an erasure names a person. */
export const PERSONAL = ["user_id", "device_id", "caller_number", "caller_name", "called_number"] as const;
const HOLD_COLUMNS = [...RULE_COLUMNS, "id", "call_id", "session_id", ...PERSONAL, "start_date", "end_date"];
const FILE = /^(hold-[0-9a-f]{12})\.json$/;
const WHY_CHARACTERS_MAX = 2_000;

const holdsDir = (dir: string) => join(dir, "holds");

/** The holds of a folder, oldest first. Throws a sentence for one that cannot be read: then nothing may be dropped. */
export async function listHolds(dir: string, fs: StoreFs = realFs): Promise<Hold[]> {
  const holds: Hold[] = [];
  for (const name of await namesIn(holdsDir(dir), fs)) {
    if (!FILE.test(name)) continue;
    const bytes = await unlessCode(fs.readFile(join(holdsDir(dir), name)), "ENOENT");
    if (bytes !== undefined) holds.push(holdOf(name, bytes.toString("utf8")));
  }
  return holds.sort((a, b) => (a.at < b.at ? -1 : 1));
}

function holdOf(name: string, text: string): Hold {
  try {
    const { id, where, who, at, why } = JSON.parse(text) as Record<string, unknown>;
    const told = (value: unknown) => (typeof value === "string" ? value : "");
    return { id: told(id), where: holdWhere(where), who: told(who), at: told(at), why: told(why) };
  } catch (error) {
    throw new Error(`holds/${name} can not be read, so nothing is dropped: ${(error as Error).message}`);
  }
}

function holdWhere(value: unknown): Where {
  const where = whereOf(value, HOLD_COLUMNS, "hold");
  if (Object.keys(where).length === 0) throw new RangeError("hold.where needs at least one column.");
  for (const column of ["start_date", "end_date"])
    for (const day of where[column] ?? [])
      if (!isDay(day) || where[column]?.length !== 1)
        throw new RangeError(`hold.where.${column} must be one day such as 2026-11-21; it is ${JSON.stringify(day)}.`);
  return where;
}

/** Keeps what fits `where` from now on. Throws a sentence for a filter that is none. */
export async function addHold(
  dir: string,
  given: { where: unknown; who: string; why: string },
  options: JobOptions = {},
): Promise<Hold> {
  const where = holdWhere(given.where);
  const why = given.why.trim().slice(0, WHY_CHARACTERS_MAX);
  if (why === "") throw new RangeError("A hold needs a reason: who finds it in a year must know why it is there.");
  return runJob(dir, options, async (job) => {
    const id = `hold-${randomBytes(6).toString("hex")}`;
    const hold = { id, where, who: given.who, at: new Date(job.now()).toISOString(), why };
    await ensureDir(holdsDir(dir), job.fs);
    // Kill: it is there or not. The receipt comes after it, without its filter: that may name a person.
    await placeFile(join(holdsDir(dir), `${id}.json`), `${JSON.stringify(hold)}\n`, tmpPath(dir, "json"), job.fs);
    await receiptOf(dir, "hold", hold, given.who, hold.at, job.fs);
    return hold;
  });
}

/** Lifts a hold; false if there is none of that id. */
export function removeHold(dir: string, id: string, who: string, options: JobOptions = {}): Promise<boolean> {
  return runJob(dir, options, async (job) => {
    const hold = (await listHolds(dir, job.fs)).find((one) => one.id === id);
    if (hold === undefined) return false;
    await liftHold(dir, hold, who, new Date(job.now()).toISOString(), job.fs);
    return true;
  });
}

/** The same, inside a job that holds the lock. Kill before the receipt: the hold is gone without one. */
export async function liftHold(dir: string, hold: Hold, who: string, at: string, fs: StoreFs): Promise<void> {
  await removeFile(join(holdsDir(dir), `${hold.id}.json`), fs);
  await fs.fsyncDir(holdsDir(dir));
  await receiptOf(dir, "unhold", hold, who, at, fs);
}

function receiptOf(dir: string, action: "hold" | "unhold", hold: Hold, who: string, at: string, fs: StoreFs) {
  const act = `${action}:${hold.id}`;
  return appendReceipt(dir, { action, at, who, act, deleted: 0, files: [], holds: [hold.id] }, fs);
}
