/** Numbers, durations and times as a person reads them, by Intl, in the page's locale and zone. */
import { words } from "./words.ts";

export interface Formats {
  readonly locale: string | undefined;
  readonly timezone: string;
  integer(value: number): string;
  percent(share: number): string;
  /** 640 ms, 1.24 s; "not recorded" for null. */
  latency(ms: number | null): string;
  /** The same for an axis that reaches `max`: one unit for all of its ticks. */
  latencyTick(ms: number, max: number): string;
  /** 42 s, 3 m 05 s, 1 h 02 m; "not recorded" for null. */
  duration(seconds: number | null): string;
  /** 21 Nov 14:03:20, with the year in place of the seconds when it is another one. */
  time(iso: string): string;
  /** The date and time with the zone's name. */
  fullTime(iso: string | null): string;
  day(iso: string): string;
  /** The hour of a timeline's bucket. */
  hour(iso: string): string;
  /** A day of the week, 1 is Monday: Mon. */
  weekday(day: number): string;
  /** An hour of the day: 14:00–14:59. */
  hourOfDay(hour: number): string;
  /** 20 November, of a calendar day such as 2026-11-20; with the year where it is another one. */
  utcDay(day: string): string;
  /** a, b and c */
  list(texts: readonly string[]): string;
  /** 0.4 MB of a number of bytes. */
  megabytes(bytes: number): string;
  money(amount: number | null, currency: string | null): string;
}

const cache = new Map<string, Formats>();

/** The zone of the browser. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A zone or locale the browser does not know would throw in every row: fall back to the default instead. */
function usable(locale: string | undefined, timezone: string): { locale: string | undefined; timezone: string } {
  const works = (l: string | undefined, z: string) => {
    try {
      new Intl.DateTimeFormat(l, { timeZone: z });
      return true;
    } catch {
      return false;
    }
  };
  if (works(locale, timezone)) return { locale, timezone };
  const known = works(locale, "UTC") ? locale : undefined;
  return { locale: known, timezone: works(known, timezone) ? timezone : "UTC" };
}

/** "1:05" style of a clock inside a call: 65,000 ms are 1:05. */
export function offset(ms: number): string {
  const seconds = Math.floor(Math.max(ms, 0) / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function durationText(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return words.notRecorded;
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

/** Making a formatter costs more than a table's formatting: each is made when something is to be formatted. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function build(locale: string | undefined, timezone: string): Formats {
  const date = (options: Intl.DateTimeFormatOptions) =>
    once(() => new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options }));
  const number = (options: Intl.NumberFormatOptions) => once(() => new Intl.NumberFormat(locale, options));
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const integers = number({ maximumFractionDigits: 0 });
  const seconds = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const tenths = number({ minimumFractionDigits: 1, maximumFractionDigits: 2 });
  const percents = number({
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  const thisYear = date({ day: "2-digit", month: "short", ...clock });
  const otherYear = date({
    day: "2-digit",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const full = date({ dateStyle: "medium", timeStyle: "long" });
  const days = date({ weekday: "short", day: "numeric", month: "short" });
  const hours = date({ weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekdays = date({ weekday: "short", timeZone: "UTC" });
  const amounts = number({ maximumFractionDigits: 4 });
  const moneys = new Map<string, Intl.NumberFormat>();
  const years = date({ year: "numeric" });
  const at = (formatter: () => Intl.DateTimeFormat, iso: string) => {
    const ms = Date.parse(iso);
    return Number.isNaN(ms) ? iso : formatter().format(ms);
  };
  const now = once(() => years().format(Date.now()));
  return {
    locale,
    timezone,
    integer: (value) => integers().format(value),
    percent: (share) => percents().format(share),
    latency: (ms) => {
      if (ms === null || !Number.isFinite(ms)) return words.notRecorded;
      return ms < 1000 ? `${integers().format(ms)} ms` : `${seconds().format(ms / 1000)} s`;
    },
    latencyTick: (ms, max) => (max < 1000 ? `${integers().format(ms)} ms` : `${tenths().format(ms / 1000)} s`),
    duration: durationText,
    time: (iso) => (at(years, iso) === now() ? at(thisYear, iso) : at(otherYear, iso)).replaceAll(",", ""),
    fullTime: (iso) => (iso === null ? words.notRecorded : at(full, iso)),
    day: (iso) => at(days, iso),
    hour: (iso) => at(hours, iso),
    // 2024 began on a Monday.
    weekday: (day) => weekdays().format(Date.UTC(2024, 0, day)),
    hourOfDay: (hour) => `${String(hour).padStart(2, "0")}:00–${String(hour).padStart(2, "0")}:59`,
    utcDay: (day) => {
      const year = day.slice(0, 4) === String(new Date().getFullYear()) ? {} : ({ year: "numeric" } as const);
      const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "long", ...year });
      return format.format(Date.parse(day));
    },
    list: (texts) => new Intl.ListFormat(locale, { type: "conjunction" }).format(texts),
    megabytes: (bytes) => `${tenths().format(Math.max(bytes / 1e6, 0.1))} MB`,
    money: (amount, currency) => {
      if (amount === null) return words.notRecorded;
      if (!currency || !/^[A-Za-z]{3}$/.test(currency)) return amounts().format(amount);
      const made =
        moneys.get(currency) ??
        new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 4 });
      moneys.set(currency, made);
      return made.format(amount);
    },
  };
}

/** The formats of a locale and zone, made once. An unknown locale or zone gives the browser's locale, or UTC. */
export function formatsFor(wantedLocale: string | undefined, wantedZone: string): Formats {
  const key = `${wantedLocale ?? ""}|${wantedZone}`;
  let formats = cache.get(key);
  if (!formats) {
    const { locale, timezone } = usable(wantedLocale || undefined, wantedZone);
    formats = build(locale, timezone);
    cache.set(key, formats);
  }
  return formats;
}
