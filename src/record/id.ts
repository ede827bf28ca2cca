/** Ids and days: an id is a pure function of the call, and the UTC day is a pure function of the id. */
import { hash as hashOf } from "node:crypto";

const MS_MAX = 2 ** 48 - 1;

/**
 * The UUIDv7 of a call (RFC 9562, section 5.7): 48 bits of start_time in ms, then 74 bits of
 * SHA-256(source, 0x00, call_id) where the standard has random bits, so that a retry names the same call.
 */
export function callIdentity(source: string, callId: string, startTimeMs: number): string {
  const ms = Math.min(Math.max(Math.trunc(startTimeMs) || 0, 0), MS_MAX);
  // As text: the bytes would be a Buffer, which costs three times as much where a call begins.
  const hash = hashOf("sha256", `${source}\0${callId}`, "hex");
  const time = ms.toString(16).padStart(12, "0");
  // Four bits of version and two of variant take the place of as many bits of the hash.
  const variant = "89ab"[Number.parseInt(hash.charAt(4), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(1, 4)}-${variant}${hash.slice(5, 8)}-${hash.slice(8, 20)}`;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text is an id of ours (a lower-case UUIDv7). */
export function isCallIdentity(id: string): boolean {
  return ID.test(id);
}

/** The start_time in ms that an id carries. Throws if the text is not an id. */
export function startTimeOf(id: string): number {
  if (!isCallIdentity(id)) throw new RangeError(`A call's id is a lower-case UUIDv7; it is ${JSON.stringify(id)}.`);
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The UTC day (`2026-11-21`) a call belongs to, read off its id. */
export function dayOf(id: string): string {
  return dayOfTime(startTimeOf(id));
}

/** The UTC day of a time in ms since 1970. */
export function dayOfTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 253402300799999)).toISOString().slice(0, 10);
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a real calendar day such as 2026-02-28. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}
