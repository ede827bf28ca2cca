/** The times of a filter: dates in a time zone, and instants as they are. */
import { isDay } from "../record/id.ts";
import { dayAfter, startOfDay } from "./calendar.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const LOCAL = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?$/;

/**
 * Epoch ms of an instant such as 2026-11-21T10:00:00Z, or of the beginning of a date in tz (with `after`, of the day
 * after it). Null where it is none of these or lies outside the years 1970 to 9990.
 */
export function parseInstant(value: string, tz: string, after = false): number | null {
  const year = Number(value.slice(0, 4));
  if (!(year >= 1970 && year <= 9990)) return null;
  if (isDay(value)) return startOfDay(tz, after ? dayAfter(value) : value);
  const time = INSTANT.test(value) && isDay(value.slice(0, 10)) ? Date.parse(value) : Number.NaN;
  return time >= 0 ? time : null;
}

/** A wall-clock time such as 2026-11-21T14:03 as the record writes it, or null. */
export function parseLocalTime(value: string): string | null {
  if (!LOCAL.test(value) || !isDay(value.slice(0, 10))) return null;
  const ms = Date.parse(value.length === 10 ? `${value}T00:00Z` : `${value}Z`);
  return Number.isNaN(ms) ? null : iso(ms).slice(0, -1);
}

/** ISO 8601 in UTC with ms. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
