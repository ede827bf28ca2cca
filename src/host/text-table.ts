/** Rows as text: a table whose widths come from its first rows, or lines of CSV. */
import type { Json } from "../record/index.ts";

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Rows that are held back to find the widths. */
const SAMPLE_ROWS = 500;
const WIDTH_MAX = 60;
const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL)/;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Below this a cell says nothing. */
const WIDTH_MIN = 8;
const GAP = " │ ";

/** Prints a table; the columns are as wide as the first 500 rows need, and together no wider than `width`. */
export class TextTable {
  readonly #columns: readonly Column[];
  readonly #print: (line: string) => void;
  readonly #width: number;
  #held: string[][] | null = [];
  /** 0 = the column has no room and is left out. */
  #widths: number[] = [];
  #rows = 0;

  constructor(columns: readonly Column[], print: (line: string) => void, width = Number.POSITIVE_INFINITY) {
    this.#columns = columns;
    this.#print = print;
    this.#width = width;
  }

  add(values: readonly (Json | undefined)[]): void {
    this.#rows += 1;
    const cells = values.map((value) => oneLine(textOf(value)));
    if (!this.#held) {
      this.#line(cells);
      return;
    }
    this.#held.push(cells);
    if (this.#held.length >= SAMPLE_ROWS) this.#begin();
  }

  /** Prints what is held back, and the number of rows. */
  close(): void {
    this.#begin();
    const out = this.#widths.filter((width) => width === 0).length;
    const left = out === 0 ? "" : `, ${out} of ${this.#columns.length} columns have no room: name those you want`;
    this.#print(`(${this.#rows} row${this.#rows === 1 ? "" : "s"}${left})`);
  }

  #begin(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    const names = this.#columns.map((column) => oneLine(column.name));
    const wanted = names.map((name, i) => {
      const most = held.reduce((max, row) => Math.max(max, widthOf(row[i] ?? "")), widthOf(name));
      return Math.max(1, Math.min(WIDTH_MAX, most));
    });
    this.#widths = fitted(wanted, this.#width);
    this.#line(names);
    this.#print(
      this.#widths
        .filter((width) => width > 0)
        .map((width) => "─".repeat(width))
        .join("─┼─"),
    );
    for (const row of held) this.#line(row);
  }

  #line(cells: readonly string[]): void {
    const padded = cells.flatMap((cell, i) => {
      const width = this.#widths[i] ?? 0;
      if (width === 0) return [];
      const text = cut(cell, width);
      const gap = " ".repeat(Math.max(0, width - widthOf(text)));
      return NUMERIC.test(this.#columns[i]?.type ?? "") ? gap + text : text + gap;
    });
    this.#print(padded.join(GAP).trimEnd());
  }
}

/** Takes from the widest columns first; where even narrow ones have no room, the last ones are left out (0). */
function fitted(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  const sum = () => {
    const shown = widths.filter((width) => width > 0);
    return shown.reduce((all, width) => all + width, 0) + GAP.length * Math.max(0, shown.length - 1);
  };
  for (let over = sum() - room; over > 0; over = sum() - room) {
    const widest = Math.max(...widths);
    if (widest > WIDTH_MIN) {
      // Down to the next widest, or as far as is needed.
      const next = Math.max(WIDTH_MIN, ...widths.filter((width) => width < widest));
      const many = widths.filter((width) => width === widest).length;
      const to = Math.max(next, widest - Math.ceil(over / many));
      for (const [i, width] of widths.entries()) if (width === widest) widths[i] = to;
    } else {
      const last = widths.findLastIndex((width) => width > 0);
      if (last <= 0) break;
      widths[last] = 0;
    }
  }
  return widths;
}

/** One line of CSV (RFC 4180); null is empty, nested values are JSON. */
export function csvLine(values: readonly (Json | undefined)[]): string {
  return values
    .map(textOf)
    .map((text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    .join(",");
}

function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Line breaks and control characters would break the table, or the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
