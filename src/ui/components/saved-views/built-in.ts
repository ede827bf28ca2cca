/** The views that are there from the start: each is only a filter and an order. */
import { type Query, queryText, withPreset, withValue } from "../../filter.ts";
import type { SavedView } from "../../storage.ts";

export const BUILT_IN = [
  { key: "all", query: "" },
  { key: "failed", query: "outcome=error&outcome=lost" },
  // By the average: the percentile is computed for the rows that are shown, and sorting by it would read all turns of all calls.
  { key: "slow", query: "where=avg_turn_latency_ms:ge:1500&sort=-avg_turn_latency_ms" },
  { key: "tool_errors", query: "where=tool_error_count:ge:1" },
  { key: "interrupted", query: "where=barge_in_count:ge:2&sort=-barge_in_count" },
  { key: "transferred", query: "outcome=transferred" },
  { key: "abandoned", query: "outcome=abandoned" },
] as const;

const DATES = ["start_date", "end_date", "tz"] as const;

/** The view's query with the dates one is looking at: a view of ours says nothing of time. */
export function withDatesOf(view: string, now: URLSearchParams): string {
  const params = new URLSearchParams(view);
  for (const name of DATES) for (const value of now.getAll(name)) params.append(name, value);
  return String(params);
}

/** Whether a page shows a view of ours: the same filter but for the dates, the same order. */
export function isShown(view: string, { filter, sort }: Query): boolean {
  let rest = filter;
  for (const name of DATES) rest = withValue(rest, name);
  return canonical(queryText({ filter: rest, sort, peek: null })) === canonical(view);
}

/** A saved view's query as of now. */
export function queryOf({ query, days }: SavedView, timezone: string, nowMs: number): string {
  if (days === undefined) return query;
  return String(withPreset(new URLSearchParams(query), { days, label: () => "" }, timezone, nowMs));
}

/** In one order, however it was put together. */
export function canonical(query: string): string {
  const params = new URLSearchParams(query);
  params.sort();
  return String(params);
}
