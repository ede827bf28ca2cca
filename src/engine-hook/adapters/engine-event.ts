/** Reads members of an engine's event, which may be of any kind: no look throws, and what is not there is null. */
import { elementsOf, kindOfValue, memberOf } from "../../record/json.ts";

/** The first of the members that is there; an event may name it in two ways (camelCase, snake_case). */
export function memberIn(object: unknown, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = memberOf(object, name);
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

export function textIn(object: unknown, ...names: readonly string[]): string | null {
  const value = memberIn(object, ...names);
  return typeof value === "string" ? value : null;
}

/** A finite number. */
export function numberIn(object: unknown, ...names: readonly string[]): number | null {
  const value = memberIn(object, ...names);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The elements of a list; none where there is no list. */
export function listIn(object: unknown, ...names: readonly string[]): readonly unknown[] {
  return elementsOf(memberIn(object, ...names)) ?? [];
}

export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The value a JSON text holds; the text itself where it holds none. */
export function jsonOf(text: unknown): unknown {
  if (typeof text !== "string") return text ?? null;
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * What a tool that answered normally says went wrong: by a wide convention it answers `{"error": …}` or
 * `{"success": false}`. Null where it says nothing of the kind.
 */
export function toldError(result: unknown): string | null {
  if (kindOfValue(result) !== "object") return null;
  const error = memberIn(result, "error");
  if (typeof error === "string" && error !== "") return error;
  if (isObject(error)) return textIn(error, "message") ?? "error";
  const failed = memberOf(result, "success") === false || error === true;
  return failed ? (textIn(result, "message", "reason") ?? "success: false") : null;
}
