/** Where a statement of `call-lake sql` is answered: by the data folder here, or by a server's API. */
import type { SqlSchema } from "../api/contract.ts";
import { createCallHistoryClient } from "../client/index.ts";
import { openCallLake, scopeOf, sqlSchema } from "../query/index.ts";
import type { Json } from "../record/index.ts";

export interface SqlRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: AsyncIterable<{ readonly [column: string]: Json }>;
  /** Known when the rows are read: whether the server left some out. */
  readonly truncated: boolean;
}

export interface SqlSource {
  ask(statement: string, signal: AbortSignal): Promise<SqlRows>;
  schema(): Promise<SqlSchema>;
  close(): Promise<void>;
}

/** The folder, with rows of the journal that are not published yet. */
export async function openFolder(dir: string, log: (line: string) => void): Promise<SqlSource> {
  const lake = await openCallLake({ dir, engine: "in-process", log });
  return {
    ask: async (statement, signal) => ({ ...(await lake.sql(statement, signal)), truncated: false }),
    schema: async () => sqlSchema(scopeOf({ read_pii: true })),
    close: () => lake.close(),
  };
}

export interface Remote {
  /** Where the router is mounted, such as https://panel.example.com/api/calls. */
  readonly url: string;
  /** `name: value` each. */
  readonly headers: readonly string[];
  readonly user: string;
  readonly password: string | undefined;
}

const ROWS_MAX = 10_000;
const TIMEOUT_MS = 60_000;

/** A server that mounts the API; it asks under the server's limits and the tenant it binds us to. Throws TypeError for a header that is none. */
export function openRemote({ url, headers, user, password }: Remote): SqlSource {
  const basic = password === undefined ? {} : { authorization: `Basic ${btoa(`${user}:${password}`)}` };
  const given = Object.fromEntries(headers.map(headerOf));
  const client = createCallHistoryClient({ api: url, headers: { ...basic, ...given } });
  return {
    ask: async (sql, signal) => {
      const { columns, rows, truncated } = await client.sql({ sql, limit: ROWS_MAX, timeout_ms: TIMEOUT_MS }, signal);
      return { columns, rows: each(rows as readonly { [column: string]: Json }[]), truncated };
    },
    schema: () => client.sqlSchema(),
    close: async () => {},
  };
}

async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows;
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new TypeError(`A header is written "name: value"; it is ${JSON.stringify(text.slice(0, 20))}.`);
  return [name.toLowerCase(), value];
}
