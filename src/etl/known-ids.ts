/** Which calls the lake has already, asked of the few files that can hold them. */
import type { LakeFile } from "../store/lake/names.ts";
import { parquetSource, quote } from "../store/lake/sql.ts";
import { pairsSource } from "./duckdb.ts";
import type { Job } from "./job.ts";
import type { Row } from "./write-rows.ts";

/** The highest revision in these files of each of the rows' calls that is there. */
export async function knownRevs(
  job: Job,
  files: readonly LakeFile[],
  rows: readonly Row[],
): Promise<Map<string, number>> {
  const ids = rows.map((row) => row.id).sort();
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const near = await filesWithin(job, files, first, last);
  if (near.length === 0) return new Map();
  const db = await job.db();
  const pairs = pairsSource(rows.map((row) => [row.id, row.rev] as const));
  const found = await db.rows(
    `SELECT c.id AS id, CAST(max(c.rev) AS DOUBLE) AS rev FROM ${parquetSource(near)} AS c
     WHERE c.id BETWEEN '${first}' AND '${last}' AND c.id IN (SELECT m.id FROM ${pairs} AS m) GROUP BY c.id`,
  );
  return new Map(found.map((row) => [String(row["id"]), Number(row["rev"])]));
}

/**
 * Ids follow the time, so a file's first and last id tell whether a segment's calls can be in it. Each file is asked
 * once a job: without this, publishing n segments of a day with m files opened n times m files.
 */
async function filesWithin(job: Job, files: readonly LakeFile[], first: string, last: string): Promise<LakeFile[]> {
  const unknown = files.filter((file) => !job.id_ranges.has(file.path));
  if (unknown.length > 0) {
    const db = await job.db();
    const ranges = await db.rows(
      `SELECT r.filename AS path, min(r.id) AS first, max(r.id) AS last
       FROM read_parquet([${unknown.map((file) => quote(file.path)).join(", ")}], filename = true, hive_partitioning = false) AS r GROUP BY r.filename`,
    );
    // Not before it has answered: without rows a file is taken to have none of the calls.
    for (const file of unknown) job.id_ranges.set(file.path, null);
    for (const range of ranges)
      job.id_ranges.set(String(range["path"]), { first: String(range["first"]), last: String(range["last"]) });
  }
  return files.filter((file) => {
    const range = job.id_ranges.get(file.path);
    return range !== undefined && range !== null && range.first <= last && range.last >= first;
  });
}
