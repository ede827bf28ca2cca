/** Vapi's webhooks as records: the end-of-call report, and the status updates that come before it. */
import type { Direction } from "../../record/record.ts";
import type { RecordInput } from "../inputs.ts";
import {
  addTo,
  known,
  type LiveTelling,
  listAt,
  msAt,
  numberAt,
  objectAt,
  restOf,
  type Telling,
  textAt,
  valueAt,
} from "./provider-payload.ts";
import { vapiConversation } from "./vapi-conversation.ts";
import { vapiEnding } from "./vapi-ending.ts";
import { vapiRecordings } from "./vapi-recordings.ts";

const SOURCE = "vapi";

/** Paths of the message that a record's columns come from; what is beside them goes into server_messages. */
const READ = new Set([
  ...[
    "type",
    "timestamp",
    "startedAt",
    "endedAt",
    "endedReason",
    "cost",
    "costBreakdown",
    "transcript",
    "summary",
    "messages",
  ],
  ...["recordingUrl", "stereoRecordingUrl", "durationSeconds", "durationMs", "durationMinutes", "analysis.summary"],
  ...["analysis.successEvaluation", "analysis.structuredData", "artifact.messages", "artifact.transcript"],
  ...["artifact.messagesOpenAIFormatted", "artifact.recordingUrl", "artifact.stereoRecordingUrl", "artifact.recording"],
  ...["artifact.performanceMetrics.turnLatencies", "artifact.performanceMetrics.numAssistantInterrupted"],
  ...["call.id", "call.startedAt", "call.endedAt", "call.type", "call.assistantId", "call.phoneNumberId", "call.cost"],
  ...["call.sessionId", "call.metadata", "call.messages", "call.artifact", "call.transcript", "call.endedReason"],
  ...["id", "assistantId", "phoneNumberId", "sessionId", "metadata", "customer.number", "phoneNumber.number"],
]);

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  inboundPhoneCall: "inbound",
  outboundPhoneCall: "outbound",
  webCall: "web",
  "vapi.websocketCall": "web",
};

/** The record of an end-of-call report, or of a Call as Vapi's API gives it. Null for what is neither, or has no time. */
export function fromVapi(payload: unknown): RecordInput | null {
  const telling = vapiTelling(payload);
  return telling?.start_time ? { ...telling, start_time: telling.start_time } : null;
}

/** The same, with a start that may be missing. Money is in USD, latencies in ms. */
export function vapiTelling(payload: unknown): Telling | null {
  const message = objectAt(payload, "message") ?? objectAt({ payload }, "payload");
  const call = objectAt(message, "call") ?? message;
  const call_id = textAt(call, "id");
  const type = textAt(message, "type");
  // What the API gives under /call/:id is a call itself, which has a status.
  const isCall = call === message && textAt(message, "status") === "ended";
  if (!message || call_id === null || (type !== "end-of-call-report" && !isCall)) return null;

  const find = (name: string) => valueAt(message, name) ?? valueAt(call, name);
  const both = { found: { startedAt: find("startedAt"), endedAt: find("endedAt"), cost: find("cost") } };
  const started = msAt(both, "found", "startedAt");
  const seconds = numberAt(message, "durationSeconds") ?? over(numberAt(message, "durationMs"), 1000);
  const ended =
    msAt(both, "found", "endedAt") ?? (started !== null && seconds !== null ? started + seconds * 1000 : null);
  const start_time = started ?? msAt(call, "createdAt") ?? msAt(message, "timestamp");
  const reason = textAt(message, "endedReason") ?? textAt(call, "endedReason");
  const ending = reason === null ? null : vapiEnding(reason);
  const metrics = objectAt(message, "artifact", "performanceMetrics");
  const { conversation, tool_calls, others } = vapiConversation(message, start_time);
  const cost_total = numberAt(both, "found", "cost");
  const { cost_breakdown, usage } = costsOf(message, call);
  const left = restOf(
    isCall ? message : { ...message, ...(others.length > 0 ? { other_messages: others } : {}) },
    READ,
  );

  return {
    ...known({
      ...partiesOf(message, call),
      end_time: ended,
      duration_seconds: ended === null ? seconds : null,
      conversation,
      tool_calls,
      turns: listAt(metrics, "turnLatencies").map(turnOf),
      barge_in_count: numberAt(metrics, "numAssistantInterrupted"),
      outcome: ending?.outcome,
      ended_reason: reason,
      ended_by: ending?.ended_by,
      graceful: ending?.graceful,
      transfer_destination: destinationOf(objectAt(message, "destination") ?? objectAt(call, "destination")),
      error_message: ending?.outcome === "error" ? (textAt(call, "endedMessage") ?? reason) : null,
      recordings: vapiRecordings(message),
      cost_total,
      currency: cost_total !== null || Object.keys(cost_breakdown).length > 0 ? "USD" : null,
      cost_breakdown,
      usage,
      summary: textAt(message, "analysis", "summary") ?? textAt(message, "summary"),
      evaluations: known({
        success_evaluation: valueAt(message, "analysis", "successEvaluation"),
        structured_data: valueAt(message, "analysis", "structuredData"),
      }),
      metadata: objectAt(call, "metadata"),
      server_messages: left === null ? null : { "end-of-call-report": left },
    }),
    source: SOURCE,
    call_id,
    start_time,
  };
}

/** What a status update says of a call that goes on: queued, ringing, in-progress, forwarding, ended. */
export function vapiStatus(payload: unknown, now = Date.now()): LiveTelling | null {
  const message = objectAt(payload, "message") ?? objectAt({ payload }, "payload");
  const call = objectAt(message, "call");
  const call_id = textAt(call, "id");
  const status = textAt(message, "status");
  if (textAt(message, "type") !== "status-update" || call_id === null || status === null) return null;
  const state = status === "ended" ? "over" : status === "in-progress" ? "answered" : "going";
  const at = msAt(message, "timestamp") ?? now;
  const ended_reason = state === "over" ? textAt(message, "endedReason") : null;
  const ending = ended_reason === null ? {} : { ended_reason, ...vapiEnding(ended_reason) };
  return { source: SOURCE, call_id, at, state, columns: { ...partiesOf(message, call), ...ending } };
}

/** Who and what took part. */
function partiesOf(message: unknown, call: unknown) {
  const assistant = objectAt(message, "assistant") ?? objectAt(call, "assistant");
  const customer = objectAt(message, "customer") ?? objectAt(call, "customer");
  const number = objectAt(message, "phoneNumber") ?? objectAt(call, "phoneNumber");
  const direction = DIRECTIONS[textAt(call, "type") ?? ""] ?? null;
  const [theirs, ours] = [textAt(customer, "number"), textAt(number, "number")];
  return known({
    session_id: textAt(call, "sessionId"),
    assistant_id: textAt(call, "assistantId") ?? textAt(assistant, "id"),
    phone_number_id: textAt(call, "phoneNumberId") ?? textAt(number, "id"),
    direction,
    caller_number: direction === "outbound" ? ours : theirs,
    called_number: direction === "outbound" ? theirs : ours,
    caller_name: direction === "outbound" ? null : textAt(customer, "name"),
    provider_name: SOURCE,
    pipeline_components: known({
      stt: componentOf(objectAt(assistant, "transcriber")),
      llm: componentOf(objectAt(assistant, "model")),
      tts: componentOf(objectAt(assistant, "voice")),
    }) as Record<string, string>,
    initial_agent: textAt(assistant, "name"),
    language: textAt(assistant, "transcriber", "language"),
  });
}

function componentOf(part: unknown): string | null {
  const names = [textAt(part, "provider"), textAt(part, "model")].filter((name) => name !== null);
  return names.length > 0 ? names.join("/") : null;
}

function turnOf(turn: unknown) {
  return {
    e2e_ms: numberAt(turn, "turnLatency"),
    endpointing_ms: numberAt(turn, "endpointingLatency"),
    stt_ms: numberAt(turn, "transcriberLatency"),
    llm_ms: numberAt(turn, "modelLatency"),
    tts_ms: numberAt(turn, "voiceLatency"),
  };
}

function destinationOf(destination: unknown): string | null {
  for (const name of ["number", "sipUri", "assistantName"]) {
    const text = textAt(destination, name);
    if (text !== null) return text;
  }
  return null;
}

/** Two forms of the same bill: an object by component, or a list of items with a type. */
function costsOf(message: unknown, call: unknown) {
  const cost_breakdown: Record<string, number> = {};
  const usage: Record<string, number> = {};
  const object = objectAt(message, "costBreakdown") ?? objectAt(call, "costBreakdown");
  for (const name of ["transport", "stt", "llm", "tts", "vapi", "chat"])
    addTo(cost_breakdown, name, numberAt(object, name));
  addTo(usage, "input_tokens", numberAt(object, "llmPromptTokens"));
  addTo(usage, "output_tokens", numberAt(object, "llmCompletionTokens"));
  addTo(usage, "cached_tokens", numberAt(object, "llmCachedPromptTokens"));
  addTo(usage, "tts_characters", numberAt(object, "ttsCharacters"));
  if (object) return { cost_breakdown, usage };
  for (const item of [...listAt(message, "costs"), ...(message === call ? [] : listAt(call, "costs"))]) {
    addTo(cost_breakdown, textAt(item, "type"), numberAt(item, "cost"));
    if (textAt(item, "type") !== "model") {
      addTo(usage, "tts_characters", numberAt(item, "characters"));
      continue;
    }
    addTo(usage, "input_tokens", numberAt(item, "promptTokens"));
    addTo(usage, "output_tokens", numberAt(item, "completionTokens"));
    addTo(usage, "cached_tokens", numberAt(item, "cachedPromptTokens"));
  }
  return { cost_breakdown, usage };
}

function over(value: number | null, divisor: number): number | null {
  return value === null ? null : value / divisor;
}
