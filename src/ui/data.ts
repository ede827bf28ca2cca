/** All talk with the server, through the typed client: errors are values, and requests end with the element. */
import { getCall, getFacets, getStats, listCalls as listPage } from "../client/calls.ts";
import { CallHistoryError } from "../client/request.ts";

export type ErrorKind = "not_permitted" | "not_found" | "refused" | "failed" | "unreachable";

/** What went wrong, for a person: `message` is the server's sentence, or "" when it gave none. */
export interface DataError {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly message: string;
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
    const error = { kind: kindOf(thrown), status: thrown.status, message: told ? thrown.message : "" };
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
  return answerOf(getFacets(server, filter, signal), signal);
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
