/** call-lake/client: the HTTP API from TypeScript, in a browser, in Node, or over the router itself. */
export type * from "../api/contract.ts";
export type { SqlQuestion } from "./analyst.ts";
export type { Filter, LabelChange, Page, SearchPage } from "./calls.ts";
export { type CallHistoryClient, createCallHistoryClient } from "./client.ts";
export type { CallFile, ExportChoice, TranscriptChoice } from "./files.ts";
export type { FollowedEvent, FollowOptions } from "./live.ts";
export { type FirstPage, firstPageUrl } from "./page-query.ts";
export { CallHistoryError, type ClientErrorCode, type Server } from "./request.ts";
