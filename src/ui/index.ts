/** The elements: importing this module defines <call-history>, <call-detail> and <call-stats>. */
export { CallDetail, type CallDetailTab } from "./components/call-detail/call-detail.ts";
export { CallHistory } from "./components/call-history/call-history.ts";
export { CallStats } from "./components/call-stats/call-stats.ts";
export type { Theme } from "./theme.ts";
