/** What the page remembers of the person, as it is now. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type HistoryStorage, keepPreferences, type Preferences, readPreferences } from "../../storage.ts";

export class Memory implements ReactiveController {
  value: Preferences = {};
  readonly #host: ReactiveControllerHost;
  readonly #storage: () => HistoryStorage | undefined;

  constructor(host: ReactiveControllerHost, storage: () => HistoryStorage | undefined) {
    this.#host = host;
    this.#storage = storage;
    host.addController(this);
  }

  hostConnected(): void {
    void this.read();
  }

  async read(): Promise<void> {
    const read = readPreferences(this.#storage());
    // The browser's own answers at once: then the first drawing has it already.
    this.value = read instanceof Promise ? await read : read;
    this.#host.requestUpdate();
  }

  /** What is given as undefined is forgotten. */
  keep(change: { readonly [K in keyof Preferences]?: Preferences[K] | undefined }): void {
    const known = Object.entries({ ...this.value, ...change }).filter(([, value]) => value !== undefined);
    this.value = Object.fromEntries(known);
    this.#host.requestUpdate();
    void keepPreferences(this.#storage(), this.value);
  }
}
