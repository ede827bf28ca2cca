/** Building a part of the search index: the words of some data files, sorted, into two Parquet files in tmp/. */
import { basename } from "node:path";
import { termOf } from "../record/words/fold.ts";
import type { LakeFile } from "../store/lake/names.ts";
import type { BuiltPart } from "../store/lake/search.ts";
import { normalTextSql, wordsSql } from "../store/lake/search-sql.ts";
import { quote } from "../store/lake/sql.ts";
import type { LakeDb } from "./duckdb.ts";

/** Letters of a term; longer words are not found by q either. */
const TERM_LETTERS_MAX = 64;
/** Words folded in one statement. */
const WORDS_AT_ONCE = 20_000;
/** A posting is one number while it is sorted: the term's, then the file's, then the row's. */
const ROW_BITS = 24;
const PLACE_BITS = 40;
const FILE = `CAST((key >> ${ROW_BITS}) & 65535 AS USMALLINT)`;
const ROW = `CAST(key & ${2 ** ROW_BITS - 1} AS UINTEGER)`;
const OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, PARQUET_VERSION v2, ROW_GROUP_SIZE 61440";

/**
 * Writes the terms and the documents of these files. The words are folded by the same TypeScript that folds q, once a
 * distinct word; the sorting is by numbers, not by texts, which took five times as long.
 */
export async function buildPart(
  db: LakeDb,
  files: readonly LakeFile[],
  tmp: { terms: string; docs: string },
): Promise<BuiltPart> {
  const counted = await countRows(db, files);
  if (files.length > 2 ** 16 || counted.some(({ rows }) => rows >= 2 ** ROW_BITS)) {
    throw new Error(
      `${files.length} files, the first of them ${files[0]?.path}, are too large for one part of the index.`,
    );
  }
  const numbers = files.map((file, index) => `(${quote(file.path)}, ${index})`);
  const paths = files.map((file) => quote(file.path)).join(", ");
  try {
    await db.run(`CREATE TEMP TABLE said AS SELECT place, unnest(${wordsSql("text")}) AS word FROM (
      SELECT (CAST(f.number AS UBIGINT) << ${ROW_BITS}) + c.file_row_number AS place, ${normalTextSql()} AS text
      FROM read_parquet([${paths}], union_by_name = true, hive_partitioning = false, filename = true, file_row_number = true) AS c
      JOIN (VALUES ${numbers.join(", ")}) AS f(path, number) ON f.path = c.filename)`);
    await db.run("CREATE TEMP TABLE vocabulary AS SELECT word, lower(word) AS term FROM said GROUP BY word");
    await foldWords(db);
    await db.run(`CREATE TEMP TABLE numbered AS SELECT word, term, CAST(dense_rank() OVER (ORDER BY term) AS UBIGINT) AS number
      FROM vocabulary WHERE term <> '' AND length(term) <= ${TERM_LETTERS_MAX}`);
    await db.run("CREATE TEMP TABLE terms AS SELECT DISTINCT number, term FROM numbered");
    await db.run(`CREATE TEMP TABLE postings AS SELECT (number << ${PLACE_BITS}) + place AS key, CAST(least(count(*), 65535) AS USMALLINT) AS frequency
      FROM said JOIN numbered USING (word) GROUP BY key`);
    await db.run("DROP TABLE said");
    await db.run(`COPY (SELECT term, ${FILE} AS file, ${ROW} AS row, frequency
      FROM postings JOIN terms ON terms.number = key >> ${PLACE_BITS} ORDER BY key) TO ${quote(tmp.terms)} (${OPTIONS})`);
    await db.run(`COPY (SELECT ${FILE} AS file, ${ROW} AS row, CAST(sum(frequency) AS UINTEGER) AS words
      FROM postings GROUP BY file, row ORDER BY file, row) TO ${quote(tmp.docs)} (${OPTIONS})`);
    const [all] = await db.rows("SELECT CAST(coalesce(sum(frequency), 0) AS DOUBLE) AS words FROM postings");
    return {
      files: counted.map(({ file, rows }) => ({ day: file.day, name: basename(file.path), rows })),
      words: Number(all?.["words"]),
    };
  } finally {
    for (const table of ["said", "vocabulary", "numbered", "terms", "postings"]) {
      await db.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

async function countRows(db: LakeDb, files: readonly LakeFile[]) {
  const paths = files.map((file) => quote(file.path)).join(", ");
  const rows = await db.rows(`SELECT file_name, CAST(num_rows AS DOUBLE) AS n FROM parquet_file_metadata([${paths}])`);
  const counts = new Map(rows.map((row) => [String(row["file_name"]), Number(row["n"])]));
  return files.map((file) => {
    const count = counts.get(file.path);
    if (count === undefined) throw new Error(`DuckDB did not count the rows of ${file.path}.`);
    return { file, rows: count };
  });
}

/** lower() is right for ASCII; every other word is folded as q is. */
async function foldWords(db: LakeDb): Promise<void> {
  const rows = await db.rows("SELECT word FROM vocabulary WHERE strlen(word) <> length(word)");
  const words = rows.map((row) => String(row["word"]));
  for (let at = 0; at < words.length; at += WORDS_AT_ONCE) {
    const pairs = words.slice(at, at + WORDS_AT_ONCE).map((word) => {
      const term = termOf(word);
      return { word, term: term.length > TERM_LETTERS_MAX ? "" : term };
    });
    await db.run(`UPDATE vocabulary SET term = f.term FROM (SELECT unnest(CAST(${quote(JSON.stringify(pairs))}::JSON AS
      STRUCT(word VARCHAR, term VARCHAR)[]), recursive := true)) AS f WHERE f.word = vocabulary.word`);
  }
}
