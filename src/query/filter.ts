/** The filter: one object that serves the list, the stats, the facets, the count, bulk delete and the SQL that is shown. */
import type { Condition } from "./filter-condition.ts";
import type { CONTAINS, EQUALS } from "./filter-parse.ts";
import type { TextQuery } from "./text/index.ts";

export { BODY_VALUES_MAX, FILTER_PARAMETERS, filterParams, parseFilter } from "./filter-parse.ts";
export { iso } from "./filter-times.ts";
export { mayHold, whereOf } from "./filter-where.ts";
export { oneValue, parseBoolean, refuseUnknown } from "./parameters.ts";

/** All of it must hold; several values of one parameter are alternatives. */
export interface Filter {
  /** IANA zone in which dates are read. */
  readonly tz: string;
  /** Inclusive. */
  readonly start_ms: number | null;
  /** Exclusive. */
  readonly end_ms: number | null;
  readonly equals: { readonly [K in (typeof EQUALS)[number]]?: readonly string[] };
  readonly contains: { readonly [K in (typeof CONTAINS)[number]]?: readonly string[] };
  /** At least one of them is a label of the call. */
  readonly labels: readonly string[];
  /** Seconds, inclusive. */
  readonly min_duration: number | null;
  readonly max_duration: number | null;
  readonly has_tool_calls: boolean | null;
  /** Days of the week in tz, 1 is Monday; ascending. */
  readonly weekdays: readonly number[];
  /** Hours of the day in tz, 0 … 23; ascending. */
  readonly hours: readonly number[];
  /** One tool call has one of these names and one of these statuses. */
  readonly tool_names: readonly string[];
  readonly tool_statuses: readonly string[];
  /** Words and phrases of the transcript and the summary. */
  readonly q: TextQuery | null;
  /** Conditions on any column. */
  readonly where: readonly Condition[];
}

/** The filter that lets every call through. */
export const EVERYTHING: Filter = {
  tz: "UTC",
  start_ms: null,
  end_ms: null,
  equals: {},
  contains: {},
  labels: [],
  min_duration: null,
  max_duration: null,
  has_tool_calls: null,
  weekdays: [],
  hours: [],
  tool_names: [],
  tool_statuses: [],
  q: null,
  where: [],
};

/** Whether the filter lets every call through, so that "delete by filter" would delete everything. */
export function isEverything(filter: Filter): boolean {
  const { tz: _, ...rest } = filter;
  const { tz: __, ...none } = EVERYTHING;
  return JSON.stringify(rest) === JSON.stringify(none);
}
