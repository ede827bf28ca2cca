/** How columns leave DuckDB as JSON: instants as ISO 8601 with ms and Z, JSON columns as values, hidden ones as null. */
import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../record/columns.ts";
import type { Shape } from "../record/shapes.ts";
import { isHidden, type Scope } from "./scope.ts";
import { join, raw, type Sql } from "./statement.ts";
import { COMPUTED, SUMMARY_COLUMNS } from "./summary-columns.ts";

/** DuckDB's expression of an instant as JSON wants it. */
export const isoOf = (expression: string) => `strftime(${expression} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;

/** The columns as a SELECT list, each under its own name. */
export function selectList(columns: readonly ColumnName[], scope: Scope): Sql {
  return join(
    columns.map((column) => {
      const expression = isHidden(column, scope) ? "NULL" : jsonReady(COLUMNS[column].shape, `"${column}"`, 0);
      return raw(`${expression} AS "${column}"`);
    }),
    ", ",
  );
}

/** A row of the list: its columns and what is computed for it. */
export function summaryList(scope: Scope): Sql {
  return join([selectList(SUMMARY_COLUMNS, scope), computedList()], ", ");
}

/** What is computed of the record's columns, each under its own name. */
export function computedList(): Sql {
  return raw(
    Object.entries(COMPUTED)
      .map(([name, { sql }]) => `${sql} AS "${name}"`)
      .join(", "),
  );
}

/** Every column, as the record has them. */
export function wholeRecord(scope: Scope): Sql {
  return selectList(COLUMN_NAMES, scope);
}

/** The expression whose to_json is what the record's type says. `depth` keeps the names of nested lambdas apart. */
function jsonReady(shape: Shape, expression: string, depth: number): string {
  switch (shape.kind) {
    case "instant":
      return isoOf(expression);
    case "local_time":
      return `strftime(${expression}, '%Y-%m-%dT%H:%M:%S.%g')`;
    case "json":
      return `CAST(${expression} AS JSON)`;
    case "list": {
      const element = `e${depth}`;
      const inner = jsonReady(shape.of, element, depth + 1);
      return inner === element ? expression : `list_transform(${expression}, lambda ${element}: ${inner})`;
    }
    case "struct": {
      const fields = Object.entries(shape.fields).map(
        ([name, field]) => `"${name}" := ${jsonReady(field, `${expression}."${name}"`, depth)}`,
      );
      return `struct_pack(${fields.join(", ")})`;
    }
    default:
      return expression;
  }
}
