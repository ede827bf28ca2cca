/** One call by its id: the day is read off the id, so one day's files are all that is opened. */
import { COLUMN_NAMES, type ColumnName } from "../record/columns.ts";
import { dayOf } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import type { LakeFile } from "../store/lake/names.ts";
import type { Ask } from "./asking.ts";
import { UnreadableError } from "./errors.ts";
import { selectList } from "./projection.ts";
import { numberOf, type Row } from "./rows.ts";
import { conditionOf, type Scope } from "./scope.ts";
import { sql } from "./statement.ts";
import { rowsOf, sourceOf, type View } from "./view.ts";

/** Decoding these takes about as long as all other columns do: each half may be asked for on a thread of its own. */
const HALF: readonly ColumnName[] = ["conversation", "turns"];
const OTHER_HALF = COLUMN_NAMES.filter((column) => !HALF.includes(column));

/**
 * The record, or null if there is none within the scope. In two statements it comes sooner where the engine has nothing
 * else to do, and costs a quarter more. Throws RangeError when the id is not one, UnreadableError when it may be in a file
 * that cannot be read.
 */
export async function getCall(
  view: View,
  ask: Ask,
  id: string,
  scope: Scope,
  inHalves = false,
): Promise<CallRecord | null> {
  const day = dayOf(id);
  const place = view.fresh.get(id);
  // A row of the tail is the newest there is: no file is asked. Nothing else of the tail stands in the statement, so
  // that calls that end meanwhile do not make it another one.
  const alone: View = place
    ? { ...view, files: [], ranges: [place] }
    : { ...view, files: await filesWith(view, ask, day, id), ranges: [], hidden: onlyOf(view, day, id) };
  const columns = place || !inHalves ? [COLUMN_NAMES] : [HALF, OTHER_HALF];
  const found = await Promise.all(columns.map((some) => ask(rowSql(alone, id, some, scope))));
  const row: Row = Object.assign({}, ...found.map(([first]) => first ?? {}));
  if (row["id"] !== undefined) {
    return Object.fromEntries(COLUMN_NAMES.map((column) => [column, row[column]])) as unknown as CallRecord;
  }
  if (view.unreadable.some((file) => file.day === day)) throw new UnreadableError(day);
  return null;
}

const rowSql = (view: View, id: string, columns: readonly ColumnName[], scope: Scope) =>
  sql`SELECT ${selectList(columns, scope)} FROM ${sourceOf(view)} WHERE id = ${id} AND ${conditionOf(scope)} LIMIT 1`;

/** The file of the day that has the call: looked up by the id alone where there are several, all columns of which cost. */
async function filesWith(view: View, ask: Ask, day: string, id: string): Promise<readonly LakeFile[]> {
  const files = view.files.filter((file) => file.day === day);
  if (files.length < 2 || view.likeness(files) === "unlike") return files;
  const hidden = onlyOf(view, day, id);
  const [row] = await ask(sql`SELECT call_file FROM ${rowsOf({ ...view, hidden }, files)} WHERE id = ${id} LIMIT 1`);
  const file = files[numberOf(row?.["call_file"]) ?? -1];
  return file ? [file] : [];
}

function onlyOf(view: View, day: string, id: string): View["hidden"] {
  const rev = view.hidden.get(day)?.get(id);
  return rev === undefined ? new Map() : new Map([[day, new Map([[id, rev]])]]);
}
