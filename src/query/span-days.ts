/** The days a question spans: for whoever is bound, those of their own calls, since others' would tell of others. */
import { dayOfTime } from "../record/id.ts";
import type { Ask } from "./asking.ts";
import { type Filter, mayHold } from "./filter.ts";
import { numberOf } from "./rows.ts";
import { isBound, type Scope } from "./scope.ts";
import { sql } from "./statement.ts";
import type { StatsSource } from "./stats-source.ts";
import { daysOf, type View } from "./view.ts";

/** UTC days, newest first; the first and the last at least, whatever lies between. `source` is of the same filter. */
export async function spanDays(
  view: View,
  ask: Ask,
  filter: Filter,
  scope: Scope,
  source: StatsSource,
): Promise<string[]> {
  if (!isBound(scope) || (filter.start_ms !== null && filter.end_ms !== null))
    return daysOf(view).filter((day) => mayHold(filter, day));
  const asked = source.halves.map((half) =>
    ask(half.withScans(["totals"], sql`SELECT last_ms, first_ms FROM (${half.part("totals")})`)),
  );
  const times = (await Promise.all(asked)).flat().flatMap((row) => [row["last_ms"], row["first_ms"]].map(numberOf));
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? [] : [Math.max(...known), Math.min(...known)].map(dayOfTime);
}
