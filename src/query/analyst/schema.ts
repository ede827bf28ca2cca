/** What an analyst's statement may read and call, told for completion and for people. */
import { COLUMN_NAMES, COLUMNS, duckdbType } from "../../record/index.ts";
import type { Shape } from "../../record/shapes.ts";
import type { SqlSchema } from "../answers.ts";
import { isHidden, type Scope } from "../scope.ts";
import { FUNCTIONS, TABLE_FUNCTIONS } from "./functions.ts";

export const SQL_LIMITS = { rows_max: 10_000, timeout_ms_max: 60_000, sql_characters_max: 100_000 } as const;

type SchemaColumn = SqlSchema["views"][number]["columns"][number];

const KEYS = ["id", "call_id", "start_time"] as const;

/** The views with their columns; `hidden` ones are NULL under this scope. */
export function sqlSchema(scope: Scope): SqlSchema {
  const calls = COLUMN_NAMES.map((name) => ({
    name,
    type: duckdbType(COLUMNS[name].shape),
    doc: COLUMNS[name].doc,
    hidden: isHidden(name, scope),
  }));
  const day = { name: "day", type: "DATE", doc: "The UTC day of start_time; the folder of the file.", hidden: false };
  const index = {
    name: "message_index",
    type: "BIGINT",
    doc: "Place of the message in its call, from 0.",
    hidden: false,
  };
  const keys = calls.filter(({ name }) => KEYS.some((key) => key === name));
  const elements = (column: "conversation" | "turns" | "tool_calls") => elementsOf(column, isHidden(column, scope));
  return {
    views: [
      { name: "calls", doc: "One row a call.", columns: [...calls, day] },
      { name: "messages", doc: "One row a message.", columns: [...keys, index, ...elements("conversation")] },
      { name: "turns", doc: "One row a turn.", columns: [...keys, ...elements("turns")] },
      { name: "tool_calls", doc: "One row a tool call.", columns: [...keys, ...elements("tool_calls")] },
    ],
    functions: [...new Set([...FUNCTIONS, ...TABLE_FUNCTIONS])].filter((name) => /^[a-z]/.test(name)).sort(),
    limits: SQL_LIMITS,
  };
}

function elementsOf(column: "conversation" | "turns" | "tool_calls", hidden: boolean): SchemaColumn[] {
  const shape: Shape = COLUMNS[column].shape;
  if (shape.kind !== "list" || shape.of.kind !== "struct") return [];
  return Object.entries(shape.of.fields).map(([name, field]) => ({
    name,
    type: duckdbType(field),
    doc: `${name} of the elements of calls.${column}.`,
    hidden,
  }));
}
