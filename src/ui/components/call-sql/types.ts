/** What a column of an answer is to a table and to a chart, by DuckDB's name of its type. */

export type Kind = "number" | "time" | "text" | "nested" | "other";

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\b.*)$/;
const TIME = /^(DATE|TIMESTAMP.*)$/;

export function kindOf(type: string): Kind {
  if (/\[\d*\]$|^(STRUCT|MAP|UNION|JSON|LIST)/.test(type)) return "nested";
  if (NUMBER.test(type)) return "number";
  if (TIME.test(type)) return "time";
  return type === "VARCHAR" || type.startsWith("ENUM") ? "text" : "other";
}

/** A value as text: JSON for what is nested, the text itself for texts; null for NULL. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
