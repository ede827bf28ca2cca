/** Days, weeks and hours of a time zone, right across changes of its offset. */

const formats = new Map<string, Intl.DateTimeFormat>();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Shorter than any zone kept an offset since 1970: Recife had its summer time of 2000 for a week. */
const STEP_MS = 5 * DAY_MS;

/** From `from_ms` on, clocks stand `offset_ms` ahead of UTC. */
export interface OffsetSpan {
  readonly from_ms: number;
  readonly offset_ms: number;
}

/** Whether a text names an IANA time zone this machine knows. */
export function isTimeZone(tz: string): boolean {
  try {
    formatOf(tz);
    return true;
  } catch {
    return false;
  }
}

function formatOf(tz: string): Intl.DateTimeFormat {
  let format = formats.get(tz);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: tz,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    // The key comes from outside: names that differ only in case must not fill the memory.
    if (formats.size < 1000) formats.set(tz, format);
  }
  return format;
}

/** How far the zone's clocks are ahead of UTC at an instant, in ms. */
export function offsetAt(tz: string, ms: number): number {
  if (tz === "UTC") return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(tz).formatToParts(ms)) part[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

/** First instant after `from` (exclusive) and up to `to` at which the predicate holds, which stays true from then on. */
function firstTrue(from: number, to: number, predicate: (ms: number) => boolean): number {
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (predicate(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The first instant of a calendar day (`2026-03-29`) in the zone; where midnight does not exist, what follows it. */
export function startOfDay(tz: string, day: string): number {
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  const guess = midnight - offsetAt(tz, midnight);
  if (guess + offsetAt(tz, guess) === midnight && guess - 1000 + offsetAt(tz, guess - 1000) < midnight) {
    const earlier = guess - 3 * HOUR_MS;
    if (offsetAt(tz, earlier) === offsetAt(tz, guess)) return guess;
  }
  return firstTrue(midnight - 16 * HOUR_MS, midnight + 16 * HOUR_MS, (ms) => ms + offsetAt(tz, ms) >= midnight);
}

/** The day after a calendar day. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** The offsets of a zone from an instant to another, the first span beginning at `from_ms`. */
export function offsetSpans(tz: string, from_ms: number, to_ms: number): OffsetSpan[] {
  const spans: OffsetSpan[] = [{ from_ms, offset_ms: offsetAt(tz, from_ms) }];
  if (tz === "UTC") return spans;
  for (let at = from_ms; at < to_ms; at += STEP_MS) {
    const next = Math.min(at + STEP_MS, to_ms);
    const before = spans.at(-1)?.offset_ms ?? 0;
    const after = offsetAt(tz, next);
    if (after !== before) {
      const change = firstTrue(
        Math.floor(at / 1000) * 1000,
        Math.ceil(next / 1000) * 1000,
        (ms) => offsetAt(tz, ms) !== before,
      );
      spans.push({ from_ms: change, offset_ms: after });
    }
  }
  return spans;
}

/** The calendar day an instant falls on, as days since 1970-01-01 on the zone's calendar. */
export function localDayNumber(ms: number, offset_ms: number): number {
  return Math.floor((ms + offset_ms) / DAY_MS);
}

/** `2026-03-29` of a day number. */
export function dayOfNumber(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** 1, Monday, to 7 of a day number (1970-01-01 was a Thursday). */
export function weekdayOf(number: number): number {
  return number - mondayOf(number) + 1;
}

/** The Monday of the week a day number is in (1970-01-01 was a Thursday). */
export function mondayOf(number: number): number {
  return number - ((((number + 3) % 7) + 7) % 7);
}
