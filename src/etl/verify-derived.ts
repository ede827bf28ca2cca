/** The checks of what is derived from the lake: each rollup describes its file, each part of the index can be opened. */
import { relative } from "node:path";
import type { LakeFile } from "../store/lake/names.ts";
import { rollupDays, rollupPath, rollupsOfDay } from "../store/lake/rollups.ts";
import { listIndexedMonths, listParts } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import type { Job } from "./job.ts";
import { goodRollups } from "./rollups.ts";

interface Findings {
  readonly problems: { where: string; what: string }[];
  readonly notes: { where: string; what: string }[];
}

/** Rollups of no file are a note; one that says something else than its file is a problem, for statistics believe it. */
export async function checkRollups(job: Job, found: Findings, files: readonly LakeFile[]): Promise<void> {
  const known = new Set(files.map((file) => rollupPath(job.dir, file)));
  for (const day of await rollupDays(job.dir, job.fs)) {
    const paths = await rollupsOfDay(job.dir, day, job.fs);
    for (const path of paths.filter((one) => !known.has(one)))
      found.notes.push({
        where: relative(job.dir, path),
        what: "It describes no file of the lake; the etl removes it.",
      });
    const ours = paths.filter((path) => known.has(path));
    const good = ours.length === 0 ? new Set<string>() : await goodRollups(job, ours);
    for (const path of ours.filter((one) => !good.has(one)))
      found.problems.push({
        where: relative(job.dir, path),
        what: "It can not be read or is of another state of its file; the etl removes it when it starts.",
      });
  }
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
