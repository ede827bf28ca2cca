/** Takes what is told of a call and makes a finished call of it: the other end of an adapter that reads a report. */
import type { CallEnd, MessageInput, RecordInput, ToolCallInput, TurnInput } from "../../inputs.ts";
import type { Told } from "./session.ts";

export class RecordedCall implements Told {
  readonly #conversation: MessageInput[] = [];
  readonly #turns: TurnInput[] = [];
  readonly #tools: ToolCallInput[] = [];
  #columns: CallEnd = {};
  #bargeIns = 0;

  addMessage(message: MessageInput): void {
    this.#conversation.push(message);
  }

  addTurn(turn: TurnInput): void {
    this.#turns.push(turn);
  }

  addToolCall(tool: ToolCallInput): void {
    this.#tools.push(tool);
  }

  bargeIn(): void {
    this.#bargeIns += 1;
  }

  set(columns: CallEnd): void {
    const metadata = { ...asObject(this.#columns.metadata), ...asObject(columns.metadata) };
    this.#columns = { ...this.#columns, ...columns, ...(Object.keys(metadata).length > 0 ? { metadata } : {}) };
  }

  /** The finished call; what `known` says stands above what was told. */
  record(known: Partial<RecordInput>, ids: { call_id: string; start_time: number }): RecordInput {
    this.set(known);
    return {
      ...ids,
      ...this.#columns,
      call_id: known.call_id ?? ids.call_id,
      start_time: known.start_time ?? ids.start_time,
      conversation: this.#conversation,
      turns: this.#turns,
      tool_calls: this.#tools,
      barge_in_count: this.#bargeIns,
    };
  }
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
