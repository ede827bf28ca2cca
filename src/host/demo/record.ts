/** A demo call as a finished record, for the history that is written straight to Parquet. */
import { type CallRecord, normaliseRecord } from "../../record/index.ts";
import type { DemoCall, DemoEvent } from "./call.ts";

/** The CallRecord of a demo call that began at `start` (ms), as the hook would have made it. */
export function recordOf(call: DemoCall, start: number, writer: string): CallRecord {
  const iso = (offset: number) => new Date(start + offset).toISOString();
  const first = call.events[0]?.offset_ms;
  const messages = ofKind(call.events, "message");
  return normaliseRecord({
    ...call.started,
    ...call.ended,
    writer,
    start_time: iso(0),
    answer_time: first === undefined ? null : iso(first),
    end_time: iso(call.duration_ms),
    created_at: iso(call.duration_ms),
    conversation: messages.map(({ role, content, interrupted, offset_ms }) => ({
      role,
      content,
      interrupted,
      offset_ms,
      at: iso(offset_ms),
      agent: role === "assistant" ? (call.started.initial_agent ?? null) : null,
    })),
    tool_calls: ofKind(call.events, "tool").map((tool, index) => ({
      tool_call_id: `${call.started.call_id}-${index + 1}`,
      name: tool.name,
      params: tool.params,
      result: tool.result,
      status: tool.error === null ? "ok" : "error",
      error: tool.error,
      at: iso(tool.offset_ms),
      duration_ms: tool.duration_ms,
    })),
    turns: ofKind(call.events, "turn").map((turn, index) => ({
      index,
      at: iso(turn.offset_ms),
      ...turn.latency,
      interrupted: turn.interrupted,
    })),
    barge_in_count: ofKind(call.events, "barge_in").length,
  });
}

function ofKind<K extends DemoEvent["kind"]>(events: readonly DemoEvent[], kind: K): Extract<DemoEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<DemoEvent, { kind: K }> => event.kind === kind);
}
