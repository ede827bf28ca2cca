/** Retell's webhooks as records: call_ended, and call_analyzed, which comes later and may be sparse. */
import type { Direction } from "../../record/record.ts";
import type { MessageInput, RecordInput, ToolCallInput } from "../inputs.ts";
import {
  addressAt,
  addTo,
  booleanAt,
  known,
  type LiveTelling,
  listAt,
  msAt,
  numberAt,
  objectAt,
  parsedText,
  recordingOf,
  restOf,
  type Telling,
  textAt,
  valueAt,
} from "./provider-payload.ts";
import { retellEnding } from "./retell-ending.ts";

const SOURCE = "retell";

/** Members of the call that columns come from; what is beside them goes into server_messages. */
const READ = new Set([
  ...["call_id", "call_type", "agent_id", "agent_name", "direction", "from_number", "to_number", "start_timestamp"],
  ...["end_timestamp", "duration_ms", "transcript", "transcript_object", "transcript_with_tool_calls", "metadata"],
  ...["scrubbed_transcript_with_tool_calls", "recording_url", "recording_multi_channel_url", "call_status"],
  ...["disconnection_reason", "transfer_destination", "call_analysis", "call_cost", "latency.e2e.values"],
  ...["llm_token_usage.values", "public_log_url"],
]);

/** The record of call_ended or call_analyzed, or of a call as Retell's API gives it. Null for others, or without a time. */
export function fromRetell(payload: unknown): RecordInput | null {
  const telling = retellTelling(payload);
  return telling?.start_time ? { ...telling, start_time: telling.start_time } : null;
}

/** The same, with a start that may be missing. Retell's times are epoch ms, its money is in cents. */
export function retellTelling(payload: unknown): Telling | null {
  const event = textAt(payload, "event");
  const call = objectAt(payload, "call") ?? objectAt({ payload }, "payload");
  const call_id = textAt(call, "call_id");
  const isCall = event === null && ["ended", "error", "not_connected"].includes(textAt(call, "call_status") ?? "");
  if (call_id === null || !(event === "call_ended" || event === "call_analyzed" || isCall)) return null;

  const end_time = msAt(call, "end_timestamp");
  const lasted = numberAt(call, "duration_ms");
  const start_time = msAt(call, "start_timestamp") ?? (end_time !== null && lasted !== null ? end_time - lasted : null);
  const reason = textAt(call, "disconnection_reason");
  const ending = reason === null ? null : retellEnding(reason);
  const { conversation, tool_calls, others } = transcriptOf(call, start_time);
  const { cost_total, cost_breakdown } = costOf(call);
  const left = restOf({ ...call, ...(others.length > 0 ? { other_entries: others } : {}) }, READ);

  return {
    ...known({
      ...partiesOf(call),
      end_time,
      duration_seconds: lasted !== null && (start_time === null || end_time === null) ? lasted / 1000 : null,
      conversation,
      tool_calls,
      // The values stand in no order of turns: they are latencies of the call, and nothing of one turn.
      turn_latencies_ms: listAt(call, "latency", "e2e", "values").filter((value) => typeof value === "number"),
      outcome: ending?.outcome ?? (textAt(call, "call_status") === "error" ? "error" : null),
      ended_reason: reason,
      ended_by: ending?.ended_by,
      graceful: ending?.graceful,
      transfer_destination: textAt(call, "transfer_destination"),
      error_message: ending?.outcome === "error" ? reason : null,
      recordings: [
        recordingOf(addressAt(call, "recording_url"), "mono"),
        recordingOf(addressAt(call, "recording_multi_channel_url"), "multi"),
      ].filter((recording) => recording !== null),
      cost_total,
      currency: cost_total === null ? null : "USD",
      cost_breakdown,
      usage: usageOf(call),
      summary: textAt(call, "call_analysis", "call_summary"),
      sentiment: textAt(call, "call_analysis", "user_sentiment"),
      evaluations: known({ ...objectAt(call, "call_analysis"), call_summary: null, user_sentiment: null }),
      metadata: objectAt(call, "metadata"),
      server_messages: left === null ? null : { call: left },
    }),
    source: SOURCE,
    call_id,
    start_time,
  };
}

/** call_started: the call goes on. */
export function retellStatus(payload: unknown, now = Date.now()): LiveTelling | null {
  const call = objectAt(payload, "call");
  const call_id = textAt(call, "call_id");
  if (textAt(payload, "event") !== "call_started" || call_id === null) return null;
  return {
    source: SOURCE,
    call_id,
    at: msAt(call, "start_timestamp") ?? now,
    state: "going",
    columns: partiesOf(call),
  };
}

function partiesOf(call: unknown) {
  const direction: Direction | null =
    textAt(call, "call_type") === "web_call"
      ? "web"
      : textAt(call, "direction") === "inbound"
        ? "inbound"
        : textAt(call, "direction") === "outbound"
          ? "outbound"
          : null;
  return known({
    assistant_id: textAt(call, "agent_id"),
    initial_agent: textAt(call, "agent_name"),
    direction,
    caller_number: textAt(call, "from_number"),
    called_number: textAt(call, "to_number"),
    provider_name: SOURCE,
  });
}

const SPEAKERS: Readonly<Record<string, string>> = {
  agent: "assistant",
  user: "user",
  transfer_target: "transfer_target",
};

function transcriptOf(call: unknown, start: number | null) {
  const conversation: MessageInput[] = [];
  const tool_calls: ToolCallInput[] = [];
  const others: unknown[] = [];
  const tools = new Map<string, ToolCallInput>();
  const whole = listAt(call, "transcript_with_tool_calls");
  for (const entry of whole.length > 0 ? whole : listAt(call, "transcript_object")) {
    const role = textAt(entry, "role") ?? "";
    const id = textAt(entry, "tool_call_id");
    const speaker = Object.hasOwn(SPEAKERS, role) ? SPEAKERS[role] : undefined;
    if (speaker !== undefined && textAt(entry, "content") !== null) {
      const seconds = numberAt(listAt(entry, "words")[0], "start");
      const offset_ms = seconds === null || seconds < 0 ? null : Math.round(seconds * 1000);
      const at = start === null || offset_ms === null ? null : start + offset_ms;
      conversation.push({ role: speaker, content: textAt(entry, "content"), at, offset_ms });
    } else if (role === "dtmf" && textAt(entry, "digit") !== null) {
      conversation.push({ role: "dtmf", content: textAt(entry, "digit") });
    } else if (role === "tool_call_invocation") {
      const tool = { tool_call_id: id, name: textAt(entry, "name"), params: parsedText(valueAt(entry, "arguments")) };
      tool_calls.push(tool);
      if (id !== null) tools.set(id, tool);
    } else if (role === "tool_call_result") {
      const result = parsedText(valueAt(entry, "content"));
      const ok = booleanAt(entry, "successful");
      const answer = { result, status: ok === null ? null : ok ? "ok" : "error" };
      const tool = tools.get(id ?? "");
      if (tool) Object.assign(tool, answer);
      else tool_calls.push({ tool_call_id: id, ...answer });
    } else if (entry !== null) others.push(entry);
  }
  return { conversation, tool_calls, others };
}

/** Cents become the currency's unit: the only place where that is done. */
function costOf(call: unknown) {
  const cents = numberAt(call, "call_cost", "combined_cost");
  const sums: Record<string, number> = {};
  for (const item of listAt(call, "call_cost", "product_costs"))
    addTo(sums, textAt(item, "product"), numberAt(item, "cost"));
  const cost_breakdown = Object.fromEntries(Object.entries(sums).map(([product, sum]) => [product, sum / 100]));
  return { cost_total: cents === null ? null : cents / 100, cost_breakdown };
}

function usageOf(call: unknown): Record<string, number> {
  const usage: Record<string, number> = {};
  addTo(usage, "billed_seconds", numberAt(call, "call_cost", "total_duration_seconds"));
  addTo(usage, "llm_requests", numberAt(call, "llm_token_usage", "num_requests"));
  for (const tokens of listAt(call, "llm_token_usage", "values"))
    addTo(usage, "llm_tokens", typeof tokens === "number" ? tokens : null);
  return usage;
}
