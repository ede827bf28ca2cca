/** The operations by which calls are told, labelled and erased. */
import { eventSchema } from "../ingest/event-schema.ts";
import { reportSchema } from "../ingest/report-schema.ts";
import { labelChange } from "../labels.ts";
import { recordSchema } from "../record-schema.ts";
import * as answers from "./answers.ts";
import { call } from "./examples.ts";
import { body } from "./naming.ts";
import { json, type Operation } from "./operation.ts";
import * as parameters from "./parameters.ts";

const { id, callId } = parameters;
const toldRecord = body("ToldRecord", recordSchema);
const toldEvent = body("ToldEvent", eventSchema);
const report = body("Report", reportSchema);
const labels = body("LabelChange", labelChange);
const deleted = json(
  answers.deleteAnswer.or(answers.deleteDryRun),
  { would_delete: 12 },
  "What is gone, or what would be with dry_run.",
);
const durable = { id: call.id, durable: true };

export const CHANGING: readonly Operation[] = [
  {
    method: "post",
    path: "/labels",
    id: "labelCalls",
    summary: "Gives labels to calls, or takes them away.",
    right: ["calls.label"],
    body: { schema: labels, example: { ids: [call.id], add: ["vip"] } },
    answers: [json(answers.labelsAnswer, { labelled: 1 })],
    errors: [413, 503],
  },
  {
    method: "delete",
    path: "/{id}",
    id: "deleteCall",
    summary: "Erases a call for good.",
    right: ["calls.delete"],
    parameters: [id],
    answers: [json(answers.deleteAnswer, { deleted: 1 })],
    errors: [404, 409, 503],
  },
  {
    method: "delete",
    path: "/",
    id: "deleteCalls",
    summary: "Erases all calls under a filter, which is needed.",
    right: ["calls.delete"],
    parameters: [...parameters.filter, ...parameters.dryRun],
    answers: [deleted],
    errors: [503],
  },
  {
    method: "post",
    path: "/deletions",
    id: "deleteChosen",
    summary: "The same with the parameters in the body, where an in has up to 10,000 values.",
    right: ["calls.delete"],
    body: {
      schema: parameters.inBody,
      form: true,
      example: { where: `id:in:${call.id}`, dry_run: true },
    },
    answers: [deleted],
    errors: [413, 503],
  },
  {
    method: "post",
    path: "/",
    id: "tellCall",
    summary: "A finished call, or a list of them; answered when it is on disk.",
    right: ["calls.ingest"],
    body: {
      schema: toldRecord,
      list_max: 1000,
      example: { call_id: call.call_id, source: call.source, start_time: call.start_time, duration_seconds: 95 },
    },
    answers: [json(answers.ingestAnswer.or(answers.ingestBatchAnswer), durable, "Durable.", 202)],
    errors: [409, 413, 503],
  },
  {
    method: "post",
    path: "/{call_id}/events",
    id: "tellEvents",
    summary: "A live call, event by event; answered when they are on disk.",
    right: ["calls.ingest"],
    parameters: [callId, ...parameters.source],
    body: {
      schema: toldEvent,
      list_max: 1000,
      example: [
        { type: "started", seq: 1, start_time: call.start_time },
        { type: "message", seq: 2, role: "user", content: "My order is late." },
      ],
    },
    answers: [json(answers.eventsAnswer, { ...durable, applied: 2, repeated: 0, ended: false }, "Durable.", 202)],
    errors: [404, 409, 413, 503],
  },
  {
    method: "post",
    path: "/webhooks/{provider}",
    id: "takeWebhook",
    summary: "What a provider tells of its calls.",
    right: "provider",
    parameters: [parameters.provider],
    answers: [json(answers.webhookAnswer, durable)],
    errors: [404, 409, 413, 503],
  },
  {
    method: "post",
    path: "/report",
    id: "report",
    summary: "What a device of a fleet heard and said.",
    right: "fleet",
    body: {
      schema: report,
      list_max: 500,
      example: { macAddress: "68:25:dd:00:01:01", sessionId: "s-1", chatType: 1, content: "Tell me a story." },
    },
    answers: [
      json(answers.reportAnswer, { results: [{ ...durable, repeated: false, audio: "none" }] }, "Durable.", 202),
    ],
    errors: [404, 409, 413, 503],
  },
];
