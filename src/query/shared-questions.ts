/** Questions that many ask at once: a crowd costs what its different questions cost. */
import { abortError, isAbort, TimeoutError } from "./errors.ts";
import { joined } from "./memo.ts";
import { conditionOf, type Scope } from "./scope.ts";

interface Run {
  asked: Promise<unknown>;
  readonly stop: AbortController;
  users: number;
}

interface Asked {
  /** Being answered. */
  now: Run;
  /** Begins when `now` is over. */
  next: Run | null;
}

/**
 * A question that is asked while it is being answered waits for the next answer, whose view is taken after it was asked:
 * so each answer has all that was durable then.
 */
export class SharedQuestions {
  readonly #asked = new Map<string, Asked>();
  readonly #waitMaxMs: number;

  /** Nobody waits longer than `waitMaxMs`, for whichever run. */
  constructor(waitMaxMs: number) {
    this.#waitMaxMs = waitMaxMs;
  }

  /**
   * Answers a question, which is all that `parts` say, within a scope. The answer may be another one's too: nobody may
   * change it. A run is stopped when all who wait for it have left. Throws TimeoutError, and AbortError when the signal
   * fires.
   */
  async ask<T>(
    parts: readonly unknown[],
    scope: Scope,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const late = AbortSignal.timeout(this.#waitMaxMs);
    try {
      return await this.#join(questionKey(parts, scope), signal ? AbortSignal.any([signal, late]) : late, run);
    } catch (error) {
      if (!late.aborted || signal?.aborted === true || !isAbort(error)) throw error;
      throw new TimeoutError(
        `The question took more than ${this.#waitMaxMs} ms; narrow its dates, or ask again later.`,
      );
    }
  }

  #join<T>(key: string, mine: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (mine.aborted) return Promise.reject(abortError());
    const asked = this.#asked.get(key);
    if (!asked) {
      const now = begun(run);
      this.#asked.set(key, { now, next: null });
      this.#follow(key, now);
      return joined(now, mine, () => {}) as Promise<T>;
    }
    asked.next ??= waiting(asked.now, run);
    const { next } = asked;
    return joined(next, mine, () => {
      // Nobody waits for it any more: it does not begin.
      if (asked.next === next) asked.next = null;
    }) as Promise<T>;
  }

  #follow(key: string, now: Run): void {
    const over = () => {
      const asked = this.#asked.get(key);
      if (asked?.now !== now) return;
      if (asked.next === null) this.#asked.delete(key);
      else {
        const { next } = asked;
        this.#asked.set(key, { now: next, next: null });
        this.#follow(key, next);
      }
    };
    now.asked.then(over, over);
  }
}

/** Equal keys mean equal questions of equal scopes. Throws if the scope was not made by scopeOf. */
export function questionKey(parts: readonly unknown[], scope: Scope): string {
  conditionOf(scope);
  const { client_id = null, assistant_id = null, read_pii } = scope;
  return JSON.stringify([client_id, assistant_id, read_pii, ...parts]);
}

function begun<T>(run: (signal: AbortSignal) => Promise<T>): Run {
  const stop = new AbortController();
  const asked = run(stop.signal);
  asked.catch(() => undefined);
  return { asked, stop, users: 0 };
}

function waiting<T>(before: Run, run: (signal: AbortSignal) => Promise<T>): Run {
  const stop = new AbortController();
  const go = () => {
    if (stop.signal.aborted) throw abortError();
    return run(stop.signal);
  };
  const asked = before.asked.then(go, go);
  asked.catch(() => undefined);
  return { asked, stop, users: 0 };
}
