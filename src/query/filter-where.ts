/** The compiler from filter and scope to the condition of a statement: the only one there is. */
import { dayOf, dayOfTime, isCallIdentity } from "../record/id.ts";
import { localDayNumber, offsetAt, weekdayOf } from "./calendar.ts";
import { offsetsOf, weekHourSql } from "./clock.ts";
import type { Filter } from "./filter.ts";
import type { Condition } from "./filter-condition.ts";
import { conditionSql } from "./filter-condition-sql.ts";
import { CONTAINS, EQUALS } from "./filter-parse.ts";
import { iso } from "./filter-times.ts";
import { conditionOf, refuseHidden, type Scope } from "./scope.ts";
import { all, join, name, raw, type Sql, shownAs, sql } from "./statement.ts";
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
  conditions.push(...clockConditions(filter));
  const tool: Sql[] = [];
  if (filter.tool_names.length > 0) tool.push(oneOf(raw("tool.name"), filter.tool_names));
  if (filter.tool_statuses.length > 0) tool.push(oneOf(raw("tool.status"), filter.tool_statuses));
  if (tool.length > 0) conditions.push(sql`len(list_filter(tool_calls, lambda tool: ${all(tool)})) > 0`);
  // Each in brackets, so that nothing of one reaches into the next.
  for (const condition of filter.where) conditions.push(sql`(${conditionSql(condition)})`);
  if (filter.q !== null) conditions.push(sql`(${textCondition(filter.q)})`);
  return conditions;
}

/** By the clock on the wall: run over the zone's offsets, shown as DuckDB itself says it, which is slower. */
function clockConditions({ weekdays, hours, tz, start_ms, end_ms }: Filter): Sql[] {
  if (weekdays.length + hours.length === 0) return [];
  const hourOfWeek = weekHourSql(offsetsOf(tz, start_ms, end_ms), "epoch_ms(start_time)");
  const local = sql`start_time AT TIME ZONE ${tz}`;
  const oneOfThese = (run: Sql, shown: Sql, numbers: readonly number[]) => {
    const list = raw(numbers.join(", "));
    return shownAs(sql`${run} IN (${list})`, sql`${shown} IN (${list})`);
  };
  return [
    ...(weekdays.length > 0 ? [oneOfThese(sql`(${hourOfWeek} // 24 + 1)`, sql`isodow(${local})`, weekdays)] : []),
    ...(hours.length > 0 ? [oneOfThese(sql`(${hourOfWeek} % 24)`, sql`hour(${local})`, hours)] : []),
  ];
}

/** Whether a UTC day can hold calls under the filter: which files need not be opened. */
export function mayHold(filter: Filter, day: string): boolean {
  if (filter.start_ms !== null && day < dayOfTime(filter.start_ms)) return false;
  if (filter.end_ms !== null && day > dayOfTime(filter.end_ms - 1)) return false;
  return mayFallOn(filter, day) && filter.where.every((condition) => mayMeet(condition, day));
}

/** A UTC day has parts of two days, or three, of the zone's calendar. */
function mayFallOn({ weekdays, tz }: Filter, day: string): boolean {
  if (weekdays.length === 0) return true;
  const [from, to] = [Date.parse(`${day}T00:00:00Z`), Date.parse(`${day}T23:59:59Z`)];
  const last = localDayNumber(to, offsetAt(tz, to));
  for (let number = localDayNumber(from, offsetAt(tz, from)); number <= last; number += 1) {
    if (weekdays.includes(weekdayOf(number))) return true;
  }
  return false;
}

function mayMeet({ column, op, values }: Condition, day: string): boolean {
  if (column === "id") {
    if (op !== "eq" && op !== "in") return true;
    return daysOfIds(values).has(day);
  }
  if (column !== "start_time" || op === "is_null" || op === "ne") return true;
  const days = values.map((value) => dayOfTime(Date.parse(value)));
  if (op === "eq" || op === "in") return days.includes(day);
  const [limit] = days;
  if (limit === undefined) return true;
  if (op === "ge" || op === "gt") return day >= limit;
  return (op !== "le" && op !== "lt") || day <= limit;
}

const idDays = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Once for all days that are asked for: there may be many ids. */
function daysOfIds(ids: readonly string[]): ReadonlySet<string> {
  const days = idDays.get(ids) ?? new Set(ids.filter(isCallIdentity).map(dayOf));
  idDays.set(ids, days);
  return days;
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
