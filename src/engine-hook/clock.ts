/** The clock of one call: wall time for what is recorded, monotonic time for how long it took. */

import type { Scrutiny } from "../record/limits.ts";

/** The wall clock may lag so far behind the monotonic one before it counts as set back. */
const TOLERANCE_MS = 1000;

export class CallClock {
  readonly #startWall = Date.now();
  readonly #startMonotonic = performance.now();
  #last = this.#startWall;
  /** Whether the wall clock was seen to go backwards. */
  stepped = false;

  /** Milliseconds since the call began here, whatever happened to the wall clock; never negative. */
  elapsedMs(): number {
    return Math.max(0, performance.now() - this.#startMonotonic);
  }

  /** Now, in epoch ms. */
  now(): number {
    const now = Date.now();
    if (now < this.#last) this.stepped = true;
    this.#last = now;
    return now;
  }

  /** Whether the wall clock was set back since the start, even between two looks at it. */
  wasSetBack(): boolean {
    return this.stepped || Date.now() - this.#startWall < this.elapsedMs() - TOLERANCE_MS;
  }

  /**
   * When a call that began at `startMs` ended: at `endMs` (`given` by the engine) or now. Where the wall clock cannot be
   * right, the monotonic one still knows how long the call was.
   */
  endOf(
    startMs: number,
    endMs: number | null,
    given: boolean,
    scrutiny: Scrutiny,
  ): { endMs: number; durationMs: number | null } {
    const setBack = this.wasSetBack();
    if (setBack) scrutiny.flag("clock_step");
    const end = endMs ?? this.now();
    if (end >= startMs && (given || !setBack)) return { endMs: end, durationMs: null };
    scrutiny.flag("clock_step");
    const durationMs = Math.round(this.elapsedMs());
    return { endMs: startMs + durationMs, durationMs };
  }
}
