/** The operations that read stored calls. */
import { ARROW_MEDIA_TYPE } from "../../query/index.ts";
import * as answers from "./answers.ts";
import { call, summary, totals } from "./examples.ts";
import { type Answer, json, type Operation } from "./operation.ts";
import * as parameters from "./parameters.ts";
import { callDetail } from "./records.ts";

const DISPOSITION = { "Content-Disposition": "attachment, with a file name." };
const { id } = parameters;
const file: Answer = {
  status: 200,
  description: "The file. A connection that breaks off means that this is not all.",
  headers: {
    ...DISPOSITION,
    "X-Total-Count": "Calls in the file; X-Unreadable-Days beside it names the days of which files cannot be read.",
  },
  content: [
    "text/csv",
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.parquet",
    ARROW_MEDIA_TYPE,
  ].map((type) => ({ type })),
};
const value = [{ value: "openai_realtime", calls: 1 }];

export const READING: readonly Operation[] = [
  {
    method: "get",
    path: "/",
    id: "listCalls",
    summary: "One page of calls under a filter, newest first.",
    right: ["calls.read"],
    parameters: [...parameters.filter, ...parameters.page],
    answers: [json(answers.callList, { calls: [summary], next_cursor: null, total: 1 })],
    errors: [503],
  },
  {
    method: "get",
    path: "/{id}",
    id: "getCall",
    summary: "The whole record of a call.",
    right: ["calls.read"],
    parameters: [id],
    answers: [json(callDetail, call)],
    errors: [404, 503],
  },
  {
    method: "get",
    path: "/{id}/transcript",
    id: "getTranscript",
    summary: "What was said; with q also where it is found.",
    right: ["calls.read", "calls.read_pii"],
    parameters: [id, ...parameters.hits],
    answers: [
      json(answers.transcript, {
        id: call.id,
        conversation: call.conversation,
        hits: [{ message_index: 0, start: 3, end: 8 }],
      }),
    ],
    errors: [404, 503],
  },
  {
    method: "get",
    path: "/{id}/export",
    id: "exportCall",
    summary: "One call as a file to read. Personal data only with calls.read_pii.",
    right: ["calls.export"],
    parameters: [id, ...parameters.transcriptChoice],
    answers: [
      {
        status: 200,
        description: "The file.",
        headers: DISPOSITION,
        content: [
          { type: "text/plain" },
          { type: "application/json", schema: callDetail, example: call },
          { type: "text/csv" },
          { type: "application/pdf" },
        ],
      },
    ],
    errors: [404, 503],
  },
  {
    method: "get",
    path: "/stats",
    id: "getStats",
    summary: "Statistics of the calls under a filter.",
    right: ["calls.read"],
    parameters: [...parameters.filter, ...parameters.includeSql],
    answers: [
      json(answers.callStats, {
        range: { start: "2026-11-20T23:00:00.000Z", end: "2026-11-21T23:00:00.000Z", tz: "Europe/Berlin" },
        totals,
        previous: null,
        timeline: {
          bucket: "day",
          points: [{ t: "2026-11-20T23:00:00.000Z", calls: 1, avg_turn_latency_ms: 812 }],
        },
        hours: [{ hour: 11, calls: 1 }],
        heat_map: [{ weekday: 6, hour: 11, calls: 1 }],
        outcomes: [{ value: "completed", calls: 1 }],
        providers: value,
        pipelines: [],
        contexts: [],
        agents: [],
        languages: [],
        directions: [],
        latency: { avg_ms: 812, p50_ms: 812, p95_ms: 812, p99_ms: 812, histogram: [], trend: [] },
        tools: [],
        cost: [],
        top_callers: [{ caller_number: call.caller_number, calls: 1, duration_seconds: 95 }],
      }),
    ],
    errors: [503],
  },
  {
    method: "get",
    path: "/facets",
    id: "getFacets",
    summary: "The values to filter by, with counts under the filter.",
    right: ["calls.read"],
    parameters: [...parameters.filter, ...parameters.includeTools],
    answers: [
      json(answers.callFacets, {
        provider_name: value,
        pipeline_name: [],
        context_name: [],
        outcome: [],
        direction: [],
        language: [],
        client_id: [],
        assistant_id: [],
        sentiment: [],
        label: [],
      }),
    ],
    errors: [503],
  },
  {
    method: "get",
    path: "/facets/{column}",
    id: "getFacet",
    summary: "Values of one column that begin so.",
    right: ["calls.read"],
    parameters: [parameters.column, ...parameters.filter, ...parameters.facet],
    answers: [json(answers.facetValues, { values: value })],
    errors: [503],
  },
  {
    method: "get",
    path: "/search",
    id: "searchCalls",
    summary: "Calls by what was said in them, with the places where it was said. q is needed.",
    right: ["calls.read", "calls.read_pii"],
    parameters: [...parameters.filter, ...parameters.searchPage],
    answers: [
      json(answers.callSearch, {
        calls: [
          {
            ...summary,
            score: 1.4,
            snippets: [
              {
                message_index: 0,
                role: "user",
                text: "My order is late.",
                more_before: false,
                more_after: false,
                hits: [{ start: 3, end: 8 }],
              },
            ],
          },
        ],
        next_cursor: null,
      }),
    ],
    errors: [503],
  },
  {
    method: "get",
    path: "/export",
    id: "exportCalls",
    summary: "All calls under a filter as a file, streamed.",
    right: ["calls.export"],
    parameters: [...parameters.filter, ...parameters.exportChoice],
    answers: [file],
    errors: [503],
  },
  {
    method: "post",
    path: "/export",
    id: "exportChosen",
    summary: "The same with the parameters in the body, where an in has up to 10,000 values.",
    right: ["calls.export"],
    body: {
      schema: parameters.inBody,
      form: true,
      example: { where: `id:in:${call.id}`, format: "ndjson", columns: "id,start_time,outcome" },
    },
    answers: [file],
    errors: [413, 503],
  },
];
