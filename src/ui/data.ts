/** All talk with the server: one client, whose errors are values and whose requests end with the element. */
import type { CallDetail, CallFacets, CallList, CallStats, ErrorBody } from "../api/contract.ts";

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

const WAIT_MS_MAX = 60_000;

function kindOf(status: number): ErrorKind {
  if (status === 401 || status === 403) return "not_permitted";
  if (status === 404) return "not_found";
  return status < 500 ? "refused" : "failed";
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}

async function messageOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  return isErrorBody(body) ? body.error.message : "";
}

async function get<T>(server: Server, path: string, query: string, signal: AbortSignal): Promise<Answer<T>> {
  const url = `${server.api.replace(/\/+$/, "")}${path}${query ? `?${query}` : ""}`;
  const late = AbortSignal.timeout(WAIT_MS_MAX);
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json", ...server.headers },
      signal: AbortSignal.any([signal, late]),
      credentials: "same-origin",
    });
    if (!response.ok) {
      const error = { kind: kindOf(response.status), status: response.status, message: await messageOf(response) };
      return signal.aborted ? { state: "aborted" } : { state: "error", error };
    }
    return { state: "ok", value: (await response.json()) as T };
  } catch (thrown) {
    if (signal.aborted) return { state: "aborted" };
    // A body that is no JSON is the server's fault (or a proxy's page); the rest is the network's.
    const kind = thrown instanceof SyntaxError ? "failed" : "unreachable";
    return { state: "error", error: { kind, status: 0, message: "" } };
  }
}

export interface ListPage {
  readonly limit: number;
  readonly cursor: string | null;
  readonly sort: string;
  readonly total: boolean;
}

/** GET /: one page of calls under a filter. */
export function listCalls(server: Server, filter: URLSearchParams, page: ListPage, signal: AbortSignal) {
  const query = new URLSearchParams(filter);
  query.set("limit", String(page.limit));
  query.set("sort", page.sort);
  if (page.cursor) query.set("cursor", page.cursor);
  if (page.total) query.set("include", "total");
  return get<CallList>(server, "", String(query), signal);
}

/** GET /:id: the whole record. */
export function readCall(server: Server, id: string, signal: AbortSignal) {
  return get<CallDetail>(server, `/${encodeURIComponent(id)}`, "", signal);
}

/** GET /stats under a filter. */
export function readStats(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return get<CallStats>(server, "/stats", String(filter), signal);
}

/** GET /facets: the values to choose from, with counts. */
export function readFacets(server: Server, filter: URLSearchParams, signal: AbortSignal) {
  return get<CallFacets>(server, "/facets", String(filter), signal);
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
