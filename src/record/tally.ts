/** Counts a call's messages, tools and turns, for the columns that are derived from them. */
import type { CallRecord, Message, ToolCall, Turn } from "./record.ts";

type Counted = Pick<
  CallRecord,
  | "tool_call_count"
  | "tool_ok_count"
  | "tool_error_count"
  | "turn_latencies_ms"
  | "avg_turn_latency_ms"
  | "max_turn_latency_ms"
  | "total_turns"
  | "user_messages"
  | "assistant_messages"
  | "agents_used"
  | "initial_agent"
>;

const AGENTS_MAX = 1000;

export class Tally {
  #messages = 0;
  #user = 0;
  #assistant = 0;
  #tools = 0;
  #ok = 0;
  #error = 0;
  #turns = 0;
  readonly #latencies: number[] = [];
  readonly #agents = new Set<string>();

  get messages(): number {
    return this.#messages;
  }

  addMessage(message: Message): void {
    this.#messages += 1;
    if (message.role === "user") this.#user += 1;
    else if (message.role === "assistant") this.#assistant += 1;
    if (message.agent && this.#agents.size < AGENTS_MAX) this.#agents.add(message.agent);
  }

  addToolCall(tool: ToolCall): void {
    this.#tools += 1;
    if (tool.status === "ok") this.#ok += 1;
    else if (tool.status === "error") this.#error += 1;
  }

  addTurn(turn: Turn): void {
    this.#turns += 1;
    if (turn.e2e_ms !== null) this.#latencies.push(turn.e2e_ms);
  }

  /**
   * Writes the counts into a record. A list that is empty says nothing of what the engine counted itself (a switch's
   * CDR has no transcript, but may know the turns), so such a count is kept where one was given.
   */
  fill(record: Counted): void {
    if (this.#messages > 0) {
      record.user_messages = this.#user;
      record.assistant_messages = this.#assistant;
    } else {
      record.user_messages ??= 0;
      record.assistant_messages ??= 0;
    }
    if (this.#tools > 0 || record.tool_call_count === null) {
      record.tool_call_count = this.#tools;
      record.tool_ok_count = this.#ok;
      record.tool_error_count = this.#error;
    }
    this.#fillTurns(record);
    if (record.agents_used === null && this.#agents.size > 0) record.agents_used = [...this.#agents];
    record.initial_agent ??= record.agents_used?.[0] ?? null;
  }

  #fillTurns(record: Counted): void {
    if (this.#turns > 0) {
      record.total_turns = this.#turns;
      record.turn_latencies_ms = this.#latencies;
    } else if (this.#messages === 0) record.total_turns ??= 0;
    const latencies = record.turn_latencies_ms;
    if (!latencies) return;
    let sum = 0;
    let max = 0;
    for (const latency of latencies) {
      sum += latency;
      if (latency > max) max = latency;
    }
    record.avg_turn_latency_ms = latencies.length > 0 ? sum / latencies.length : null;
    record.max_turn_latency_ms = latencies.length > 0 ? max : null;
  }
}
