/** The elements: importing this module defines all of them; what is not history or detail loads its inside when it is used. */
export { CallCount } from "./components/call-count/call-count.ts";
export { CallDetail, type CallDetailTab } from "./components/call-detail/call-detail.ts";
export { CallHistory } from "./components/call-history/call-history.ts";
export { CallLive } from "./components/call-live/call-live.ts";
export { CallSql } from "./components/call-sql/call-sql.ts";
export { CallStatCard } from "./components/call-stat-card/call-stat-card.ts";
export { CallStats } from "./components/call-stats/call-stats.ts";
export type {
  CallLakeElements,
  CallLakeEvents,
  CallNavigate,
  CallOpen,
  PropertiesOf,
  ReactProps,
  VueProps,
} from "./host-types.ts";
export type { Theme } from "./theme.ts";
