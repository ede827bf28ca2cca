/** Coerces any value to the shape of a column, so that nothing later, Parquet above all, can fail over it. */
import { COLUMNS, type ColumnName } from "./columns.ts";
import { elementsOf, isPlain, kindOfValue, memberNames, memberOf, toJson } from "./json.ts";
import { type Scrutiny, TOOL_DURATION_MS_MAX, TURN_LATENCY_MS_MAX } from "./limits.ts";
import type { Shape } from "./shapes.ts";
import { instantMs, isoOf, localTimeOf } from "./time.ts";

const NUMERIC = /^\s*[+-]?\d+(\.\d+)?([eE][+-]?\d{1,2})?\s*$/;
/** DECIMAL(12,6) has six digits before the point. */
const MONEY_MAX = 999_999.999999;

/** Latencies: struct members and columns, with the largest plausible value. */
const LATENCY_MS_MAX: Readonly<Record<string, number>> = {
  e2e_ms: TURN_LATENCY_MS_MAX,
  endpointing_ms: TURN_LATENCY_MS_MAX,
  stt_ms: TURN_LATENCY_MS_MAX,
  llm_ms: TURN_LATENCY_MS_MAX,
  tts_ms: TURN_LATENCY_MS_MAX,
  tool_ms: TOOL_DURATION_MS_MAX,
  duration_ms: TOOL_DURATION_MS_MAX,
  turn_latencies_ms: TURN_LATENCY_MS_MAX,
  avg_turn_latency_ms: TURN_LATENCY_MS_MAX,
  max_turn_latency_ms: TURN_LATENCY_MS_MAX,
};
/** Counts and durations that cannot be negative. */
const NOT_NEGATIVE = new Set<string>([
  "rev",
  "duration_seconds",
  "tool_call_count",
  "tool_ok_count",
  "tool_error_count",
  "total_turns",
  "user_messages",
  "assistant_messages",
  "barge_in_count",
] satisfies ColumnName[]);

/** The value as the column holds it; null, with the flag `bad_value:<column>`, where it is of another kind. */
export function coerceColumn(column: ColumnName, value: unknown, scrutiny: Scrutiny): unknown {
  if (value === null || value === undefined) return null;
  return coerce(COLUMNS[column].shape, value, scrutiny, column, column);
}

/** `name` is the struct member or column the value stands in; flags name the column. */
function coerce(shape: Shape, value: unknown, scrutiny: Scrutiny, column: string, name: string): unknown {
  if (value === null || value === undefined) return null;
  switch (shape.kind) {
    case "text":
      return textOf(value, scrutiny, column);
    case "integer":
    case "number":
      return numberOf(value, shape.kind === "integer", scrutiny, column, name);
    case "money": {
      const amount = numberFrom(value);
      if (amount === null || Math.abs(amount) > MONEY_MAX) return bad(scrutiny, column);
      return Math.round(amount * 1e6) / 1e6;
    }
    case "boolean":
      if (typeof value === "boolean") return value;
      if (value === 1 || value === "true") return true;
      if (value === 0 || value === "false") return false;
      return bad(scrutiny, column);
    case "instant": {
      const ms = instantMs(value);
      return ms === null ? bad(scrutiny, column) : isoOf(ms);
    }
    case "local_time": {
      const ms = instantMs(value);
      return ms === null ? bad(scrutiny, column) : localTimeOf(ms, "UTC");
    }
    case "json":
      return toJson(value, scrutiny, column);
    case "one_of":
      return typeof value === "string" && shape.values.includes(value) ? value : bad(scrutiny, column);
    case "list":
      return listOf(shape.of, value, scrutiny, column, name);
    case "map":
      return mapOf(shape.of, value, scrutiny, column, name);
    case "struct":
      return structOf(shape, value, scrutiny, column);
  }
}

function bad(scrutiny: Scrutiny, column: string): null {
  scrutiny.flag(`bad_value:${column}`);
  return null;
}

function textOf(value: unknown, scrutiny: Scrutiny, column: string): string | null {
  if (typeof value === "string") return scrutiny.takeText(value);
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return String(value);
  if (typeof value !== "object" || value === null) return bad(scrutiny, column);
  // An error or a structured content still says something: keep its text, and say that it was not one.
  bad(scrutiny, column);
  const copied = toJson(value, scrutiny, column);
  return scrutiny.takeText(typeof copied === "string" ? copied : JSON.stringify(copied));
}

function numberFrom(value: unknown): number | null {
  let number: number;
  if (typeof value === "number") number = value;
  else if (typeof value === "bigint" || (typeof value === "string" && NUMERIC.test(value))) number = Number(value);
  else return null;
  return Number.isFinite(number) ? number : null;
}

function numberOf(value: unknown, whole: boolean, scrutiny: Scrutiny, column: string, name: string): number | null {
  const number = numberFrom(value);
  const latencyMax = LATENCY_MS_MAX[name];
  if (latencyMax !== undefined && (typeof value === "number" || number !== null)) {
    if (number === null || number < 0 || number > latencyMax) {
      scrutiny.flag("impossible_latency");
      return null;
    }
  }
  if (number === null || (number < 0 && NOT_NEGATIVE.has(name))) return bad(scrutiny, column);
  if (!whole) return number === 0 ? 0 : number;
  const rounded = Math.round(number);
  // Adding 0 turns -0 into 0.
  return Number.isSafeInteger(rounded) ? rounded + 0 : bad(scrutiny, column);
}

function listOf(of: Shape, value: unknown, scrutiny: Scrutiny, column: string, name: string): unknown[] | null {
  const elements = elementsOf(value);
  if (!elements) return bad(scrutiny, column);
  const out: unknown[] = [];
  for (const element of elements) {
    if (!scrutiny.takeElement()) break;
    const coerced = coerce(of, element, scrutiny, column, name);
    // A hole in a list is no information; a value that was lost has been flagged.
    if (coerced !== null) out.push(coerced);
  }
  return out;
}

function mapOf(of: Shape, value: unknown, scrutiny: Scrutiny, column: string, name: string): unknown {
  const pairs: [string, unknown][] = [];
  if (kindOfValue(value) === "map")
    for (const [key, member] of value as Map<unknown, unknown>)
      pairs.push([typeof key === "string" ? key : "", member]);
  else if (isPlain(value)) for (const key of memberNames(value)) pairs.push([key, memberOf(value, key)]);
  else return bad(scrutiny, column);
  const out: { [key: string]: unknown } = {};
  for (const [key, member] of pairs) {
    if (!scrutiny.takeElement()) break;
    const coerced = coerce(of, member, scrutiny, column, name);
    if (coerced !== null && key !== "" && key !== "__proto__") out[scrutiny.takeText(key)] = coerced;
    else if (coerced !== null) bad(scrutiny, column);
  }
  return out;
}

function structOf(shape: Shape & { kind: "struct" }, value: unknown, scrutiny: Scrutiny, column: string): unknown {
  if (!isPlain(value)) return bad(scrutiny, column);
  const out: { [name: string]: unknown } = {};
  for (const field in shape.fields) {
    const fieldShape = shape.fields[field];
    if (!fieldShape) continue;
    let member: unknown;
    try {
      member = value[field];
    } catch {
      bad(scrutiny, column);
    }
    out[field] = member === undefined ? null : coerce(fieldShape, member, scrutiny, column, field);
  }
  return out;
}

const ELEMENT_SHAPES = {
  conversation: COLUMNS.conversation.shape.of,
  tool_calls: COLUMNS.tool_calls.shape.of,
  turns: COLUMNS.turns.shape.of,
} as const;

/** One element of a list of structs; null, flagged, where it is no object or there is no room. */
export function coerceElement(column: keyof typeof ELEMENT_SHAPES, value: unknown, scrutiny: Scrutiny): unknown {
  if (!scrutiny.takeElement()) return null;
  return structOf(ELEMENT_SHAPES[column], value, scrutiny, column);
}
