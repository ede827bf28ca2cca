/** The noun of the house: the CallRecord with its columns, ids, days and outcome rules. */
export * from "./columns.ts";
export * from "./id.ts";
export { normaliseRecord } from "./normalise.ts";
export * from "./record.ts";
export * from "./retention.ts";
export { duckdbType, type Json } from "./shapes.ts";
