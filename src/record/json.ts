/** Turns any value of the engine into plain JSON: circles, BigInts, getters that throw and the like never throw here. */
import type { Scrutiny } from "./limits.ts";
import type { Json } from "./shapes.ts";

const DEPTH_MAX = 32;

/** A plain copy of `value`. What JSON cannot hold is named in its place and flagged `bad_value:<column>`. */
export function toJson(value: unknown, scrutiny: Scrutiny, column: string): Json {
  return copy(value, scrutiny, column, []) ?? null;
}

/** Reads a member of an input that may be hostile, or no object at all: undefined where there is none to be read. */
export function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null) return undefined;
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

/** The names of an object's own members; none where asking throws. */
export function memberNames(object: object): string[] {
  try {
    return Object.keys(object);
  } catch {
    return [];
  }
}

/** What a value is, without ever throwing: some proxies refuse to say, and one that is revoked is nothing any more. */
export function kindOfValue(value: unknown): "list" | "set" | "map" | "date" | "object" | "none" {
  if (typeof value !== "object" || value === null) return "none";
  try {
    if (Array.isArray(value)) return "list";
    // Asked once more, since a proxy or an heir of one has its prototype, but not what is in it.
    if (value instanceof Set && Set.prototype.has.call(value, 0) !== undefined) return "set";
    if (value instanceof Map && Map.prototype.has.call(value, 0) !== undefined) return "map";
    return value instanceof Date && Date.prototype.getTime.call(value) !== undefined ? "date" : "object";
  } catch {
    return "object";
  }
}

/** Whether a value is an object with named members: no array, Map, Date or the like. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  return kindOfValue(value) === "object" && !ArrayBuffer.isView(value);
}

/** The elements of an array or Set; an element that cannot be read is null. Null where there is no list. */
export function elementsOf(value: unknown): unknown[] | null {
  const kind = kindOfValue(value);
  if (kind === "set") return [...(value as Set<unknown>)];
  if (kind !== "list") return null;
  const list = value as unknown[];
  try {
    return Array.from(list);
  } catch {
    return Array.from({ length: lengthOf(list) }, (_, index) => memberOf(list, String(index)) ?? null);
  }
}

function lengthOf(value: unknown[]): number {
  try {
    return Math.min(value.length, 1_000_000);
  } catch {
    return 0;
  }
}

/** undefined: leave the member out, as JSON.stringify does with functions. */
function copy(value: unknown, scrutiny: Scrutiny, column: string, above: readonly object[]): Json | undefined {
  switch (typeof value) {
    case "string":
      return scrutiny.takeText(value);
    case "number":
      if (Number.isFinite(value)) return value;
      scrutiny.flag(`bad_value:${column}`);
      return null;
    case "boolean":
      return value;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : scrutiny.takeText(value.toString());
    case "object":
      return value === null ? null : copyObject(value, scrutiny, column, above);
    default:
      if (value !== undefined) scrutiny.flag(`bad_value:${column}`);
      return undefined;
  }
}

function copyObject(value: object, scrutiny: Scrutiny, column: string, above: readonly object[]): Json {
  if (above.includes(value)) return replaced("[circular]", scrutiny, column);
  if (above.length >= DEPTH_MAX) return replaced("[too deep]", scrutiny, column);
  if (!scrutiny.takeElement()) return null;
  try {
    const within = [...above, value];
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Error)
      return { name: scrutiny.takeText(value.name), message: scrutiny.takeText(value.message) };
    if (ArrayBuffer.isView(value)) return replaced(`[${value.byteLength} bytes]`, scrutiny, column);
    if (value instanceof Map)
      return copyMembers(
        [...value].map(([k, v]) => [String(k), v]),
        scrutiny,
        column,
        within,
      );
    const elements = elementsOf(value);
    if (elements) return copyElements(elements, scrutiny, column, within);
    const toJSON = memberOf(value, "toJSON");
    if (typeof toJSON === "function") return copy(toJSON.call(value, ""), scrutiny, column, within) ?? null;
    return copyMembers(memberPairs(value, scrutiny, column), scrutiny, column, within);
  } catch {
    return replaced("[unreadable]", scrutiny, column);
  }
}

function* memberPairs(value: object, scrutiny: Scrutiny, column: string): Iterable<[string, unknown]> {
  for (const name of Object.keys(value)) {
    let member: unknown;
    try {
      member = (value as Record<string, unknown>)[name];
    } catch {
      member = replaced("[unreadable]", scrutiny, column);
    }
    yield [name, member];
  }
}

function copyMembers(
  pairs: Iterable<[string, unknown]>,
  scrutiny: Scrutiny,
  column: string,
  above: readonly object[],
): Json {
  const out: { [name: string]: Json } = {};
  for (const [name, member] of pairs) {
    const copied = copy(member, scrutiny, column, above);
    if (copied === undefined) continue;
    const key = scrutiny.takeText(name);
    // Plain assignment to __proto__ would set the prototype instead of a member.
    if (key === "__proto__") Object.defineProperty(out, key, { value: copied, enumerable: true });
    else out[key] = copied;
  }
  return out;
}

function copyElements(elements: unknown[], scrutiny: Scrutiny, column: string, above: readonly object[]): Json[] {
  const out: Json[] = [];
  for (const element of elements) {
    // A list of a million numbers would pass the text limit unseen: each element takes its share.
    if (elements.length > 1000 && !scrutiny.takeElement()) break;
    out.push(copy(element, scrutiny, column, above) ?? null);
  }
  return out;
}

function replaced(text: string, scrutiny: Scrutiny, column: string): string {
  scrutiny.flag(`bad_value:${column}`);
  return text;
}
