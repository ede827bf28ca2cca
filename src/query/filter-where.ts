/** The compiler from filter and scope to the condition of a statement: the only one there is. */
import { dayOf, dayOfTime, isCallIdentity } from "../record/id.ts";
import type { Filter } from "./filter.ts";
import type { Condition } from "./filter-condition.ts";
import { conditionSql } from "./filter-condition-sql.ts";
import { CONTAINS, EQUALS } from "./filter-parse.ts";
import { iso } from "./filter-times.ts";
import { conditionOf, refuseHidden, type Scope } from "./scope.ts";
import { all, join, name, raw, type Sql, sql } from "./statement.ts";
import { textCondition } from "./text/index.ts";

/**
 * The condition for rows under the filter and within the scope. Throws ForbiddenError where the filter asks by what the
 * scope hides.
 */
export function whereOf(filter: Filter, scope: Scope): Sql {
  for (const column of CONTAINS) if (filter.contains[column]) refuseHidden(column, scope, column);
  if (filter.q !== null) refuseHidden("conversation", scope, "q");
  for (const { column, steps } of filter.where) refuseHidden(column, scope, "where", steps);
  return all([conditionOf(scope), ...filterConditions(filter)]);
}

function filterConditions(filter: Filter): Sql[] {
  const conditions: Sql[] = [];
  if (filter.start_ms !== null) conditions.push(sql`start_time >= CAST(${iso(filter.start_ms)} AS TIMESTAMPTZ)`);
  if (filter.end_ms !== null) conditions.push(sql`start_time < CAST(${iso(filter.end_ms)} AS TIMESTAMPTZ)`);
  for (const column of EQUALS) {
    const values = filter.equals[column];
    if (values) conditions.push(oneOf(name(column), values));
  }
  const { caller_number, caller_name } = filter.contains;
  if (caller_number) conditions.push(any(caller_number.map((part) => sql`contains(caller_number, ${part})`)));
  if (caller_name) conditions.push(any(caller_name.map((part) => sql`contains(lower(caller_name), lower(${part}))`)));
  if (filter.labels.length > 0)
    conditions.push(any(filter.labels.map((label) => sql`list_contains(labels, ${label})`)));
  if (filter.min_duration !== null) {
    conditions.push(sql`duration_seconds >= CAST(${String(filter.min_duration)} AS DOUBLE)`);
  }
  if (filter.max_duration !== null) {
    conditions.push(sql`duration_seconds <= CAST(${String(filter.max_duration)} AS DOUBLE)`);
  }
  if (filter.has_tool_calls === true) conditions.push(sql`tool_call_count > 0`);
  if (filter.has_tool_calls === false) conditions.push(sql`(tool_call_count IS NULL OR tool_call_count = 0)`);
  const tool: Sql[] = [];
  if (filter.tool_names.length > 0) tool.push(oneOf(raw("tool.name"), filter.tool_names));
  if (filter.tool_statuses.length > 0) tool.push(oneOf(raw("tool.status"), filter.tool_statuses));
  if (tool.length > 0) conditions.push(sql`len(list_filter(tool_calls, lambda tool: ${all(tool)})) > 0`);
  // Each in brackets, so that nothing of one reaches into the next.
  for (const condition of filter.where) conditions.push(sql`(${conditionSql(condition)})`);
  if (filter.q !== null) conditions.push(sql`(${textCondition(filter.q)})`);
  return conditions;
}

/** Whether a UTC day can hold calls under the filter: which files need not be opened. */
export function mayHold(filter: Filter, day: string): boolean {
  if (filter.start_ms !== null && day < dayOfTime(filter.start_ms)) return false;
  if (filter.end_ms !== null && day > dayOfTime(filter.end_ms - 1)) return false;
  return filter.where.every((condition) => mayMeet(condition, day));
}

function mayMeet({ column, op, values }: Condition, day: string): boolean {
  if (column === "id") {
    if (op !== "eq" && op !== "in") return true;
    return values.some((id) => isCallIdentity(id) && dayOf(id) === day);
  }
  if (column !== "start_time" || op === "is_null" || op === "ne") return true;
  const days = values.map((value) => dayOfTime(Date.parse(value)));
  if (op === "eq" || op === "in") return days.includes(day);
  const [limit] = days;
  if (limit === undefined) return true;
  if (op === "ge" || op === "gt") return day >= limit;
  return (op !== "le" && op !== "lt") || day <= limit;
}

function oneOf(value: Sql, values: readonly string[]): Sql {
  return sql`${value} IN (${join(
    values.map((one) => sql`${one}`),
    ", ",
  )})`;
}

function any(conditions: readonly Sql[]): Sql {
  return sql`(${join(conditions, " OR ")})`;
}
