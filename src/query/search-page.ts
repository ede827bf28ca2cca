/** The page of a search: its order, how many calls, and from where on. */
import { BadQuestionError } from "./errors.ts";
import { oneValue } from "./filter.ts";
import { type Page, parsePage } from "./page.ts";

export const SEARCH_PARAMETERS: readonly string[] = ["sort", "limit", "cursor"];
const LIMIT_MAX = 50;
const LIMIT_DEFAULT = 20;
/** Ranked calls that can be paged through. */
export const RANKED_MAX = 1000;

/** By rank: the best first, from `offset` on. Else a page of the list, newest first. */
export type SearchPage =
  | { readonly ranked: true; readonly limit: number; readonly offset: number }
  | { readonly ranked: false; readonly page: Page };

/** Reads sort, limit and cursor. Throws BadQuestionError naming the parameter. */
export function parseSearchPage(params: URLSearchParams): SearchPage {
  const sort = oneValue(params, "sort") ?? "rank";
  const limit = limitOf(oneValue(params, "limit"));
  const cursor = oneValue(params, "cursor");
  if (sort === "rank") return { ranked: true, limit, offset: cursor === null ? 0 : offsetOf(cursor) };
  if (sort !== "-start_time") {
    throw new BadQuestionError(`sort is rank or -start_time here; it is ${JSON.stringify(sort.slice(0, 80))}.`, "sort");
  }
  const list = new URLSearchParams({ sort, limit: String(limit), ...(cursor === null ? {} : { cursor }) });
  return { ranked: false, page: parsePage(list) };
}

function limitOf(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT;
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= LIMIT_MAX) return value;
  throw new BadQuestionError(
    `limit is a whole number from 1 to ${LIMIT_MAX} here; it is ${JSON.stringify(text.slice(0, 80))}.`,
    "limit",
  );
}

function offsetOf(cursor: string): number {
  const text = /^rank-(\d{1,4})$/.exec(cursor)?.[1];
  if (text !== undefined && Number(text) < RANKED_MAX) return Number(text);
  throw new BadQuestionError("cursor is not the next_cursor of a page before, with the same sort.", "cursor");
}

/** The cursor of the page that begins there; null past what can be paged through. */
export function rankCursor(offset: number): string | null {
  return offset < RANKED_MAX ? `rank-${offset}` : null;
}
