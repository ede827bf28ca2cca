/** CSV (RFC 4180) in pieces: quoted cells may hold line breaks; an empty cell without quotes, or \N, is null. */
import { UNIT_CHARACTERS_MAX } from "./input.ts";

export interface CsvRow {
  readonly cells: readonly (string | null)[];
  /** Line of the file the row begins in, counted from 1. */
  readonly line: number;
}

const [QUOTE, NEWLINE] = [34, 10];

/** The rows of a file. `separator` is found in the first row unless given. Throws where a quote is never closed. */
export async function* csvRows(pieces: AsyncIterable<string>, separator?: string): AsyncGenerator<CsvRow> {
  let [text, at, quoted, line, began] = ["", 0, false, 1, 1];
  let comma = separator;
  for await (const piece of pieces) {
    text += piece;
    let from = 0;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) quoted = !quoted;
      else if (code === NEWLINE) {
        line += 1;
        if (quoted) continue;
        const row = text.slice(from, text.charCodeAt(at - 1) === 13 && at > from ? at - 1 : at);
        from = at + 1;
        comma ??= separatorOf(row);
        if (row !== "") yield { cells: cellsOf(row, comma), line: began };
        began = line;
      }
    }
    text = text.slice(from);
    at -= from;
    if (text.length > UNIT_CHARACTERS_MAX) throw neverClosed(began);
  }
  if (quoted) throw neverClosed(began);
  if (text.trim() !== "") yield { cells: cellsOf(text, comma ?? separatorOf(text)), line: began };
}

const neverClosed = (line: number) =>
  new Error(`The row that begins in line ${line} opens a quote and never closes it.`);

function separatorOf(row: string): string {
  const outside = row.replace(/"[^"]*"/g, "");
  const count = (mark: string) => outside.split(mark).length;
  return [",", "\t", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

function cellsOf(row: string, comma: string): (string | null)[] {
  const cells: (string | null)[] = [];
  for (let at = 0; at <= row.length; ) {
    if (row.charCodeAt(at) !== QUOTE) {
      const end = row.indexOf(comma, at);
      const cell = row.slice(at, end < 0 ? row.length : end);
      cells.push(cell === "" || cell === "\\N" ? null : cell);
      at = (end < 0 ? row.length : end) + 1;
      continue;
    }
    let cell = "";
    let from = at + 1;
    for (;;) {
      const end = row.indexOf('"', from);
      if (end < 0) {
        cell += row.slice(from);
        at = row.length + 1;
        break;
      }
      cell += row.slice(from, end);
      if (row.charCodeAt(end + 1) !== QUOTE) {
        const next = row.indexOf(comma, end);
        // What stands between the closing quote and the separator belongs to no format; it is kept.
        cell += row.slice(end + 1, next < 0 ? row.length : next);
        at = (next < 0 ? row.length : next) + 1;
        break;
      }
      cell += '"';
      from = end + 2;
    }
    cells.push(cell);
  }
  return cells;
}

/** Rows as objects by the names of a header row. */
export class Header {
  readonly names: readonly string[];

  constructor(row: CsvRow) {
    this.names = row.cells.map((cell) => (cell ?? "").trim().toLowerCase());
  }

  /** The row by name; null where it has another number of cells. */
  read(row: CsvRow): Record<string, string | null> | null {
    if (row.cells.length !== this.names.length) return null;
    return Object.fromEntries(this.names.map((name, index) => [name, row.cells[index] ?? null]));
  }
}
