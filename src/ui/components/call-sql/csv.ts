/** The answer as a CSV file (RFC 4180), made in the browser: it holds what is shown. */
import type { SqlResult } from "../../../api/contract.ts";
import { kindOf, textOf } from "./types.ts";

/** With these at its beginning a spreadsheet takes a text for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER_OR_E164 = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;

export function csvOf({ columns, rows }: Pick<SqlResult, "columns" | "rows">): string {
  const numbers = new Set(columns.filter(({ type }) => kindOf(type) === "number").map(({ name }) => name));
  const lines = [
    columns.map(({ name }) => field(harmless(name))),
    ...rows.map((row) =>
      columns.map(({ name }) => {
        const text = textOf(row[name]);
        if (text === null) return "";
        return field(numbers.has(name) ? text : harmless(text));
      }),
    ),
  ];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** An apostrophe before what a spreadsheet would carry out. */
function harmless(text: string): string {
  return FORMULA.test(text) && !NUMBER_OR_E164.test(text) ? `'${text}` : text;
}

/** An empty text is quoted, so that it is not NULL. */
function field(text: string): string {
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
