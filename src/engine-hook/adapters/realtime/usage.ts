/** Sums what the responses and transcriptions of a Realtime session used, in tokens and seconds. */
import { isObject, memberIn } from "../engine-event.ts";

export class RealtimeUsage {
  readonly #sums: { [name: string]: number } = {};
  #changed = false;
  /** Whether a value cannot be: more cached than input tokens, parts above their total, a negative count. */
  impossible = false;

  /** Adds `response.done.response.usage`. */
  addResponse(usage: unknown): void {
    if (!isObject(usage)) return;
    const input = this.#add("input_tokens", usage, "input_tokens");
    const output = this.#add("output_tokens", usage, "output_tokens");
    const total = this.#add("total_tokens", usage, "total_tokens");
    const inputs = memberIn(usage, "input_token_details");
    const cached = this.#add("cached_tokens", inputs, "cached_tokens");
    const text = this.#add("input_text_tokens", inputs, "text_tokens");
    const audio = this.#add("input_audio_tokens", inputs, "audio_tokens");
    const image = this.#add("input_image_tokens", inputs, "image_tokens");
    const cachedParts = memberIn(inputs, "cached_tokens_details");
    this.#add("cached_text_tokens", cachedParts, "text_tokens");
    this.#add("cached_audio_tokens", cachedParts, "audio_tokens");
    const outputs = memberIn(usage, "output_token_details");
    const spoken = this.#add("output_audio_tokens", outputs, "audio_tokens");
    const written = this.#add("output_text_tokens", outputs, "text_tokens");
    const tooMuch = (part: number | null, whole: number | null) => part !== null && whole !== null && part > whole;
    if (
      tooMuch(cached, input) ||
      tooMuch((text ?? 0) + (audio ?? 0) + (image ?? 0), input) ||
      tooMuch((spoken ?? 0) + (written ?? 0), output) ||
      (total !== null && input !== null && output !== null && total !== input + output)
    )
      this.impossible = true;
  }

  /** Adds the usage of a transcription, which is billed by its own model: tokens, or seconds of audio. */
  addTranscription(usage: unknown): void {
    if (!isObject(usage)) return;
    this.#add("transcription_input_tokens", usage, "input_tokens");
    this.#add("transcription_output_tokens", usage, "output_tokens");
    this.#add("transcription_seconds", usage, "seconds");
  }

  /** Adds audio that was heard of a party. */
  addAudio(party: "input" | "output", ms: number): void {
    if (!(ms > 0) || !Number.isFinite(ms)) return;
    this.#changed = true;
    for (const name of [`${party}_audio_seconds`, "audio_seconds"])
      this.#sums[name] = Math.round(((this.#sums[name] ?? 0) + ms / 1000) * 1000) / 1000;
  }

  /** The sums so far, for the record; null where nothing was added since they were last given here. */
  news(): { usage: { [name: string]: number } } | null {
    if (!this.#changed) return null;
    this.#changed = false;
    return { usage: { ...this.#sums } };
  }

  #add(name: string, from: unknown, member: string): number | null {
    const value = memberIn(from, member);
    if (value === null) return null;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
      this.impossible = true;
      return null;
    }
    this.#sums[name] = (this.#sums[name] ?? 0) + value;
    this.#changed = true;
    return value;
  }
}
