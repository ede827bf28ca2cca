/** One call as every example of the document tells it. */
import { SUMMARY_COLUMNS } from "../../query/summary-columns.ts";
import { emptyRecord } from "../../record/record.ts";
import { LIVE_COLUMNS } from "../../store/journal/live-types.ts";
import type { CallDetail, CallSummary, LiveCall, Totals } from "../contract.ts";

const START = "2026-11-21T10:00:00.000Z";

export const call: CallDetail = {
  ...emptyRecord(),
  id: "019aa5f6-1d00-7e1a-8000-000000000001",
  rev: 1,
  record_version: 1,
  call_id: "PJSIP/100-0001",
  source: "asterisk",
  client_id: "acme",
  caller_number: "+12025550101",
  direction: "inbound",
  start_time: START,
  end_time: "2026-11-21T10:01:35.000Z",
  duration_seconds: 95,
  provider_name: "openai_realtime",
  context_name: "support",
  language: "en-GB",
  conversation: [
    { role: "user", content: "My order is late.", at: START, offset_ms: 0, interrupted: null, agent: null },
  ],
  tool_call_count: 0,
  total_turns: 1,
  avg_turn_latency_ms: 812,
  outcome: "completed",
};
const pick = (names: readonly string[]) =>
  Object.fromEntries(Object.entries(call).filter(([name]) => names.includes(name)));
export const summary = { ...pick(SUMMARY_COLUMNS), p95_turn_latency_ms: 812 } as CallSummary;

export const totals: Totals = {
  calls: 1,
  duration_seconds_total: 95,
  avg_duration_seconds: 95,
  tool_calls: 0,
  tool_ok: 0,
  tool_errors: 0,
  tool_success_rate: null,
  avg_turn_latency_ms: 812,
  p50_turn_latency_ms: 812,
  p95_turn_latency_ms: 812,
  p99_turn_latency_ms: 812,
  turns: 1,
  barge_ins: 0,
  barge_in_rate: 0,
  completed: 1,
};

export const live: LiveCall = {
  ...(pick(LIVE_COLUMNS) as unknown as LiveCall),
  user_messages: 1,
  assistant_messages: 0,
  total_turns: 0,
  avg_turn_latency_ms: null,
  tool_call_count: 0,
  tool_error_count: 0,
  barge_in_count: 0,
  id: call.id,
  status: "active",
  last_activity: START,
  duration_seconds: 12,
  audio_seconds: null,
  agents_used: [],
  can_end: true,
  partial: [],
};
