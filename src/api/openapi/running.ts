/** The operations on running calls, on SQL, and on the router itself. */
import { ARROW_MEDIA_TYPE } from "../../query/index.ts";
import { endRequest } from "../routes/live.ts";
import { sqlQuestion } from "../routes/sql.ts";
import * as answers from "./answers.ts";
import * as examples from "./examples.ts";
import * as live from "./live.ts";
import { body } from "./naming.ts";
import { json, type Operation } from "./operation.ts";
import * as parameters from "./parameters.ts";

const { callId } = parameters;
const { call } = examples;
const end = body("EndRequest", endRequest);
const sql = body("SqlQuestion", sqlQuestion);

export const RUNNING: readonly Operation[] = [
  {
    method: "get",
    path: "/active",
    id: "listActive",
    summary: "The calls that run now.",
    right: ["calls.read"],
    parameters: parameters.liveFilter,
    answers: [json(live.activeCalls, { at: call.start_time, calls: [examples.live] })],
    errors: [503],
  },
  {
    method: "get",
    path: "/active/{call_id}/transcript",
    id: "getActiveTranscript",
    summary: "What was said so far in a running call.",
    right: ["calls.read", "calls.read_pii"],
    parameters: [callId],
    answers: [
      json(live.liveTranscript, {
        id: call.id,
        call_id: call.call_id,
        status: "active",
        last_activity: call.start_time,
        conversation: [{ ...call.conversation?.[0], n: 2 }],
        partial: [],
        tool_calls: [],
        turns: [],
      }),
    ],
    errors: [404, 409, 503],
  },
  {
    method: "get",
    path: "/live",
    id: "followLive",
    summary: "The running calls as events: a snapshot, then whatever happens. A WebSocket where the host can upgrade.",
    right: ["calls.read"],
    parameters: [...parameters.liveFilter, ...parameters.resume],
    answers: [
      {
        status: 200,
        description: "Server-sent events; the data of each is such a JSON.",
        content: [
          {
            type: "text/event-stream",
            schema: live.liveEvent,
            example: { type: "snapshot", at: call.start_time, calls: [examples.live] },
          },
        ],
      },
    ],
    errors: [503],
  },
  {
    method: "post",
    path: "/{call_id}/end",
    id: "endCall",
    summary: "Asks the engine to hang up.",
    right: ["calls.control"],
    parameters: [callId],
    body: { schema: end, optional: true, example: { reason: "The caller asked for it." } },
    answers: [json(live.endAnswer, { id: call.id, call_id: call.call_id, accepted: true }, "Accepted.", 202)],
    errors: [404, 409, 413, 503],
  },
  {
    method: "post",
    path: "/sql",
    id: "runSql",
    summary: "One SELECT over the views calls, messages, turns and tool_calls.",
    right: ["calls.sql"],
    body: { schema: sql, example: { sql: "SELECT outcome, count(*) AS calls FROM calls GROUP BY 1", limit: 100 } },
    answers: [
      {
        status: 200,
        description: "The rows, as JSON or, by the Accept header, as an Arrow stream.",
        content: [
          {
            type: "application/json",
            schema: answers.sqlResult,
            example: {
              columns: [{ name: "calls", type: "BIGINT" }],
              rows: [{ calls: 12 }],
              truncated: false,
              elapsed_ms: 8,
            },
          },
          { type: ARROW_MEDIA_TYPE },
        ],
      },
    ],
    errors: [413, 503],
  },
  {
    method: "get",
    path: "/sql/schema",
    id: "getSqlSchema",
    summary: "What a statement may read and call.",
    right: ["calls.sql"],
    answers: [
      json(answers.sqlSchema, {
        views: [
          {
            name: "calls",
            doc: "One row a call.",
            columns: [{ name: "id", type: "VARCHAR", doc: "The call's id.", hidden: false }],
          },
        ],
        functions: ["count"],
        limits: { rows_max: 10_000, timeout_ms_max: 60_000, sql_characters_max: 100_000 },
      }),
    ],
  },
  {
    method: "get",
    path: "/healthz",
    id: "getHealth",
    summary: "Asks the lake a real question: whether to send people here. Details for calls.read only.",
    right: "anybody",
    answers: [
      json(answers.health, { status: "degraded" }, "It answers; degraded: some calls are in no answer."),
      json(answers.health, { status: "down" }, "It does not answer.", 503),
    ],
  },
  {
    method: "get",
    path: "/livez",
    id: "getLiveness",
    summary: "Whether the router is there; asks nothing of the lake.",
    right: "anybody",
    answers: [json(answers.liveness, { status: "ok" })],
  },
  {
    method: "get",
    path: "/metrics",
    id: "getMetrics",
    summary: "Figures for Prometheus, for whoever is bound to no tenant.",
    right: ["calls.read"],
    answers: [{ status: 200, description: "OK", content: [{ type: "text/plain" }] }],
    errors: [503],
  },
  {
    method: "get",
    path: "/openapi.json",
    id: "getOpenApi",
    summary: "This document.",
    right: "anybody",
    answers: [{ status: 200, description: "OK", content: [{ type: "application/json" }] }],
  },
];
