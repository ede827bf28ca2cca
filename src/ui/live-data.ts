/** What the lazily loaded elements ask the server: live calls, their ends, and the SQL of the statistics. */
import type { LiveFilter, LiveFilterColumn } from "../api/contract.ts";
import { getStats } from "../client/calls.ts";
import { endCall, type FollowOptions, followLive, getActiveTranscript, listActive } from "../client/live.ts";
import { answerOf, type Server } from "./data.ts";

export type { FollowedEvent } from "../client/live.ts";

const LIVE_COLUMNS: readonly LiveFilterColumn[] = [
  "client_id",
  "assistant_id",
  "source",
  "provider_name",
  "pipeline_name",
  "context_name",
  "direction",
  "language",
];

/** What of a filter holds for running calls. */
export function liveFilter(filter: URLSearchParams): LiveFilter {
  return Object.fromEntries(LIVE_COLUMNS.map((name) => [name, filter.getAll(name)]));
}

/** Parameters of a filter that say nothing of running calls. */
export function notLive(filter: URLSearchParams): string[] {
  const known = new Set<string>([...LIVE_COLUMNS, "tz"]);
  return [...new Set(filter.keys())].filter((name) => !known.has(name));
}

/** The calls that run now. */
export function readActive(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return answerOf(listActive(server, liveFilter(filter), signal), signal);
}

/** What was said so far in a running call. */
export function readLiveTranscript(server: Server, id: string, signal: AbortSignal) {
  return answerOf(getActiveTranscript(server, id, signal), signal);
}

/** Asks the engine to hang up. */
export function endLiveCall(server: Server, id: string, signal: AbortSignal) {
  return answerOf(endCall(server, id, "ended in the panel", signal), signal);
}

/** The events of running calls, resumed after each lost connection. Throws CallHistoryError for what no retry mends. */
export function followCalls(server: Server, filter: URLSearchParams, options: FollowOptions) {
  return followLive(server, liveFilter(filter), options);
}

/** Statistics with the statement that counts the same calls. */
export function readStatsSql(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return answerOf(getStats(server, filter, { sql: true }, signal), signal);
}
