/** All talk with the server, through the typed client: errors are values, and requests end with the element. */
import type { CallSearch } from "../api/contract.ts";
import { getSqlSchema, runSql, type SqlQuestion } from "../client/analyst.ts";
import { getCall, getFacet, getFacets, getStats, listCalls as listPage } from "../client/calls.ts";
import { ask, CallHistoryError, joined } from "../client/request.ts";

export type ErrorKind = "not_permitted" | "not_found" | "refused" | "failed" | "unreachable";

/** What went wrong, for a person: `message` is the server's sentence, or "" when it gave none. */
export interface DataError {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly message: string;
  /** Where in what was asked it is, from 1. */
  readonly position: CallHistoryError["position"];
}

/** `aborted` is no error: the element has gone, or a newer question replaced this one. */
export type Answer<T> =
  | { readonly state: "ok"; readonly value: T }
  | { readonly state: "error"; readonly error: DataError }
  | { readonly state: "aborted" };

export interface Server {
  /** Base URL of the router, such as /api/calls. */
  readonly api: string;
  /** Sent with every request, such as an authorisation. */
  readonly headers: Readonly<Record<string, string>>;
}

function kindOf({ status, code }: CallHistoryError): ErrorKind {
  if (code === "unreachable") return "unreachable";
  if (status === 401 || status === 403) return "not_permitted";
  if (status === 404) return "not_found";
  return status >= 400 && status < 500 ? "refused" : "failed";
}

/** What a request of the client comes to. */
export async function answerOf<T>(asking: Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
  try {
    return { state: "ok", value: await asking };
  } catch (thrown) {
    if (signal.aborted) return { state: "aborted" };
    if (!(thrown instanceof CallHistoryError)) throw thrown;
    // A sentence of the client's own is for programs; people are told in their language.
    const told = thrown.code !== "unreachable" && thrown.code !== "unreadable";
    const error = {
      kind: kindOf(thrown),
      status: thrown.status,
      message: told ? thrown.message : "",
      position: thrown.position,
    };
    return { state: "error", error };
  }
}

export interface ListPage {
  readonly limit: number;
  readonly cursor: string | null;
  readonly sort: string;
  readonly total: boolean;
}

/** One page of calls under a filter. */
export function listCalls(server: Server, filter: URLSearchParams, page: ListPage, signal: AbortSignal) {
  return answerOf(listPage(server, filter, { ...page, cursor: page.cursor ?? undefined }, signal), signal);
}

/** Calls by what was said, with the places where it was said. `sort`: rank or -start_time. */
export function searchCalls(
  server: Server,
  filter: URLSearchParams,
  page: { readonly sort: string; readonly limit: number; readonly cursor: string | null },
  signal: AbortSignal,
) {
  const query = joined(filter, { ...page, cursor: page.cursor ?? undefined });
  return answerOf(ask<CallSearch>(server, "/search", { query, signal }), signal);
}

/** How many calls there are under a filter (`total`), and which days it lacks. */
export function readTotal(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return answerOf(listPage(server, filter, { limit: 1, total: true }, signal), signal);
}

/** The whole record. */
export function readCall(server: Server, id: string, signal: AbortSignal) {
  return answerOf(getCall(server, id, signal), signal);
}

/** Statistics under a filter. */
export function readStats(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return answerOf(getStats(server, filter, {}, signal), signal);
}

/** The values to choose from, with counts. */
export function readFacets(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return answerOf(getFacets(server, filter, {}, signal), signal);
}

/** The values of one facet that begin so, most frequent first. */
export function readFacet(
  server: Server,
  facet: string,
  filter: URLSearchParams,
  choice: { readonly prefix: string; readonly limit: number },
  signal: AbortSignal,
) {
  return answerOf(getFacet(server, facet, filter, choice, signal), signal);
}

/** The rows of one SELECT of a person; whoever goes away ends it. */
export function askSql(server: Server, question: SqlQuestion, signal: AbortSignal) {
  return answerOf(runSql(server, question, signal), signal);
}

/** What a statement may read and call. */
export function readSqlSchema(server: Server, signal: AbortSignal) {
  return answerOf(getSqlSchema(server, signal), signal);
}

/** Hands out signals, of which only the newest lives: a newer question ends the older one. */
export class Latest {
  #controller: AbortController | null = null;

  next(): AbortSignal {
    this.stop();
    this.#controller = new AbortController();
    return this.#controller.signal;
  }

  stop(): void {
    this.#controller?.abort();
    this.#controller = null;
  }
}
