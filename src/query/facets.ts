/** The facets: distinct values with their counts under the current filter. */
import type { CallFacets, ValueCount } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { type Filter, mayHold, whereOf } from "./filter.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { join, name, sql } from "./statement.ts";
import { sourceOf, type View } from "./view.ts";

const COLUMNS = [
  "provider_name",
  "pipeline_name",
  "context_name",
  "outcome",
  "direction",
  "language",
  "client_id",
] as const;

export async function facetsOf(view: View, ask: Ask, filter: Filter, scope: Scope): Promise<CallFacets> {
  const source = sourceOf(view, (day) => mayHold(filter, day));
  const columns = COLUMNS.map((column) => name(column));
  const rows =
    await ask(sql`SELECT grouping(${join(columns, ", ")}) AS call_lake_set, ${join(columns, ", ")}, count(*) AS calls
    FROM ${source} WHERE ${whereOf(filter, scope)}
    GROUP BY GROUPING SETS (${join(
      columns.map((column) => sql`(${column})`),
      ", ",
    )})`);
  const values = (index: number) => valueCounts(rows, COLUMNS, index);
  return Object.fromEntries(COLUMNS.map((column, index) => [column, values(index)])) as unknown as CallFacets;
}

/** grouping() has one bit a column, the first the highest, 0 where the row is grouped by it. */
export function setOf(count: number, index: number | null): number {
  const everything = 2 ** count - 1;
  return index === null ? everything : everything - 2 ** (count - 1 - index);
}

/** The rows of one grouping set as values with counts, most frequent first. */
export function valueCounts(rows: readonly Row[], columns: readonly string[], index: number): ValueCount[] {
  const column = columns[index] ?? "";
  return rows
    .filter((row) => row["call_lake_set"] === setOf(columns.length, index))
    .map((row) => ({ value: textOf(row[column]), calls: numberOf(row["calls"]) ?? 0 }))
    .sort((a, b) => b.calls - a.calls || (a.value ?? "￿").localeCompare(b.value ?? "￿"));
}
