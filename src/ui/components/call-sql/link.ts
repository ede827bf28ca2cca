/** What the page's URL says of it: the statement, and whether its answer is drawn. */

export interface SqlView {
  readonly sql: string;
  readonly view: "table" | "chart";
}

/** Servers take request lines of some 8 KiB: a link that is longer could not be opened. */
const LINK_CHARACTERS_MAX = 6000;

export function parseView(query: string): SqlView {
  const all = new URLSearchParams(query);
  return { sql: all.get("sql") ?? "", view: all.get("view") === "chart" ? "chart" : "table" };
}

/** As a query string; null when it is too long for a link. */
export function viewText({ sql, view }: SqlView): string | null {
  const all = new URLSearchParams(sql === "" ? {} : { sql });
  if (view === "chart") all.set("view", view);
  const text = String(all);
  return text.length > LINK_CHARACTERS_MAX ? null : text;
}
