/** Calls by their ids: the day is read off the id, so one day's files are all that is opened. */
import { COLUMN_NAMES, type ColumnName } from "../record/columns.ts";
import { dayOf } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import type { LakeFile } from "../store/lake/names.ts";
import type { Ask } from "./asking.ts";
import { selectList } from "./projection.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import { conditionOf, type Scope } from "./scope.ts";
import { join, type Sql, sql } from "./statement.ts";
import { rowsOf, sourceOf, type View } from "./view.ts";

/** Decoding these takes about as long as all other columns do: each half may be asked for on a thread of its own. */
const HALF: readonly ColumnName[] = ["id", "conversation", "turns"];
const OTHER_HALF = COLUMN_NAMES.filter((column) => column === "id" || !HALF.includes(column));
/** Fresh calls that are asked for one by one; more of them at once are no page's, and cost a statement each. */
const ALONE_MAX = 4;

/**
 * The records of calls of one day: null for one that is not there within the scope; one that may be in a file that
 * cannot be read is left out. In two statements they come sooner where the engine has nothing else to do, and cost a
 * quarter more. Throws RangeError when an id is not one.
 */
export async function getCalls(
  view: View,
  ask: Ask,
  ids: readonly string[],
  scope: Scope,
  inHalves = false,
): Promise<Map<string, CallRecord | null>> {
  const days = new Set(ids.map(dayOf));
  if (days.size > 1) throw new RangeError(`Calls of one day can be asked for together; these are of ${days.size}.`);
  // A row of the tail is the newest there is: no file is asked. Nothing else of the tail stands in a statement, so that
  // calls that end meanwhile do not make it another one.
  const inTail = ids.filter((id) => view.fresh.has(id));
  const asked = inTail.length > ALONE_MAX ? [inTail] : inTail.map((id) => [id]);
  const fresh = asked.map((some) => {
    const ranges = some.flatMap((id) => view.fresh.get(id) ?? []);
    return ask(rowsSql({ ...view, files: [], ranges }, some, COLUMN_NAMES, scope));
  });
  const stored = ids.filter((id) => !view.fresh.has(id));
  const found = await Promise.all([...fresh, storedCalls(view, ask, stored, scope, inHalves)]);
  const [day = ""] = days;
  const isWhole = view.unreadable.every((file) => file.day !== day);
  const records = new Map<string, CallRecord | null>(isWhole ? ids.map((id) => [id, null]) : []);
  for (const row of found.flat()) {
    const record = Object.fromEntries(COLUMN_NAMES.map((column) => [column, row[column]]));
    records.set(textOf(row["id"]) ?? "", record as unknown as CallRecord);
  }
  return records;
}

async function storedCalls(view: View, ask: Ask, ids: readonly string[], scope: Scope, inHalves: boolean) {
  const [first] = ids;
  if (first === undefined) return [];
  const hidden = onlyOf(view, dayOf(first), ids);
  const stored: View = { ...view, files: await filesWith({ ...view, hidden }, ask, ids), ranges: [], hidden };
  const columns = inHalves ? [HALF, OTHER_HALF] : [COLUMN_NAMES];
  const found = await Promise.all(columns.map((some) => ask(rowsSql(stored, ids, some, scope))));
  const rows = new Map<string, Row>();
  for (const row of found.flat()) {
    const id = textOf(row["id"]) ?? "";
    rows.set(id, { ...rows.get(id), ...row });
  }
  return [...rows.values()];
}

function rowsSql(view: View, ids: readonly string[], columns: readonly ColumnName[], scope: Scope): Sql {
  return sql`SELECT ${selectList(columns, scope)} FROM ${sourceOf(view)} WHERE ${among(ids)} AND ${conditionOf(scope)} LIMIT ${ids.length}`;
}

/** The least and the greatest let whole row groups be passed over, which a list of ids alone does not. */
function among(ids: readonly string[]): Sql {
  const sorted = [...ids].sort();
  const [least = "", greatest = ""] = [sorted[0], sorted.at(-1)];
  if (least === greatest) return sql`id = ${least}`;
  const list = join(
    sorted.map((id) => sql`${id}`),
    ", ",
  );
  return sql`id >= ${least} AND id <= ${greatest} AND id IN (${list})`;
}

/** The files of the day that have the calls: looked up by the ids alone where there are several, all columns of which cost. */
async function filesWith(view: View, ask: Ask, ids: readonly string[]): Promise<readonly LakeFile[]> {
  const [first = ""] = ids;
  const files = view.files.filter((file) => file.day === dayOf(first));
  if (files.length < 2 || view.likeness(files) === "unlike") return files;
  const rows = await ask(sql`SELECT DISTINCT call_file FROM ${rowsOf(view, files)} WHERE ${among(ids)}`);
  return rows.flatMap((row) => files[numberOf(row["call_file"]) ?? -1] ?? []);
}

function onlyOf(view: View, day: string, ids: readonly string[]): View["hidden"] {
  const hidden = view.hidden.get(day);
  const revs = ids.flatMap((id): [string, number][] => {
    const rev = hidden?.get(id);
    return rev === undefined ? [] : [[id, rev]];
  });
  return revs.length === 0 ? new Map() : new Map([[day, new Map(revs)]]);
}
