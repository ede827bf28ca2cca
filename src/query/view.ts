/** The view: one moment's calls, as a relation a question can be asked of. */
import type { LakeFile } from "../store/lake/names.ts";
import { isNarrow, narrowColumns, narrowed, type Read } from "../store/lake/narrow.ts";
import { parquetSource, quote } from "../store/lake/sql.ts";
import type { UnreadableFile } from "./answers.ts";
import type { Likeness } from "./schemas.ts";
import { type Found, foundIn } from "./search-index.ts";
import { all, join, raw, type Sql, sql } from "./statement.ts";
import { type TailRange, tailSource } from "./tail.ts";
import type { Under } from "./under.ts";

export interface View {
  /** The engine's generation the tail's rows are in. */
  readonly generation: number;
  /** Newest day first. */
  readonly files: readonly LakeFile[];
  readonly ranges: readonly TailRange[];
  /** day -> id -> rows of it in the files below this rev are not shown: masked, or replaced by a row of the tail. */
  readonly hidden: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How the schemas of those files stand to each other, as far as they are known. */
  likeness(files: readonly LakeFile[]): Likeness;
  /** Rows of the tail. */
  readonly tailRows: number;
  /** The narrow file that has what it has of a file's rows; null where there is none. */
  narrowOf?(file: LakeFile): string | null;
  /** id -> its row of the tail. */
  readonly fresh: ReadonlyMap<string, TailRange>;
  /** Files that cannot be read, and are not among `files`. */
  readonly unreadable: readonly UnreadableFile[];
  /** Where a q was looked up in the index: the view is then of the calls that have it. */
  readonly found?: Found;
}

/** The UTC days the view has calls of, newest first. */
export function daysOf(view: View): string[] {
  const days = new Set([...view.files.map((file) => file.day), ...view.ranges.map((range) => range.day)]);
  return [...days].sort().reverse();
}

/** All columns of the calls of those days, each call once. Without `has`, of all days. */
export function sourceOf(view: View, has: (day: string) => boolean = () => true): Sql {
  return sql`(${join(selectsOf(view, has), " UNION ALL BY NAME ")})`;
}

/**
 * The same calls as SELECTs that are disjoint: the lake's and the tail's. A count of each alone is read off the files'
 * metadata, where one of their union reads every row.
 */
export function partsOf(view: View, has: (day: string) => boolean = () => true): Sql[] {
  // A condition on a column that files of an older version lack is meant for the union, where it is null.
  const whole = view.likeness(view.files.filter((file) => has(file.day))) === "whole";
  const parts = selectsOf(view, has);
  return whole || parts.length < 2 ? parts : [sql`SELECT * FROM (${join(parts, " UNION ALL BY NAME ")})`];
}

/** What is selected of the calls under a condition, as one relation: from narrow files wherever these have all of it. */
export function callsOf(view: View, under: Under, select: readonly Read[]): Sql {
  return sql`(${join(callParts(view, under, select), " UNION ALL ")})`;
}

/** The same as SELECTs that are disjoint, at least one: a count of each alone may be read off metadata. */
export function callParts(view: View, under: Under, select: readonly Read[]): Sql[] {
  const { narrow, wide } = shared(view, under, select);
  const parts: Sql[] = [];
  for (const [where, some] of [
    [under.within, narrow.filter(({ file }) => under.holds(file.day))],
    [under.where, narrow.filter(({ file }) => !under.holds(file.day))],
  ] as const) {
    if (some.length === 0) continue;
    const paths = raw(some.map(({ path }) => quote(path)).join(", "));
    parts.push(
      sql`SELECT ${raw(narrowColumns(select))} FROM read_parquet([${paths}], hive_partitioning = true) WHERE ${where}`,
    );
  }
  const fresh = view.ranges.some((range) => under.has(range.day));
  const rest = wide.length > 0 || fresh ? partsOf({ ...view, files: wide }, under.has) : [];
  // A relation without rows has columns, too.
  if (rest.length === 0 && parts.length === 0) rest.push(raw(tailSource([])));
  for (const part of rest) parts.push(sql`SELECT ${raw(narrowed(select))} FROM (${part}) WHERE ${under.where}`);
  return parts;
}

/** Files of the view by whether their narrow file is read. */
export interface Shared {
  readonly narrow: readonly { readonly file: LakeFile; readonly path: string }[];
  readonly wide: readonly LakeFile[];
}

/** Which files can be read by their narrow files: where these have all that is read, and on no day with hidden rows. */
export function shared(view: View, { reads, has }: Pick<Under, "reads" | "has">, select: readonly Read[]): Shared {
  const files = view.files.filter((file) => has(file.day));
  const all = reads && [...reads, ...select];
  if (!view.narrowOf || view.found || !all?.every(isNarrow)) return { narrow: [], wide: files };
  const narrow: { file: LakeFile; path: string }[] = [];
  const wide: LakeFile[] = [];
  for (const file of files) {
    const path = isMasked(view, file.day) ? null : view.narrowOf(file);
    if (path === null) wide.push(file);
    else narrow.push({ file, path });
  }
  return { narrow, wide };
}

/** Whether rows of the day are hidden, so that what is derived from its files says too much. */
export function isMasked(view: View, day: string): boolean {
  return (view.hidden.get(day)?.size ?? 0) > 0;
}

function selectsOf(view: View, has: (day: string) => boolean): Sql[] {
  const files = view.files.filter((file) => has(file.day));
  const ranges = view.ranges.filter((range) => has(range.day));
  if (view.found) return partsFound(view, view.found, files, ranges);
  const parts = files.length === 0 ? [] : [sql`SELECT lake.* FROM ${lakeOf(view, files)}`];
  // An empty tail comes too where files of an older version may lack columns: it has them all.
  if (ranges.length > 0 || view.likeness(files) !== "whole") parts.push(raw(tailSource(ranges)));
  return parts;
}

/** The rows of those files with call_file, the file's place in the list, and call_row, the row's place in its file. */
export function rowsOf(view: View, files: readonly LakeFile[]): Sql {
  return sql`(SELECT lake.*, file_index AS call_file, file_row_number AS call_row FROM ${lakeOf(view, files)})`;
}

/** The files the index speaks of by the rows it names; the others, and the tail, by their text. */
function partsFound(view: View, found: Found, files: readonly LakeFile[], ranges: readonly TailRange[]): Sql[] {
  const [named, others] = [
    files.filter((file) => found.files.has(file.path)),
    files.filter((file) => !found.files.has(file.path)),
  ];
  const parts: Sql[] = [];
  if (named.length > 0) parts.push(sql`SELECT lake.* FROM ${lakeOf(view, named)}`);
  if (others.length > 0) parts.push(sql`SELECT lake.* FROM ${lakeOf(view, others)}`);
  if (ranges.length > 0 || view.likeness(files) !== "whole") {
    parts.push(sql`SELECT * FROM (${raw(tailSource(ranges))}) WHERE ${found.condition}`);
  }
  return parts;
}

/** The files' rows as `lake`: the columns of the calls are `lake.*`. */
function lakeOf(view: View, files: readonly LakeFile[]): Sql {
  const lake = raw(parquetSource(files, view.likeness(files) !== "unlike"));
  const found = view.found ? foundIn(view.found, files) : null;
  const conditions: Sql[] = found ? [found.where] : [];
  const days = new Set(files.map((file) => file.day));
  const hidden = [...days].flatMap((day) => [...(view.hidden.get(day) ?? [])]);
  if (hidden.length > 0) {
    const list = JSON.stringify(hidden.map(([id, rev]) => ({ id, rev })));
    conditions.push(sql`NOT EXISTS (
    SELECT 1 FROM (SELECT unnest(CAST(${list}::JSON AS STRUCT(id VARCHAR, rev BIGINT)[])) AS h) WHERE h.id = lake.id AND lake.rev < h.rev)`);
  }
  const where = conditions.length === 0 ? raw("") : sql` WHERE ${all(conditions)}`;
  return sql`${lake} AS lake${found?.join ?? raw("")}${where}`;
}
