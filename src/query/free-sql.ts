/** One SELECT of a person, over the views calls, messages, turns and tool_calls. */
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

/** Throws BadQuestionError unless the parser's answer is exactly one SELECT. */
export function refuseAllButOneSelect(tree: unknown, field = "statement"): void {
  const { error, error_message, statements } = (tree ?? {}) as {
    error?: boolean;
    error_message?: string;
    statements?: unknown[];
  };
  if (error !== false) {
    throw new BadQuestionError(`This is not one SELECT statement: ${error_message ?? "it is empty"}`, field);
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
function inner(statement: string): Sql {
  return raw(`${statement.replace(/[;\s]+$/, "")}\n`);
}

function withViews(view: View): Sql {
  return sql`WITH calls AS NOT MATERIALIZED (SELECT * FROM ${sourceOf(view)}),
    messages AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(generate_series(0, len(conversation) - 1)) AS message_index, unnest(conversation, max_depth := 2) FROM calls),
    turns AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(turns, max_depth := 2) FROM calls),
    tool_calls AS NOT MATERIALIZED (SELECT id, call_id, start_time, unnest(tool_calls, max_depth := 2) FROM calls)`;
}
