/** One request of the client: the URL made, the answer read, every failure one typed error. */
import type { ErrorBody, ErrorCode } from "../api/contract.ts";

export interface Server {
  /** Where the router is mounted, such as /api/calls or https://panel.example.com/api/calls. */
  readonly api: string;
  /** Sent with every request, such as an authorisation; a function is asked anew each time. */
  readonly headers?: Headers | (() => Headers | Promise<Headers>);
  /** Instead of the global fetch: another one, or `app.request` of the router itself. */
  readonly fetch?: (url: string, init: RequestInit) => Response | Promise<Response>;
}

type Headers = Readonly<Record<string, string>>;

/** `unreachable`: no answer came; `unreadable`: one came, but not from this API (a proxy's page, say). */
export type ClientErrorCode = ErrorCode | "unreachable" | "unreadable";

/** What went wrong. An abort is none: it is thrown as the signal's reason. */
export class CallHistoryError extends Error {
  override readonly name = "CallHistoryError";
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: ClientErrorCode;
  /** The parameter or member that is wrong, if it is one. */
  readonly field: string | null;
  /** After how many seconds it may be asked again, where the server says so. */
  readonly retry_after: number | null;
  /** Where in the field it is, where the server says so: line and column, from 1. */
  readonly position: { readonly line: number; readonly column: number } | null;

  constructor(
    status: number,
    code: ClientErrorCode,
    message: string,
    field: string | null = null,
    retry_after: number | null = null,
    position: CallHistoryError["position"] = null,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.retry_after = retry_after;
    this.position = position;
  }
}

export interface Request {
  readonly method?: "POST" | "DELETE";
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Headers;
  readonly signal?: AbortSignal | undefined;
  /** Gives up after so long. Default 90,000; 0 = never. */
  readonly wait_ms?: number;
}

/** Values of a query; those left out, undefined or empty are not sent. */
export type Query = URLSearchParams | { readonly [name: string]: Value | readonly Value[] | undefined };
type Value = string | number | boolean;

const WAIT_MS = 90_000;

/** The URL of a path with those queries, the later ones over the earlier. */
export function urlOf({ api }: Pick<Server, "api">, path: string, ...queries: readonly (Query | undefined)[]): string {
  const query = String(joined(...queries));
  return `${api.replace(/\/+$/, "")}${path}${query ? `?${query}` : ""}`;
}

/** Several queries as one. */
export function joined(...queries: readonly (Query | undefined)[]): URLSearchParams {
  const all = new URLSearchParams();
  for (const query of queries) {
    if (query instanceof URLSearchParams) for (const [name, value] of query) all.append(name, value);
    else
      for (const [name, value] of Object.entries(query ?? {})) {
        all.delete(name);
        for (const one of Array.isArray(value) ? value : [value])
          if (one !== undefined && one !== "") all.append(name, String(one));
      }
  }
  return all;
}

/** Longer queries go in a body: not every proxy lets an address of more through. */
const QUERY_LENGTH_MAX = 2000;

/** The parameters as a body where an address has no room for them, else undefined. */
export function bodyOf(query: URLSearchParams): { readonly [name: string]: string[] } | undefined {
  if (String(query).length <= QUERY_LENGTH_MAX) return undefined;
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
}

/** The answer, its status 2xx or among `taken`. Throws CallHistoryError, or the signal's reason. */
export async function send(
  server: Server,
  path: string,
  { method, query, body, headers, signal, wait_ms = WAIT_MS }: Request = {},
  taken: readonly number[] = [],
): Promise<Response> {
  const ends = [...(signal ? [signal] : []), ...(wait_ms > 0 ? [AbortSignal.timeout(wait_ms)] : [])];
  const { headers: own, fetch: ask = (url, init) => fetch(url, init) } = server;
  let response: Response;
  try {
    response = await ask(urlOf(server, path, query), {
      method: method ?? "GET",
      headers: {
        accept: "application/json",
        // Without a body as well: it says that no form on another site sends this.
        ...(body !== undefined || method === "POST" ? { "content-type": "application/json" } : {}),
        ...(typeof own === "function" ? await own() : own),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(ends.length > 0 ? { signal: AbortSignal.any(ends) } : {}),
      credentials: "same-origin",
    });
  } catch (thrown) {
    throw failed(thrown, signal);
  }
  if (response.ok || taken.includes(response.status)) return response;
  throw await errorOf(response, signal);
}

/** The JSON of an answer. */
export async function ask<T>(
  server: Server,
  path: string,
  request: Request = {},
  taken: readonly number[] = [],
): Promise<T> {
  const response = await send(server, path, request, taken);
  try {
    return (await response.json()) as T;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw unreadable(response.status);
    throw failed(thrown, request.signal);
  }
}

/** What a broken connection is thrown as. */
export function failed(thrown: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new CallHistoryError(0, "unreachable", `The server cannot be reached: ${why}`);
}

async function errorOf(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  if (signal?.aborted) return signal.reason;
  if (!isErrorBody(body)) return unreadable(response.status);
  const { code, message, field, position = null } = body.error;
  const after = Number(response.headers.get("retry-after") ?? "x");
  return new CallHistoryError(response.status, code, message, field, Number.isFinite(after) ? after : null, position);
}

const unreadable = (status: number) =>
  new CallHistoryError(status, "unreadable", `The answer (status ${status}) is none of this API's.`);

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}
