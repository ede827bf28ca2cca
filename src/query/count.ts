/** How many calls are under a filter, and which. */
import type { Ask } from "./asking.ts";
import type { Filter } from "./filter.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { join, sql } from "./statement.ts";
import { underOf } from "./under.ts";
import { callParts, callsOf, type View } from "./view.ts";

export async function countOf(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<number> {
  const parts = callParts(view, underOf(filter, scope), ["start_time"]);
  const counts = parts.map((part) => sql`SELECT count(*) AS calls FROM (${part})`);
  const rows = await ask(join(counts, " UNION ALL "));
  return rows.reduce((sum, row) => sum + (numberOf(row["calls"]) ?? 0), 0);
}

/** The ids of all calls under the filter, for an erasure. */
export async function idsOf(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<string[]> {
  const rows = await ask(sql`SELECT id FROM ${callsOf(view, underOf(filter, scope), ["id"])}`);
  return rows.map((row) => textOf(row["id"]) ?? "");
}
