/** The facets: distinct values with their counts under the current filter. */
import { type ColumnName, columnOf } from "../record/columns.ts";
import type { Read } from "../store/lake/narrow.ts";
import type { CallFacets, FacetValues, ValueCount } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { BadQuestionError } from "./errors.ts";
import type { Filter } from "./filter.ts";
import { oneValue, quoted, wholeNumber } from "./parameters.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import { refuseHidden, type Scope } from "./scope.ts";
import { join, name, raw, type Sql, sql } from "./statement.ts";
import { type Under, underOf } from "./under.ts";
import { callsOf, type View } from "./view.ts";

/** Columns with one value a call; a call without one counts under null. */
const COLUMNS = [
  "provider_name",
  "pipeline_name",
  "context_name",
  "outcome",
  "direction",
  "language",
  "client_id",
  "assistant_id",
  "sentiment",
] as const satisfies readonly ColumnName[];

/** Values of one facet; there may be millions of tenants. */
const VALUES_MAX = 500;
const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 100;

export const FACET_PARAMETERS: readonly string[] = ["prefix", "limit"];

/** What GET /facets/:column asks for. */
export interface FacetQuestion {
  readonly facet: string;
  /** How the values begin, in any case; empty = all. */
  readonly prefix: string;
  readonly limit: number;
}

/** Facets with many values a call: each call counts once under each of its values. */
const LISTS: {
  readonly [facet: string]: { column: ColumnName; steps: readonly string[]; read: Read; values: string };
} = {
  label: { column: "labels", steps: [], read: "labels", values: "labels" },
  tool_name: {
    column: "tool_calls",
    steps: ["name"],
    read: "tool_calls.name",
    values: "list_transform(tool_calls, lambda tool: tool.name)",
  },
};

/**
 * All facets: values most frequent first, at most 500 each. client_id is empty for whoever is bound to one. Tools only
 * if asked for: where a narrow file is missing, their names are read out of all that the tools were given and gave back.
 */
export async function facetsOf(
  view: View,
  ask: Ask,
  filter: Filter,
  scope: Scope,
  withTools = false,
): Promise<CallFacets> {
  const under = underOf(filter, scope);
  const columns = COLUMNS.filter((column) => column !== "client_id" || scope.client_id === undefined);
  const names = columns.map((column) => name(column));
  const [rows, label, tool_name] = await Promise.all([
    ask(sql`SELECT grouping(${join(names, ", ")}) AS call_lake_set, ${join(names, ", ")}, count(*) AS calls
      FROM ${callsOf(view, under, columns)} GROUP BY GROUPING SETS (${join(
        names.map((column) => sql`(${column})`),
        ", ",
      )})`),
    ask(listSql("label", view, under, VALUES_MAX)),
    withTools ? ask(listSql("tool_name", view, under, VALUES_MAX)) : null,
  ]);
  const of = (column: (typeof COLUMNS)[number]) => {
    const index = columns.indexOf(column);
    return index < 0 ? [] : valueCounts(rows, columns, index).slice(0, VALUES_MAX);
  };
  return {
    provider_name: of("provider_name"),
    pipeline_name: of("pipeline_name"),
    context_name: of("context_name"),
    outcome: of("outcome"),
    direction: of("direction"),
    language: of("language"),
    client_id: of("client_id"),
    assistant_id: of("assistant_id"),
    sentiment: of("sentiment"),
    label: label.map(valueCount),
    ...(tool_name ? { tool_name: tool_name.map(valueCount) } : {}),
  };
}

/** Reads prefix and limit. Throws BadQuestionError naming the facet or the parameter. */
export function parseFacet(facet: string, params: URLSearchParams): FacetQuestion {
  const kind = columnOf(facet)?.shape.kind;
  if (!Object.hasOwn(LISTS, facet) && kind !== "text" && kind !== "one_of") {
    throw new BadQuestionError(
      `A facet is a column of texts, ${Object.keys(LISTS).join(" or ")}; it is ${quoted(facet)}.`,
      "column",
    );
  }
  return {
    facet,
    prefix: oneValue(params, "prefix") ?? "",
    limit: wholeNumber(params, "limit", LIMIT_DEFAULT, LIMIT_MAX),
  };
}

/** The values of one facet that begin with the prefix, most frequent first. */
export async function facetOf(
  view: View,
  ask: Ask,
  filter: Filter,
  question: FacetQuestion,
  scope: Scope,
): Promise<FacetValues> {
  const { facet, prefix, limit } = question;
  const { column, steps } = LISTS[facet] ?? { column: facet as ColumnName, steps: [] };
  refuseHidden(column, scope, "column", steps);
  const rows = await ask(listSql(facet, view, underOf(filter, scope), limit, prefix));
  return { values: rows.map(valueCount) };
}

function listSql(facet: string, view: View, under: Under, limit: number, prefix = ""): Sql {
  const { values, read } = LISTS[facet] ?? { values: undefined, read: facet as ColumnName };
  const calls = callsOf(view, under, [read]);
  const value = values === undefined ? name(facet) : raw(`unnest(list_distinct(${values}))`);
  const begins = prefix === "" ? sql`value IS NOT NULL` : sql`starts_with(lower(value), lower(${prefix}))`;
  return sql`SELECT value, count(*) AS calls FROM (SELECT ${value} AS value FROM ${calls}) WHERE ${begins}
    GROUP BY value ORDER BY calls DESC, value LIMIT ${limit}`;
}

function valueCount(row: Row): ValueCount {
  return { value: textOf(row["value"]), calls: numberOf(row["calls"]) ?? 0 };
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
