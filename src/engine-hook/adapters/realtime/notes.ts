/** What a Realtime session says beside the conversation: errors, limits, keys pressed; kept for the record's metadata. */
import { listIn, memberIn, numberIn, textIn } from "../engine-event.ts";

const ENTRIES_MAX = 50;

export class RealtimeNotes {
  readonly flags = new Set<string>();
  readonly #errors: object[] = [];
  readonly #interrupted: object[] = [];
  readonly #limits = new Map<string, { limit: number | null; remaining_min: number }>();
  #dtmf = "";
  /** What went wrong for good: an error that no answer followed. Null while the session works. */
  fatal: string | null = null;
  /** The session was ended by its own time limit. */
  expired = false;

  /** An `error` event's error, or that of a failed response. Refused requests are the engine's daily bread. */
  addError(error: unknown, at: number, failedResponse = false): void {
    const type = textIn(error, "type");
    const code = textIn(error, "code");
    const message = textIn(error, "message") ?? code ?? type ?? "unknown error";
    if (code === "session_expired") this.expired = true;
    else if (failedResponse || type !== "invalid_request_error") this.fatal = message;
    if (this.#errors.length < ENTRIES_MAX) this.#errors.push({ at: new Date(at).toISOString(), type, code, message });
  }

  /** The caller did not hear the whole of an answer. */
  addInterrupted(item_id: string, heard_ms: number, audio_ms: number | null, generated_text: string): void {
    if (this.#interrupted.length < ENTRIES_MAX) this.#interrupted.push({ item_id, heard_ms, audio_ms, generated_text });
  }

  /** `rate_limits.updated`: the least that was left of each. */
  addLimits(event: unknown): void {
    for (const limit of listIn(event, "rate_limits")) {
      const name = textIn(limit, "name");
      const remaining = numberIn(limit, "remaining");
      if (name === null || remaining === null || this.#limits.size >= ENTRIES_MAX) continue;
      const known = this.#limits.get(name)?.remaining_min ?? remaining;
      this.#limits.set(name, { limit: numberIn(limit, "limit"), remaining_min: Math.min(known, remaining) });
    }
  }

  addKey(event: unknown): void {
    const key = memberIn(event, "event");
    if ((typeof key === "string" || typeof key === "number") && this.#dtmf.length < 1000) this.#dtmf += String(key);
  }

  /** For the record; null where there is nothing to say. */
  metadata(malformed: number): { metadata: { [name: string]: unknown } } | null {
    const all: { [name: string]: unknown } = {};
    if (this.#errors.length > 0) all["realtime_errors"] = this.#errors;
    if (this.#interrupted.length > 0) all["interrupted_messages"] = this.#interrupted;
    if (this.#limits.size > 0) all["rate_limits"] = Object.fromEntries(this.#limits);
    if (this.#dtmf !== "") all["dtmf"] = this.#dtmf;
    if (malformed > 0) all["malformed_events"] = malformed;
    return Object.keys(all).length > 0 ? { metadata: all } : null;
  }
}
