/** Who speaks when: turns and interruptions, derived from the beginnings and ends of speech. */

/** An interruption that the engine tells so long before or after the one that was heard is the same one. */
const SAME_INTERRUPTION_MS = 3000;
/** Who speaks later than this after the other does not answer. */
const ANSWER_MS_MAX = 120_000;

export type Party = "user" | "assistant";

export interface Heard {
  /** The assistant's answer began so long after the user's speech ended. */
  answer?: { e2e_ms: number; at_ms: number };
  /** The user began to speak while the assistant spoke. */
  bargeIn?: true;
}

/** Goes by the order in which it is told; the times say how long. All times in epoch ms. */
export class TurnTaking {
  readonly #speaking = { user: false, assistant: false };
  /** When the user's speech ended that is not answered yet. */
  #userEnd: number | null = null;
  /** When the assistant began while the user's end had not been told: recognisers tell it late. */
  #answerBegan: number | null = null;
  /** Interruptions without their counterpart: heard but not told by the engine, and the other way round. */
  #heardAt: number | null = null;
  #toldAt: number | null = null;

  hear(party: Party, what: "started" | "stopped", ms: number): Heard {
    const began = what === "started";
    const was = this.#speaking[party];
    this.#speaking[party] = began;
    if (party === "assistant") return began && !was ? this.#assistantBegan(ms) : {};
    if (began) return was ? {} : this.#userBegan(ms);
    return this.#userStopped(ms);
  }

  /** The engine tells of an interruption; whether it is one that was not counted yet. */
  isNewBargeIn(ms: number): boolean {
    if (this.#heardAt !== null && Math.abs(ms - this.#heardAt) <= SAME_INTERRUPTION_MS) {
      this.#heardAt = null;
      return false;
    }
    this.#toldAt = ms;
    return true;
  }

  #userBegan(ms: number): Heard {
    this.#userEnd = null;
    this.#answerBegan = null;
    if (!this.#speaking.assistant) return {};
    if (this.#toldAt !== null && Math.abs(ms - this.#toldAt) <= SAME_INTERRUPTION_MS) {
      this.#toldAt = null;
      return {};
    }
    this.#heardAt = ms;
    return { bargeIn: true };
  }

  #userStopped(ms: number): Heard {
    const began = this.#answerBegan;
    this.#answerBegan = null;
    if (began !== null && began >= ms) return answer(ms, began);
    this.#userEnd = ms;
    return {};
  }

  #assistantBegan(ms: number): Heard {
    const end = this.#userEnd;
    this.#userEnd = null;
    if (end !== null) return answer(end, ms);
    if (this.#speaking.user) this.#answerBegan = ms;
    return {};
  }
}

function answer(userEnd: number, began: number): Heard {
  const e2e_ms = began - userEnd;
  return e2e_ms < 0 || e2e_ms > ANSWER_MS_MAX ? {} : { answer: { e2e_ms, at_ms: began } };
}
