/** The view: one moment's calls, as a relation a question can be asked of. */
import type { LakeFile } from "../store/lake/names.ts";
import { parquetSource } from "../store/lake/sql.ts";
import { raw, type Sql, sql } from "./statement.ts";
import { type TailRange, tailSource } from "./tail.ts";

export interface View {
  /** The engine's generation the tail's rows are in. */
  readonly generation: number;
  /** Newest day first. */
  readonly files: readonly LakeFile[];
  readonly ranges: readonly TailRange[];
  /** day -> id -> rows of it in the files below this rev are not shown: masked, or replaced by a row of the tail. */
  readonly hidden: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Whether all those files have one schema, as far as it is known. */
  alike(files: readonly LakeFile[]): boolean;
  /** Rows of the tail. */
  readonly tailRows: number;
}

/** The UTC days the view has calls of, newest first. */
export function daysOf(view: View): string[] {
  const days = new Set([...view.files.map((file) => file.day), ...view.ranges.map((range) => range.day)]);
  return [...days].sort().reverse();
}

/** All columns of the calls of those days, each call once. Without `has`, of all days. */
export function sourceOf(view: View, has: (day: string) => boolean = () => true): Sql {
  const files = view.files.filter((file) => has(file.day));
  const tail = raw(tailSource(view.ranges.filter((range) => has(range.day))));
  // The tail comes even when it is empty: its columns are all there are, and files of an older version may lack some.
  return sql`(${files.length === 0 ? raw("") : sql`SELECT * FROM ${lakeOf(view, files)} UNION ALL BY NAME `}${tail})`;
}

function lakeOf(view: View, files: readonly LakeFile[]): Sql {
  const lake = raw(parquetSource(files, view.alike(files)));
  const days = new Set(files.map((file) => file.day));
  const hidden = [...days].flatMap((day) => [...(view.hidden.get(day) ?? [])]);
  if (hidden.length === 0) return lake;
  const list = JSON.stringify(hidden.map(([id, rev]) => ({ id, rev })));
  return sql`${lake} AS lake WHERE NOT EXISTS (
    SELECT 1 FROM (SELECT unnest(CAST(${list}::JSON AS STRUCT(id VARCHAR, rev BIGINT)[])) AS h) WHERE h.id = lake.id AND lake.rev < h.rev)`;
}
