/** The question of each panel as SQL: the statements the server shows, and the one it has none for. */
import type { CallStats } from "../../../api/contract.ts";

/** Panels, and the member of the answer whose statement (include=sql) gives their numbers. */
const MEMBERS = {
  totals: "totals",
  cost: "cost",
  timeline: "timeline",
  outcome: "outcomes",
  provider_name: "providers",
  pipeline_name: "pipelines",
  context_name: "contexts",
  percentiles: "latency",
  latency: "histogram",
  latency_trend: "trend",
  heat_map: "heat_map",
  tools: "tools",
  callers: "top_callers",
} as const;
export type PanelName = keyof typeof MEMBERS;

/** The panel's statement; null where the person may not see what it would show. */
export function panelSql(panel: PanelName, { queries }: CallStats): string | null {
  return queries?.[MEMBERS[panel]] ?? null;
}

const FROM = "\nFROM calls\nWHERE ";

/** The calls of an hour of the week, which the list cannot be asked for: under the condition of the totals. */
export function hourSql({ queries }: CallStats, weekday: number, hour: number, zone: string): string | null {
  const totals = queries?.["totals"];
  if (!totals?.includes(FROM)) return null;
  const condition = totals.slice(totals.indexOf(FROM) + FROM.length);
  const local = `timezone('${zone.replaceAll("'", "''")}', start_time)`;
  return `SELECT id, start_time, duration_seconds, outcome, provider_name, context_name\nFROM calls\nWHERE (${condition})\n  AND isodow(${local}) = ${weekday} AND hour(${local}) = ${hour}\nORDER BY start_time DESC`;
}
