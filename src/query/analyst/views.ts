/** The four views as somebody may see them: their tenant's rows, personal columns empty without the permission. */
import { COLUMN_NAMES, COLUMNS, type ColumnName, duckdbType } from "../../record/index.ts";
import { inner, NESTED_VIEWS } from "../free-sql.ts";
import { conditionOf, isHidden, type Scope } from "../scope.ts";
import { name, raw, type Sql, sql } from "../statement.ts";
import { sourceOf, type View } from "../view.ts";

/**
 * A filter that throws must not be carried out on rows of another tenant: its message, or only that it threw, would
 * tell of them. Nothing is pushed down below a limit, so that the scope's condition comes first for certain.
 */
const BARRIER = raw("LIMIT 9223372036854775806");

/** Whether somebody sees only a part of the calls. */
export function isBound(scope: Scope): boolean {
  return scope.client_id !== undefined || scope.assistant_id !== undefined;
}

/** `WITH calls AS …, messages AS …, turns AS …, tool_calls AS …`. */
export function scopedViews(view: View, scope: Scope): Sql {
  const condition = conditionOf(scope);
  const columns = COLUMN_NAMES.map((column) =>
    isHidden(column, scope) ? `${empty(column)} AS "${column}"` : `"${column}"`,
  );
  return sql`WITH calls AS NOT MATERIALIZED (SELECT ${raw(columns.join(", "))}, "day" FROM ${sourceOf(view)} WHERE ${condition} ${isBound(scope) ? BARRIER : raw("")}),
    ${raw(NESTED_VIEWS)}`;
}

const empty = (column: ColumnName) => `CAST(NULL AS ${duckdbType(COLUMNS[column].shape)})`;

/** The statement over the views; the new line ends a comment it may end in. */
export function over(views: Sql, select: Sql, statement: string): Sql {
  return sql`${views} SELECT ${select} FROM (${inner(statement)}) AS ${name("call_lake_answer")}`;
}
