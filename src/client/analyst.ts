/** SQL for analysts: one SELECT over the views of the calls. */
import type { SqlResult, SqlSchema } from "../api/contract.ts";
import { ask, type Server, send } from "./request.ts";

export interface SqlQuestion {
  readonly sql: string;
  /** Rows at most. Default 1,000. */
  readonly limit?: number;
  /** Default 10,000. */
  readonly timeout_ms?: number;
}

export const ARROW_STREAM = "application/vnd.apache.arrow.stream";

/** The rows as JSON. */
export function runSql(server: Server, question: SqlQuestion, signal?: AbortSignal): Promise<SqlResult> {
  return ask(server, "/sql", { method: "POST", body: question, signal });
}

/** The rows as an Arrow stream, to be read by `tableFromIPC` of apache-arrow, say. */
export async function runSqlArrow(
  server: Server,
  question: SqlQuestion,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { accept: ARROW_STREAM };
  const { body } = await send(server, "/sql", { method: "POST", body: question, headers, signal });
  return body ?? new ReadableStream({ start: (empty) => empty.close() });
}

/** What a statement may read and call. */
export function getSqlSchema(server: Server, signal?: AbortSignal): Promise<SqlSchema> {
  return ask(server, "/sql/schema", { signal });
}
