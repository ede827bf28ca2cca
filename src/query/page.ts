/** The page: which part of a list is wanted, in which order. */
import { createHash } from "node:crypto";
import { COLUMNS, type ColumnName, columnOf } from "../record/columns.ts";
import { isCallIdentity } from "../record/id.ts";
import { duckdbType, type Shape } from "../record/shapes.ts";
import { BadQuestionError } from "./errors.ts";
import { type Filter, filterParams } from "./filter.ts";
import { isText, oneValue, quoted, wholeNumber } from "./parameters.ts";
import type { Scope } from "./scope.ts";
import { name, raw, type Sql, sql } from "./statement.ts";

export const PAGE_PARAMETERS: readonly string[] = ["sort", "limit", "cursor", "page", "page_size", "include"];
export const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 50;
const OFFSET_MAX = 1_000_000;
/** Texts are sorted by as many characters of their beginning: a cursor must fit into a URL. */
const SORT_CHARACTERS = 120;
const CURSOR_LENGTH_MAX = 2000;
const ORDERED: readonly Shape["kind"][] = ["integer", "number", "money", "instant", "local_time"];
const UNSORTED: readonly Shape["kind"][] = ["list", "map", "struct", "json"];

export interface Sort {
  readonly column: ColumnName;
  readonly descending: boolean;
}

/** Where the last page ended: the sort key as DuckDB's text, null for NULL, and the id. */
export interface Cursor {
  readonly value: string | null;
  readonly id: string;
  /** Digest of the question it is a cursor of. */
  readonly question: string;
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
  const cursor = oneValue(params, "cursor", CURSOR_LENGTH_MAX);
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
  const kind = columnOf(column)?.shape.kind;
  if (kind === undefined || UNSORTED.includes(kind)) {
    throw new BadQuestionError(
      `sort is a column of single values, with - before it for the largest first; it is ${quoted(text)}.`,
      "sort",
    );
  }
  return { column: column as ColumnName, descending };
}

/** The cursor as one opaque text. */
export function writeCursor(sort: Sort, cursor: Cursor): string {
  const { value, id, question } = cursor;
  return Buffer.from(JSON.stringify([sortText(sort), value, id, question])).toString("base64url");
}

/** What a cursor belongs to: of another filter or another scope it would begin somewhere else. */
export function questionOf(filter: Filter, scope: Scope): string {
  const text = JSON.stringify([filterParams(filter).toString(), scope.client_id ?? null, scope.assistant_id ?? null]);
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}

/** Throws BadQuestionError if the page's cursor is one of another question. */
export function refuseForeignCursor({ cursor }: Page, filter: Filter, scope: Scope): void {
  if (cursor !== null && cursor.question !== questionOf(filter, scope)) throw foreign();
}

const foreign = () =>
  new BadQuestionError("cursor is not the next_cursor of a page before, with the same sort and filter.", "cursor");

function sortText(sort: Sort): string {
  return `${sort.descending ? "-" : ""}${sort.column}`;
}

const VALUE: { readonly [kind: string]: RegExp } = {
  instant: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?\+00$/,
  local_time: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/,
  boolean: /^(true|false)$/,
  integer: /^-?\d{1,18}$/,
  number: /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/,
  money: /^-?\d{1,6}(\.\d{1,6})?$/,
};

function parseCursor(text: string, sort: Sort): Cursor {
  const wrong = foreign();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw wrong;
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw wrong;
  const [sorted, value, id, question] = parts as unknown[];
  if (sorted !== sortText(sort) || typeof id !== "string" || !isCallIdentity(id)) throw wrong;
  if (typeof question !== "string") throw wrong;
  if (value === null) return { value, id, question };
  if (typeof value !== "string" || !isText(value)) throw wrong;
  const { kind } = COLUMNS[sort.column].shape;
  const pattern = VALUE[kind];
  if (pattern && !pattern.test(value)) throw wrong;
  if (kind === "instant" || kind === "local_time") {
    if (Number.isNaN(Date.parse(value.replace(" ", "T").replace(/(\+00)?$/, "Z")))) throw wrong;
  }
  return { value, id, question };
}

/** What a column is sorted by. */
export function sortKey(column: ColumnName): Sql {
  const unbounded = COLUMNS[column].shape.kind === "text" && column !== "id";
  return unbounded ? sql`left(${name(column)}, ${raw(String(SORT_CHARACTERS))})` : name(column);
}

/** Whether the column's values are numbers or times, of which Parquet keeps each row group's least and largest. */
export function isOrdered(column: ColumnName): boolean {
  return ORDERED.includes(COLUMNS[column].shape.kind);
}

/** The condition for rows whose key comes no later than that value, given as DuckDB's text. */
export function notBeyond({ column, descending }: Sort, value: string): Sql {
  const type = raw(duckdbType(COLUMNS[column].shape));
  return sql`${sortKey(column)} ${raw(descending ? ">=" : "<=")} CAST(${value} AS ${type})`;
}

/** ORDER BY of a page: NULL last, ids where values are equal, so that the order is the same each time. */
export function orderOf({ column, descending }: Sort): Sql {
  const direction = raw(descending ? "DESC" : "ASC");
  return sql`${sortKey(column)} ${direction} NULLS LAST, id ${direction}`;
}

/** The condition for rows after the cursor in that order. */
export function afterCursor({ column, descending }: Sort, cursor: Cursor): Sql {
  const beyond = raw(descending ? "<" : ">");
  const key = sortKey(column);
  if (cursor.value === null) return sql`(${key} IS NULL AND id ${beyond} ${cursor.id})`;
  const value = sql`CAST(${cursor.value} AS ${raw(duckdbType(COLUMNS[column].shape))})`;
  const after = sql`(${key} ${beyond} ${value} OR (${key} = ${value} AND id ${beyond} ${cursor.id}) OR ${key} IS NULL)`;
  // Every call has a start: said so, whole row groups are passed over.
  return column === "start_time" ? sql`${key} ${beyond}= ${value} AND ${after}` : after;
}
