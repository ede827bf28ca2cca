/** Reads a provider's payload, of which nothing is sure: each look gives a value of the kind asked for, or null. */
import { isPlain, memberOf } from "../../record/json.ts";
import type { RecordInput } from "../inputs.ts";

/** What one message of a provider says of a call. Its start is null where the message leaves it out. */
export type Telling = Omit<RecordInput, "start_time"> & { source: string; start_time: number | null };

/** A provider's word that a call is going on, or that it is over. */
export interface LiveTelling {
  readonly source: string;
  readonly call_id: string;
  /** Epoch ms of the message. */
  readonly at: number;
  readonly state: "going" | "answered" | "over";
  /** What is known of the call so far. */
  readonly columns: Omit<RecordInput, "start_time" | "call_id">;
}

export function valueAt(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const name of path) {
    if (!isPlain(value)) return null;
    value = Object.hasOwn(value, name) ? memberOf(value, name) : null;
  }
  return value ?? null;
}

/** A text that is not empty. */
export function textAt(object: unknown, ...path: readonly string[]): string | null {
  const value = valueAt(object, ...path);
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

export function numberAt(object: unknown, ...path: readonly string[]): number | null {
  const value = valueAt(object, ...path);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function booleanAt(object: unknown, ...path: readonly string[]): boolean | null {
  const value = valueAt(object, ...path);
  return typeof value === "boolean" ? value : null;
}

export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(object, ...path);
  return Array.isArray(value) ? value : [];
}

export function objectAt(object: unknown, ...path: readonly string[]): Record<string, unknown> | null {
  const value = valueAt(object, ...path);
  return isPlain(value) ? value : null;
}

const MS_MAX = 253402300799999;

/** Epoch ms of an ISO text or of a number of ms. */
export function msAt(object: unknown, ...path: readonly string[]): number | null {
  const value = valueAt(object, ...path);
  const ms = typeof value === "string" ? Date.parse(value) : value;
  return typeof ms === "number" && ms > 0 && ms <= MS_MAX ? Math.trunc(ms) : null;
}

/** A web address; anything else (javascript:, data:) has no place in a record that people click on. */
export function addressAt(object: unknown, ...path: readonly string[]): string | null {
  const text = textAt(object, ...path);
  return text !== null && /^https?:\/\/[^\s]+$/i.test(text) ? text : null;
}

/** The JSON a text holds; the text itself where it is none. */
export function parsedText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const start = value.trimStart()[0];
  if (start !== "{" && start !== "[") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The object without members that are null, undefined or empty lists: what is not known is left out. */
export function known<T extends object>(object: T): Known<T> {
  const entries = Object.entries(object).filter(([, value]) => {
    if (value === null || value === undefined) return false;
    return !(Array.isArray(value) && value.length === 0) && !(isPlain(value) && Object.keys(value).length === 0);
  });
  return Object.fromEntries(entries) as Known<T>;
}

type Known<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

/** A recording of a record; null where the address is none. */
export function recordingOf(url: string | null, channel: string) {
  return url === null ? null : { url, channel, duration_seconds: null, expires_at: null };
}

/** Adds to a sum by name; null adds nothing. */
export function addTo(sums: Record<string, number>, name: string | null, amount: number | null): void {
  if (name === null || amount === null || name === "__proto__") return;
  sums[name] = (sums[name] ?? 0) + amount;
}

/** Members a record must not keep: they open doors. */
const SECRET = /secret|password|credential|authorization|cookie|api_?key|(?:^|[_a-z])token$|^(?:control|listen)Url$/i;
const DEPTH_MAX = 32;

/**
 * What of a payload was not read: a copy without the members named by `read` (paths such as `call.id`), without what
 * is empty then, and without secrets. Null if nothing is left.
 */
export function restOf(payload: unknown, read: ReadonlySet<string>): unknown {
  return rest(payload, read, "", 0) ?? null;
}

function rest(value: unknown, read: ReadonlySet<string>, path: string, depth: number): unknown {
  if (value === null || value === undefined || value === "") return undefined;
  if (Array.isArray(value)) {
    if (depth >= DEPTH_MAX) return undefined;
    const left = value
      .map((element) => rest(element, NOTHING, "", depth + 1))
      .filter((element) => element !== undefined);
    return left.length > 0 ? left : undefined;
  }
  if (!isPlain(value)) return value;
  if (depth >= DEPTH_MAX) return undefined;
  const left: Record<string, unknown> = {};
  let some = false;
  for (const name of Object.keys(value)) {
    const inner = path === "" ? name : `${path}.${name}`;
    if (name === "__proto__" || read.has(inner) || SECRET.test(name)) continue;
    const member = rest(memberOf(value, name), read, inner, depth + 1);
    if (member === undefined) continue;
    left[name] = member;
    some = true;
  }
  return some ? left : undefined;
}

const NOTHING: ReadonlySet<string> = new Set();
