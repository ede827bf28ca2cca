/** Call lists of Vapi and Retell, as their APIs give them or their webhooks told them: JSON, read by the webhooks' own mappers. */
import { fromRetell, fromVapi, type RecordInput } from "../../engine-hook/index.ts";
import { measure, piecesOf } from "./input.ts";
import { jsonValues } from "./json-values.ts";
import type { Source } from "./source.ts";

function listOf(
  summary: string,
  mapping: Source["mapping"],
  missing: string,
  read: (value: unknown) => RecordInput | null,
): Source {
  return {
    summary,
    mapping,
    in_time_order: false,
    async *read({ from, meter }) {
      await measure(from, meter);
      for (const file of from)
        for await (const { value, number, problem } of jsonValues(piecesOf(file, meter))) {
          const place = { file, line: number };
          const columns = problem === undefined ? read(value) : null;
          yield columns ? { place, rows: 1, columns } : { place, rows: 1, reason: problem ?? missing };
        }
    },
  };
}

export const vapi: Source = listOf(
  "calls of Vapi: the list of its API, or end-of-call reports (JSON lines, an array)",
  [
    ["id", "call_id (source: vapi)"],
    ["startedAt, endedAt, endedReason", "start_time, end_time, ended_reason, outcome, ended_by"],
    ["customer, phoneNumber, type", "caller_number, called_number, direction"],
    ["messages, artifact.messages", "conversation, tool_calls"],
    ["artifact.performanceMetrics.turnLatencies", "turns"],
    ["cost, costs, costBreakdown (USD)", "cost_total, currency, cost_breakdown, usage"],
    ["analysis", "summary, evaluations"],
  ],
  "It is no ended call of Vapi: that has an id, a status ended (or type end-of-call-report) and a time.",
  fromVapi,
);

export const retell: Source = listOf(
  "calls of Retell: the list of its API, or call_ended and call_analyzed (JSON lines, an array)",
  [
    ["call_id", "call_id (source: retell)"],
    ["start_timestamp, end_timestamp, disconnection_reason", "start_time, end_time, ended_reason, outcome, ended_by"],
    ["from_number, to_number, direction", "caller_number, called_number, direction"],
    ["transcript_with_tool_calls", "conversation, tool_calls"],
    ["latency.e2e.values", "turn_latencies_ms"],
    ["call_cost (cents)", "cost_total in USD, cost_breakdown"],
    ["call_analysis", "summary, sentiment, evaluations"],
  ],
  "It is no ended call of Retell: that has a call_id, a call_status ended, error or not_connected, and a time.",
  fromRetell,
);
