/** One condition of `where=column:op:value`: read, checked against the column's shape, and written again. */
import type { Shape } from "../record/shapes.ts";
import { BadQuestionError } from "./errors.ts";
import { type Path, parsePath, pathText, targetOf } from "./filter-path.ts";
import { iso, parseInstant, parseLocalTime } from "./filter-times.ts";
import { isText, quoted } from "./parameters.ts";

export const OPERATORS = ["eq", "ne", "lt", "le", "gt", "ge", "contains", "starts", "in", "is_null"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Condition extends Path {
  readonly op: Operator;
  /** In canonical form: instants in UTC with ms, numbers as JSON has them. One, or several with `in`. */
  readonly values: readonly string[];
}

/** Values of one `in`, where nobody allows more. */
export const VALUES_MAX = 100;
const EQUALITY = ["eq", "ne", "in", "is_null"] as const;
const ORDER = ["lt", "le", "gt", "ge"] as const;
const PARTS = ["contains", "starts"] as const;

const ALLOWED: { readonly [kind in Shape["kind"]]: readonly Operator[] } = {
  text: [...EQUALITY, ...ORDER, ...PARTS],
  json: [...EQUALITY, ...ORDER, ...PARTS],
  one_of: EQUALITY,
  boolean: ["eq", "ne", "is_null"],
  integer: [...EQUALITY, ...ORDER],
  number: [...EQUALITY, ...ORDER],
  money: [...EQUALITY, ...ORDER],
  instant: [...EQUALITY, ...ORDER],
  local_time: [...EQUALITY, ...ORDER],
  list: [...EQUALITY, ...ORDER, ...PARTS],
  map: ["contains", "is_null"],
  struct: ["is_null"],
};

/**
 * Reads `column:op:value`; dates are read in tz, an `in` has at most `valuesMax` values. Throws BadQuestionError naming
 * the column, the operator or the value.
 */
export function parseCondition(text: string, tz: string, valuesMax = VALUES_MAX): Condition {
  const { path, rest } = parsePath(text);
  const match = /^:([^:]*)(?::([\s\S]*))?$/.exec(rest);
  if (!match) {
    throw new BadQuestionError(`where is column:operator:value; it is ${quoted(text)}.`, "where");
  }
  const written = match[1] ?? "";
  const op = OPERATORS.find((known) => known === written);
  if (!op) {
    throw new BadQuestionError(
      `where: there is no operator ${quoted(written)}; there are ${OPERATORS.join(", ")}.`,
      "where",
    );
  }
  const at = pathText(path);
  const { shape } = targetOf(path);
  const allowed = operatorsOf(shape);
  if (!allowed.includes(op)) {
    throw new BadQuestionError(
      `where: ${at} can be asked by ${allowed.join(", ")}, not by ${op}${hintOf(shape)}.`,
      "where",
    );
  }
  if (op === "is_null") return { ...path, op, values: [nullness(match[2], at)] };
  const value = match[2];
  if (value === undefined) throw new BadQuestionError(`where: ${at}:${op} needs a value: ${at}:${op}:value.`, "where");
  const of = shape.kind === "list" ? shape.of : shape;
  if (op !== "in") return { ...path, op, values: [canonical(of, op, value, tz, at)] };
  return {
    ...path,
    op,
    values: [...new Set(items(value, at, valuesMax).map((item) => canonical(of, op, item, tz, at)))],
  };
}

/** The condition as `parseCondition` reads it in any time zone. */
export function conditionText(condition: Condition): string {
  const { op, values } = condition;
  const value =
    op === "in" ? values.map((item) => (/^[^",]+$/.test(item) ? item : JSON.stringify(item))).join(",") : values[0];
  return `${pathText(condition)}:${op}:${value ?? ""}`;
}

/** A list of structs is asked by its fields; of the list itself only whether it is there. */
function operatorsOf(shape: Shape): readonly Operator[] {
  if (shape.kind === "list" && shape.of.kind === "struct") return ALLOWED.struct;
  return ALLOWED[shape.kind];
}

function hintOf(shape: Shape): string {
  if (shape.kind === "map") return "; a value in it by the key after a dot";
  if (shape.kind !== "list" || shape.of.kind !== "struct") return "";
  return `; its elements by a field after a dot: ${Object.keys(shape.of.fields).join(", ")}`;
}

function nullness(value: string | undefined, at: string): string {
  if (value === undefined || value === "true") return "true";
  if (value === "false") return "false";
  throw new BadQuestionError(`where: ${at}:is_null is true or false; it is ${quoted(value)}.`, "where");
}

/** The items of an `in`: commas between them, an item with a comma or a quote in it written as a JSON string. */
function items(text: string, at: string, valuesMax: number): string[] {
  const found: string[] = [];
  for (let rest = text, more = true; more; ) {
    const written = /^"(?:[^"\\]|\\.)*"(?=,|$)/.exec(rest)?.[0] ?? /^[^",]*(?=,|$)/.exec(rest)?.[0];
    const item = written?.startsWith('"') ? stringOf(written) : written;
    if (written === undefined || item === undefined || item === null || found.length === valuesMax) {
      throw new BadQuestionError(
        `where: ${at}:in takes at most ${valuesMax} values with commas between them, one with a comma or a quote in it written as a JSON string; it is ${quoted(text)}.`,
        "where",
      );
    }
    found.push(item);
    more = rest.length > written.length;
    rest = rest.slice(written.length + 1);
  }
  return found;
}

function stringOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" && isText(value) ? value : null;
  } catch {
    return null;
  }
}

function canonical(shape: Shape, op: Operator, value: string, tz: string, at: string): string {
  const wants = (what: string) =>
    new BadQuestionError(`where: ${at}:${op} wants ${what}; it is ${quoted(value)}.`, "where");
  switch (shape.kind) {
    case "one_of":
      if (!shape.values.includes(value)) throw wants(`one of ${shape.values.join(", ")}`);
      return value;
    case "boolean":
      if (value !== "true" && value !== "false") throw wants("true or false");
      return value;
    case "integer":
      return numeric(/^-?\d{1,15}$/, value) ?? fail(wants("a whole number of at most 15 digits"));
    case "money":
      return (
        numeric(/^-?\d{1,6}(\.\d{1,6})?$/, value) ??
        fail(wants("an amount with at most 6 digits before and after the point"))
      );
    case "number":
      return numeric(/^-?\d{1,15}(\.\d{1,15})?$/, value) ?? fail(wants("a number"));
    case "instant": {
      const ms = parseInstant(value, tz);
      if (ms === null)
        throw wants("a date such as 2026-11-21 or an instant such as 2026-11-21T10:00:00Z, from 1970 on");
      return iso(ms);
    }
    case "local_time":
      return parseLocalTime(value) ?? fail(wants("a date such as 2026-11-21 or a time such as 2026-11-21T10:00:00"));
    case "json":
      if ((ORDER as readonly Operator[]).includes(op)) {
        return numeric(/^-?\d{1,15}(\.\d{1,15})?$/, value) ?? fail(wants("a number"));
      }
      return textual(op, value, wants);
    default:
      return textual(op, value, wants);
  }
}

function textual(op: Operator, value: string, wants: (what: string) => Error): string {
  if (value === "" && (op === "contains" || op === "starts")) throw wants("a text that is not empty");
  return value;
}

/** As plain decimals, since DuckDB and JavaScript write an exponent differently. */
function numeric(pattern: RegExp, value: string): string | null {
  if (!pattern.test(value)) return null;
  const [whole = "", fraction = ""] = value.replace("-", "").split(".");
  const digits = whole.replace(/^0+(?=\d)/, "");
  const decimals = fraction.replace(/0+$/, "");
  const text = decimals === "" ? digits : `${digits}.${decimals}`;
  return value.startsWith("-") && text !== "0" ? `-${text}` : text;
}

function fail(error: Error): never {
  throw error;
}
