/** What the tests of imports share: golden sources, and the records of a folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openCallLake, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";

export const GOLDEN = join(import.meta.dirname, "golden");

/** Every record of a folder, by start and call_id. */
export async function recordsOf(dir: string): Promise<CallRecord[]> {
  const lake = await openCallLake({ dir, engine: "in-process" });
  try {
    const records: CallRecord[] = [];
    for await (const row of (await lake.sql("SELECT id FROM calls ORDER BY start_time, call_id")).rows) {
      const record = await lake.get(String(row["id"]), scopeOf({ read_pii: true }));
      if (record) records.push(record);
    }
    return records;
  } finally {
    await lake.close();
  }
}

/** The call_ids of a folder with many calls. */
export async function callIdsOf(dir: string): Promise<string[]> {
  const lake = await openCallLake({ dir, engine: "in-process" });
  try {
    const ids: string[] = [];
    for await (const row of (await lake.sql("SELECT call_id FROM calls")).rows) ids.push(String(row["call_id"]));
    return ids;
  } finally {
    await lake.close();
  }
}

/** The columns of a record that are known. */
export function knownOf(record: CallRecord): Record<string, unknown> {
  const entries = Object.entries(record).filter(([name, value]) => {
    if (value === null || name === "record_version") return false;
    return !(Array.isArray(value) && value.length === 0);
  });
  return Object.fromEntries(entries);
}

/** Makes a SQLite file of a golden script. */
export function sqliteOf(script: string, path: string): string {
  const database = new DatabaseSync(path);
  database.exec(readFileSync(join(GOLDEN, script), "utf8"));
  database.close();
  return path;
}
