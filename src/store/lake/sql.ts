/** The lake in SQL: the relation over its files, and the declared types that turn JSON into typed rows. */
import { COLUMN_NAMES, COLUMNS, duckdbType } from "../../record/index.ts";
import type { LakeFile } from "./names.ts";

/** A text as an SQL literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The rows of those files as a table expression with the column `day`; for no files an empty one of the same types.
 * `alike` says that all files are known to have one schema: union_by_name opens each of them again to find that out.
 */
export function parquetSource(files: readonly LakeFile[], alike = false): string {
  if (files.length === 0) {
    const columns = COLUMN_NAMES.map((name) => `CAST(NULL AS ${duckdbType(COLUMNS[name].shape)}) AS "${name}"`);
    return `(SELECT ${columns.join(", ")}, CAST(NULL AS DATE) AS "day" WHERE false)`;
  }
  const paths = files.map((file) => quote(file.path)).join(", ");
  return `read_parquet([${paths}], union_by_name=${!alike}, hive_partitioning=true)`;
}

/** The `columns={…}` of read_json for records. */
export function recordColumnsSql(): string {
  return `{${COLUMN_NAMES.map((name) => `"${name}": ${quote(duckdbType(COLUMNS[name].shape))}`).join(", ")}}`;
}

/** The type of a whole record, for `CAST(json AS STRUCT(…))`. */
export function recordStructSql(): string {
  return `STRUCT(${COLUMN_NAMES.map((name) => `"${name}" ${duckdbType(COLUMNS[name].shape)}`).join(", ")})`;
}

const PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, PARQUET_VERSION v2";

/** How every Parquet file of the lake is written: see "Parquet" in docs/lake-layout.md for the measurements. */
export const PARQUET_OPTIONS = `${PARQUET}, ROW_GROUP_SIZE 2048`;

/** How files are written that are only ever read whole. */
export const WHOLE_FILE_OPTIONS = `${PARQUET}, ROW_GROUP_SIZE 122880`;
