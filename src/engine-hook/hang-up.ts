/** Ends a call for those outside who ask for it. */
import type { EndAnswer, EndRequest } from "../store/journal/control.ts";

const ANSWER_MS_MAX = 5000;

export class HangUp {
  #hangUp: (() => unknown) | null = null;
  #asked: Promise<unknown> | null = null;
  /** Why the engine was asked to end the call; null if nobody did, or it could not. */
  reason: string | null = null;

  /** Takes the engine's way to end the call; true if there was none before. */
  take(hangUp: unknown): boolean {
    if (typeof hangUp !== "function") return false;
    const known = this.#hangUp !== null;
    this.#hangUp = hangUp as () => unknown;
    return !known;
  }

  /** Asks the engine to end the call; what it throws, or that it says nothing in time, becomes the answer. Never rejects. */
  async ask({ who, reason }: EndRequest): Promise<EndAnswer> {
    if (!this.#hangUp) return refuse("The engine gave no way to end this call.");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<EndAnswer>((resolve) => {
      const answer = `The engine was asked, but did not say within ${ANSWER_MS_MAX / 1000} s that the call ends; it may still end.`;
      timer = setTimeout(() => resolve(refuse(answer)), ANSWER_MS_MAX);
      timer.unref();
    });
    const asked = this.#askOnce(reason || `ended by ${who || "the admin panel"}`).then(
      (): EndAnswer => ({ ok: true }),
      (error) => refuse(`The engine could not end the call: ${textOf(error)}`),
    );
    const answer = await Promise.race([asked, late]);
    clearTimeout(timer);
    // An end that comes after this may have any reason.
    if (!answer.ok) this.reason = null;
    return answer;
  }

  /** Whoever asks while the engine is at it, or after it was done, hears the same. */
  #askOnce(reason: string): Promise<unknown> {
    // An engine may end the call before its function returns.
    this.reason = reason;
    this.#asked ??= (async () => this.#hangUp?.())().catch((error) => {
      this.#asked = null;
      throw error;
    });
    return this.#asked;
  }
}

/** The answer for a call that is not open here. */
export const notOpen: EndAnswer = { ok: false, message: "The call is not open in this engine." };

const refuse = (message: string): EndAnswer => ({ ok: false, message });

function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "an error that cannot be read";
  }
}
