/** What statistics are made of: the sums that a rollup holds and that a scan counts, by the same SQL. */
import { bucketSql, DURATION_STEP } from "./histogram-sql.ts";
import type { NarrowRead } from "./narrow.ts";

/** Columns of which a rollup holds the sums of each value. */
export const GROUPED = [
  "client_id",
  "assistant_id",
  "outcome",
  "provider_name",
  "pipeline_name",
  "context_name",
  "language",
  "direction",
] as const;
export type Grouped = (typeof GROUPED)[number];

/** Columns whose values are counted. */
export const COUNTED = [
  "outcome",
  "provider_name",
  "pipeline_name",
  "context_name",
  "initial_agent",
  "language",
  "direction",
] as const;

/** Raised when a rollup holds something else than before. */
export const ROLLUP_VERSION = 2;
/** Those of another version are built again. Version 1 has a list of tool calls too, and the same sums. */
export const ROLLUP_VERSIONS_READ: readonly number[] = [1, ROLLUP_VERSION];

export interface Part {
  /** Key columns with their types. */
  readonly keys: { readonly [name: string]: "VARCHAR" | "BIGINT" };
  /** Sums, all BIGINT; first_ms and last_ms are the least and the largest. */
  readonly sums: readonly string[];
}

/** The parts in the order of docs/statistics.md. */
export const PARTS = {
  totals: {
    keys: {},
    sums: [
      ...["calls", "durations", "duration_ms", "tool_calls", "ok", "errors", "barge_ins", "barge_in_calls"],
      ...["completed", "turns", "latency_ms", "first_ms", "last_ms"],
    ],
  },
  slot: { keys: { number: "BIGINT" }, sums: ["calls", "turns", "latency_ms"] },
  value: { keys: { key: "VARCHAR", value: "VARCHAR" }, sums: ["calls"] },
  latency: { keys: { day_number: "BIGINT", number: "BIGINT" }, sums: ["turns"] },
  tool: { keys: { key: "VARCHAR" }, sums: ["calls", "ok", "errors", "durations", "duration_ms"] },
  tool_duration: { keys: { key: "VARCHAR", number: "BIGINT" }, sums: ["calls"] },
  cost: { keys: { key: "VARCHAR" }, sums: ["calls", "cost_micro"] },
  caller: { keys: { key: "VARCHAR" }, sums: ["calls", "duration_ms"] },
} as const satisfies { readonly [name: string]: Part };
export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** The expression that adds up a sum over rows of sums. */
export function addedUp(sum: string): string {
  const total = sum === "first_ms" ? "min" : sum === "last_ms" ? "max" : "sum";
  return `TRY_CAST(${total}(${sum}) AS BIGINT) AS ${sum}`;
}

/** How each part but `tool` and `tool_duration` is counted from calls: key expressions and sums. */
const FROM_CALLS: { readonly [name: string]: { keys: string[]; sums: string[]; where?: string } } = {
  totals: {
    keys: [],
    sums: [
      "count(*)",
      "count(duration_ms)",
      "coalesce(sum(duration_ms), 0)",
      ...["tool_call_count", "tool_ok_count", "tool_error_count", "barge_in_count"].map(
        (c) => `coalesce(sum(${c}), 0)`,
      ),
      "count(*) FILTER (barge_in_count > 0)",
      "count(*) FILTER (outcome = 'completed')",
      "coalesce(sum(turns), 0)",
      "coalesce(sum(latency_ms), 0)",
      "epoch_ms(min(start_time))",
      "epoch_ms(max(start_time))",
    ],
  },
  slot: {
    keys: ["slot"],
    sums: ["count(*)", "coalesce(sum(turns), 0)", "coalesce(sum(latency_ms), 0)"],
  },
  cost: {
    keys: ["currency"],
    sums: ["count(*)", "sum(cost_micro)"],
    where: "cost_micro IS NOT NULL",
  },
  caller: {
    keys: ["caller_number"],
    sums: ["count(*)", "coalesce(sum(duration_ms), 0)"],
    where: "caller_number IS NOT NULL",
  },
};

/** What each part reads of a call. */
export const READS: { readonly [part in PartName]: readonly NarrowRead[] } = {
  totals: [
    ...(["duration_ms", "tool_call_count", "tool_ok_count", "tool_error_count", "barge_in_count"] as const),
    ...(["outcome", "turns", "latency_ms", "start_time"] as const),
  ],
  slot: ["slot", "turns", "latency_ms"],
  value: COUNTED,
  latency: ["day_number", "latency_buckets"],
  tool: ["tool_calls.name", "tool_calls.status", "tool_calls.duration_ms"],
  tool_duration: ["tool_calls.name", "tool_calls.duration_ms"],
  cost: ["currency", "cost_micro"],
  caller: ["caller_number", "duration_ms"],
};

/**
 * The rows of one part, counted from a relation of calls (a table expression with the columns the part reads, as a
 * narrow file has them), for each combination of the `by` columns. `tool` and `tool_duration` take a relation of tool
 * calls: name, status, duration_ms.
 */
export function countPart(part: PartName, from: string, by: readonly string[] = []): string {
  const { keys, sums } = PARTS[part];
  const names = [...by, ...Object.keys(keys)];
  if (part === "value") return countValues(from, by);
  if (part === "latency") return countLatencies(from, by);
  if (part === "tool") {
    return `SELECT ${[...by, "name AS key"].join(", ")}, count(*) AS calls, count(*) FILTER (status = 'ok') AS ok,
      count(*) FILTER (status = 'error') AS errors, count(duration_ms) AS durations,
      TRY_CAST(coalesce(sum(duration_ms), 0) AS BIGINT) AS duration_ms FROM ${from} GROUP BY ${numbered(by.length + 1)}`;
  }
  if (part === "tool_duration") {
    return `SELECT ${[...by, "name AS key"].join(", ")}, ${bucketSql("duration_ms", DURATION_STEP)} AS number, count(*) AS calls
      FROM ${from} WHERE duration_ms IS NOT NULL GROUP BY ${numbered(by.length + 2)}`;
  }
  const made = FROM_CALLS[part] ?? { keys: [], sums: [] };
  const selected = [
    ...by,
    ...Object.keys(keys).map((key, index) => `${made.keys[index]} AS ${key}`),
    ...sums.map((sum, index) => `TRY_CAST(${made.sums[index]} AS BIGINT) AS ${sum}`),
  ];
  const grouped = names.length > 0 ? ` GROUP BY ${numbered(names.length)}` : "";
  return `SELECT ${selected.join(", ")} FROM ${from}${made.where ? ` WHERE ${made.where}` : ""}${grouped}`;
}

/** Rows of sums by slot and currency, out of which `totals`, `slot` and `cost` are added up: one pass instead of three. */
export function countSums(from: string): string {
  const { totals, slot, cost } = FROM_CALLS;
  const sums = PARTS.totals.sums.map((sum, index) => `TRY_CAST(${totals?.sums[index]} AS BIGINT) AS ${sum}`);
  return `SELECT ${slot?.keys[0]} AS number, currency AS key, ${sums.join(", ")}, count(cost_micro) AS cost_calls,
    TRY_CAST(${cost?.sums[1]} AS BIGINT) AS cost_micro FROM ${from} GROUP BY 1, 2`;
}

function countValues(from: string, by: readonly string[]): string {
  const columns = COUNTED.join(", ");
  const cases = COUNTED.map((column, index) => {
    const set = 2 ** COUNTED.length - 1 - 2 ** (COUNTED.length - 1 - index);
    return `WHEN ${set} THEN '${column}'`;
  });
  const sets = COUNTED.map((column) => `(${[...by, column].join(", ")})`).join(", ");
  return `SELECT ${by.map((one) => `${one}, `).join("")}CASE grouping(${columns}) ${cases.join(" ")} END AS key,
    coalesce(${columns}) AS value, count(*) AS calls FROM ${from} GROUP BY GROUPING SETS (${sets})`;
}

function countLatencies(from: string, by: readonly string[]): string {
  const groups = by.map((one) => `${one}, `).join("");
  return `SELECT ${groups}day_number, number, count(*) AS turns
    FROM (SELECT ${groups}day_number, unnest(latency_buckets) AS number FROM ${from}) GROUP BY ${numbered(by.length + 2)}`;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join(", ");
