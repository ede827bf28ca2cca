/** The rows of one table in a mysqldump: INSERT statements of any size, read piece by piece. */
import { UNIT_CHARACTERS_MAX } from "./input.ts";

export interface DumpRow {
  readonly cells: Readonly<Record<string, string | null>>;
  /** Row of the table, counted from 1. */
  readonly number: number;
  /** Why there are no cells. */
  readonly problem?: string;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0", b: "\b", Z: "\x1a" };
const NUMBER_OR_WORD = /[^\s,()'"]/;

/** The rows of `table`. Columns are named by the INSERT, else by the dump's CREATE TABLE, else as in `usual`. */
export async function* dumpRows(
  pieces: AsyncIterable<string>,
  table: string,
  usual: readonly string[],
): AsyncGenerator<DumpRow> {
  const insert = new RegExp(
    `^INSERT (?:IGNORE )?INTO (?:\`?\\w+\`?\\.)?\`?${table}\`?\\s*(?:\\(([^)]*)\\)\\s*)?VALUES\\s*`,
    "im",
  );
  const create = new RegExp(
    `^CREATE TABLE (?:IF NOT EXISTS )?(?:\`?\\w+\`?\\.)?\`?${table}\`? \\(([\\s\\S]*?)^\\)`,
    "im",
  );
  let [text, inRows, number] = ["", false, 0];
  let [created, names] = [usual, usual];
  for await (const piece of pieces) {
    text += piece;
    for (;;) {
      if (!inRows) {
        const found = insert.exec(text);
        const until = found ? found.index : text.length;
        const made = create.exec(text.slice(0, until));
        if (made) created = [...(made[1] ?? "").matchAll(/^\s*`(\w+)`/gm)].map(([, name]) => name ?? "");
        if (!found) {
          text = keptTail(text);
          break;
        }
        names = found[1] === undefined ? created : found[1].split(",").map((name) => name.trim().replaceAll("`", ""));
        text = text.slice(until + found[0].length);
        inRows = true;
      }
      let at = 0;
      for (;;) {
        const tuple = tupleAt(text, at);
        if (tuple === "more") break;
        if (tuple === "end") {
          inRows = false;
          break;
        }
        at = tuple.end;
        number += 1;
        if (tuple.cells.length === names.length)
          yield { number, cells: Object.fromEntries(names.map((name, i) => [name, tuple.cells[i] ?? null])) };
        else yield { number, cells: {}, problem: `It has ${tuple.cells.length} values for ${names.length} columns.` };
      }
      text = text.slice(at);
      if (inRows) break;
      // Past the end of this statement; the next one may be in the same text.
      text = text.slice(1);
    }
    if (text.length > UNIT_CHARACTERS_MAX)
      throw new Error(`Row ${number + 1} of ${table} never ends: is this a mysqldump?`);
  }
  if (inRows) yield { number: number + 1, cells: {}, problem: "The dump ends in the middle of its rows." };
}

/** What may be the beginning of a statement that goes on in the next piece. */
function keptTail(text: string): string {
  const create = text.lastIndexOf("CREATE TABLE");
  // A definition that is not closed yet is kept whole; any other line only from its beginning.
  if (create >= 0 && !/^\)/m.test(text.slice(create))) return text.slice(create);
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** The tuple at or after `at`; "more" where the text ends within it, "end" where the statement ends. */
function tupleAt(text: string, at: number): { cells: (string | null)[]; end: number } | "more" | "end" {
  let start = at;
  while (start < text.length && /[\s,]/.test(text[start] ?? "")) start += 1;
  if (start >= text.length) return "more";
  if (text[start] !== "(") return "end";
  const cells: (string | null)[] = [];
  let next = start + 1;
  for (;;) {
    while (/\s/.test(text[next] ?? "")) next += 1;
    const cell = text[next] === "'" ? quotedAt(text, next) : wordAt(text, next);
    if (cell === null) return "more";
    cells.push(cell.value);
    next = cell.end;
    while (/\s/.test(text[next] ?? "")) next += 1;
    const mark = text[next];
    if (mark === undefined) return "more";
    next += 1;
    if (mark === ")") return { cells, end: next };
    if (mark !== ",") return "end";
  }
}

function quotedAt(text: string, at: number): { value: string; end: number } | null {
  let value = "";
  let from = at + 1;
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === "\\") {
      const escaped = text[i + 1];
      if (escaped === undefined) return null;
      value += text.slice(from, i) + (ESCAPES[escaped] ?? escaped);
      i += 1;
      from = i + 1;
    } else if (text[i] === "'") {
      if (i + 1 >= text.length) return null;
      value += text.slice(from, i);
      if (text[i + 1] !== "'") return { value, end: i + 1 };
      value += "'";
      i += 1;
      from = i + 1;
    }
  }
  return null;
}

function wordAt(text: string, at: number): { value: string | null; end: number } | null {
  let end = at;
  while (end < text.length && NUMBER_OR_WORD.test(text[end] ?? "")) end += 1;
  if (end >= text.length) return null;
  // A charset introducer such as _binary stands before a quoted text.
  if (text[at] === "_" && /\s/.test(text[end] ?? "") && text[end + 1] === "'") return quotedAt(text, end + 1);
  const word = text.slice(at, end);
  return { value: word.toUpperCase() === "NULL" ? null : word, end };
}
