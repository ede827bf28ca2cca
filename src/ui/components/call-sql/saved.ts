/** The queries a person keeps: in the host's storage, or in the browser's. */
import type { HistoryStorage } from "../../storage.ts";

export interface SavedQuery {
  readonly name: string;
  readonly sql: string;
}

const KEY = "call-lake-sql";
const QUERIES_MAX = 200;

function storageOf(given: HistoryStorage | undefined): HistoryStorage | null {
  if (given) return given;
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** Never throws: without a storage nothing is kept. */
export async function readQueries(storage: HistoryStorage | undefined): Promise<readonly SavedQuery[]> {
  try {
    const given: unknown = JSON.parse((await storageOf(storage)?.getItem(KEY)) ?? "[]");
    return Array.isArray(given) ? given.filter(isQuery).slice(0, QUERIES_MAX) : [];
  } catch {
    return [];
  }
}

/** Whether they have been kept. */
export async function keepQueries(
  storage: HistoryStorage | undefined,
  queries: readonly SavedQuery[],
): Promise<boolean> {
  const place = storageOf(storage);
  if (!place) return false;
  try {
    await place.setItem(KEY, JSON.stringify(queries.slice(0, QUERIES_MAX)));
    return true;
  } catch {
    return false;
  }
}

/** The queries with this one, in the place of one of its name. */
export function withQuery(queries: readonly SavedQuery[], query: SavedQuery): readonly SavedQuery[] {
  return [...queries.filter(({ name }) => name !== query.name), query].sort((a, b) => a.name.localeCompare(b.name));
}

function isQuery(value: unknown): value is SavedQuery {
  if (typeof value !== "object" || value === null) return false;
  const { name, sql } = value as Record<string, unknown>;
  return typeof name === "string" && typeof sql === "string";
}
