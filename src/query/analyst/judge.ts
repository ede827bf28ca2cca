/** Judges a statement by the tree that DuckDB's own parser makes of it: only what is known to be harmless passes. */
import { BadQuestionError } from "../errors.ts";
import { refuseAllButOneSelect } from "../free-sql.ts";
import { FUNCTIONS, TABLE_FUNCTIONS } from "./functions.ts";

/** What a statement may read by name. */
export const VIEWS = ["calls", "messages", "turns", "tool_calls"] as const;

/** A tree deeper than this is refused rather than walked. */
const DEPTH_MAX = 300;

type Node = { readonly [name: string]: unknown };

const QUERIES = new Set(["SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"]);
const EXPRESSIONS = new Set([
  "BETWEEN",
  "CASE",
  "CAST",
  "COLLATE",
  "COLUMN_REF",
  "COMPARISON",
  "CONJUNCTION",
  "CONSTANT",
  "DEFAULT",
  "FUNCTION",
  "LAMBDA",
  "LAMBDA_REF",
  "OPERATOR",
  "POSITIONAL_REFERENCE",
  "STAR",
  "SUBQUERY",
  "WINDOW",
]);

/**
 * Throws BadQuestionError, field `sql`, unless the tree of json_serialize_sql is one SELECT that reads nothing but the
 * views, its own common table expressions and table functions of the list, and calls functions of the list only.
 */
export function judge(tree: unknown, text?: string): void {
  refuseAllButOneSelect(tree, "sql", text);
  const [statement] = (tree as { statements: { node: unknown; named_param_map?: unknown[] }[] }).statements;
  if (statement?.named_param_map && statement.named_param_map.length > 0)
    refuse("Parameters such as $1 have no value here.");
  walkQuery(statement?.node, new Set(VIEWS), 0);
}

function refuse(message: string): never {
  throw new BadQuestionError(message, "sql");
}

/** A query with the names that can be seen where it stands. */
function walkQuery(value: unknown, outer: ReadonlySet<string>, depth: number): void {
  const node = nodeOf(value, depth);
  const type = String(node["type"]);
  if (!QUERIES.has(type)) refuse(`A query of the kind ${type} is not taken.`);
  const names = new Set(outer);
  const map = (node["cte_map"] as { map?: { key: string; value: Node }[] } | undefined)?.map ?? [];
  for (const { key, value: cte } of map) {
    const inner = cte["query"] as Node | undefined;
    const query = (inner?.["node"] ?? inner) as Node | undefined;
    // Only a recursive one sees its own name; elsewhere the name still means what it meant outside.
    walkQuery(
      query,
      query?.["type"] === "RECURSIVE_CTE_NODE" ? new Set([...names, key.toLowerCase()]) : names,
      depth + 1,
    );
    walkRest(cte, names, depth + 1, ["query"]);
    names.add(key.toLowerCase());
  }
  if (type === "CTE_NODE" || type === "RECURSIVE_CTE_NODE") {
    const own = new Set([...names, String(node["cte_name"] ?? node["ctename"]).toLowerCase()]);
    if (type === "CTE_NODE") {
      walkQuery(node["query"], names, depth + 1);
      walkQuery(node["child"], own, depth + 1);
      walkRest(node, names, depth, ["cte_map", "query", "child"]);
      return;
    }
    walkQuery(node["left"], names, depth + 1);
    walkQuery(node["right"], own, depth + 1);
    walkRest(node, own, depth, ["cte_map", "left", "right"]);
    return;
  }
  walkRest(node, names, depth, ["cte_map"]);
}

/** Everything below a node that is itself in order, but for the members named. */
function walkRest(node: Node, names: ReadonlySet<string>, depth: number, but: readonly string[] = []): void {
  for (const [name, value] of Object.entries(node)) if (!but.includes(name)) walk(value, names, depth + 1);
}

function walk(value: unknown, names: ReadonlySet<string>, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > DEPTH_MAX) refuse("The statement is nested too deeply.");
  if (Array.isArray(value)) {
    for (const item of value) walk(item, names, depth + 1);
    return;
  }
  const node = value as Node;
  const { type } = node;
  if (typeof node["class"] === "string") walkExpression(node, names, depth);
  else if (typeof type === "string" && QUERIES.has(type)) walkQuery(node, names, depth);
  else if (typeof type === "string" && "sample" in node && "alias" in node) walkTable(node, names, depth);
  // Modifiers, orders, bounds, samples, types: no power of their own, but expressions may stand in them.
  else walkRest(node, names, depth);
}

function walkExpression(node: Node, names: ReadonlySet<string>, depth: number): void {
  const kind = String(node["class"]);
  if (!EXPRESSIONS.has(kind)) refuse(`An expression of the kind ${kind} is not taken.`);
  if (kind === "CONSTANT") return;
  if (kind === "FUNCTION" || kind === "WINDOW") {
    const name = String(node["function_name"]).toLowerCase();
    if (!FUNCTIONS.has(name)) refuse(`The function ${name} is not among those that may be called here.`);
  }
  walkRest(node, names, depth);
}

function walkTable(node: Node, names: ReadonlySet<string>, depth: number): void {
  switch (node["type"]) {
    case "BASE_TABLE": {
      const name = String(node["table_name"]);
      const qualified = node["schema_name"] || node["catalog_name"] || node["at_clause"];
      if (qualified || !names.has(name.toLowerCase())) {
        refuse(`There is no table ${JSON.stringify(name.slice(0, 80))} here; there are ${VIEWS.join(", ")}.`);
      }
      walkRest(node, names, depth);
      return;
    }
    case "TABLE_FUNCTION": {
      const call = nodeOf(node["function"], depth);
      const name = String(call["function_name"]).toLowerCase();
      if (!TABLE_FUNCTIONS.has(name)) refuse(`The table function ${name} is not among those that may be called here.`);
      walkRest(call, names, depth + 1);
      walkRest(node, names, depth, ["function"]);
      return;
    }
    case "SUBQUERY": {
      const inner = node["subquery"] as Node | undefined;
      walkQuery(inner?.["node"] ?? inner, names, depth + 1);
      walkRest(node, names, depth, ["subquery"]);
      return;
    }
    case "SHOW_REF":
      // SUMMARIZE and DESCRIBE of a query; SHOW of the catalog has no query.
      if (!node["query"] || !["SUMMARY", "DESCRIBE"].includes(String(node["show_type"]))) {
        refuse("SHOW is not taken here; GET /sql/schema tells what there is.");
      }
      walkRest(node, names, depth);
      return;
    case "JOIN":
    case "EMPTY":
    case "EXPRESSION_LIST":
    case "COLUMN_DATA":
    case "PIVOT":
      walkRest(node, names, depth);
      return;
    default:
      refuse(`A table of the kind ${String(node["type"])} is not taken.`);
  }
}

function nodeOf(value: unknown, depth: number): Node {
  if (depth > DEPTH_MAX) refuse("The statement is nested too deeply.");
  if (value === null || typeof value !== "object" || Array.isArray(value)) refuse("The statement cannot be judged.");
  return value as Node;
}
