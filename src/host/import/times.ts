/** Times as sources write them: ISO with or without a zone, Postgres' short offsets, epoch seconds or milliseconds. */
import { instantMs, localTimeOf } from "../../record/time.ts";

const TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(?:(Z|UTC)|([+-]\d{2})(?::?(\d{2}))?(?::\d{2})?)?$/i;
/** Numbers below are seconds: as milliseconds they would be of 1973 at the latest. */
const SECONDS_MAX = 1e11;

/** Epoch ms; null for what is no time. One without a zone is on the clock of `zone`. */
export function instantOf(value: unknown, zone: string): number | null {
  if (value instanceof Date) return instantMs(value);
  if (typeof value === "bigint") return instantOf(Number(value), zone);
  if (typeof value === "number") return instantMs(Math.abs(value) < SECONDS_MAX ? Math.round(value * 1000) : value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^\d{9,13}(\.\d+)?$/.test(text)) return instantOf(Number(text), zone);
  const match = TIME.exec(text);
  if (!match) return /^\d{4}-\d{2}-\d{2}$/.test(text) ? onClock(Date.parse(`${text}T00:00:00Z`), zone) : null;
  const [, date, minute, second = "00", fraction = "", utc, hours, minutes = "00"] = match;
  const told = `${date}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}`;
  if (utc !== undefined) return instantMs(`${told}Z`);
  if (hours !== undefined) return instantMs(`${told}${hours}:${minutes}`);
  return onClock(Date.parse(`${told}Z`), zone);
}

/** The instant at which the clock of `zone` showed `wall` (ms as if it were UTC). */
export function onClock(wall: number, zone: string): number | null {
  if (Number.isNaN(wall)) return null;
  if (zone === "UTC") return instantMs(wall);
  let utc = wall;
  // The offset at the first guess may be of the other side of a change of the clocks; at the second it is right.
  for (let round = 0; round < 2; round += 1) {
    const shown = Date.parse(`${localTimeOf(Math.max(0, utc), zone) ?? ""}Z`);
    if (Number.isNaN(shown)) return null;
    utc = wall - (shown - utc);
  }
  return instantMs(utc);
}
