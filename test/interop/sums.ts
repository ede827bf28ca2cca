/** Counts and sums over a history, as DuckDB's SQL and in plain TypeScript over rows of another reader. */

type Row = Readonly<Record<string, unknown>>;
const list = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : []);
const number = (value: unknown): number => Number(value ?? 0);

/** Each adds up over the calls; in SQL `n` is the expression of one call. */
export const SUMS: readonly {
  readonly name: string;
  readonly sql: string;
  readonly clickhouse: string;
  readonly of: (row: Row) => number;
}[] = [
  { name: "calls", sql: "1", clickhouse: "1", of: () => 1 },
  {
    name: "seconds",
    sql: "duration_seconds",
    clickhouse: "duration_seconds",
    of: (row) => number(row["duration_seconds"]),
  },
  { name: "cost", sql: "cost_total", clickhouse: "toFloat64(cost_total)", of: (row) => number(row["cost_total"]) },
  {
    name: "messages",
    sql: "len(conversation)",
    clickhouse: "length(conversation)",
    of: (row) => list(row["conversation"]).length,
  },
  {
    name: "characters",
    sql: "list_sum([length(m.content) for m in conversation])",
    clickhouse: "arraySum(arrayMap(m -> ifNull(lengthUTF8(m.content), 0), conversation))",
    of: (row) => list(row["conversation"]).reduce((sum, { content }) => sum + [...String(content ?? "")].length, 0),
  },
  {
    name: "tool_ms",
    sql: "list_sum([t.duration_ms for t in tool_calls])",
    clickhouse: "arraySum(arrayMap(t -> ifNull(t.duration_ms, 0), tool_calls))",
    of: (row) => list(row["tool_calls"]).reduce((sum, tool) => sum + number(tool["duration_ms"]), 0),
  },
  {
    name: "tools_ok",
    sql: "len([1 for t in tool_calls if t.status = 'ok'])",
    clickhouse: "countEqual(arrayMap(t -> t.status, tool_calls), 'ok')",
    of: (row) => list(row["tool_calls"]).filter((tool) => tool["status"] === "ok").length,
  },
  {
    name: "latencies",
    sql: "list_sum(turn_latencies_ms)",
    clickhouse: "arraySum(arrayMap(ms -> ifNull(ms, 0), turn_latencies_ms))",
    of: (row) =>
      (Array.isArray(row["turn_latencies_ms"]) ? row["turn_latencies_ms"] : []).reduce(
        (sum: number, ms) => sum + number(ms),
        0,
      ),
  },
  {
    name: "llm_ms",
    sql: "list_sum([t.llm_ms for t in turns])",
    clickhouse: "arraySum(arrayMap(t -> ifNull(t.llm_ms, 0), turns))",
    of: (row) => list(row["turns"]).reduce((sum, turn) => sum + number(turn["llm_ms"]), 0),
  },
];

export const SUMS_SQL = `SELECT ${SUMS.map(({ name, sql }) => `round(sum(${sql})::DOUBLE, 3) AS ${name}`).join(", ")} FROM calls`;

/** Over the files of a data folder, as ClickHouse reads them. */
export const clickhouseSums = (files: string): string =>
  `SELECT ${SUMS.map(({ name, clickhouse }) => `round(toFloat64(sum(${clickhouse})), 3) AS ${name}`).join(", ")} FROM file('${files}', Parquet)`;
