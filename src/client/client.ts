/** The client as one object, for scripts and hosts; a bundle that must be small takes the functions alone. */
import type { LiveFilter, ToldEvent, ToldRecord } from "../api/contract.ts";
import { getSqlSchema, runSql, runSqlArrow, type SqlQuestion } from "./analyst.ts";
import {
  countCalls,
  countRemovable,
  type Filter,
  getCall,
  getFacet,
  getFacets,
  getHealth,
  getStats,
  getTranscript,
  type LabelChange,
  labelCalls,
  listCalls,
  type Page,
  removeCall,
  removeCalls,
  type SearchPage,
  searchCalls,
} from "./calls.ts";
import {
  type ExportChoice,
  exportCall,
  exportCalls,
  exportCallUrl,
  exportUrl,
  type TranscriptChoice,
} from "./files.ts";
import { endCall, type FollowOptions, followLive, getActiveTranscript, listActive } from "./live.ts";
import type { Server } from "./request.ts";
import { tellCall, tellCalls, tellEvents } from "./told.ts";

type Signal = AbortSignal | undefined;

/** A method a route; each throws CallHistoryError, or the reason of its signal. */
export function createCallHistoryClient(server: Server) {
  return {
    list: (filter: Filter = {}, page?: Page, signal?: Signal) => listCalls(server, filter, page, signal),
    count: (filter: Filter = {}, signal?: Signal) => countCalls(server, filter, signal),
    get: (id: string, signal?: Signal) => getCall(server, id, signal),
    transcript: (id: string, more?: { readonly q?: string }, signal?: Signal) =>
      getTranscript(server, id, more, signal),
    search: (q: string, filter?: Filter, page?: SearchPage, signal?: Signal) =>
      searchCalls(server, q, filter, page, signal),
    stats: (filter: Filter = {}, more?: { readonly sql?: boolean }, signal?: Signal) =>
      getStats(server, filter, more, signal),
    facets: (filter: Filter = {}, more?: { readonly tools?: boolean }, signal?: Signal) =>
      getFacets(server, filter, more, signal),
    facet: (column: string, filter: Filter = {}, more?: { prefix?: string; limit?: number }, signal?: Signal) =>
      getFacet(server, column, filter, more, signal),
    export: (filter: Filter = {}, choice?: ExportChoice, signal?: Signal) =>
      exportCalls(server, filter, choice, signal),
    exportUrl: (filter: Filter = {}, choice?: ExportChoice) => exportUrl(server, filter, choice),
    exportCall: (id: string, choice?: TranscriptChoice, signal?: Signal) => exportCall(server, id, choice, signal),
    exportCallUrl: (id: string, choice?: TranscriptChoice) => exportCallUrl(server, id, choice),
    remove: (id: string, signal?: Signal) => removeCall(server, id, signal),
    removeMany: (filter: Filter, signal?: Signal) => removeCalls(server, filter, signal),
    countRemovable: (filter: Filter, signal?: Signal) => countRemovable(server, filter, signal),
    label: (which: readonly string[] | Filter, change: LabelChange, signal?: Signal) =>
      labelCalls(server, which, change, signal),
    active: (filter?: LiveFilter, signal?: Signal) => listActive(server, filter, signal),
    activeTranscript: (call: string, signal?: Signal) => getActiveTranscript(server, call, signal),
    live: (filter?: LiveFilter, options?: FollowOptions) => followLive(server, filter, options),
    end: (call: string, reason?: string, signal?: Signal) => endCall(server, call, reason, signal),
    ingest: (record: ToldRecord, signal?: Signal) => tellCall(server, record, signal),
    ingestMany: (records: readonly ToldRecord[], signal?: Signal) => tellCalls(server, records, signal),
    events: (call_id: string, events: readonly ToldEvent[], more?: { readonly source?: string }, signal?: Signal) =>
      tellEvents(server, call_id, events, more, signal),
    sql: (question: SqlQuestion, signal?: Signal) => runSql(server, question, signal),
    sqlArrow: (question: SqlQuestion, signal?: Signal) => runSqlArrow(server, question, signal),
    sqlSchema: (signal?: Signal) => getSqlSchema(server, signal),
    health: (signal?: Signal) => getHealth(server, signal),
  };
}

export type CallHistoryClient = ReturnType<typeof createCallHistoryClient>;
