/** Events that come after their call's record, because their sender could not reach us: the next revision has them. */
import type { RecordInput } from "../../engine-hook/index.ts";
import type { CallRecord } from "../../record/index.ts";
import { isPlain } from "../../record/json.ts";
import { instantMs, isoOf } from "../../record/time.ts";
import type { CallEvent } from "./event-schema.ts";
import { EVENTS_MARK } from "./intake.ts";
import { markIn, NO_MARK, ToldBefore } from "./told-before.ts";

export interface LateEvents {
  /** The record with what they add; null if they were all taken before. */
  readonly told: RecordInput | null;
  readonly applied: number;
  readonly repeated: number;
}

export function lateEvents(stored: CallRecord, events: readonly CallEvent[]): LateEvents {
  const mark = markIn(stored.metadata, EVENTS_MARK);
  const before = new ToldBefore(
    {
      conversation: stored.conversation ?? [],
      tool_calls: stored.tool_calls ?? [],
      turns: stored.turns ?? [],
      barge_in_count: 0,
    },
    // Without numbers only the words themselves tell a repetition.
    events.every(({ seq }) => seq !== null) ? mark : NO_MARK,
  );
  const lists = {
    conversation: [...(stored.conversation ?? [])] as unknown[],
    tool_calls: [...(stored.tool_calls ?? [])] as unknown[],
    turns: [...(stored.turns ?? [])] as unknown[],
  };
  const columns: Record<string, unknown> = {};
  let [applied, bargeIns, ended, last] = [0, 0, false, instantMs(stored.end_time) ?? 0];
  for (const { type, seq, body } of events) {
    if (seq !== null && seq <= mark.seq) continue;
    if (type === "message" && !before.message(body)) lists.conversation.push(body);
    else if (type === "tool" && !before.tool(body)) lists.tool_calls.push(body);
    else if (type === "turn" && !before.turn(body)) lists.turns.push(body);
    else if (type === "barge_in") bargeIns += 1;
    else if (type === "set" || type === "ended") Object.assign(columns, body);
    else if (type === "segment" && body["final"] === true)
      lists.conversation.push({ role: body["role"] ?? "user", content: body["text"] });
    else continue;
    ended ||= type === "ended";
    applied += 1;
    mark.seq = Math.max(mark.seq, seq ?? 0);
    last = Math.max(last, instantMs(body["at"]) ?? 0);
  }
  const repeated = events.length - applied;
  if (applied === 0) return { told: null, applied, repeated };
  const { ended_reason, ended_by, graceful, outcome } = stored;
  // What was supposed of the call's end stands until its end is told, but it was later than supposed.
  const end = ended
    ? { end_time: last > 0 ? isoOf(last) : null }
    : {
        ended_reason,
        ended_by,
        graceful,
        outcome: outcome === "abandoned" ? null : outcome,
        end_time: last > 0 ? isoOf(last) : null,
      };
  const metadata = isPlain(columns["metadata"]) ? columns["metadata"] : {};
  const told = {
    ...end,
    ...lists,
    ...columns,
    ...(bargeIns > 0 ? { barge_in_count: (stored.barge_in_count ?? 0) + bargeIns } : {}),
    metadata: { ...metadata, [EVENTS_MARK]: mark },
    source: stored.source,
    call_id: stored.call_id,
    start_time: stored.start_time,
  };
  return { told: told as RecordInput, applied, repeated };
}
