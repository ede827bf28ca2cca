/** One reading at a time, shared by all who ask for it while it has not begun. */
export class SharedRun {
  readonly #step: () => Promise<void>;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;

  constructor(step: () => Promise<void>) {
    this.#step = step;
  }

  /** Resolves when a run has ended that began after this call. Rejects with what that run threw. */
  run(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#step().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    // The run under way may have passed what this caller wants to see: it needs the next one.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null;
        return this.run();
      });
    return this.#next;
  }
}
