/** How a LiveKit session ended, and what its errors say. */
import type { CallEnd } from "../../inputs.ts";
import { isObject, memberIn, textIn } from "../engine-event.ts";
import { timeIn } from "./times.ts";

/** `user_initiated` is the application's own close; a participant who leaves is the caller. */
const ENDED_BY: ReadonlyMap<string, "caller" | "agent" | "system"> = new Map([
  ["participant_disconnected", "caller"],
  ["user_initiated", "agent"],
  ["task_completed", "agent"],
  ["job_shutdown", "system"],
  ["error", "system"],
]);

/** What a `close` event says of the call's end; the reason may be a word of the application's own. */
export function endingOf(close: unknown): CallEnd {
  const reason = textIn(close, "reason");
  const error = memberIn(close, "error");
  const failed = reason === "error" || error !== null;
  return {
    ended_reason: reason,
    ended_by: (reason === null ? undefined : ENDED_BY.get(reason)) ?? (failed ? "system" : "unknown"),
    graceful: !failed,
    end_time: timeIn(close, "createdAt", "created_at"),
    ...(failed ? { error_message: error === null ? "The session closed with an error." : messageOf(error) } : {}),
  };
}

/** The words of an error: as an Error, as LiveKit wraps it (`{type, label, error}`), or as a report writes it. */
export function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  const inner = memberIn(error, "error");
  const words = textIn(error, "message") ?? (isObject(inner) ? textIn(inner, "message") : textIn(error, "error"));
  return words || [textIn(error, "type"), textIn(error, "label")].filter(Boolean).join(" of ") || "unknown error";
}
