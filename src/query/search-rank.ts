/** The rank: how much a call is about q, by BM25 with constants of its own, from the index or from the text. */
import { termsIn } from "../record/words/terms.ts";
import type { LakeFile } from "../store/lake/names.ts";
import type { SearchPart } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { conditionOf, type Found } from "./search-index.ts";
import { join, raw, type Sql, sql } from "./statement.ts";
import type { Term } from "./text/terms.ts";

/** How soon more of the same word says no more. */
const K1 = 1.2;
/** How much longer calls are held back. */
const B = 0.75;
/**
 * The length a call is compared with. A constant, as is every word's weight: the mean length and the number of calls
 * with a word are of all tenants together, and a score made with them would tell one tenant of the others' calls.
 */
const WORDS_USUAL = 200;

/** Digits of a score behind the point: sums in another order differ in the last of a double's. */
const DIGITS = 4;

/** (f, r, score): the scores of the rows that the index names; f is the file's place in the list. */
export function scoresOf(found: Found, files: readonly LakeFile[]): Sql {
  const parts = new Map<SearchPart, string[]>();
  for (const [index, file] of files.entries()) {
    const place = found.files.get(file.path);
    if (place) parts.set(place.part, [...(parts.get(place.part) ?? []), `(${place.number}, ${index})`]);
  }
  const any = join(
    found.terms.map((term) => sql`(${conditionOf(term)})`),
    " OR ",
  );
  // A part at a time: over all of them at once the join of files to parts came first, and gave thirty times the rows.
  const each = [...parts].map(
    ([part, places]) => sql`SELECT CAST(v.f AS UBIGINT) AS f, CAST(h."row" AS BIGINT) AS r,
      round(sum(h.frequency * ${raw(String(K1 + 1))} / (h.frequency + ${raw(String(K1))} * (${raw(String(1 - B))} + ${raw(String(B))} * d.words / ${raw(String(WORDS_USUAL))}))), ${raw(String(DIGITS))}) AS score
    FROM (SELECT file, "row", frequency FROM read_parquet(${raw(quote(part.terms))}) WHERE ${any}) AS h
    JOIN (VALUES ${raw(places.join(", "))}) AS v(number, f) ON v.number = h.file
    JOIN read_parquet(${raw(quote(part.docs))}) AS d ON d.file = h.file AND d."row" = h."row"
    GROUP BY v.f, h."row"`,
  );
  return join(each, " UNION ALL ");
}

/** The same score by the text itself. */
export function scoreOf(terms: readonly Term[], texts: readonly (string | null | undefined)[]): number {
  const words = texts.flatMap((text) => (text ? termsIn(text) : []));
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  let score = 0;
  for (const { text, begins } of terms) {
    for (const [word, frequency] of counts) {
      if (begins ? !word.startsWith(text) : word !== text) continue;
      score += (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * words.length) / WORDS_USUAL));
    }
  }
  return Math.round(score * 10 ** DIGITS) / 10 ** DIGITS;
}
