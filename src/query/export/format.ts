/** The formats of an export: how each column stands in them, and how DuckDB writes them. */
import { COLUMN_NAMES, COLUMNS, type ColumnName, columnOf, duckdbType } from "../../record/index.ts";
import type { Shape } from "../../record/shapes.ts";
import { PARQUET_OPTIONS } from "../../store/lake/sql.ts";
import { ARROW_MEDIA_TYPE } from "../arrow/stream.ts";
import { BadQuestionError } from "../errors.ts";
import { selectList } from "../projection.ts";
import type { ExportFormat } from "../questions.ts";
import { isHidden, type Scope } from "../scope.ts";
import { join, raw, type Sql } from "../statement.ts";
import { COMPUTED, type Computed } from "../summary-columns.ts";
import { cellSql } from "./formula.ts";

export type { ExportFormat } from "../questions.ts";
export const EXPORT_FORMATS = ["csv", "json", "ndjson", "parquet", "arrow"] as const satisfies readonly ExportFormat[];

/** A column of the record, or one of the list's that is computed. */
export type ExportColumn = ColumnName | keyof Computed;

const isComputed = (column: string): column is keyof Computed => Object.hasOwn(COMPUTED, column);

const NESTED: readonly Shape["kind"][] = ["list", "map", "struct", "json"];
const isNested = (column: ColumnName) => NESTED.includes(COLUMNS[column].shape.kind);

/** Without a choice: every column, but in a table of cells those that are cells. */
export function defaultColumns(format: ExportFormat): readonly ColumnName[] {
  return format === "csv" ? COLUMN_NAMES.filter((column) => !isNested(column)) : COLUMN_NAMES;
}

/** Reads `columns=a,b,c`. Throws BadQuestionError naming what is no column. */
export function parseColumns(text: string | null, format: ExportFormat): readonly ExportColumn[] {
  if (text === null) return defaultColumns(format);
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!columnOf(name) && !isComputed(name)) {
      throw new BadQuestionError(
        `There is no column ${JSON.stringify(name.slice(0, 80))}; docs/record.md has them all.`,
        "columns",
      );
    }
  }
  return [...new Set(names)] as ExportColumn[];
}

/** Throws BadQuestionError for a format that is none. */
export function parseFormat(text: string | null): ExportFormat {
  const format = EXPORT_FORMATS.find((known) => known === text);
  if (format) return format;
  throw new BadQuestionError(`format is one of ${EXPORT_FORMATS.join(", ")}; it is ${JSON.stringify(text)}.`, "format");
}

export const MEDIA_TYPES: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  parquet: "application/vnd.apache.parquet",
  arrow: ARROW_MEDIA_TYPE,
};

/** The columns as they stand in that format. */
export function exportColumns(columns: readonly ExportColumn[], format: ExportFormat, scope: Scope): Sql {
  const written = columns.map((column) => {
    if (isComputed(column)) return raw(`${COMPUTED[column].sql} AS "${column}"`);
    if (format === "csv") return raw(`${cell(column, scope)} AS "${column}"`);
    if (format !== "parquet") return selectList([column], scope);
    return raw(isHidden(column, scope) ? `CAST(NULL AS ${typeOf(column)}) AS "${column}"` : `"${column}"`);
  });
  return join(written, ", ");
}

/** DuckDB's type of a column. */
export function typeOf(column: ExportColumn): string {
  return isComputed(column) ? "DOUBLE" : duckdbType(COLUMNS[column].shape);
}

/** What follows COPY … TO 'file'. */
export function copyOptions(format: ExportFormat): string {
  if (format === "csv") return "FORMAT csv, HEADER false, NULLSTR ''";
  return format === "parquet" ? PARQUET_OPTIONS : "FORMAT json, ARRAY false";
}

/** The first line of a CSV. */
export function headerOf(columns: readonly ExportColumn[]): string {
  return `${columns.join(",")}\n`;
}

function cell(column: ColumnName, scope: Scope): string {
  const { shape } = COLUMNS[column];
  if (isHidden(column, scope)) return "NULL";
  if (shape.kind === "instant") return `strftime("${column}" AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;
  if (shape.kind === "local_time") return `strftime("${column}", '%Y-%m-%dT%H:%M:%S.%g')`;
  if (shape.kind === "json") return `CAST("${column}" AS VARCHAR)`;
  if (isNested(column)) return `CAST(to_json("${column}") AS VARCHAR)`;
  if (shape.kind !== "text" && shape.kind !== "one_of") return `"${column}"`;
  return cellSql(column);
}
