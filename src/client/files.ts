/** Files: all calls under a filter, or one call, as a stream or as an address to download from. */
import type { ExportFormat, TranscriptFormat } from "../api/contract.ts";
import type { Filter } from "./calls.ts";
import { bodyOf, joined, type Request, type Server, send, urlOf } from "./request.ts";

export interface ExportChoice {
  /** Default csv. */
  readonly format?: ExportFormat;
  readonly columns?: readonly string[];
}

export interface TranscriptChoice {
  /** Default txt. */
  readonly format?: TranscriptFormat;
  /** The zone of the times; the call's own, else the server's, when it is left out. */
  readonly tz?: string;
}

export interface CallFile {
  readonly filename: string;
  /** Media type. */
  readonly type: string;
  /** Calls in it; null where it is of one call. */
  readonly total: number | null;
  /** Leaving it early stops the export. A stream that breaks off throws: what came is then not all. */
  readonly body: ReadableStream<Uint8Array>;
}

/** All calls under a filter, newest first; the filter may name up to 10,000 calls by `where=id:in:`. */
export function exportCalls(
  server: Server,
  filter: Filter,
  choice: ExportChoice = {},
  signal?: AbortSignal,
): Promise<CallFile> {
  const query = exportQuery(filter, choice);
  const body = bodyOf(query);
  return file(server, "/export", body ? { method: "POST", body } : { query }, signal);
}

/** The same as an address for a link, for filters that are no longer than an address may be: of use where the browser itself says who asks (a cookie), not by headers. */
export function exportUrl(server: Pick<Server, "api">, filter: Filter, choice: ExportChoice = {}): string {
  return urlOf(server, "/export", exportQuery(filter, choice));
}

/** One call to read. */
export function exportCall(
  server: Server,
  id: string,
  choice: TranscriptChoice = {},
  signal?: AbortSignal,
): Promise<CallFile> {
  return file(server, `/${encodeURIComponent(id)}/export`, { query: joined({ ...choice }) }, signal);
}

/** The same as an address for a link. */
export function exportCallUrl(server: Pick<Server, "api">, id: string, choice: TranscriptChoice = {}): string {
  return urlOf(server, `/${encodeURIComponent(id)}/export`, { ...choice });
}

const exportQuery = (filter: Filter, { format, columns }: ExportChoice): URLSearchParams =>
  joined(filter, { format, columns: columns?.join(",") });

async function file(
  server: Server,
  path: string,
  request: Pick<Request, "method" | "query" | "body">,
  signal: AbortSignal | undefined,
): Promise<CallFile> {
  const response = await send(server, path, { ...request, signal, wait_ms: 0, headers: { accept: "*/*" } });
  const header = (name: string) => response.headers.get(name);
  const total = header("x-total-count");
  return {
    filename: /filename="([^"]+)"/.exec(header("content-disposition") ?? "")?.[1] ?? "calls",
    type: header("content-type") ?? "application/octet-stream",
    total: total === null ? null : Number(total),
    body: response.body ?? new ReadableStream({ start: (empty) => empty.close() }),
  };
}
