/** From a URL's parameters to the filter, and back. */
import { COLUMNS, type ColumnName } from "../record/columns.ts";
import type { Shape } from "../record/shapes.ts";
import { isTimeZone } from "./calendar.ts";
import { BadQuestionError } from "./errors.ts";
import type { Filter } from "./filter.ts";
import { type Condition, conditionText, parseCondition, VALUES_MAX } from "./filter-condition.ts";
import { iso, parseInstant } from "./filter-times.ts";
import { allValues, oneValue, parseBoolean, quoted } from "./parameters.ts";
import type { CallFilter } from "./questions.ts";
import { parseText, type TextQuery } from "./text/index.ts";

/** Parameters that want a value of the column as it is; repeated = or. */
export const EQUALS = [
  "provider_name",
  "pipeline_name",
  "context_name",
  "outcome",
  "client_id",
  "assistant_id",
  "direction",
  "language",
  "sentiment",
] as const satisfies readonly ColumnName[];
/** Parameters that want a part of the column's text; repeated = or. */
export const CONTAINS = ["caller_number", "caller_name"] as const satisfies readonly ColumnName[];

export const FILTER_PARAMETERS = [
  "start_date",
  "end_date",
  "tz",
  ...CONTAINS,
  ...EQUALS,
  "label",
  "min_duration",
  "max_duration",
  "has_tool_calls",
  "weekday",
  "hour",
  "tool_name",
  "tool_status",
  "q",
  "where",
] as const satisfies readonly (keyof CallFilter)[];

/** Conditions of one filter. */
const CONDITIONS_MAX = 20;
/** Characters of one value of an `in`, so that all of them and their column have room in a condition. */
const VALUE_LENGTH = 40;

/** Values of one `in` where the parameters come in a body: calls that somebody has chosen one by one. */
export const BODY_VALUES_MAX = 10_000;

/**
 * Reads a filter from the URL's parameters; others of them are left alone (see refuseUnknown).
 * A date is read in tz and end_date is the last day; an instant is taken as it is and end_date is exclusive.
 * An `in` has at most `valuesMax` values. Throws BadQuestionError naming the parameter.
 */
export function parseFilter(params: URLSearchParams, timeZone = "UTC", valuesMax = VALUES_MAX): Filter {
  const tz = oneValue(params, "tz") ?? timeZone;
  if (!isTimeZone(tz))
    throw new BadQuestionError(`tz is an IANA time zone such as Europe/Berlin; it is ${quoted(tz)}.`, "tz");
  const start_ms = parseTime(params, "start_date", tz);
  const end_ms = parseTime(params, "end_date", tz);
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
    labels: distinct(params, "label"),
    min_duration,
    max_duration,
    has_tool_calls: parseBoolean(params, "has_tool_calls"),
    weekdays: parseNumbers(params, "weekday", 1, 7, "a day of the week from 1, Monday, to 7"),
    hours: parseNumbers(params, "hour", 0, 23, "an hour of the day from 0 to 23"),
    tool_names: distinct(params, "tool_name"),
    tool_statuses: distinct(params, "tool_status"),
    q: parseQ(params),
    where: parseWhere(params, tz, valuesMax),
  };
}

/** The filter as parameters that `parseFilter` reads as the same filter: its canonical text. */
export function filterParams(filter: Filter): URLSearchParams {
  const params = new URLSearchParams({ tz: filter.tz });
  if (filter.start_ms !== null) params.set("start_date", iso(filter.start_ms));
  if (filter.end_ms !== null) params.set("end_date", iso(filter.end_ms));
  const several = (key: string, values: readonly string[]) => {
    for (const value of values) params.append(key, value);
  };
  for (const column of CONTAINS) several(column, filter.contains[column] ?? []);
  for (const column of EQUALS) several(column, filter.equals[column] ?? []);
  several("label", filter.labels);
  if (filter.min_duration !== null) params.set("min_duration", String(filter.min_duration));
  if (filter.max_duration !== null) params.set("max_duration", String(filter.max_duration));
  if (filter.has_tool_calls !== null) params.set("has_tool_calls", String(filter.has_tool_calls));
  several("weekday", filter.weekdays.map(String));
  several("hour", filter.hours.map(String));
  several("tool_name", filter.tool_names);
  several("tool_status", filter.tool_statuses);
  if (filter.q !== null) params.set("q", filter.q.text);
  several("where", filter.where.map(conditionText));
  return params;
}

function parseQ(params: URLSearchParams): TextQuery | null {
  const q = oneValue(params, "q");
  return q === null ? null : parseText(q);
}

function parseWhere(params: URLSearchParams, tz: string, valuesMax: number): Condition[] {
  const texts = allValues(params, "where", CONDITIONS_MAX, valuesMax * VALUE_LENGTH);
  const read = texts.map((text) => parseCondition(text, tz, valuesMax));
  const conditions = new Map(read.map((one) => [conditionText(one), one]));
  return [...conditions.values()];
}

function distinct(params: URLSearchParams, key: string): string[] {
  return [...new Set(allValues(params, key))];
}

function parseNumbers(params: URLSearchParams, key: string, min: number, max: number, what: string): number[] {
  const numbers = allValues(params, key).map((value) => {
    const number = /^\d{1,2}$/.test(value) ? Number(value) : -1;
    if (number < min || number > max) throw new BadQuestionError(`${key} is ${what}; it is ${quoted(value)}.`, key);
    return number;
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function valuesOf<K extends ColumnName>(params: URLSearchParams, columns: readonly K[]): { [P in K]?: string[] } {
  const found: { [P in K]?: string[] } = {};
  for (const column of columns) {
    const values = distinct(params, column);
    const { shape } = COLUMNS[column] as { shape: Shape };
    for (const value of values) {
      if (shape.kind === "one_of" && !shape.values.includes(value)) {
        throw new BadQuestionError(`${column} is one of ${shape.values.join(", ")}; it is ${quoted(value)}.`, column);
      }
    }
    if (values.length > 0) found[column] = values;
  }
  return found;
}

function parseTime(params: URLSearchParams, field: "start_date" | "end_date", tz: string): number | null {
  const value = oneValue(params, field);
  if (value === null) return null;
  const ms = parseInstant(value, tz, field === "end_date");
  if (ms !== null) return ms;
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
