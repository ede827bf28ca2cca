/** The checks of what is derived from the lake: rollups and narrow files are of their files, each part of the index can be opened. */
import { relative } from "node:path";
import { DERIVED, type Derived, derivedDays, derivedOfDay, derivedPath } from "../store/lake/derived.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { narrowSelect } from "../store/lake/narrow.ts";
import { listIndexedMonths, listParts } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { goodDerived } from "./derived.ts";
import type { Job } from "./job.ts";

interface Findings {
  readonly problems: { where: string; what: string }[];
  readonly notes: { where: string; what: string }[];
}

/** One of no file is a note; one that says something else than its file is a problem, for questions believe it. */
export async function checkDerived(job: Job, found: Findings, files: readonly LakeFile[]): Promise<void> {
  for (const kind of DERIVED) await checkKind(job, kind, found, files);
}

async function checkKind(job: Job, kind: Derived, found: Findings, files: readonly LakeFile[]): Promise<void> {
  const known = new Map(files.map((file) => [derivedPath(job.dir, kind, file), file]));
  for (const day of await derivedDays(job.dir, kind, job.fs)) {
    const paths = await derivedOfDay(job.dir, kind, day, job.fs);
    for (const path of paths.filter((one) => !known.has(one)))
      found.notes.push({
        where: relative(job.dir, path),
        what: "It describes no file of the lake; the etl removes it.",
      });
    const ours = paths.filter((path) => known.has(path));
    const good = ours.length === 0 ? new Set<string>() : await goodDerived(job, kind, ours);
    for (const path of ours)
      if (!good.has(path))
        found.problems.push({
          where: relative(job.dir, path),
          what: "It can not be read or is of another state of its file; the etl removes it when it starts.",
        });
      else if (kind === "narrow") await checkNarrow(job, path, known.get(path), found);
  }
}

/** All of a narrow file is read, and compared with its file. */
async function checkNarrow(job: Job, path: string, file: LakeFile | undefined, found: Findings): Promise<void> {
  if (file === undefined) return;
  const digest = (select: string) =>
    `(SELECT concat_ws(' ', count(*), bit_xor(hash(n, place))) FROM (SELECT n, row_number() OVER () AS place FROM (${select}) AS n))`;
  const db = await job.db();
  let what = "It does not say what its file says. Remove it; the etl makes it again.";
  try {
    const narrow = `SELECT * FROM read_parquet(${quote(path)}, hive_partitioning = false)`;
    const [row] = await db.rows(`SELECT ${digest(narrow)} = ${digest(narrowSelect(file.path))} AS same`);
    if (row?.["same"] === true) return;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split("\n");
    what = `It can not be read: ${sentence}. Remove it; the etl makes it again.`;
  }
  found.problems.push({ where: relative(job.dir, path), what });
}

/** A part whose files cannot be opened makes searches fail; one that names files that are gone only has dead entries. */
export async function checkSearch(job: Job, found: Findings): Promise<void> {
  const db = await job.db();
  for (const month of await listIndexedMonths(job.dir, job.fs))
    for (const part of await listParts(job.dir, month, job.fs))
      for (const path of [part.terms, part.docs])
        try {
          await db.rows(`SELECT CAST(bit_xor(hash(c)) AS VARCHAR) AS h FROM read_parquet(${quote(path)}) AS c`);
        } catch (error) {
          const [sentence] = (error instanceof Error ? error.message : String(error)).split("\n");
          const what = `It can not be read: ${sentence}. Remove the folder of its month; the etl builds it again.`;
          found.problems.push({ where: relative(job.dir, path), what });
        }
}
