/** A condition as SQL: the meaning of each operator for each shape. */
import { duckdbType, type Shape } from "../record/shapes.ts";
import type { Condition, Operator } from "./filter-condition.ts";
import { type Target, targetOf } from "./filter-path.ts";
import { join, name, raw, type Sql, sql } from "./statement.ts";

/** More values than this are joined: a statement with thousands of parameters takes seconds to plan. */
const LISTED_MAX = 100;
const SYMBOL: { readonly [op in Operator]?: string } = { eq: "=", lt: "<", le: "<=", gt: ">", ge: ">=" };

/**
 * Whether a call meets the condition: TRUE, FALSE or NULL. Through a list, one element is enough; `ne` is everything
 * that `eq` is not, calls without a value included.
 */
export function conditionSql(condition: Condition): Sql {
  const target = targetOf(condition);
  const column = name(condition.column);
  const { op } = condition;
  if (op === "ne") return sql`NOT coalesce(${conditionSql({ ...condition, op: "eq" })}, FALSE)`;
  if (target.field !== null) {
    const element = sql`element.${name(target.field)}`;
    return anyElement(column, predicate(target, element, op, condition.values));
  }
  if (target.shape.kind === "list") return listCondition(column, target.shape.of, op, condition.values);
  if (target.shape.kind === "map") {
    return op === "is_null"
      ? nullSql(column, condition.values)
      : sql`map_contains(${column}, ${first(condition.values)})`;
  }
  const value = target.key === null ? column : sql`${column}[${target.key}]`;
  if (op === "in" && condition.values.length > LISTED_MAX && target.shape.kind !== "json") {
    const type = raw(duckdbType(target.shape));
    const values = sql`unnest(CAST(${JSON.stringify(condition.values)}::JSON AS VARCHAR[]))`;
    return sql`${value} IN (SELECT CAST(${values} AS ${type}))`;
  }
  return predicate(target, value, op, condition.values);
}

function listCondition(column: Sql, of: Shape, op: Operator, values: readonly string[]): Sql {
  if (op === "is_null") return nullSql(column, values);
  if (op === "eq" || op === "contains") return sql`list_contains(${column}, ${valueSql(of, first(values))})`;
  const target = { shape: of, field: null, key: null, members: [] };
  return anyElement(column, predicate(target, raw("element"), op, values));
}

function anyElement(list: Sql, holds: Sql): Sql {
  return sql`len(list_filter(${list}, lambda element: ${holds})) > 0`;
}

function predicate(target: Target, value: Sql, op: Operator, values: readonly string[]): Sql {
  if (target.shape.kind === "json") return jsonPredicate(value, target.members, op, values);
  const { shape } = target;
  switch (op) {
    case "is_null":
      return nullSql(value, values);
    case "contains":
      return sql`contains(${value}, ${first(values)})`;
    case "starts":
      return sql`starts_with(${value}, ${first(values)})`;
    case "in":
      return sql`${value} IN (${join(
        values.map((one) => valueSql(shape, one)),
        ", ",
      )})`;
    default:
      return sql`${value} ${raw(SYMBOL[op] ?? "=")} ${valueSql(shape, first(values))}`;
  }
}

/** JSON is compared as text, a string without its quotes; in order only numbers are. */
function jsonPredicate(json: Sql, members: readonly string[], op: Operator, values: readonly string[]): Sql {
  const pointer =
    members.length === 0 ? "$" : members.map((m) => `/${m.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  if (op === "lt" || op === "le" || op === "gt" || op === "ge") {
    const number = sql`CASE WHEN json_type(${json}, ${pointer}) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE') THEN TRY_CAST(json_extract(${json}, ${pointer}) AS DOUBLE) END`;
    return predicate(NUMBER, number, op, values);
  }
  return predicate(TEXT, sql`json_extract_string(${json}, ${pointer})`, op, values);
}

const TEXT: Target = { shape: { kind: "text" }, field: null, key: null, members: [] };
const NUMBER: Target = { shape: { kind: "number" }, field: null, key: null, members: [] };

/** Bound as a text and cast, so that the shown SQL reads the same number as the bound one. */
function valueSql(shape: Shape, value: string): Sql {
  const type = duckdbType(shape);
  return type === "VARCHAR" ? sql`${value}` : sql`CAST(${value} AS ${raw(type)})`;
}

function nullSql(value: Sql, values: readonly string[]): Sql {
  return first(values) === "false" ? sql`${value} IS NOT NULL` : sql`${value} IS NULL`;
}

const first = (values: readonly string[]) => values[0] ?? "";
