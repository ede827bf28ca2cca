/** The question of each panel as SQL: the statements the server shows. */
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
