/** Rows as they come out of the engine: JSON texts into objects. */
import type { Json } from "../record/shapes.ts";

export type Row = { [column: string]: Json };

/** Parses a row. DuckDB writes the floats JSON does not have as NaN and Infinity: they become null. */
export function parseRow(text: string): Row {
  try {
    return JSON.parse(text) as Row;
  } catch {
    // Texts first, so that a NaN within one stays what it is.
    const fixed = text.replace(/"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity|inf|nan)/g, (part) =>
      part[0] === '"' ? part : "null",
    );
    return JSON.parse(fixed) as Row;
  }
}

/** The value as a number; null when it is none. */
export function numberOf(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** The value as a text; null when it is none. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
