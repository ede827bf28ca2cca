/** How much of an assistant's text the caller heard before the audio was cut off. */
import type { RealtimeNotes } from "./notes.ts";
import type { Item } from "./transcript.ts";

/** What the caller heard of an answer; where that is less than what was generated, the notes keep the whole. */
export function heardOf(item: Item, text: string | null, notes: RealtimeNotes): string | null {
  const { heardMs, audioMs } = item;
  if (heardMs === null || text === null) return text;
  // Where it is not known how long the whole takes, it is not known how much was heard.
  const heard = heardMs > 0 && audioMs === 0 ? text : heardText(text, heardMs, audioMs);
  if (heard === text && audioMs > 0) return text;
  if (heard !== "" && heard !== text) notes.flags.add("estimated_heard_text");
  notes.addInterrupted(item.id, heardMs, audioMs > 0 ? Math.round(audioMs) : null, text);
  return heard;
}

let words: Intl.Segmenter | undefined;

/**
 * The words of `text` that fit into the first `heardMs` of `audioMs`, as if all characters took equally long to say: an
 * estimate that is right to a word or two. Works for scripts without spaces, and never cuts a character in two.
 */
export function heardText(text: string, heardMs: number, audioMs: number): string {
  if (heardMs <= 0) return "";
  if (heardMs >= audioMs) return text;
  const room = Math.floor((text.length * heardMs) / audioMs);
  words ??= new Intl.Segmenter(undefined, { granularity: "word" });
  let end = 0;
  for (const { segment, index } of words.segment(text.slice(0, room + WORD_MAX))) {
    if (index + segment.length > room) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd();
}

/** Characters of look-ahead that tell whether a word ends at the cut. */
const WORD_MAX = 40;

/** Bytes that a millisecond of audio takes, by the name of its format in GA or beta sessions. */
export function bytesPerMs(format: unknown, rate: number | null): number {
  if (typeof format === "string" && /pcmu|pcma|g711/i.test(format)) return 8;
  // PCM16: two bytes a sample; the API's own rate is 24 kHz.
  return rate !== null && rate >= 1000 && rate <= 192_000 ? (rate * 2) / 1000 : 48;
}

/** Bytes behind a base64 text. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((text.length * 3) / 4) - padding);
}
