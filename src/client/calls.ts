/** The stored calls: lists, single calls, statistics, facets, labels and deletion. */
import type {
  CallDetail,
  CallFacets,
  CallFilter,
  CallList,
  CallSearch,
  CallStats,
  CallTranscript,
  DeleteAnswer,
  DeleteDryRun,
  FacetValues,
  Health,
  LabelsAnswer,
} from "../api/contract.ts";
import { ask, bodyOf, joined, type Server } from "./request.ts";

/** Which calls: by name and value, or as the query of a URL. None = all. */
export type Filter = CallFilter | URLSearchParams;

export interface Page {
  /** A column, with `-` before it for the largest first. Default -start_time. */
  readonly sort?: string | undefined;
  /** Rows, with `cursor` for the pages after the first. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** Instead of cursor: a page by its number, from 1. */
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  /** Whether to count all calls under the filter, and to show the SQL. */
  readonly total?: boolean | undefined;
  readonly sql?: boolean | undefined;
}

/** Erasing rewrites files: it may take its time. */
const LONG_MS = 15 * 60_000;

/** One page of calls. */
export function listCalls(server: Server, filter: Filter, page: Page = {}, signal?: AbortSignal): Promise<CallList> {
  const { total, sql, ...paging } = page;
  const include = [...(total ? ["total"] : []), ...(sql ? ["sql"] : [])].join(",");
  return ask(server, "", { query: joined(filter, { ...paging, include }), signal });
}

/** The number of calls under a filter. */
export async function countCalls(server: Server, filter: Filter, signal?: AbortSignal): Promise<number> {
  return (await listCalls(server, filter, { limit: 1, total: true }, signal)).total ?? 0;
}

/** The whole record. */
export function getCall(server: Server, id: string, signal?: AbortSignal): Promise<CallDetail> {
  return ask(server, `/${encodeURIComponent(id)}`, { signal });
}

/** What was said; with `q` also where its words and phrases are. */
export function getTranscript(
  server: Server,
  id: string,
  { q }: { readonly q?: string | undefined } = {},
  signal?: AbortSignal,
): Promise<CallTranscript> {
  return ask(server, `/${encodeURIComponent(id)}/transcript`, { query: { q }, signal });
}

export interface SearchPage {
  /** The best first, or the newest. Default rank. */
  readonly sort?: "rank" | "-start_time" | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** Calls by what was said in them: `q` of words and "phrases", with the places where they are. */
export function searchCalls(
  server: Server,
  q: string,
  filter: Filter = {},
  page: SearchPage = {},
  signal?: AbortSignal,
): Promise<CallSearch> {
  return ask(server, "/search", { query: joined(filter, { q, ...page }), signal });
}

/** Statistics of the calls under a filter. */
export function getStats(
  server: Server,
  filter: Filter,
  { sql }: { readonly sql?: boolean } = {},
  signal?: AbortSignal,
): Promise<CallStats> {
  return ask(server, "/stats", { query: joined(filter, sql ? { include: "sql" } : {}), signal });
}

/** The values to filter by, with counts under the filter; `tools`: the names of tools too, which cost most. */
export function getFacets(
  server: Server,
  filter: Filter,
  { tools }: { readonly tools?: boolean } = {},
  signal?: AbortSignal,
): Promise<CallFacets> {
  return ask(server, "/facets", { query: joined(filter, tools ? { include: "tool_name" } : {}), signal });
}

/** Values of one column that begin so: to complete what somebody types. */
export function getFacet(
  server: Server,
  column: string,
  filter: Filter,
  { prefix, limit }: { readonly prefix?: string; readonly limit?: number } = {},
  signal?: AbortSignal,
): Promise<FacetValues> {
  return ask(server, `/facets/${encodeURIComponent(column)}`, { query: joined(filter, { prefix, limit }), signal });
}

/** Erases one call for good. */
export function removeCall(server: Server, id: string, signal?: AbortSignal): Promise<DeleteAnswer> {
  return ask(server, `/${encodeURIComponent(id)}`, { method: "DELETE", signal, wait_ms: LONG_MS });
}

/** Erases all calls under a filter, which may not be empty, and may name up to 10,000 calls by `where=id:in:`. */
export function removeCalls(server: Server, filter: Filter, signal?: AbortSignal): Promise<DeleteAnswer> {
  return deletion(server, joined(filter), signal);
}

/** How many calls removeCalls would erase. */
export function countRemovable(server: Server, filter: Filter, signal?: AbortSignal): Promise<DeleteDryRun> {
  return deletion(server, joined(filter, { dry_run: true }), signal);
}

function deletion<T>(server: Server, query: URLSearchParams, signal: AbortSignal | undefined): Promise<T> {
  const body = bodyOf(query);
  if (body) return ask(server, "/deletions", { method: "POST", body, signal, wait_ms: LONG_MS });
  return ask(server, "", { method: "DELETE", query, signal, wait_ms: LONG_MS });
}

export interface LabelChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** Gives labels to calls, or takes them away: of these ids, or under a filter (at most 10,000 calls). */
export function labelCalls(
  server: Server,
  which: readonly string[] | Filter,
  { add = [], remove = [] }: LabelChange,
  signal?: AbortSignal,
): Promise<LabelsAnswer> {
  const calls = isIds(which) ? { ids: which } : { filter: String(joined(which)) };
  return ask(server, "/labels", { method: "POST", body: { ...calls, add, remove }, signal, wait_ms: LONG_MS });
}

const isIds = (which: readonly string[] | Filter): which is readonly string[] => Array.isArray(which);

/** How the lake is: `degraded` and `down` are answers, no errors. */
export function getHealth(server: Server, signal?: AbortSignal): Promise<Health | Pick<Health, "status">> {
  return ask(server, "/healthz", { signal }, [503]);
}
