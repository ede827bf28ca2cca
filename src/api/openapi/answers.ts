/** What the stored calls' routes answer, as schemas of the contract's types. */
import { z } from "zod";
import type {
  CallerCount,
  CallFacets,
  CallList,
  CallSearch,
  CallStats,
  CallTranscript,
  CostOfCurrency,
  DeleteAnswer,
  DeleteDryRun,
  ErrorBody,
  EventsAnswer,
  FacetValues,
  FoundCallSummary,
  Health,
  Hit,
  IngestAnswer,
  IngestBatchAnswer,
  LabelsAnswer,
  ReportAnswer,
  Snippet,
  SqlResult,
  SqlSchema,
  TimelinePoint,
  ToolCount,
  Totals,
  TurnLatency,
  UnreadableFile,
  ValueCount,
} from "../contract.ts";
import { anyJson } from "../record-schema.ts";
import { answer, answerOfColumns } from "./naming.ts";
import { callSummary, instant, message, summaryColumns } from "./records.ts";

const text = z.string();
const count = z.int();
const measure = z.number().nullable();
const cursor = text.nullable().meta({ description: "Pass it as `cursor` for the next page; null on the last one." });
const shownSql = text.meta({ description: "The same question for POST /sql, with include=sql." }).exactOptional();

export const errorBody = answer<ErrorBody>()(
  "Error",
  z.object({
    error: z.object({
      code: z.enum([
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "conflict",
        "too_large",
        "timeout",
        "internal",
        "unavailable",
      ]),
      message: text.meta({ description: "A sentence for a person: what is wrong, and the way out." }),
      field: text.nullable().meta({ description: "The parameter or member it is about." }),
      position: z
        .object({ line: count, column: count })
        .exactOptional()
        .meta({ description: "Where in the field it is, from 1: of a statement that DuckDB does not take." }),
    }),
  }),
);

const unreadable = z
  .array(
    answer<UnreadableFile>()(
      "UnreadableFile",
      z.object({
        day: text.meta({ description: "UTC day of the calls that are missing." }),
        file: text.meta({ description: "Not for whoever is bound to a tenant." }).exactOptional(),
        reason: text.exactOptional(),
      }),
    ),
  )
  .meta({ description: "Files that cannot be read: their calls are missing. Absent: the answer is whole." })
  .exactOptional();

export const callList = answer<CallList>()(
  "CallList",
  z.object({
    calls: z.array(callSummary),
    next_cursor: cursor,
    total: count.meta({ description: "All calls under the filter, with include=total." }).exactOptional(),
    sql: shownSql,
    unreadable,
  }),
);

const places = {
  start: count.meta({ description: "In UTF-16 units." }),
  end: count.meta({ description: "Exclusive." }),
};
const where = z.union([count, z.literal("summary")]).meta({ description: "Index in `conversation`, or the summary." });
const snippet = answer<Snippet>()(
  "Snippet",
  z.object({
    message_index: where,
    role: text.nullable(),
    text,
    more_before: z.boolean(),
    more_after: z.boolean(),
    hits: z.array(z.object(places)),
  }),
);
const foundCall = answerOfColumns<FoundCallSummary>(
  "FoundCall",
  z.object({ ...summaryColumns, score: measure, snippets: z.array(snippet) }),
);
export const callSearch = answer<CallSearch>()(
  "CallSearch",
  z.object({ calls: z.array(foundCall), next_cursor: cursor, unreadable }),
);
const hit = answer<Hit>()("Hit", z.object({ message_index: where, ...places }));
export const transcript = answer<CallTranscript>()(
  "CallTranscript",
  z.object({ id: text, conversation: z.array(message), hits: z.array(hit).exactOptional() }),
);

const totals = answer<Totals>()(
  "Totals",
  z.object({
    calls: count,
    duration_seconds_total: z.number(),
    avg_duration_seconds: measure,
    tool_calls: count,
    tool_ok: count,
    tool_errors: count,
    tool_success_rate: measure.meta({ description: "ok / (ok + errors), 0 … 1." }),
    avg_turn_latency_ms: measure.meta({ description: "Over all plausible turns." }),
    p50_turn_latency_ms: measure,
    p95_turn_latency_ms: measure,
    p99_turn_latency_ms: measure,
    turns: count.meta({ description: "Turns with a plausible latency." }),
    barge_ins: count,
    barge_in_rate: measure.meta({ description: "Share of the calls with a barge-in, 0 … 1." }),
    completed: count,
  }),
);
const point = answer<TimelinePoint>()(
  "TimelinePoint",
  z.object({ t: instant, calls: count, avg_turn_latency_ms: measure }),
);
const valueCount = answer<ValueCount>()(
  "ValueCount",
  z.object({ value: text.nullable().meta({ description: "null: not recorded." }), calls: count }),
);
const toolCount = answer<ToolCount>()(
  "ToolCount",
  z.object({
    name: text.nullable(),
    calls: count,
    ok: count,
    errors: count,
    success_rate: measure,
    avg_duration_ms: measure,
    p50_duration_ms: measure,
    p95_duration_ms: measure,
  }),
);
const latency = answer<TurnLatency>()(
  "TurnLatency",
  z.object({
    avg_ms: measure,
    p50_ms: measure,
    p95_ms: measure,
    p99_ms: measure,
    histogram: z.array(z.object({ from_ms: z.number(), to_ms: z.number(), turns: count })),
    trend: z.array(z.object({ day: text, turns: count, p50_ms: z.number(), p95_ms: z.number() })),
  }),
);
const cost = answer<CostOfCurrency>()(
  "CostOfCurrency",
  z.object({ currency: text.nullable(), calls: count, total: z.number() }),
);
const caller = answer<CallerCount>()(
  "CallerCount",
  z.object({ caller_number: text.nullable(), calls: count, duration_seconds: z.number() }),
);
const values = z.array(valueCount);
export const callStats = answer<CallStats>()(
  "CallStats",
  z.object({
    range: z.object({ start: instant.nullable(), end: instant.nullable(), tz: text }),
    totals,
    previous: totals.nullable(),
    timeline: z.object({ bucket: z.enum(["hour", "day", "week"]), points: z.array(point) }),
    hours: z.array(z.object({ hour: count, calls: count })),
    heat_map: z.array(z.object({ weekday: count, hour: count, calls: count })),
    outcomes: values,
    providers: values,
    pipelines: values,
    contexts: values,
    agents: values,
    languages: values,
    directions: values,
    latency,
    tools: z.array(toolCount),
    cost: z.array(cost),
    top_callers: z.array(caller),
    sql: shownSql,
    queries: z
      .record(text, text)
      .meta({ description: "A statement for each member, with include=sql." })
      .exactOptional(),
    unreadable,
  }),
);
export const callFacets = answer<CallFacets>()(
  "CallFacets",
  z.object({
    provider_name: values,
    pipeline_name: values,
    context_name: values,
    outcome: values,
    direction: values,
    language: values,
    client_id: values,
    assistant_id: values,
    sentiment: values,
    label: values,
    tool_name: values.exactOptional(),
    unreadable,
  }),
);
export const facetValues = answer<FacetValues>()("FacetValues", z.object({ values, unreadable }));

const status = z.enum(["ok", "degraded", "down"]);
export const health = answer<Health | Pick<Health, "status">>()(
  "Health",
  z.union([
    z.object({
      status,
      reason: text.nullable(),
      query_ms: measure,
      tail_rows: count,
      files: count,
      active_calls: count,
      journal_lag_seconds: measure,
      engine: z.enum(["child", "in-process"]),
      engine_restarts: count,
      unreadable,
    }),
    z.object({ status }),
  ]),
);
export const liveness = answer<{ status: "ok" }>()("Liveness", z.object({ status: z.literal("ok") }));

export const sqlResult = answer<SqlResult>()(
  "SqlResult",
  z.object({
    columns: z.array(z.object({ name: text, type: text })),
    rows: z.array(z.record(text, anyJson)),
    truncated: z.boolean(),
    elapsed_ms: z.number(),
    unreadable,
  }),
);
export const sqlSchema = answer<SqlSchema>()(
  "SqlSchema",
  z.object({
    views: z.array(
      z.object({
        name: text,
        doc: text,
        columns: z.array(z.object({ name: text, type: text, doc: text, hidden: z.boolean() })),
      }),
    ),
    functions: z.array(text),
    limits: z.object({ rows_max: count, timeout_ms_max: count, sql_characters_max: count }),
  }),
);

export const deleteAnswer = answer<DeleteAnswer>()(
  "DeleteAnswer",
  z.object({ deleted: count, pending: count.exactOptional(), held: count.exactOptional() }),
);
export const deleteDryRun = answer<DeleteDryRun>()("DeleteDryRun", z.object({ would_delete: count }));
export const labelsAnswer = answer<LabelsAnswer>()("LabelsAnswer", z.object({ labelled: count }));

const durable = z.literal(true);
export const ingestAnswer = answer<IngestAnswer>()("IngestAnswer", z.object({ id: text, durable }));
export const ingestBatchAnswer = answer<IngestBatchAnswer>()(
  "IngestBatchAnswer",
  z.object({ results: z.array(z.union([ingestAnswer, errorBody])) }),
);
export const eventsAnswer = answer<EventsAnswer>()(
  "EventsAnswer",
  z.object({ id: text, durable, applied: count, repeated: count, ended: z.boolean() }),
);
export const reportAnswer = answer<ReportAnswer>()(
  "ReportAnswer",
  z.object({
    results: z.array(
      z.union([
        z.object({ id: text, durable, repeated: z.boolean(), audio: z.enum(["none", "kept", "not_kept"]) }),
        errorBody,
      ]),
    ),
  }),
);
export const webhookAnswer = answer<{ ignored: true } | { durable: true } | IngestAnswer>()(
  "WebhookAnswer",
  z.union([z.object({ ignored: z.literal(true) }), ingestAnswer, z.object({ durable })]),
);
