/** What statistics are made of: the sums that a rollup holds and that a scan counts, by the same SQL. */

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

export const SLOT_MS = 900_000;

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

/** How wide the buckets of a histogram are: each is this many times the one before it. */
export const LATENCY_STEP = 1.05;
export const DURATION_STEP = 1.1;

/** The bucket of a time in ms: bucket b begins at step^b ms; below 1 ms it is -1. */
function bucketSql(ms: string, step: number): string {
  return `CASE WHEN ${ms} < 1 THEN -1 ELSE CAST(floor(ln(${ms}) / ln(${step})) AS BIGINT) END`;
}

/** What statistics read of a call, from the lake's columns: whole numbers, so that sums are the same in any order. */
/** A duration beyond thirty years is none. */
const DURATION = "CASE WHEN abs(duration_seconds) < 1e9 THEN CAST(round(duration_seconds * 1000) AS BIGINT) END";
const START = "epoch_ms(start_time)";
const DAY = "(epoch_ms(start_time) // 86400000)";

/** How each part but `tool` and `tool_duration` is counted from calls: key expressions and sums. */
const FROM_CALLS: { readonly [name: string]: { keys: string[]; sums: string[]; where?: string } } = {
  totals: {
    keys: [],
    sums: [
      "count(*)",
      `count(${DURATION})`,
      `coalesce(sum(${DURATION}), 0)`,
      ...["tool_call_count", "tool_ok_count", "tool_error_count", "barge_in_count"].map(
        (c) => `coalesce(sum(${c}), 0)`,
      ),
      "count(*) FILTER (barge_in_count > 0)",
      "count(*) FILTER (outcome = 'completed')",
      "coalesce(sum(list_count(turn_latencies_ms)), 0)",
      "coalesce(sum(list_sum(turn_latencies_ms)), 0)",
      `min(${START})`,
      `max(${START})`,
    ],
  },
  slot: {
    keys: [`${START} // ${SLOT_MS}`],
    sums: [
      "count(*)",
      "coalesce(sum(list_count(turn_latencies_ms)), 0)",
      "coalesce(sum(list_sum(turn_latencies_ms)), 0)",
    ],
  },
  cost: {
    keys: ["currency"],
    sums: ["count(*)", "sum(CAST(cost_total * 1000000 AS HUGEINT))"],
    where: "cost_total IS NOT NULL",
  },
  caller: {
    keys: ["caller_number"],
    sums: ["count(*)", `coalesce(sum(${DURATION}), 0)`],
    where: "caller_number IS NOT NULL",
  },
};

/**
 * The rows of one part, counted from a relation of calls (a table expression with the columns the part reads), for each
 * combination of the `by` columns. `tool` and `tool_duration` take a relation of tool calls: name, status, duration_ms.
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
  return `SELECT ${slot?.keys[0]} AS number, currency AS key, ${sums.join(", ")}, count(cost_total) AS cost_calls,
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

/** Equal latencies are counted before their logarithm is taken: there are far fewer of them. */
function countLatencies(from: string, by: readonly string[]): string {
  const groups = by.map((one) => `${one}, `).join("");
  return `SELECT ${groups}day_number, ${bucketSql("ms", LATENCY_STEP)} AS number, CAST(sum(n) AS BIGINT) AS turns FROM (
      SELECT ${groups}day_number, ms, count(*) AS n FROM (
        SELECT ${groups}${DAY} AS day_number, unnest(turn_latencies_ms) AS ms FROM ${from}) WHERE ms IS NOT NULL GROUP BY ALL)
    GROUP BY ${numbered(by.length + 2)}`;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1).join(", ");
