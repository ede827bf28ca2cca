/** The text of a live call's record. */
import type { Scrutiny } from "../record/limits.ts";
import { completeRecord } from "../record/normalise.ts";
import type { emptyRecord } from "../record/record.ts";
import type { Tally } from "../record/tally.ts";
import type { CallEvents } from "./call-events.ts";

/**
 * The record of an ended call as text. The lists are joined from the texts their lines had, so that nothing is
 * stringified twice. `turns` says whose turns count: the engine's, or those derived from speech.
 */
export function recordText(
  columns: ReturnType<typeof emptyRecord>,
  tally: Tally,
  scrutiny: Scrutiny,
  events: CallEvents,
  turns: "turn" | "heard_turn",
): string {
  const record = completeRecord(columns, tally, scrutiny);
  // An engine that tells of the end and of no error has ended the call in an orderly way.
  record.graceful ??= record.outcome !== "error" && record.outcome !== "lost";
  const text = JSON.stringify(record);
  // The first such sequence is the columns': quotes inside values are escaped, and no map before them holds a null.
  const lists = '"conversation":null,"tool_calls":null,';
  const at = text.indexOf(lists);
  const turnsNull = '"turns":null,';
  const turnsAt = text.indexOf(turnsNull, at);
  return `${text.slice(0, at)}"conversation":[${events.bodies("message")}],"tool_calls":[${events.bodies("tool")}],${text.slice(
    at + lists.length,
    turnsAt,
  )}"turns":[${events.bodies(turns)}],${text.slice(turnsAt + turnsNull.length)}`;
}
