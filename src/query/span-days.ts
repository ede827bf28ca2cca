/** The days a question spans: for whoever is bound, those of their own calls, since others' would tell of others. */
import type { Ask } from "./asking.ts";
import { type Filter, mayHold, whereOf } from "./filter.ts";
import { textOf } from "./rows.ts";
import { isBound, type Scope } from "./scope.ts";
import { sql } from "./statement.ts";
import { daysOf, sourceOf, type View } from "./view.ts";

/** UTC days, newest first; the first and the last at least, whatever lies between. */
export async function spanDays(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<string[]> {
  const days = daysOf(view).filter((day) => mayHold(filter, day));
  if (!isBound(scope) || (filter.start_ms !== null && filter.end_ms !== null)) return days;
  const had = new Set(days);
  const [row] = await ask(sql`SELECT CAST(max(day) AS VARCHAR) AS last, CAST(min(day) AS VARCHAR) AS first
    FROM ${sourceOf(view, (day) => had.has(day))} WHERE ${whereOf(filter, scope)}`);
  return [textOf(row?.["last"]), textOf(row?.["first"])].filter((day) => day !== null);
}
