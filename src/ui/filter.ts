/** The filter as the UI holds it: a query string in, a query string out, with the date presets of the picker. */
import { type PageQuery, parseFilter } from "../client/page-query.ts";
import { words } from "./words.ts";

export { forServer, parseFilter, parseQuery } from "../client/page-query.ts";
export type Query = PageQuery;

/** The same as a query string, without "?". */
export function queryText({ filter, sort, peek }: Query): string {
  const all = new URLSearchParams(filter);
  if (sort) all.set("sort", sort);
  if (peek) all.set("peek", peek);
  return String(all);
}

/** The filter with a parameter set to the values given; none removes it. */
export function withValue(filter: URLSearchParams, name: string, ...values: readonly string[]): URLSearchParams {
  const next = new URLSearchParams(filter);
  next.delete(name);
  for (const value of values) if (value !== "") next.append(name, value);
  return next;
}

/** The filter with one of a parameter's values put in, or taken out where it is. */
export function withToggled(filter: URLSearchParams, name: string, value: string): URLSearchParams {
  const values = filter.getAll(name);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  return withValue(filter, name, ...next);
}

/** Only the dates of a filter, under which the values of the drop-downs are counted. */
export function datesOnly(filter: URLSearchParams): URLSearchParams {
  const dates = new URLSearchParams();
  for (const name of ["start_date", "end_date", "tz"])
    for (const value of filter.getAll(name)) dates.append(name, value);
  return dates;
}

/** Whether anything narrows the list. */
export function isNarrowed(filter: URLSearchParams): boolean {
  return [...filter.keys()].some((name) => name !== "tz");
}

export interface Preset {
  readonly days: number | null;
  /** In the language of the element that is being rendered. */
  readonly label: () => string;
}

/** days: how many calendar days back, today included; null = no limit. */
export const PRESETS: readonly Preset[] = [
  { days: 1, label: () => words.presets.today },
  { days: 7, label: () => words.presets.days7 },
  { days: 30, label: () => words.presets.days30 },
  { days: 90, label: () => words.presets.days90 },
  { days: null, label: () => words.presets.all },
];

/** The calendar day (2026-11-21) a time has in a zone. */
export function dayIn(timezone: string, ms: number): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(ms);
}

/** The first day of a preset. Calendar arithmetic on the day, not on the clock: a day may have 23 hours. */
function presetStart(days: number, timezone: string, nowMs: number): string {
  const today = new Date(`${dayIn(timezone, nowMs)}T00:00:00Z`);
  today.setUTCDate(today.getUTCDate() - (days - 1));
  return today.toISOString().slice(0, 10);
}

/** The filter with a preset's dates. */
export function withPreset(filter: URLSearchParams, preset: Preset, timezone: string, nowMs: number): URLSearchParams {
  const start = preset.days === null ? "" : presetStart(preset.days, timezone, nowMs);
  return withValue(withValue(filter, "end_date"), "start_date", start);
}

/** How many days the dashboard shows whose query has no dates. */
const DASHBOARD_DAYS = 30;
const hasDates = (filter: URLSearchParams) => filter.has("start_date") || filter.has("end_date");

/** The filter of the dashboard's query: without dates the last 30 days, and with `range=all` all time. */
export function dashboardFilter(query: string, timezone: string, nowMs: number): URLSearchParams {
  const filter = parseFilter(query);
  if (hasDates(filter) || new URLSearchParams(query).get("range") === "all") return filter;
  return withPreset(filter, { days: DASHBOARD_DAYS, label: () => "" }, timezone, nowMs);
}

/** The dashboard's query of a filter. */
export function dashboardQuery(filter: URLSearchParams): string {
  return String(hasDates(filter) ? filter : withValue(filter, "range", "all"));
}

/** The preset the filter's dates are those of, if any. */
export function presetOf(filter: URLSearchParams, timezone: string, nowMs: number): Preset | undefined {
  if (filter.has("end_date")) return undefined;
  const start = filter.get("start_date");
  return PRESETS.find((preset) =>
    preset.days === null ? start === null : start === presetStart(preset.days, timezone, nowMs),
  );
}
