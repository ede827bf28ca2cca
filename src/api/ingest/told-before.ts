/** What a live call was told before its backend died, of which nobody knows whether it was acknowledged. */
import type { Message, ToolCall, Turn } from "../../record/record.ts";
import { instantMs } from "../../record/time.ts";

/** How much of a call was told through events: goes into its metadata, so that it survives a restart. */
export interface Mark {
  /** The highest number of an event taken. */
  seq: number;
  messages: number;
  tools: number;
  turns: number;
  barge_ins: number;
}

export const NO_MARK: Readonly<Mark> = { seq: 0, messages: 0, tools: 0, turns: 0, barge_ins: 0 };

/** The mark in a call's metadata. */
export function markIn(metadata: unknown, name: string): Mark {
  const found = (metadata as Record<string, unknown> | null | undefined)?.[name] as Partial<Mark> | undefined;
  const mark = { ...NO_MARK };
  for (const member of Object.keys(mark) as (keyof Mark)[]) {
    const value = found?.[member];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) mark[member] = value;
  }
  return mark;
}

interface SoFar {
  readonly conversation: readonly Message[];
  readonly tool_calls: readonly ToolCall[];
  readonly turns: readonly Turn[];
  readonly barge_in_count: number;
}

/**
 * Lines of a batch may be on disk without the mark behind them. Their sender heard nothing and tells them again: such an
 * event is found here once, and then is not taken a second time.
 */
export class ToldBefore {
  readonly #messages: Message[];
  readonly #tools: ToolCall[];
  readonly #turns: Turn[];
  #bargeIns: number;

  constructor(soFar: SoFar, mark: Mark) {
    this.#messages = soFar.conversation.slice(mark.messages);
    this.#tools = soFar.tool_calls.slice(mark.tools);
    this.#turns = soFar.turns.slice(mark.turns);
    this.#bargeIns = Math.max(0, soFar.barge_in_count - mark.barge_ins);
  }

  message(said: { role?: unknown; content?: unknown; at?: unknown }): boolean {
    return took(
      this.#messages,
      (one) => one.role === said.role && one.content === said.content && sameTime(one.at, said.at),
    );
  }

  tool(tool: { name?: unknown; tool_call_id?: unknown; at?: unknown }): boolean {
    const id = tool.tool_call_id ?? null;
    return took(this.#tools, (one) => one.name === tool.name && one.tool_call_id === id && sameTime(one.at, tool.at));
  }

  turn(turn: { e2e_ms?: unknown; at?: unknown }): boolean {
    return took(this.#turns, (one) => one.e2e_ms === (turn.e2e_ms ?? null) && sameTime(one.at, turn.at));
  }

  bargeIn(): boolean {
    if (this.#bargeIns === 0) return false;
    this.#bargeIns -= 1;
    return true;
  }
}

/** An event without a time got one when it came, which its repetition does not know. */
function sameTime(recorded: string | null, told: unknown): boolean {
  return told === undefined || told === null || recorded === null || instantMs(recorded) === instantMs(told);
}

function took<T>(list: T[], is: (one: T) => boolean): boolean {
  const at = list.findIndex(is);
  if (at < 0) return false;
  list.splice(at, 1);
  return true;
}
