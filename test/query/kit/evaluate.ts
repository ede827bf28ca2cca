/** The filter said again in the plainest way: what a question means, over records in memory. */
import { matchesText, parseText } from "../../../src/query/text/index.ts";
import type { CallRecord, ColumnName } from "../../../src/record/index.ts";

export interface Condition {
  readonly path: readonly [ColumnName, ...string[]];
  readonly op: string;
  readonly values: readonly string[];
}

/** A question as a test makes it up; `paramsOf` writes it as the URL has it. */
export interface Asked {
  readonly tz?: string | undefined;
  /** Dates, or instants. */
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  /** provider_name, outcome … and label, tool_name, tool_status, caller_number, caller_name. */
  readonly values: { readonly [parameter: string]: readonly string[] };
  readonly min_duration?: string | undefined;
  readonly max_duration?: string | undefined;
  readonly has_tool_calls?: boolean | undefined;
  readonly q?: string | undefined;
  readonly where: readonly Condition[];
}

export function paramsOf(asked: Asked): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of ["tz", "start_date", "end_date", "min_duration", "max_duration", "q"] as const) {
    const value = asked[key];
    if (value !== undefined) params.set(key, value);
  }
  if (asked.has_tool_calls !== undefined) params.set("has_tool_calls", String(asked.has_tool_calls));
  for (const [key, values] of Object.entries(asked.values)) for (const value of values) params.append(key, value);
  for (const { path, op, values } of asked.where) {
    const at = path.map((step) => (/^\w+$/.test(step) ? step : JSON.stringify(step))).join(".");
    const value = op === "in" ? values.map((item) => JSON.stringify(item)).join(",") : values[0];
    params.append("where", `${at}:${op}:${value}`);
  }
  return params;
}

/** Whether the call is under the question. */
export function holds(asked: Asked, call: CallRecord): boolean {
  return (
    inTime(asked, call.start_time) &&
    Object.entries(asked.values).every(
      ([parameter, values]) => values.length === 0 || meets(parameter, values, call, asked.tz ?? "UTC"),
    ) &&
    toolMeets(asked, call) &&
    (asked.min_duration === undefined || (call.duration_seconds ?? -1) >= Number(asked.min_duration)) &&
    (asked.max_duration === undefined ||
      (call.duration_seconds ?? Number.POSITIVE_INFINITY) <= Number(asked.max_duration)) &&
    (asked.has_tool_calls === undefined || (call.tool_call_count ?? 0) > 0 === asked.has_tool_calls) &&
    (asked.q === undefined || matchesText(parseText(asked.q), call) !== null) &&
    asked.where.every((condition) => conditionHolds(condition, call))
  );
}

function inTime({ tz = "UTC", start_date, end_date }: Asked, start_time: string): boolean {
  const day = calendarOf(tz).format(new Date(start_time));
  const at = Date.parse(start_time);
  if (start_date !== undefined && (isDate(start_date) ? day < start_date : at < Date.parse(start_date))) return false;
  return end_date === undefined || (isDate(end_date) ? day <= end_date : at < Date.parse(end_date));
}

const calendars = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = calendars.get(timeZone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" });
  calendars.set(timeZone, known);
  return known;
}

const isDate = (text: string) => text.length === 10;

/** One code point after the other, as the lake does it: no final sigma, no second character for İ. */
const lower = (text: string) => [...text].map((c) => (c === "İ" ? "i" : c.toLowerCase())).join("");

const clocks = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The weekday or the hour that a calendar on the wall of that zone shows. */
function onTheClock(tz: string, part: "weekday" | "hour", at: string): string {
  const known =
    clocks.get(tz) ??
    new Intl.DateTimeFormat("en-US", { timeZone: tz, weekday: "short", hour: "numeric", hourCycle: "h23" });
  clocks.set(tz, known);
  const text = known.formatToParts(new Date(at)).find(({ type }) => type === part)?.value ?? "";
  return String(part === "hour" ? Number(text) : WEEKDAYS.indexOf(text));
}

function meets(parameter: string, values: readonly string[], call: CallRecord, tz: string): boolean {
  switch (parameter) {
    case "weekday":
    case "hour":
      return values.includes(onTheClock(tz, parameter, call.start_time));
    case "label":
      return values.some((value) => call.labels?.includes(value));
    case "caller_number":
      return values.some((value) => call.caller_number?.includes(value));
    case "caller_name":
      return values.some((value) => call.caller_name !== null && lower(call.caller_name).includes(lower(value)));
    case "tool_name":
    case "tool_status":
      return true;
    default: {
      const value = call[parameter as ColumnName];
      return typeof value === "string" && values.includes(value);
    }
  }
}

function toolMeets({ values }: Asked, call: CallRecord): boolean {
  const { tool_name: names = [], tool_status: statuses = [] } = values;
  if (names.length === 0 && statuses.length === 0) return true;
  return (call.tool_calls ?? []).some(
    ({ name, status }) =>
      (names.length === 0 || (name !== null && names.includes(name))) &&
      (statuses.length === 0 || (status !== null && statuses.includes(status))),
  );
}

const JSON_COLUMNS: readonly string[] = ["metadata", "server_messages", "evaluations"];
const JSON_FIELDS: readonly string[] = ["params", "result"];
const MAPS: readonly string[] = ["pipeline_components", "usage", "cost_breakdown"];

export function conditionHolds(condition: Condition, call: CallRecord): boolean {
  const { path, op, values } = condition;
  if (op === "ne") return !conditionHolds({ path, op: "eq", values }, call);
  const [column, ...steps] = path;
  const value: unknown = call[column];
  if (op === "is_null" && steps.length === 0) return (value === null) === (values[0] === "true");
  if (MAPS.includes(column)) {
    const map = (value ?? {}) as Record<string, unknown>;
    if (steps.length === 0) return Object.hasOwn(map, values[0] ?? "");
    const key = steps.join(".");
    return valueMeets(Object.hasOwn(map, key) ? map[key] : null, op, values);
  }
  if (JSON_COLUMNS.includes(column)) return jsonMeets(memberAt(value, steps), op, values);
  if (!Array.isArray(value)) return steps.length === 0 && valueMeets(value, op, values);
  const [field, ...members] = steps;
  return value.some((element: unknown) => {
    if (field === undefined) return valueMeets(element, op === "contains" ? "eq" : op, values);
    const member = (element as Record<string, unknown>)[field];
    return JSON_FIELDS.includes(field)
      ? jsonMeets(memberAt(member, members), op, values)
      : valueMeets(member, op, values);
  });
}

function memberAt(json: unknown, members: readonly string[]): unknown {
  let at = json;
  for (const member of members) {
    if (typeof at !== "object" || at === null) return null;
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(member)) return null;
    if (!Object.hasOwn(at, member)) return null;
    at = (at as Record<string, unknown>)[member];
  }
  return at;
}

function jsonMeets(json: unknown, op: string, values: readonly string[]): boolean {
  if (["lt", "le", "gt", "ge"].includes(op)) return typeof json === "number" && valueMeets(json, op, values);
  const text = json === null || typeof json === "string" ? json : JSON.stringify(json);
  return valueMeets(text, op, values);
}

function valueMeets(value: unknown, op: string, values: readonly string[]): boolean {
  const [first = ""] = values;
  if (op === "is_null") return (value === null) === (first === "true");
  if (value === null || value === undefined) return false;
  if (op === "contains") return String(value).includes(first);
  if (op === "starts") return String(value).startsWith(first);
  if (op === "in") return values.some((one) => order(value, one) === 0);
  const sign = order(value, first);
  switch (op) {
    case "eq":
      return sign === 0;
    case "lt":
      return sign < 0;
    case "le":
      return sign <= 0;
    case "gt":
      return sign > 0;
    case "ge":
      return sign >= 0;
    default:
      throw new Error(`There is no operator ${op}.`);
  }
}

/** Sign of value - text; instants are written alike on both sides, so that their texts are in order. */
function order(value: unknown, text: string): number {
  if (typeof value === "number") return Math.sign(value - Number(text));
  if (typeof value === "boolean") return value === (text === "true") ? 0 : 1;
  return byCodePoint(String(value), text);
}

/** The order of texts in the lake: by code point, where JavaScript's own is by UTF-16 unit. */
export function byCodePoint(a: string, b: string): number {
  return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The calls in the order of `sort`: nulls last, equal ones by id. */
export function sorted(calls: readonly CallRecord[], column: ColumnName, descending: boolean): CallRecord[] {
  const sign = descending ? -1 : 1;
  const key = (call: CallRecord) => {
    const value = call[column];
    return typeof value === "string" && column !== "id" ? [...value].slice(0, 120).join("") : value;
  };
  return [...calls].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1;
    } else if (left !== right) {
      const direct = typeof left === "string" ? byCodePoint(left, String(right)) : Number(left) - Number(right);
      if (direct !== 0) return sign * direct;
    }
    return sign * byCodePoint(a.id, b.id);
  });
}
