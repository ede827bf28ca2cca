/** How many calls are under a filter, and which. */
import type { Ask } from "./asking.ts";
import { type Filter, mayHold, whereOf } from "./filter.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { join, sql } from "./statement.ts";
import { partsOf, sourceOf, type View } from "./view.ts";

export async function countOf(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<number> {
  const where = whereOf(filter, scope);
  const counts = partsOf(view, (day) => mayHold(filter, day)).map(
    (part) => sql`SELECT count(*) AS calls FROM (${part}) WHERE ${where}`,
  );
  if (counts.length === 0) return 0;
  const rows = await ask(join(counts, " UNION ALL "));
  return rows.reduce((sum, row) => sum + (numberOf(row["calls"]) ?? 0), 0);
}

/** The ids of all calls under the filter, for an erasure. */
export async function idsOf(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<string[]> {
  const source = sourceOf(view, (day) => mayHold(filter, day));
  const rows = await ask(sql`SELECT id FROM ${source} WHERE ${whereOf(filter, scope)}`);
  return rows.map((row) => textOf(row["id"]) ?? "");
}
