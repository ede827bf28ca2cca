/** The page: which part of a list is wanted, in which order. */
import { COLUMNS, type ColumnName, columnOf } from "../record/columns.ts";
import { isCallIdentity } from "../record/id.ts";
import { duckdbType } from "../record/shapes.ts";
import { BadQuestionError } from "./errors.ts";
import { oneValue } from "./filter.ts";
import { name, raw, type Sql, sql } from "./statement.ts";
import { SUMMARY_COLUMNS } from "./summary-columns.ts";

export const PAGE_PARAMETERS: readonly string[] = ["sort", "limit", "cursor", "page", "page_size", "include"];
export const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 50;
const OFFSET_MAX = 1_000_000;

export interface Sort {
  readonly column: ColumnName;
  readonly descending: boolean;
}

/** Where the last page ended: the sort column's value as DuckDB's text, null for NULL, and the id. */
export interface Cursor {
  readonly value: string | null;
  readonly id: string;
}

export interface Page {
  readonly sort: Sort;
  readonly limit: number;
  readonly cursor: Cursor | null;
  /** Rows to leave out; 0 with a cursor. */
  readonly offset: number;
  readonly include_total: boolean;
  readonly include_sql: boolean;
  /** Whether page and page_size were asked for, which have no cursor. */
  readonly numbered: boolean;
}

/** Reads sort, limit, cursor, page, page_size and include. Throws BadQuestionError naming the parameter. */
export function parsePage(params: URLSearchParams): Page {
  const sort = parseSort(oneValue(params, "sort") ?? "-start_time");
  const numbered = params.has("page") || params.has("page_size");
  if (numbered && (params.has("cursor") || params.has("limit"))) {
    throw new BadQuestionError("page and page_size do not go together with cursor and limit.", "page");
  }
  const limit = wholeNumber(params, numbered ? "page_size" : "limit", LIMIT_DEFAULT, LIMIT_MAX);
  const page = wholeNumber(params, "page", 1, OFFSET_MAX);
  if ((page - 1) * limit > OFFSET_MAX) {
    throw new BadQuestionError(`page goes past row ${OFFSET_MAX}; use cursor for pages this deep.`, "page");
  }
  const cursor = oneValue(params, "cursor");
  const include = (oneValue(params, "include") ?? "").split(",").filter(Boolean);
  for (const part of include) {
    if (part !== "total" && part !== "sql") {
      throw new BadQuestionError(
        `include is total, sql or both with a comma; it has ${JSON.stringify(part)}.`,
        "include",
      );
    }
  }
  return {
    sort,
    limit,
    cursor: cursor === null ? null : parseCursor(cursor, sort),
    offset: (page - 1) * limit,
    include_total: include.includes("total"),
    include_sql: include.includes("sql"),
    numbered,
  };
}

export const FIRST_PAGE: Page = parsePage(new URLSearchParams());

function parseSort(text: string): Sort {
  const descending = text.startsWith("-");
  const column = descending ? text.slice(1) : text;
  const found = SUMMARY_COLUMNS.find((known) => known === column);
  if (!found || columnOf(found)?.shape.kind === "list") {
    throw new BadQuestionError(
      `sort is a column of the list, with - before it for the largest first; it is ${JSON.stringify(text.slice(0, 80))}.`,
      "sort",
    );
  }
  return { column: found, descending };
}

function wholeNumber(params: URLSearchParams, key: string, otherwise: number, max: number): number {
  const text = oneValue(params, key);
  if (text === null) return otherwise;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) {
    throw new BadQuestionError(
      `${key} is a whole number from 1 to ${max}; it is ${JSON.stringify(text.slice(0, 80))}.`,
      key,
    );
  }
  return value;
}

/** The cursor as one opaque text. */
export function writeCursor(sort: Sort, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([sortText(sort), cursor.value, cursor.id])).toString("base64url");
}

function sortText(sort: Sort): string {
  return `${sort.descending ? "-" : ""}${sort.column}`;
}

const VALUE: { readonly [kind: string]: RegExp } = {
  instant: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00$/,
  integer: /^-?\d{1,18}$/,
  number: /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/,
  money: /^-?\d{1,6}(\.\d{1,6})?$/,
};

function parseCursor(text: string, sort: Sort): Cursor {
  const wrong = new BadQuestionError("cursor is not the next_cursor of a page before, with the same sort.", "cursor");
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw wrong;
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw wrong;
  const [sorted, value, id] = parts as unknown[];
  if (sorted !== sortText(sort) || typeof id !== "string" || !isCallIdentity(id)) throw wrong;
  if (value === null) return { value, id };
  if (typeof value !== "string") throw wrong;
  const pattern = VALUE[COLUMNS[sort.column].shape.kind];
  if (pattern && !pattern.test(value)) throw wrong;
  if (COLUMNS[sort.column].shape.kind === "instant" && Number.isNaN(Date.parse(value.replace("+00", "Z")))) throw wrong;
  return { value, id };
}

/** ORDER BY of a page: NULL last, ids where values are equal, so that the order is the same each time. */
export function orderOf({ column, descending }: Sort): Sql {
  const direction = raw(descending ? "DESC" : "ASC");
  return sql`${name(column)} ${direction} NULLS LAST, id ${direction}`;
}

/** The condition for rows after the cursor in that order. */
export function afterCursor({ column, descending }: Sort, cursor: Cursor): Sql {
  const beyond = raw(descending ? "<" : ">");
  const key = name(column);
  if (cursor.value === null) return sql`(${key} IS NULL AND id ${beyond} ${cursor.id})`;
  const value = sql`CAST(${cursor.value} AS ${raw(duckdbType(COLUMNS[column].shape))})`;
  return sql`(${key} ${beyond} ${value} OR (${key} = ${value} AND id ${beyond} ${cursor.id}) OR ${key} IS NULL)`;
}
