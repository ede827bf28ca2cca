/** One SELECT of a person, over the views calls, messages, turns and tool_calls. */
import { positionAt, withPosition } from "./analyst/position.ts";
import { BadQuestionError } from "./errors.ts";
import { isoOf } from "./projection.ts";
import { name, raw, type Sql, sql } from "./statement.ts";
import { sourceOf, type View } from "./view.ts";

export interface ColumnOfAnswer {
  readonly name: string;
  /** DuckDB's type, e.g. BIGINT or TIMESTAMP WITH TIME ZONE. */
  readonly type: string;
}

/** DuckDB's own parser judges: it serialises SELECT statements, and nothing else. */
export function judgeSql(statement: string): Sql {
  return sql`SELECT json_serialize_sql(${statement}::VARCHAR)::JSON AS tree`;
}

/** Throws BadQuestionError unless the parser's answer is exactly one SELECT; the message says where in `statement`. */
export function refuseAllButOneSelect(tree: unknown, field = "statement", statement?: string): void {
  const { error, error_message, position, statements } = (tree ?? {}) as {
    error?: boolean;
    error_message?: string;
    /** In characters, from 0. */
    position?: string;
    statements?: unknown[];
  };
  if (error !== false) {
    const at = [...(statement ?? "")].slice(0, Number(position ?? 0)).join("").length;
    const place = statement !== undefined && position !== undefined ? positionAt(statement, at) : null;
    const message = `This is not one SELECT statement: ${error_message ?? "it is empty"}`;
    throw new BadQuestionError(withPosition(message, place), field, place);
  }
  if (statements?.length !== 1) {
    throw new BadQuestionError(`One statement at a time; there are ${statements?.length ?? 0}.`, field);
  }
}

/** The statement's columns, without carrying it out. */
export function describeSql(view: View, statement: string): Sql {
  return sql`SELECT column_name AS name, column_type AS type FROM (DESCRIBE ${withViews(view)} SELECT * FROM (${inner(statement)}))`;
}

/** The statement over the view's calls; instants leave as ISO 8601. */
export function answerSql(view: View, statement: string, columns: readonly ColumnOfAnswer[]): Sql {
  const instants = columns.filter((column) => column.type === "TIMESTAMP WITH TIME ZONE");
  const written = instants.map(
    (column) => `${isoOf(name(column.name).parts[0] ?? "")} AS ${name(column.name).parts[0]}`,
  );
  const replace = written.length > 0 ? raw(` REPLACE (${written.join(", ")})`) : raw("");
  return sql`${withViews(view)} SELECT *${replace} FROM (${inner(statement)})`;
}

/** The new line ends a comment that the statement may end in. */
export function inner(statement: string): Sql {
  return raw(`${statement.replace(/[;\s]+$/, "")}\n`);
}

function withViews(view: View): Sql {
  return sql`WITH calls AS NOT MATERIALIZED (SELECT * FROM ${sourceOf(view)}),
    ${raw(NESTED_VIEWS)}`;
}

/** The views over a relation `calls`, with the same text as in calls.sql, so that a statement gives the same there. */
export const NESTED_VIEWS = `messages AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(generate_series(0, len(conversation) - 1)) AS message_index, unnest(conversation, max_depth := 2) FROM calls),
    turns AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(turns, max_depth := 2) FROM calls),
    tool_calls AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(tool_calls, max_depth := 2) FROM calls)`;
