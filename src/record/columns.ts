/** The columns of a CallRecord: the one table from which types, Parquet schema, API schema and docs are made. */
import {
  boolean,
  instant,
  integer,
  json,
  list,
  localTime,
  map,
  money,
  number,
  oneOf,
  type Shape,
  struct,
  text,
} from "./shapes.ts";

/** Raised when a column is added; a folder with a higher one is refused by an older reader. */
export const RECORD_VERSION = 1;

export const OUTCOMES = ["completed", "transferred", "error", "abandoned", "no_input", "lost"] as const;
export const DIRECTIONS = ["inbound", "outbound", "web", "internal"] as const;
export const ENDED_BY = ["caller", "agent", "system", "unknown"] as const;

const message = struct({
  role: text,
  content: text,
  at: instant,
  offset_ms: integer,
  interrupted: boolean,
  agent: text,
});

const toolCall = struct({
  tool_call_id: text,
  name: text,
  phase: text,
  params: json,
  result: json,
  status: text,
  error: text,
  at: instant,
  duration_ms: integer,
});

const turn = struct({
  index: integer,
  at: instant,
  e2e_ms: integer,
  endpointing_ms: integer,
  stt_ms: integer,
  llm_ms: integer,
  tts_ms: integer,
  tool_ms: integer,
  interrupted: boolean,
});

const recording = struct({ url: text, channel: text, duration_seconds: number, expires_at: instant });

interface Column {
  readonly shape: Shape;
  /** The unit of the value, where the name alone does not say it. */
  readonly unit?: string;
  /** True where the value can name or describe a person. */
  readonly pii?: true;
  readonly doc: string;
}

const column = <const S extends Shape>(shape: S, doc: string, more: { unit?: string; pii?: true } = {}) =>
  ({ shape, doc, ...more }) as Omit<Column, "shape"> & { readonly shape: S };
const pii = { pii: true } as const;

/** In the order of the Parquet schema. Additions go to the end of their group; a type never changes. */
export const COLUMNS = {
  id: column(
    text,
    "UUIDv7 made from start_time and a hash of source and call_id: the same call always has the same id.",
  ),
  rev: column(integer, "Revision of the record; the highest one of an id wins. A call closed as lost has 0."),
  record_version: column(integer, "Version of this schema the record was written by."),
  call_id: column(text, "The engine's own name of the call, such as an Asterisk channel id."),
  source: column(
    text,
    "Where the record comes from: asterisk, openai_realtime, livekit, vapi, retell, elevenlabs, report, import:…",
  ),
  session_id: column(text, "Name of the session, where one session holds several calls."),
  writer: column(text, "The journal writer that recorded the call."),

  client_id: column(text, "Tenant the call belongs to."),
  assistant_id: column(text, "Assistant (agent configuration) that answered."),
  phone_number_id: column(text, "The provider's id of the telephone number."),
  user_id: column(text, "The host's id of the person.", pii),
  device_id: column(text, "A device's MAC address or other name.", pii),
  caller_number: column(text, "The calling number as the engine gave it.", pii),
  caller_name: column(text, "The calling party's name.", pii),
  called_number: column(text, "The number that was called.", pii),
  direction: column(oneOf(...DIRECTIONS), "inbound, outbound, web or internal."),

  start_time: column(instant, "When the call began.", { unit: "UTC" }),
  answer_time: column(instant, "When it was answered.", { unit: "UTC" }),
  end_time: column(instant, "When it ended.", { unit: "UTC" }),
  duration_seconds: column(number, "From start to end.", { unit: "s" }),
  time_zone: column(text, "IANA zone of the call, e.g. Europe/Berlin."),
  start_time_local: column(localTime, "start_time on the clock of time_zone."),

  provider_name: column(text, "Voice provider, e.g. openai_realtime, deepgram, local."),
  pipeline_name: column(text, "Pipeline of the engine, e.g. local_hybrid."),
  pipeline_components: column(map(text), "Components of the pipeline: stt, llm, tts."),
  context_name: column(text, "Context (AI_CONTEXT) the call was handled in."),
  initial_agent: column(text, "Agent that took the call first."),
  agents_used: column(list(text), "Agents that spoke, in order of appearance."),
  language: column(text, "BCP 47 tag of the spoken language."),

  conversation: column(list(message), "What was said, in order.", pii),

  tool_calls: column(list(toolCall), "Tools called, with parameters and results.", pii),
  tool_call_count: column(integer, "Number of tool calls."),
  tool_ok_count: column(integer, "Tool calls with status ok."),
  tool_error_count: column(integer, "Tool calls with status error."),

  turns: column(list(turn), "Latency of each turn by stage.", { unit: "ms" }),
  turn_latencies_ms: column(list(integer), "End-to-end latency of each turn that has a plausible one.", { unit: "ms" }),
  avg_turn_latency_ms: column(number, "Mean of turn_latencies_ms.", { unit: "ms" }),
  max_turn_latency_ms: column(integer, "Largest of turn_latencies_ms.", { unit: "ms" }),
  total_turns: column(integer, "Number of turns."),
  user_messages: column(integer, "Messages of role user."),
  assistant_messages: column(integer, "Messages of role assistant."),
  barge_in_count: column(integer, "Times the caller interrupted the assistant."),

  outcome: column(oneOf(...OUTCOMES), "completed, transferred, error, abandoned, no_input or lost."),
  ended_reason: column(text, "The engine's own reason, unchanged; an open set."),
  ended_by: column(oneOf(...ENDED_BY), "caller, agent, system or unknown."),
  graceful: column(boolean, "Whether the call ended in an orderly way."),
  transfer_destination: column(text, "Where the call was transferred to.", pii),
  error_message: column(text, "What went wrong."),

  caller_audio_format: column(text, "Audio format on the caller's leg, e.g. ulaw."),
  codec_alignment_ok: column(boolean, "Whether engine and provider agreed on the codec."),
  recordings: column(list(recording), "Recordings of the call.", pii),

  cost_total: column(money, "Total cost in `currency`."),
  currency: column(text, "ISO 4217 code of cost_total and cost_breakdown."),
  cost_breakdown: column(map(money), "Cost by component."),
  usage: column(map(number), "Usage: input_tokens, output_tokens, cached_tokens, audio_seconds …"),

  summary: column(text, "Summary of the call.", pii),
  sentiment: column(text, "Sentiment as the provider named it."),
  sentiment_score: column(number, "Sentiment from -1 to 1."),
  keywords: column(list(text), "Keywords."),
  topics: column(list(text), "Topics."),
  call_outcome: column(text, "The business result, e.g. appointment_booked."),
  labels: column(list(text), "Labels given by people."),
  evaluations: column(json, "Results of evaluations."),

  metadata: column(json, "Anything else the engine wants to keep.", pii),
  server_messages: column(json, "Raw messages of a provider.", pii),
  quality_flags: column(
    list(text),
    "What was doubtful in the record, e.g. clock_step, impossible_latency, truncated_text.",
  ),
  created_at: column(instant, "When the record was made.", { unit: "UTC" }),
} as const;

export type ColumnName = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

/** The column of that name, or undefined: the only way from a string of outside to an identifier. */
export function columnOf(name: string): Column | undefined {
  return Object.hasOwn(COLUMNS, name) ? COLUMNS[name as ColumnName] : undefined;
}
