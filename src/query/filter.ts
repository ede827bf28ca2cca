/** The filter: one object that serves the list, the stats, the facets, the count, bulk delete and the SQL that is shown. */
import { COLUMNS, type ColumnName } from "../record/columns.ts";
import { dayOfTime, isDay } from "../record/id.ts";
import { dayAfter, isTimeZone, startOfDay } from "./calendar.ts";
import { BadQuestionError } from "./errors.ts";
import { conditionOf, refuseHidden, type Scope } from "./scope.ts";
import { all, join, name, type Sql, sql } from "./statement.ts";

/** Parameters that want a value of the column as it is; repeated = or. */
const EQUALS = [
  "provider_name",
  "pipeline_name",
  "context_name",
  "outcome",
  "client_id",
  "assistant_id",
  "direction",
  "language",
] as const satisfies readonly ColumnName[];
/** Parameters that want a part of the column's text; repeated = or. */
const CONTAINS = ["caller_number", "caller_name"] as const satisfies readonly ColumnName[];

export const FILTER_PARAMETERS: readonly string[] = [
  "start_date",
  "end_date",
  "tz",
  ...CONTAINS,
  ...EQUALS,
  "min_duration",
  "max_duration",
  "has_tool_calls",
];

const VALUES_MAX = 100;
const LENGTH_MAX = 500;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

export interface Filter {
  /** IANA zone in which dates are read. */
  readonly tz: string;
  /** Inclusive. */
  readonly start_ms: number | null;
  /** Exclusive. */
  readonly end_ms: number | null;
  readonly equals: { readonly [K in (typeof EQUALS)[number]]?: readonly string[] };
  readonly contains: { readonly [K in (typeof CONTAINS)[number]]?: readonly string[] };
  /** Seconds, inclusive. */
  readonly min_duration: number | null;
  readonly max_duration: number | null;
  readonly has_tool_calls: boolean | null;
}

/** The filter that lets every call through. */
export const EVERYTHING: Filter = {
  tz: "UTC",
  start_ms: null,
  end_ms: null,
  equals: {},
  contains: {},
  min_duration: null,
  max_duration: null,
  has_tool_calls: null,
};

/**
 * Reads a filter from the URL's parameters; others of them are left alone (see refuseUnknown).
 * A date is read in tz and end_date is the last day; an instant is taken as it is and end_date is exclusive.
 * Throws BadQuestionError naming the parameter.
 */
export function parseFilter(params: URLSearchParams, timeZone = "UTC"): Filter {
  const tz = oneValue(params, "tz") ?? timeZone;
  if (!isTimeZone(tz))
    throw new BadQuestionError(`tz is an IANA time zone such as Europe/Berlin; it is ${quoted(tz)}.`, "tz");
  const start_ms = parseTime(oneValue(params, "start_date"), "start_date", tz);
  const end_ms = parseTime(oneValue(params, "end_date"), "end_date", tz);
  if (start_ms !== null && end_ms !== null && end_ms <= start_ms) {
    throw new BadQuestionError("end_date is before start_date.", "end_date");
  }
  const min_duration = parseSeconds(params, "min_duration");
  const max_duration = parseSeconds(params, "max_duration");
  if (min_duration !== null && max_duration !== null && max_duration < min_duration) {
    throw new BadQuestionError("max_duration is below min_duration.", "max_duration");
  }
  return {
    tz,
    start_ms,
    end_ms,
    equals: valuesOf(params, EQUALS),
    contains: valuesOf(params, CONTAINS),
    min_duration,
    max_duration,
    has_tool_calls: parseBoolean(params, "has_tool_calls"),
  };
}

/** Whether the filter lets every call through, so that "delete by filter" would delete everything. */
export function isEverything(filter: Filter): boolean {
  const { tz: _, ...rest } = filter;
  const { tz: __, ...none } = EVERYTHING;
  return JSON.stringify(rest) === JSON.stringify(none);
}

/** Throws BadQuestionError for a parameter that is not in `known`. */
export function refuseUnknown(params: URLSearchParams, known: readonly string[]): void {
  for (const key of params.keys()) {
    if (!known.includes(key)) {
      throw new BadQuestionError(`There is no parameter ${quoted(key)}; there are ${known.join(", ")}.`, key);
    }
  }
}

/** The one value of a parameter, or null when it is not given. */
export function oneValue(params: URLSearchParams, key: string): string | null {
  const values = checked(params, key);
  if (values.length > 1) throw new BadQuestionError(`${key} is given ${values.length} times; give it once.`, key);
  return values[0] ?? null;
}

/** true, false, or null when it is not given. */
export function parseBoolean(params: URLSearchParams, key: string): boolean | null {
  const value = oneValue(params, key);
  if (value === null) return null;
  if (value !== "true" && value !== "false")
    throw new BadQuestionError(`${key} is true or false; it is ${quoted(value)}.`, key);
  return value === "true";
}

/** The condition for rows under the filter and within the scope: the only compiler there is. */
export function whereOf(filter: Filter, scope: Scope): Sql {
  const conditions: Sql[] = [conditionOf(scope), ...filterConditions(filter)];
  for (const column of CONTAINS) if (filter.contains[column]) refuseHidden(column, scope, column);
  return all(conditions);
}

function filterConditions(filter: Filter): Sql[] {
  const conditions: Sql[] = [];
  if (filter.start_ms !== null) conditions.push(sql`start_time >= CAST(${iso(filter.start_ms)} AS TIMESTAMPTZ)`);
  if (filter.end_ms !== null) conditions.push(sql`start_time < CAST(${iso(filter.end_ms)} AS TIMESTAMPTZ)`);
  for (const column of EQUALS) {
    const values = filter.equals[column];
    if (values)
      conditions.push(
        sql`${name(column)} IN (${join(
          values.map((value) => sql`${value}`),
          ", ",
        )})`,
      );
  }
  const { caller_number, caller_name } = filter.contains;
  if (caller_number) conditions.push(any(caller_number.map((part) => sql`contains(caller_number, ${part})`)));
  if (caller_name) conditions.push(any(caller_name.map((part) => sql`contains(lower(caller_name), lower(${part}))`)));
  if (filter.min_duration !== null) conditions.push(sql`duration_seconds >= CAST(${filter.min_duration} AS DOUBLE)`);
  if (filter.max_duration !== null) conditions.push(sql`duration_seconds <= CAST(${filter.max_duration} AS DOUBLE)`);
  if (filter.has_tool_calls === true) conditions.push(sql`tool_call_count > 0`);
  if (filter.has_tool_calls === false) conditions.push(sql`(tool_call_count IS NULL OR tool_call_count = 0)`);
  return conditions;
}

/** Whether a UTC day can hold calls under the filter: which files need not be opened. */
export function mayHold(filter: Filter, day: string): boolean {
  if (filter.start_ms !== null && day < dayOfTime(filter.start_ms)) return false;
  return filter.end_ms === null || day <= dayOfTime(filter.end_ms - 1);
}

function any(conditions: readonly Sql[]): Sql {
  return sql`(${join(conditions, " OR ")})`;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

const quoted = (text: string) => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

function checked(params: URLSearchParams, key: string): string[] {
  const values = params.getAll(key);
  if (values.length > VALUES_MAX) throw new BadQuestionError(`${key} is given more than ${VALUES_MAX} times.`, key);
  for (const value of values) {
    if (value === "") throw new BadQuestionError(`${key} is empty; leave it out or give it a value.`, key);
    if (value.length > LENGTH_MAX) throw new BadQuestionError(`${key} is longer than ${LENGTH_MAX} characters.`, key);
    if (value.includes("\0") || !value.isWellFormed()) throw new BadQuestionError(`${key} is not a text.`, key);
  }
  return values;
}

function valuesOf<K extends ColumnName>(params: URLSearchParams, columns: readonly K[]): { [P in K]?: string[] } {
  const found: { [P in K]?: string[] } = {};
  for (const column of columns) {
    const values = checked(params, column);
    const { shape } = COLUMNS[column];
    for (const value of values) {
      const allowed: readonly string[] | null = shape.kind === "one_of" ? shape.values : null;
      if (allowed && !allowed.includes(value)) {
        throw new BadQuestionError(`${column} is one of ${allowed.join(", ")}; it is ${quoted(value)}.`, column);
      }
    }
    if (values.length > 0) found[column] = [...new Set(values)];
  }
  return found;
}

function parseTime(value: string | null, field: "start_date" | "end_date", tz: string): number | null {
  if (value === null) return null;
  const year = Number(value.slice(0, 4));
  if (year >= 1970 && year <= 9990) {
    if (isDay(value)) return startOfDay(tz, field === "start_date" ? value : dayAfter(value));
    const time = INSTANT.test(value) && isDay(value.slice(0, 10)) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(time) && time >= 0) return time;
  }
  throw new BadQuestionError(
    `${field} is a date such as 2026-11-21 or an instant such as 2026-11-21T10:00:00Z, from 1970 on; it is ${quoted(value)}.`,
    field,
  );
}

function parseSeconds(params: URLSearchParams, key: "min_duration" | "max_duration"): number | null {
  const value = oneValue(params, key);
  if (value === null) return null;
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(value)) {
    throw new BadQuestionError(`${key} is a number of seconds, 0 or more; it is ${quoted(value)}.`, key);
  }
  return Number(value);
}
