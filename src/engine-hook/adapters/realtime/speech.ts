/** When the caller speaks, waits for an answer, and may still hear one: what turns and barge-ins are made of. */

interface Utterance {
  /** Epoch ms of its beginning. */
  readonly at: number;
  /** The same in ms of the session's audio. */
  readonly audioMs: number | null;
  stopped: boolean;
}

const KNOWN_MAX = 1000;

export class Speech {
  readonly #utterances = new Map<string, Utterance>();
  /** The caller speaks. */
  speaking = false;
  /** End of the caller's last words, in epoch ms, while they wait for an answer. */
  askedAt: number | null = null;
  /** Epoch ms until which the sound generated so far plays, if it is played as it comes. */
  playsUntil = 0;
  /** WebRTC and SIP say themselves when sound is played. */
  playing = false;

  /** When the caller began an item, in epoch ms. */
  startOf(itemId: string): number | null {
    return this.#utterances.get(itemId)?.at ?? null;
  }

  /** The caller began to speak. False where that is known already. */
  start(itemId: string, at: number, audioMs: number | null): boolean {
    if (!this.#add(itemId, { at, audioMs, stopped: false })) return false;
    this.askedAt = null;
    this.speaking = true;
    return true;
  }

  /** The caller stopped. The milliseconds of speech; null where they are not known, or the stop is known already. */
  stop(itemId: string, at: number, audioMs: number | null): number | null {
    const utterance = this.#utterances.get(itemId);
    if (utterance?.stopped) return null;
    if (utterance) utterance.stopped = true;
    this.speaking = false;
    this.askedAt = at;
    return audioMs === null || utterance === undefined || utterance.audioMs === null
      ? null
      : audioMs - utterance.audioMs;
  }

  /** The client said that the caller is done (push to talk). False where the speech itself was detected. */
  commit(itemId: string, at: number): boolean {
    if (!this.#add(itemId, { at, audioMs: null, stopped: true })) return false;
    this.askedAt = at;
    return true;
  }

  /** More sound to play, in ms. Gives back when it will have been played. */
  play(at: number, ms: number): number {
    this.playsUntil = Math.max(this.playsUntil, at) + ms;
    return this.playsUntil;
  }

  /** The sound stopped, or was stopped. */
  silence(at: number): void {
    this.playing = false;
    this.playsUntil = Math.min(this.playsUntil, at);
  }

  #add(itemId: string, utterance: Utterance): boolean {
    if (this.#utterances.has(itemId)) return false;
    keepFewerThan(this.#utterances, KNOWN_MAX);
    this.#utterances.set(itemId, utterance);
    return true;
  }
}

/** Makes room for one more by forgetting the oldest. */
export function keepFewerThan(known: Map<string, unknown> | Set<string>, max: number): void {
  if (known.size < max) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
