/** Merges Parquet files into one that is sorted by start_time, however large they are: slice of time after slice of time. */

import { removeFile } from "../store/fs.ts";
import { tmpPath } from "../store/lake/layout.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import type { LakeDb } from "./duckdb.ts";
import type { Job } from "./job.ts";
import { ParquetJoin } from "./parquet-join.ts";

/** A row group as far as merging must know it. */
interface Group {
  readonly path: string;
  /** The same for files of the same columns. */
  readonly schema: string;
  readonly rows: number;
  /** Estimated in memory. */
  readonly bytes: number;
  /** Of start_time, in us since 1970, both included. */
  readonly first: number;
  readonly last: number;
}

/** Rows that begin in [from, to) us, and the files that have any. */
interface Slice {
  readonly from: number;
  readonly to: number;
  readonly paths: string[];
}

export interface MergeSteps {
  readonly signal?: AbortSignal | undefined;
  /** The share that is done, up to 1. */
  readonly on_share?: (share: number) => void;
}

/** What a row takes beside its text: some sixty columns as vectors. */
const ROW_BYTES = 2048;

/**
 * Writes the rows of all files, sorted, to `tmp`, and returns how many there are. At most `slice_bytes` of them
 * (estimated) are sorted at once; each slice reads only the row groups that overlap it. Kill: files in tmp/.
 */
export async function mergeSorted(
  job: Job,
  db: LakeDb,
  files: readonly LakeFile[],
  tmp: string,
  { signal, on_share }: MergeSteps = {},
): Promise<number> {
  const groups = await groupsOf(db, files);
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const slices = slicesOf(groups, job.slice_bytes);
  if (slices.length <= 1) {
    await copySorted(job, db, `SELECT * FROM ${sourceOf(files.map((file) => file.path))}`, tmp);
    return rows;
  }
  // A file of no rows with the columns of all files: by it every slice has one schema.
  const head = tmpPath(job.dir, "parquet");
  const ofEach = new Map(groups.map(({ schema, path }) => [schema, path])).values();
  const joined = await ParquetJoin.create(tmp);
  try {
    await db.copy(`SELECT * FROM ${sourceOf([...ofEach])} LIMIT 0`, head);
    for (const [index, slice] of slices.entries()) {
      signal?.throwIfAborted();
      on_share?.(index / slices.length);
      const part = tmpPath(job.dir, "parquet");
      await copySorted(job, db, `SELECT * FROM ${sourceOf([head, ...slice.paths])} WHERE ${within(slice)}`, part);
      await joined.add(part);
      await removeFile(part, job.fs);
    }
    await joined.finish();
  } catch (error) {
    await joined.close();
    await removeFile(tmp, job.fs);
    throw error;
  } finally {
    await removeFile(head, job.fs);
  }
  return rows;
}

const sourceOf = (paths: readonly string[]) =>
  `read_parquet([${paths.map(quote).join(", ")}], union_by_name = true, hive_partitioning = false)`;

/** Sorted; as it comes where the memory does not allow even this much, which changes no answer. */
async function copySorted(job: Job, db: LakeDb, select: string, path: string): Promise<void> {
  try {
    await db.copy(`${select} ORDER BY start_time`, path);
  } catch (error) {
    if (!(error instanceof Error) || !/^Out of Memory Error/i.test(error.message)) throw error;
    job.log(`A part of a merge is not sorted: ${error.message.split("\n")[0]}`);
    await removeFile(path, job.fs);
    await db.copy(select, path);
  }
}

function within({ from, to }: Slice): string {
  const after = Number.isFinite(from) ? `start_time >= make_timestamptz(${from})` : "true";
  // A start_time is never null; if it were, the row must not be lost.
  return Number.isFinite(to) ? `${after} AND start_time < make_timestamptz(${to})` : `(${after} OR start_time IS NULL)`;
}

async function groupsOf(db: LakeDb, files: readonly LakeFile[]): Promise<Group[]> {
  const edge = (which: "min" | "max") =>
    `CAST(${which}(CASE WHEN path_in_schema = 'start_time' THEN epoch_us(TRY_CAST(stats_${which}_value AS TIMESTAMPTZ)) END) AS DOUBLE)`;
  const rows = await db.rows(
    `SELECT file_name AS path, CAST(bit_xor(hash(path_in_schema, type)) AS VARCHAR) AS schema, CAST(any_value(row_group_num_rows) AS DOUBLE) AS rows,
       CAST(sum(total_uncompressed_size) AS DOUBLE) AS bytes, ${edge("min")} AS first, ${edge("max")} AS last
     FROM parquet_metadata([${files.map((file) => quote(file.path)).join(", ")}]) GROUP BY file_name, row_group_id`,
  );
  const numberOr = (value: unknown, other: number) => (typeof value === "number" ? value : other);
  return rows.map((row) => ({
    path: String(row["path"]),
    schema: String(row["schema"]),
    rows: Number(row["rows"]),
    bytes: Number(row["bytes"]) + Number(row["rows"]) * ROW_BYTES,
    // Without statistics its rows may be anywhere.
    first: numberOr(row["first"], Number.NEGATIVE_INFINITY),
    last: numberOr(row["last"], Number.POSITIVE_INFINITY),
  }));
}

/** Cuts the time so that each slice has about `most` bytes, as if the calls of a row group were spread evenly over it. */
function slicesOf(groups: readonly Group[], most: number): Slice[] {
  const points = groups.flatMap(({ first, last, bytes }) => {
    if (!Number.isFinite(first) || !Number.isFinite(last)) return [];
    const count = Math.max(1, Math.ceil((8 * bytes) / most));
    return Array.from({ length: count }, (_, index) => ({
      at: Math.floor(first + ((last - first) * (index + 0.5)) / count),
      bytes: bytes / count,
    }));
  });
  points.sort((a, b) => a.at - b.at);
  const cuts: number[] = [];
  let sum = 0;
  for (const { at, bytes } of points) {
    if (sum + bytes > most && at > (cuts.at(-1) ?? Number.NEGATIVE_INFINITY) && sum > 0) {
      cuts.push(at);
      sum = 0;
    }
    sum += bytes;
  }
  const edges = [Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY];
  return edges.slice(1).map((to, index) => {
    const from = edges[index] ?? Number.NEGATIVE_INFINITY;
    const paths = groups.filter(({ first, last }) => first < to && last >= from).map(({ path }) => path);
    return { from, to, paths: [...new Set(paths)] };
  });
}
