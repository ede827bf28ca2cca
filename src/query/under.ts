/** The calls under a filter and within a scope: the condition, what it reads of a call, and the days it can be met on. */
import type { Read } from "../store/lake/narrow.ts";
import { EVERYTHING, type Filter, mayHold, whereOf } from "./filter.ts";
import { targetOf } from "./filter-path.ts";
import { holdsDay } from "./rollup-groups.ts";
import type { Scope } from "./scope.ts";
import { all, type Sql } from "./statement.ts";

export interface Under {
  readonly where: Sql;
  /** Null: it may read anything. */
  readonly reads: ReadonlySet<Read | string> | null;
  has(day: string): boolean;
  /** The condition for calls of a day that the range holds whole: it does not read their times. */
  readonly within: Sql;
  holds(day: string): boolean;
}

/** Throws ForbiddenError where the filter asks by what the scope hides. */
export function underOf(filter: Filter, scope: Scope): Under {
  return {
    where: whereOf(filter, scope),
    reads: readsOf(filter, scope),
    has: (day) => mayHold(filter, day),
    within: whereOf({ ...filter, start_ms: null, end_ms: null }, scope),
    // The clock on the wall is read by the zone's offsets within the range.
    holds: (day) => filter.weekdays.length + filter.hours.length === 0 && holdsDay(filter, day),
  };
}

/** The same calls, and of these only those that meet one more condition, which reads that. */
export function alsoUnder(under: Under, condition: Sql, reads: readonly Read[]): Under {
  return {
    ...under,
    where: all([under.where, condition]),
    within: all([under.within, condition]),
    reads: under.reads && new Set([...under.reads, ...reads]),
  };
}

/** What whereOf's condition reads of a call: columns, and fields of lists after a point; null if that is not known. */
function readsOf(filter: Filter, scope: Scope): ReadonlySet<string> | null {
  // Times, and the days and hours of these, are read off start_time.
  const { tz: _, start_ms: __, end_ms: ___, weekdays: ____, hours: _____, ...rest } = filter;
  const { equals, contains, labels, min_duration, max_duration, has_tool_calls, tool_names, ...others } = rest;
  const { tool_statuses, q, where, ...more } = others;
  const members = Object.entries(more) as [keyof Filter, unknown][];
  // Whatever else a filter may come to ask by.
  if (members.some(([member, value]) => JSON.stringify(value) !== JSON.stringify(EVERYTHING[member]))) return null;
  const reads = new Set<string>(["start_time", ...Object.keys(equals), ...Object.keys(contains)]);
  if (labels.length > 0) reads.add("labels");
  if (min_duration !== null || max_duration !== null) reads.add("duration_seconds");
  if (has_tool_calls !== null) reads.add("tool_call_count");
  if (tool_names.length > 0) reads.add("tool_calls.name");
  if (tool_statuses.length > 0) reads.add("tool_calls.status");
  if (q !== null) reads.add("conversation");
  for (const condition of where) {
    const { field } = targetOf(condition);
    reads.add(field === null ? condition.column : `${condition.column}.${field}`);
  }
  if (scope.client_id !== undefined) reads.add("client_id");
  if (scope.assistant_id !== undefined) reads.add("assistant_id");
  return reads;
}
