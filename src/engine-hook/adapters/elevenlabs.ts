/** ElevenLabs' webhooks as records: post_call_transcription, and calls that could not be placed. */
import type { Direction } from "../../record/record.ts";
import type { MessageInput, RecordInput, ToolCallInput, TurnInput } from "../inputs.ts";
import { elevenLabsEnding } from "./elevenlabs-ending.ts";
import {
  addTo,
  booleanAt,
  known,
  listAt,
  numberAt,
  objectAt,
  parsedText,
  restOf,
  type Telling,
  textAt,
  valueAt,
} from "./provider-payload.ts";

const SOURCE = "elevenlabs";

/** Members of `data` that columns come from; what is beside them goes into server_messages. */
const READ = new Set([
  ...["agent_id", "agent_name", "conversation_id", "status", "user_id", "transcript", "failure_reason"],
  ...["metadata.start_time_unix_secs", "metadata.accepted_time_unix_secs", "metadata.call_duration_secs"],
  ...["metadata.cost", "metadata.termination_reason", "metadata.main_language", "metadata.error"],
  ...["metadata.phone_call.direction", "metadata.phone_call.agent_number", "metadata.phone_call.external_number"],
  ...["metadata.phone_call.phone_number_id", "analysis", "has_audio", "has_user_audio", "has_response_audio"],
]);

/** The record of a webhook, or of a conversation as the API gives it. Null for what is neither, or has no time. */
export function fromElevenLabs(payload: unknown): RecordInput | null {
  const telling = elevenLabsTelling(payload);
  return telling?.start_time ? { ...telling, start_time: telling.start_time } : null;
}

/** The same, with a start that may be missing. ElevenLabs' times are in seconds, its cost is in credits. */
export function elevenLabsTelling(payload: unknown): Telling | null {
  const type = textAt(payload, "type");
  const data = objectAt(payload, "data") ?? objectAt({ payload }, "payload");
  const call_id = textAt(data, "conversation_id");
  if (call_id === null) return null;
  if (type === "call_initiation_failure") return notPlaced(payload, data, call_id);
  const isConversation = type === null && ["done", "failed"].includes(textAt(data, "status") ?? "");
  if (type !== "post_call_transcription" && !isConversation) return null;

  const metadata = objectAt(data, "metadata");
  const start_time = secondsAt(metadata, "start_time_unix_secs");
  const lasted = numberAt(metadata, "call_duration_secs");
  const failed = textAt(data, "status") === "failed";
  const reason = textAt(metadata, "termination_reason");
  const ending = reason === null && !failed ? null : elevenLabsEnding(reason ?? "", failed);
  const { conversation, tool_calls, turns, interruptions } = transcriptOf(data, start_time);
  const left = restOf(data, READ);

  return {
    ...known({
      ...partiesOf(data),
      answer_time: secondsAt(metadata, "accepted_time_unix_secs"),
      end_time: start_time !== null && lasted !== null ? start_time + Math.round(lasted * 1000) : null,
      duration_seconds: start_time === null ? lasted : null,
      language: textAt(metadata, "main_language"),
      conversation,
      tool_calls,
      turns,
      barge_in_count: interruptions,
      outcome: ending?.outcome,
      ended_reason: reason,
      ended_by: ending?.ended_by,
      graceful: ending?.graceful,
      error_message:
        textAt(metadata, "error", "reason") ??
        textAt(metadata, "error") ??
        (ending?.outcome === "error" ? reason : null),
      usage: usageOf(metadata),
      summary: textAt(data, "analysis", "transcript_summary"),
      evaluations: known({ ...objectAt(data, "analysis"), transcript_summary: null }),
      server_messages: left === null ? null : { data: left },
    }),
    source: SOURCE,
    call_id,
    start_time,
  };
}

/** An outbound call that was never answered has no start but the time of the message. */
function notPlaced(payload: unknown, data: unknown, call_id: string): Telling {
  const reason = textAt(data, "failure_reason");
  const unreached = reason !== null && /busy|no.?answer/i.test(reason);
  const left = restOf(data, READ);
  return {
    ...known({
      assistant_id: textAt(data, "agent_id"),
      direction: "outbound",
      provider_name: SOURCE,
      outcome: unreached ? "abandoned" : "error",
      ended_reason: reason,
      ended_by: "system",
      graceful: unreached,
      error_message: unreached ? null : (reason ?? "The call could not be placed."),
      server_messages: left === null ? null : { data: left },
    }),
    source: SOURCE,
    call_id,
    start_time: secondsAt(payload, "event_timestamp"),
  };
}

function partiesOf(data: unknown) {
  const phone = objectAt(data, "metadata", "phone_call");
  const [theirs, ours] = [textAt(phone, "external_number"), textAt(phone, "agent_number")];
  const out = textAt(phone, "direction") === "outbound";
  const direction: Direction | null =
    phone === null ? "web" : out ? "outbound" : textAt(phone, "direction") === "inbound" ? "inbound" : null;
  return known({
    assistant_id: textAt(data, "agent_id"),
    initial_agent: textAt(data, "agent_name"),
    user_id: textAt(data, "user_id"),
    phone_number_id: textAt(phone, "phone_number_id"),
    direction,
    caller_number: out ? ours : theirs,
    called_number: out ? theirs : ours,
    provider_name: SOURCE,
  });
}

function transcriptOf(data: unknown, start: number | null) {
  const conversation: MessageInput[] = [];
  const tool_calls: ToolCallInput[] = [];
  const turns: TurnInput[] = [];
  const tools = new Map<string, ToolCallInput>();
  let interruptions = 0;
  for (const entry of listAt(data, "transcript")) {
    const role = textAt(entry, "role") === "agent" ? "assistant" : textAt(entry, "role");
    const seconds = numberAt(entry, "time_in_call_secs");
    const offset_ms = seconds === null || seconds < 0 ? null : Math.round(seconds * 1000);
    const at = start === null || offset_ms === null ? null : start + offset_ms;
    const interrupted = booleanAt(entry, "interrupted");
    const agent = role === "assistant" ? textAt(entry, "agent_metadata", "agent_id") : null;
    if (textAt(entry, "message") !== null)
      conversation.push({ role, content: textAt(entry, "message"), at, offset_ms, interrupted, agent });
    if (role === "assistant" && interrupted === true) interruptions += 1;
    for (const call of listAt(entry, "tool_calls")) {
      const tool = {
        tool_call_id: textAt(call, "request_id"),
        name: textAt(call, "tool_name"),
        params: parsedText(valueAt(call, "params_as_json")),
        at,
      };
      tool_calls.push(tool);
      if (tool.tool_call_id !== null) tools.set(tool.tool_call_id, tool);
    }
    for (const result of listAt(entry, "tool_results")) takeResult(result, tools, tool_calls);
    const turn = turnOf(objectAt(entry, "conversation_turn_metrics", "metrics"));
    if (turn) turns.push({ ...turn, at, interrupted });
  }
  return { conversation, tool_calls, turns, interruptions };
}

function takeResult(result: unknown, tools: Map<string, ToolCallInput>, tool_calls: ToolCallInput[]): void {
  const id = textAt(result, "request_id");
  const isError = booleanAt(result, "is_error");
  const seconds = numberAt(result, "tool_latency_secs");
  const answer = {
    result: parsedText(valueAt(result, "result_value")),
    status: isError === null ? null : isError ? "error" : "ok",
    error: isError === true ? (textAt(result, "raw_error_message") ?? textAt(result, "result_value")) : null,
    duration_ms: seconds === null ? null : Math.round(seconds * 1000),
  };
  const tool = tools.get(id ?? "");
  if (tool) Object.assign(tool, answer);
  else tool_calls.push({ tool_call_id: id, name: textAt(result, "tool_name"), ...answer });
}

/** The metrics have names such as convai_llm_service_ttfb; the time to the first byte is the stage's latency. */
function turnOf(metrics: Record<string, unknown> | null): TurnInput | null {
  if (metrics === null) return null;
  const stage = (pattern: RegExp): number | null => {
    for (const name of Object.keys(metrics)) {
      const seconds = pattern.test(name) ? numberAt(metrics, name, "elapsed_time") : null;
      if (seconds !== null) return Math.round(seconds * 1000);
    }
    return null;
  };
  const turn = {
    stt_ms: stage(/asr|stt|transcri/),
    llm_ms: stage(/llm.*ttfb$/) ?? stage(/llm/),
    tts_ms: stage(/tts.*ttfb$/) ?? stage(/tts/),
  };
  return turn.stt_ms === null && turn.llm_ms === null && turn.tts_ms === null ? null : turn;
}

/** Credits are no money. Tokens are summed over the models. */
function usageOf(metadata: unknown): Record<string, number> {
  const usage: Record<string, number> = {};
  addTo(usage, "credits", numberAt(metadata, "cost"));
  for (const part of ["irreversible_generation", "initiated_generation"]) {
    const models = objectAt(metadata, "charging", "llm_usage", part, "model_usage") ?? {};
    for (const name of Object.keys(models)) {
      addTo(usage, "input_tokens", numberAt(models, name, "input", "tokens"));
      addTo(usage, "cached_tokens", numberAt(models, name, "input_cache_read", "tokens"));
      addTo(usage, "output_tokens", numberAt(models, name, "output_total", "tokens"));
    }
    if (Object.keys(models).length > 0) break;
  }
  return usage;
}

function secondsAt(object: unknown, name: string): number | null {
  const seconds = numberAt(object, name);
  return seconds === null || seconds <= 0 || seconds > 253402300799 ? null : Math.round(seconds * 1000);
}
