/** One call by its id: the day is read off the id, so one day's files are all that is opened. */
import { dayOf } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import type { Ask } from "./asking.ts";
import { wholeRecord } from "./projection.ts";
import { conditionOf, type Scope } from "./scope.ts";
import { sql } from "./statement.ts";
import { sourceOf, type View } from "./view.ts";

/** The record, or null if there is none within the scope. Throws RangeError when the id is not one. */
export async function getCall(view: View, ask: Ask, id: string, scope: Scope): Promise<CallRecord | null> {
  const day = dayOf(id);
  const source = sourceOf(view, (other) => other === day);
  const [row] = await ask(
    sql`SELECT ${wholeRecord(scope)} FROM ${source} WHERE id = ${id} AND ${conditionOf(scope)} LIMIT 1`,
  );
  return row ? (row as unknown as CallRecord) : null;
}
