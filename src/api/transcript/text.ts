/** One call as plain text, and as a table of cells. */
import { cellText } from "../../query/index.ts";
import type { Script } from "./script.ts";

const INDENT = "        ";

/** Plain text to read: what is known of the call, then each message and tool under its time. */
export function textOf({ title, facts, entries, notes }: Script): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = [title, "=".repeat(title.length), ""];
  for (const [name, value] of facts) lines.push(`${`${name}:`.padEnd(width + 2)}${indented(value, width + 2)}`);
  for (const note of notes) lines.push("", note);
  for (const { clock, who, text } of entries) {
    lines.push("", `${`${clock}`.padEnd(INDENT.length)}${who}`);
    if (text !== "") lines.push(`${INDENT}${indented(text, INDENT.length)}`);
  }
  return `${lines.join("\n")}\n`;
}

function indented(text: string, by: number): string {
  return printable(text)
    .split("\n")
    .join(`\n${" ".repeat(by)}`);
}

/** Line ends as one sign, controls left out. */
export function printable(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, "\n").replace(/[^\P{Cc}\n\t]/gu, "");
}

const COLUMNS = [
  "n",
  "kind",
  "at",
  "offset_ms",
  "who",
  "agent",
  "content",
  "interrupted",
  "tool_status",
  "tool_duration_ms",
  "tool_params",
  "tool_result",
] as const;

/** A row for each message and each tool, in their order; no cell is a formula. */
export function tableOf({ entries }: Script): string {
  const rows = entries.map(({ kind, at, offset_ms, message, tool }, index) => [
    index + 1,
    kind,
    at,
    offset_ms,
    message?.role ?? tool?.name,
    message?.agent,
    message?.content ?? tool?.error,
    message?.interrupted,
    tool?.status,
    tool?.duration_ms,
    tool && json(tool.params),
    tool && json(tool.result),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

function cell(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? cellText(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
