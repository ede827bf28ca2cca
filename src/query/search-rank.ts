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

/** (f, r, score): the scores of the rows that the index names; f is the file's place in the list. */
export function scoresOf(found: Found, files: readonly LakeFile[]): Sql {
  const parts = new Set<SearchPart>();
  const places = files.flatMap((file, index) => {
    const place = found.files.get(file.path);
    if (!place) return [];
    parts.add(place.part);
    return [`(${quote(place.part.terms)}, ${quote(place.part.docs)}, ${place.number}, ${index})`];
  });
  const source = (path: (part: SearchPart) => string) =>
    raw(`read_parquet([${[...parts].map((part) => quote(path(part))).join(", ")}], filename = true)`);
  const any = join(
    found.terms.map((term) => sql`(${conditionOf(term)})`),
    " OR ",
  );
  return sql`SELECT CAST(v.f AS UBIGINT) AS f, CAST(h."row" AS BIGINT) AS r,
      sum(h.frequency * ${K1 + 1} / (h.frequency + ${K1} * (1 - ${B} + ${B} * d.words / ${WORDS_USUAL}))) AS score
    FROM (SELECT filename, file, "row", frequency FROM ${source((part) => part.terms)} WHERE ${any}) AS h
    JOIN (VALUES ${raw(places.join(", "))}) AS v(terms, docs, number, f) ON v.terms = h.filename AND v.number = h.file
    JOIN ${source((part) => part.docs)} AS d ON d.filename = v.docs AND d.file = h.file AND d."row" = h."row"
    GROUP BY v.f, h."row"`;
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
  return score;
}
