/** What the list remembers of a person: columns, widths, views, what is folded. In the host's storage or the browser's. */

/** As localStorage is, or a host's own that keeps it with the person's account. It may be absent, full or refuse. */
export interface HistoryStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
}

export interface SavedView {
  readonly name: string;
  /** The query of the page: filter and sort. */
  readonly query: string;
  /** The dates as a preset: so many days back, today included, whenever it is looked at. */
  readonly days?: number;
}

export interface Preferences {
  /** Keys of the columns in their order; undefined = as delivered. */
  readonly columns?: readonly string[];
  /** Pixels by the column's key. */
  readonly widths?: { readonly [key: string]: number };
  readonly views?: readonly SavedView[];
  readonly sidebar?: boolean;
  /** Facets that are folded away or unfolded, other than as delivered. */
  readonly folded?: { readonly [facet: string]: boolean };
  readonly shortcuts?: boolean;
}

const KEY = "call-lake-history";
const VIEWS_MAX = 50;
const WIDTH_MIN = 32;
const WIDTH_MAX = 1200;

/** The browser's own storage; null where reading it is forbidden. */
function browsers(): HistoryStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** At once where the storage answers at once. Never throws: without a storage nothing is remembered. */
export function readPreferences(storage: HistoryStorage | undefined): Preferences | Promise<Preferences> {
  try {
    const text = (storage ?? browsers())?.getItem(KEY) ?? null;
    return text === null || typeof text === "string"
      ? preferencesIn(text)
      : Promise.resolve(text).then(preferencesIn, () => ({}));
  } catch {
    return {};
  }
}

function preferencesIn(text: string | null): Preferences {
  try {
    return text ? checked(JSON.parse(text)) : {};
  } catch {
    return {};
  }
}

/** Never throws. */
export async function keepPreferences(storage: HistoryStorage | undefined, preferences: Preferences): Promise<void> {
  try {
    await (storage ?? browsers())?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Forbidden or full: the page goes on as it is, and forgets it when it is closed.
  }
}

/** A width that a table can have. */
export function usableWidth(pixels: number): number {
  return Math.round(Math.min(Math.max(pixels, WIDTH_MIN), WIDTH_MAX));
}

/** Takes what is as it should be: another version of the page, or a person, may have written the rest. */
function checked(given: unknown): Preferences {
  const from = isObject(given) ? given : {};
  const { columns, widths, views, sidebar, folded, shortcuts } = from;
  const entries = <T>(value: unknown, is: (one: unknown) => one is T) =>
    Object.fromEntries(
      Object.entries(isObject(value) ? value : {}).filter((entry): entry is [string, T] => is(entry[1])),
    );
  const sizes = Object.entries(entries(widths, isNumber)).map(([key, width]) => [key, usableWidth(width)] as const);
  return {
    ...(Array.isArray(columns) && columns.length > 0 ? { columns: columns.filter(isText) } : {}),
    widths: Object.fromEntries(sizes),
    views: Array.isArray(views) ? views.filter(isView).slice(0, VIEWS_MAX) : [],
    folded: entries(folded, isBoolean),
    ...(isBoolean(sidebar) ? { sidebar } : {}),
    ...(isBoolean(shortcuts) ? { shortcuts } : {}),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isText = (value: unknown): value is string => typeof value === "string";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isView = (value: unknown): value is SavedView =>
  isObject(value) &&
  isText(value["name"]) &&
  isText(value["query"]) &&
  (value["days"] === undefined || isNumber(value["days"]));
