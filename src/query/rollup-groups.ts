/** Which questions rollups can answer: the group of calls a filter and a scope ask for, and the files they ask whole. */
import { GROUPED, type Grouped } from "../store/lake/rollup-parts.ts";
import { EVERYTHING, type Filter } from "./filter.ts";
import type { Scope } from "./scope.ts";

/** Calls of one value of a column; column "" is everything. */
export interface Group {
  readonly column: Grouped | "";
  readonly value: string;
}

const DAY_MS = 86_400_000;
const ALL: readonly Group[] = [{ column: "", value: "" }];

/** The groups whose calls are exactly those under the filter and scope, times apart; null where there are none such. */
export function groupsOf(filter: Filter, scope: Scope): readonly Group[] | null {
  const { tz: _, start_ms: __, end_ms: ___, equals, ...rest } = filter;
  const { tz: ____, start_ms: _____, end_ms: ______, equals: _______, ...none } = EVERYTHING;
  // Whatever else a filter may come to ask by is in `rest`.
  if (JSON.stringify(rest) !== JSON.stringify(none)) return null;
  const wanted = new Map<string, ReadonlySet<string>>();
  for (const [column, values] of Object.entries(equals)) if (values) wanted.set(column, new Set(values));
  for (const [column, value] of Object.entries({ client_id: scope.client_id, assistant_id: scope.assistant_id })) {
    if (value === undefined) continue;
    const asked = wanted.get(column);
    wanted.set(column, new Set(asked === undefined || asked.has(value) ? [value] : []));
  }
  const [only, ...more] = wanted;
  if (only === undefined) return ALL;
  const column = GROUPED.find((one) => one === only[0]);
  if (column === undefined || more.length > 0) return null;
  return Array.from(only[1], (value) => ({ column, value }));
}

/** Whether the range holds the whole UTC day. */
export function holdsDay(filter: Filter, day: string): boolean {
  const from = Date.parse(`${day}T00:00:00Z`);
  return (filter.start_ms === null || filter.start_ms <= from) && (filter.end_ms ?? Infinity) >= from + DAY_MS;
}
