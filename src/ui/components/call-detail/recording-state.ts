/** What is to be said of a call's recordings, and which addresses may be played: a record's URLs are hostile input. */
import type { CallDetail } from "../../../api/contract.ts";

export type Recording = NonNullable<CallDetail["recordings"]>[number];

export type RecordingState =
  | { readonly kind: "none" }
  | { readonly kind: "processing" }
  | { readonly kind: "expired"; readonly at: string }
  | { readonly kind: "refused"; readonly url: string }
  | { readonly kind: "ready"; readonly src: string };

/**
 * The address if it is one that can be played: http or https, or a blob of this very page; else null. What is relative
 * is read against the page. A name or password in it would be sent along, so it is refused too.
 */
export function playableUrl(url: string, base: string): string | null {
  let parsed: URL;
  try {
    parsed = new URL(url, base);
  } catch {
    return null;
  }
  if (parsed.username || parsed.password) return null;
  if (parsed.protocol === "blob:") return parsed.origin === new URL(base).origin ? parsed.href : null;
  return parsed.protocol === "http:" || parsed.protocol === "https:" ? parsed.href : null;
}

/**
 * Where the host's own page gets a recording from: an address that may be played now (signed, say, or a blob of the
 * page), asked for when somebody wants to hear it. `recording` is the one of the call's that was chosen.
 */
export type RecordingUrl = (call: CallDetail, recording: Recording) => string | Promise<string>;

/**
 * A recording without an address is one its provider still works on. With `hosted` the host makes of the address what
 * is played, so that it need not be one that a browser knows.
 */
export function recordingState(
  recording: Recording | undefined,
  base: string,
  nowMs: number,
  hosted = false,
): RecordingState {
  if (!recording) return { kind: "none" };
  const { url, expires_at } = recording;
  if (expires_at !== null && Date.parse(expires_at) <= nowMs) return { kind: "expired", at: expires_at };
  if (!url) return { kind: "processing" };
  const src = hosted ? url : playableUrl(url, base);
  return src === null ? { kind: "refused", url } : { kind: "ready", src };
}

/**
 * Where in the call its recording begins, in ms: at the start or at the answer, whichever fits its length better.
 * `seconds` is the recording's length.
 */
export function recordingStartMs(
  call: Pick<CallDetail, "start_time" | "answer_time" | "end_time">,
  seconds: number | null,
): number {
  if (call.answer_time === null || call.end_time === null || seconds === null) return 0;
  const start = Date.parse(call.start_time);
  const answered = Date.parse(call.answer_time) - start;
  const whole = Date.parse(call.end_time) - start;
  const ms = seconds * 1000;
  return answered > 0 && Math.abs(whole - answered - ms) < Math.abs(whole - ms) ? answered : 0;
}
