/** The calls that earlier processes of this host left open, until the engine goes on with them. */
import { memberOf } from "../record/json.ts";
import type { AbandonedCall } from "../store/journal/abandoned.ts";
import type { RecoveredCall } from "./inputs.ts";

export class Recovery {
  readonly #calls = new Map<string, AbandonedCall>();

  /** The journal's thread found these. They are forgotten after `keepMs`: whatever they were, they are over then. */
  keep(calls: readonly AbandonedCall[], keepMs: number): void {
    for (const left of calls) this.#calls.set(left.call.id, left);
    if (this.#calls.size > 0) setTimeout(() => this.#calls.clear(), keepMs).unref();
  }

  list(): readonly RecoveredCall[] {
    return [...this.#calls.values()].map(({ call }) => ({
      id: call.id,
      source: call.started.source ?? "engine",
      call_id: call.started.call_id ?? "",
      start_time: call.started.start_time ?? "",
      last_event_time: call.last_event_time,
      started: call.started,
      messages: call.conversation.length + call.partial.length,
      conversation: [...call.conversation, ...call.partial],
      tool_calls: call.tool_calls,
      turns: call.turns,
      barge_in_count: call.barge_in_count,
    }));
  }

  /**
   * Gives out the call that has this id and was begun again with `start`. Only where `start` names its time: a name
   * alone may be an engine's counter that began anew.
   */
  take(id: string, start: unknown): AbandonedCall | null {
    const begun = memberOf(start, "start_time");
    const left = begun === undefined || begun === null ? undefined : this.#calls.get(id);
    this.#calls.delete(id);
    return left ?? null;
  }
}
