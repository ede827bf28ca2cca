/** The two answers a data folder gives: the API's, through a snapshot, and plain SQL's. */
import type { LakeDb } from "../../src/etl/duckdb.ts";
import { JournalFollower } from "../../src/store/journal/follower.ts";
import { parquetSource, quote } from "../../src/store/lake/sql.ts";
import { takeSnapshot } from "../../src/store/snapshot.ts";

/** id -> rev of what is shown, and every sentence about a call that is shown twice. */
export interface Answer {
  readonly calls: ReadonlyMap<string, number>;
  readonly twice: readonly string[];
}

/** What the API would answer now. */
export async function snapshotAnswer(dir: string, db: LakeDb): Promise<Answer> {
  const { files, masks, fresh } = await takeSnapshot(dir, new JournalFollower(dir));
  const stored = await idsIn(db, parquetSource(files));
  const shown = stored.filter(({ id, rev }) => rev >= (masks.get(id) ?? Number.MIN_SAFE_INTEGER));
  const calls = new Map<string, number>();
  const twice: string[] = [];
  for (const { id, rev } of shown) {
    if (calls.has(id)) twice.push(`${id} is in two visible files`);
    calls.set(id, Math.max(rev, calls.get(id) ?? 0));
  }
  for (const { id, rev } of fresh) calls.set(id, Math.max(rev, calls.get(id) ?? 0));
  return { calls, twice };
}

/** What any tool answers that reads the folder by a glob. */
export async function plainAnswer(dir: string, db: LakeDb): Promise<Answer> {
  const glob = quote(`${dir}/calls/*/*.parquet`);
  const [any] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM glob(${glob})`);
  const rows =
    any?.["n"] === 0 ? [] : await idsIn(db, `read_parquet(${glob}, union_by_name=true, hive_partitioning=true)`);
  const calls = new Map<string, number>();
  const twice: string[] = [];
  for (const { id, rev } of rows) {
    if (calls.has(id)) twice.push(`${id} is twice in plain Parquet`);
    calls.set(id, rev);
  }
  return { calls, twice };
}

async function idsIn(db: LakeDb, source: string): Promise<{ id: string; rev: number }[]> {
  const rows = await db.rows(`SELECT id, CAST(rev AS DOUBLE) AS rev FROM ${source}`);
  return rows.map((row) => ({ id: String(row["id"]), rev: Number(row["rev"]) }));
}

/** What differs between an answer and the model; empty if nothing does. */
export function differences(answer: Answer, model: ReadonlyMap<string, number>): string[] {
  const found = [...answer.twice];
  for (const [id, rev] of model)
    if (answer.calls.get(id) !== rev) found.push(`${id} should have rev ${rev}; it has ${answer.calls.get(id)}`);
  for (const id of answer.calls.keys()) if (!model.has(id)) found.push(`${id} should not be there`);
  return found;
}
