/** The checks of one day's Parquet files: each is readable as a whole, belongs there, and says no call twice. */
import { dayOf, isCallIdentity } from "../record/index.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import type { Job } from "./job.ts";

interface Finding {
  readonly where: string;
  readonly what: string;
}

/** Adds what is wrong to `problems` and returns how many rows readers see. Memory: the ids of one day. */
export async function checkDay(
  job: Job,
  day: string,
  files: readonly LakeFile[],
  masks: ReadonlyMap<string, number>,
  problems: Finding[],
): Promise<number> {
  const seenIn = new Map<string, string>();
  for (const file of files) {
    const where = file.path.slice(job.dir.length + 1);
    try {
      for (const { id, rev } of await rowsOf(job, file)) {
        if (rev < (masks.get(id) ?? Number.MIN_SAFE_INTEGER)) continue;
        const wrong = wrongWith(id, day, seenIn.get(id));
        if (wrong !== null) problems.push({ where, what: wrong });
        seenIn.set(id, where);
      }
    } catch (error) {
      // The first line is DuckDB's sentence; what follows shows our own statement.
      const [sentence] = (error instanceof Error ? error.message : String(error)).split("\n");
      problems.push({ where, what: `It can not be read: ${sentence}` });
    }
  }
  return seenIn.size;
}

async function rowsOf(job: Job, file: LakeFile): Promise<{ id: string; rev: number }[]> {
  const db = await job.db();
  const source = `read_parquet(${quote(file.path)}, hive_partitioning = false)`;
  // The hash of whole rows makes DuckDB decode every page of every column.
  await db.rows(`SELECT CAST(bit_xor(hash(c)) AS VARCHAR) AS h FROM ${source} AS c`);
  const rows = await db.rows(`SELECT id, CAST(rev AS DOUBLE) AS rev FROM ${source}`);
  return rows.map((row) => ({ id: String(row["id"]), rev: Number(row["rev"]) }));
}

function wrongWith(id: string, day: string, elsewhere: string | undefined): string | null {
  if (!isCallIdentity(id)) return `${JSON.stringify(id)} is not the id of a call.`;
  if (dayOf(id) !== day) return `The call ${id} is of ${dayOf(id)}.`;
  return elsewhere === undefined ? null : `The call ${id} is in ${elsewhere} too.`;
}
