/** What is shown as files: a table as CSV, a drawing as PNG. */
import type { Cell } from "../chart/chart.ts";

/** A table as CSV (RFC 4180). Texts that a spreadsheet would take for a formula get an apostrophe; numbers of phones stay. */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const value = (cell: Cell) => (typeof cell === "string" ? cell : cell.value === undefined ? cell.text : cell.value);
  return [columns, ...rows.map((row) => row.map(value))].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) && !/^\+\d{4,15}$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands a file to the person. */
export function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has read the address by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A name for a file: letters and digits of any script, and the day. */
export function fileName(label: string, ending: string): string {
  const plain = label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `${plain || "calls"}-${new Date().toISOString().slice(0, 10)}.${ending}`;
}
