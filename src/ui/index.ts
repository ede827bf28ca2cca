/** The elements: importing this module defines <call-history>, <call-detail> and <call-stats>. */
export type { CallDetail as CallDetailRecord, CallStats as CallStatsAnswer, CallSummary } from "../api/contract.ts";
export { CallHistory } from "./components/call-history/call-history.ts";
