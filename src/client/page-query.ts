/** The query of a page of calls, as a URL holds it, and the question to the server that such a page begins with. */
import { joined, urlOf } from "./request.ts";

/** Parameters of a page's URL that are no filter: they do not go to the server with it. */
const NOT_A_FILTER = new Set(["limit", "cursor", "page", "page_size", "sort", "include", "peek", "range"]);
const NEWEST_FIRST = "-start_time";
const BEST_FIRST = "rank";
const PAGE_SIZE = 50;
/** GET /search gives no more at once. */
const SEARCH_LIMIT_MAX = 50;

/** What the URL of the list says: which calls, in which order, and which one is being looked at. */
export interface PageQuery {
  readonly filter: URLSearchParams;
  /** A column with `-` before it for the largest first, or `rank`; null = newest first. */
  readonly sort: string | null;
  readonly peek: string | null;
}

export function parseQuery(text: string): PageQuery {
  const all = new URLSearchParams(text);
  const sort = all.get("sort");
  return {
    filter: parseFilter(text),
    sort: sort !== null && /^(-?[a-z_]{1,60})$/.test(sort) ? sort : null,
    peek: all.get("peek") || null,
  };
}

/** Reads a query string, with or without "?"; empty values and what is no filter are left out. */
export function parseFilter(query: string): URLSearchParams {
  const filter = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(query)) {
    if (value !== "" && !NOT_A_FILTER.has(name)) filter.append(name, value);
  }
  return filter;
}

/** The filter for the server: dates are read in the zone of the page. */
export function forServer(filter: URLSearchParams, timezone: string): URLSearchParams {
  if (filter.has("tz")) return filter;
  const zoned = new URLSearchParams(filter);
  zoned.append("tz", timezone);
  return zoned;
}

/** The order in which a page's rows are asked for. */
export function sortOf({ filter, sort }: Pick<PageQuery, "filter" | "sort">): string {
  return sort === null || (sort === BEST_FIRST && !filter.has("q")) ? NEWEST_FIRST : sort;
}

/** Whether the places where it was said come with the rows. */
export function searches(filter: URLSearchParams, sort: string): boolean {
  return filter.has("q") && (sort === NEWEST_FIRST || sort === BEST_FIRST);
}

/** Rows of a page that are asked for at once. */
export function limitOf(filter: URLSearchParams, sort: string, page_size: number): number {
  return searches(filter, sort) ? Math.min(page_size, SEARCH_LIMIT_MAX) : page_size;
}

export interface FirstPage {
  /** Base URL of the router, as the element's `api`. */
  readonly api: string;
  /** The query of the page, as the element's `filter`. */
  readonly filter?: string;
  /** IANA zone, as the element's `timezone`. */
  readonly timezone: string;
  /** As the element's `pageSize`. Default 50. */
  readonly page_size?: number;
}

/**
 * The URL that `<call-history>` asks first. A page that preloads it (`<link rel="preload" as="fetch" crossorigin>`) has
 * the rows on their way before its scripts.
 */
export function firstPageUrl({ api, filter: text = "", timezone, page_size = PAGE_SIZE }: FirstPage): string {
  const query = parseQuery(text);
  return rowsUrl(api, forServer(query.filter, timezone), sortOf(query), page_size);
}

/** The URL of a filter's first rows. */
export function rowsUrl(api: string, filter: URLSearchParams, sort: string, page_size: number): string {
  const limit = limitOf(filter, sort, page_size);
  return urlOf({ api }, searches(filter, sort) ? "/search" : "", joined(filter, { limit, sort }));
}
