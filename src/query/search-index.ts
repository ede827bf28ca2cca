/** The index in questions: which calls can have q, looked up before their files are read. */
import { realFs } from "../store/fs.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { indexKey, listIndexedMonths, listParts, type SearchPart, servedBy } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import type { Ask } from "./asking.ts";
import { type Filter, mayHold } from "./filter.ts";
import { numberOf, textOf } from "./rows.ts";
import { join, raw, type Sql, sql } from "./statement.ts";
import { settledQuery, textCondition } from "./text/condition.ts";
import { type Term, termsOf } from "./text/terms.ts";
import type { View } from "./view.ts";

/** Rows of a file up to this are named one by one; of more the index is joined. */
const ROWS_NAMED_MAX = 200;
/** Catalogues remembered of parts that are gone. */
const CATALOGUES_MAX = 500;

/** The rows of a file that the index names. */
export interface FoundFile {
  readonly part: SearchPart;
  /** The file's number in the part. */
  readonly number: number;
  readonly count: number;
  /** Their numbers in the file; null where there are many. */
  readonly rows: readonly number[] | null;
}

/** What is known of q in a view. */
export interface Found {
  /** By path: the files that the index speaks of and that have such rows. */
  readonly files: ReadonlyMap<string, FoundFile>;
  readonly terms: readonly Term[];
  /** For the rows that the index names: TRUE, or the text's own condition where the index alone does not say. */
  readonly check: Sql;
  /** Whether the index alone says it. */
  readonly exact: boolean;
  /** For all other rows. */
  readonly condition: Sql;
}

/** Reads the catalogues of a data folder's index, each once. */
export class SearchIndex {
  readonly #dir: string;
  readonly #known = new Map<string, SearchPart>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * The view with only the files that can hold calls under q, and the filter with a q that reads no text again; both as
   * they are where there is no q. Questions of it give what they give of the view as it is.
   */
  async narrow(view: View, ask: Ask, filter: Filter): Promise<{ view: View; filter: Filter }> {
    const { q } = filter;
    if (q === null) return { view, filter };
    const looked = withPeriodBefore(filter);
    const served = await this.#served(view.files.filter((file) => mayHold(looked, file.day)));
    const { terms, exact } = termsOf(q);
    const condition = textCondition(q);
    const parts = [...new Set([...served.values()].map(({ part }) => part))];
    const found = new Map<string, FoundFile>();
    if (parts.length > 0) {
      const paths = new Map<string, string>();
      for (const [path, { part, number }] of served) paths.set(`${part.terms} ${number}`, path);
      for (const row of await ask(countsOf(parts, terms))) {
        const path = paths.get(`${textOf(row["part"])} ${numberOf(row["file"])}`);
        const place = path === undefined ? undefined : served.get(path);
        if (path === undefined || !place) continue;
        const rows = row["rows"] as number[] | null;
        found.set(path, { ...place, count: numberOf(row["calls"]) ?? 0, rows });
      }
    }
    const kept = view.files.filter((file) => found.has(file.path) || !served.has(file.path));
    const check = exact ? raw("TRUE") : condition;
    return {
      view: { ...view, files: kept, found: { files: found, terms, check, exact, condition } },
      filter: { ...filter, q: settledQuery(q) },
    };
  }

  /** By path. */
  async #served(files: readonly LakeFile[]): Promise<Map<string, { part: SearchPart; number: number }>> {
    const parts: SearchPart[] = [];
    for (const month of await listIndexedMonths(this.#dir)) {
      parts.push(...(await listParts(this.#dir, month, realFs, this.#known)));
    }
    if (this.#known.size > parts.length + CATALOGUES_MAX) this.#known.clear();
    const byKey = servedBy(parts);
    const served = new Map<string, { part: SearchPart; number: number }>();
    for (const file of files) {
      const place = byKey.get(indexKey(file));
      if (place) served.set(file.path, place);
    }
    return served;
  }
}

/** Statistics ask for the period of equal length before, too. */
function withPeriodBefore(filter: Filter): Filter {
  if (filter.start_ms === null) return filter;
  const length = (filter.end_ms ?? Date.now()) - filter.start_ms;
  return { ...filter, start_ms: filter.start_ms - Math.max(0, length) };
}

/** How many rows of each file have all the terms, and which if they are few. */
function countsOf(parts: readonly SearchPart[], terms: readonly Term[]): Sql {
  return sql`SELECT part, file, count(*) AS calls, CASE WHEN count(*) <= ${raw(String(ROWS_NAMED_MAX))} THEN list("row") END AS rows
    FROM (${hitsOf(parts, terms)}) GROUP BY part, file`;
}

/** (part, file, row) of the calls that have all the terms. */
function hitsOf(parts: readonly SearchPart[], terms: readonly Term[]): Sql {
  const source = raw(`read_parquet([${parts.map((part) => quote(part.terms)).join(", ")}], filename = true)`);
  const each = terms.map((term) => sql`SELECT filename AS part, file, "row" FROM ${source} WHERE ${conditionOf(term)}`);
  const [first, ...others] = each;
  if (!first) throw new Error("A q without terms is not asked of the index.");
  if (others.length === 0) return terms[0]?.begins ? sql`SELECT DISTINCT * FROM (${first})` : first;
  return join(each, " INTERSECT ");
}

/** The condition of a term on the index. */
export function conditionOf({ text, begins }: Term): Sql {
  if (!begins) return sql`term = ${text}`;
  const next = String.fromCodePoint((text.codePointAt(0) ?? 0) + 1);
  return sql`term >= ${text} AND term < ${next}`;
}

/** (file, row) of the calls in these files that the index names; `file` is the file's place in the list. */
function rowsOf(found: Found, files: readonly LakeFile[]): Sql {
  const named: { f: number; r: number }[] = [];
  const places: string[] = [];
  const parts = new Set<SearchPart>();
  for (const [index, file] of files.entries()) {
    const place = found.files.get(file.path);
    if (place?.rows) for (const row of place.rows) named.push({ f: index, r: row });
    else if (place) {
      places.push(`(${quote(place.part.terms)}, ${place.number}, ${index})`);
      parts.add(place.part);
    }
  }
  const pieces: Sql[] = [];
  if (named.length > 0) {
    pieces.push(
      sql`SELECT n.f AS f, n.r AS r FROM (SELECT unnest(CAST(${JSON.stringify(named)}::JSON AS STRUCT(f UBIGINT, r BIGINT)[])) AS n)`,
    );
  }
  if (places.length > 0) {
    pieces.push(sql`SELECT CAST(v.f AS UBIGINT) AS f, CAST(h."row" AS BIGINT) AS r FROM (${hitsOf([...parts], found.terms)}) AS h
      JOIN (VALUES ${raw(places.join(", "))}) AS v(part, number, f) ON v.number = h.file AND v.part = h.part`);
  }
  return join(pieces, " UNION ALL ");
}

/**
 * What comes behind `read_parquet(these files) AS lake`: the rows the index names by its rows, the others by their text.
 * A text is read again only behind the join: as a condition of its own it would be asked of every row before.
 */
export function foundIn(found: Found, files: readonly LakeFile[]): { join: Sql; where: Sql } {
  const others = files.flatMap((file, index) => (found.files.has(file.path) ? [] : [index]));
  if (others.length === files.length) return { join: raw(""), where: sql`(${found.condition})` };
  const rows = rowsOf(found, files);
  const kind = raw(others.length === 0 ? "JOIN" : "LEFT JOIN");
  const joined = sql` ${kind} (${rows}) AS call_lake_hit ON call_lake_hit.f = lake.file_index AND call_lake_hit.r = lake.file_row_number`;
  const named = sql`CASE WHEN call_lake_hit.r >= 0 THEN (${found.check}) ELSE false END`;
  if (others.length === 0) return { join: joined, where: found.exact ? raw("TRUE") : named };
  return {
    join: joined,
    where: sql`(${named} OR (file_index IN (${raw(others.join(", "))}) AND (${found.condition})))`,
  };
}
