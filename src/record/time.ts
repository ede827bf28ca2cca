/** Instants and wall-clock times of a record. */
import { kindOfValue } from "./json.ts";

const MS_MAX = 253402300799999;
const ZONED = /(?:z|[+-]\d{2}:?\d{2})$/i;
const ISO_START = /^\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}|$)/i;

/**
 * Epoch ms of a Date, a number of ms, or a text with a date and time (one without zone is UTC). Null where it is none
 * of these or lies outside the years 1970 to 9999.
 */
export function instantMs(value: unknown): number | null {
  let ms: number;
  if (typeof value === "number") ms = value;
  else if (kindOfValue(value) === "date") ms = (value as Date).getTime();
  // The form all our own instants have needs no closer look.
  else if (typeof value === "string" && value.length === 24 && value.charCodeAt(23) === 90) ms = Date.parse(value);
  else if (typeof value === "string" && ISO_START.test(value)) {
    const text = value.trim();
    ms = Date.parse(text.length <= 10 || ZONED.test(text) ? text : `${text}Z`);
  } else return null;
  return ms >= 0 && ms <= MS_MAX ? Math.trunc(ms) : null;
}

const DAY_MS = 86_400_000;
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
let isoDay = Number.NaN;
let isoDate = "";

/** ISO 8601 in UTC with milliseconds: how every instant stands in a record. Takes whole ms since 1970. */
export function isoOf(ms: number): string {
  // Most instants lie in the same day: only the first one of it asks Date, which costs ten times as much.
  const day = Math.floor(ms / DAY_MS);
  if (day !== isoDay) {
    isoDate = new Date(day * DAY_MS).toISOString().slice(0, -13);
    isoDay = day;
  }
  const rest = ms - day * DAY_MS;
  const minutes = Math.floor(rest / 60_000);
  const millis = rest % 1000;
  const pad = millis < 10 ? "00" : millis < 100 ? "0" : "";
  const second = TWO[Math.floor(rest / 1000) % 60];
  return `${isoDate}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${second}.${pad}${millis}Z`;
}

const formats = new Map<string, Intl.DateTimeFormat | null>();
const FORMATS_MAX = 600;

/** Whether a text names a time zone that this machine knows. */
export function isTimeZone(zone: string): boolean {
  return formatOf(zone) !== null;
}

/** The clock of `zone` at an instant, such as `2026-11-21T14:03:00.000`; null for a zone nobody knows. */
export function localTimeOf(ms: number, zone: string): string | null {
  if (zone === "UTC") return isoOf(ms).slice(0, -1);
  const format = formatOf(zone);
  if (!format) return null;
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = value;
  const { year, month, day, hour, minute, second } = part;
  return `${year?.padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}.${String(ms % 1000).padStart(3, "0")}`;
}

function formatOf(zone: string): Intl.DateTimeFormat | null {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  let format: Intl.DateTimeFormat | null = null;
  try {
    format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
  } catch {
    // A RangeError: no such zone.
  }
  if (formats.size < FORMATS_MAX) formats.set(zone, format);
  return format;
}
