/** `attachAri`: records the calls an engine's own ari-client hears of, without touching the client's calls. */

import type { CallHistory } from "../history.ts";
import { ALIVE_MS, type AriCalls, type AriStats } from "./asterisk/ari-calls.ts";
import { resumeCalls } from "./asterisk/resume.ts";
import { callsOf, type SharedOptions } from "./asterisk/shared-calls.ts";
import { isObject, textOf } from "./asterisk/snapshot.ts";
import { listen } from "./listening.ts";

export type { AriOptions, AriStats } from "./asterisk/ari-calls.ts";

/** The parts of npm's ari-client that are used. */
export interface AriClientLike {
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  readonly channels?: {
    list?(): PromiseLike<unknown>;
    hangup?(parameters: { channelId: string }): PromiseLike<unknown>;
  };
}

export interface AriAttachment {
  stats(): AriStats;
  /** Takes all listeners away; open calls stay open. */
  detach(): void;
}

/** A client that hears nothing any more, but still can ask, asks this often for the channels that are there. */
const DEAF_MS = 15_000;

/**
 * Records the calls of an `ari-client` instance, connected or not yet. Never throws into the client. The engine can add
 * to a call by `history.findOpen("asterisk", channel.id)`, and end it with what it knows better.
 */
export function attachAri(history: CallHistory, client: AriClientLike, options: SharedOptions = {}): AriAttachment {
  const attachment = new Attachment(history, callsOf(history, options), client);
  attachment.begin();
  return attachment;
}

class Attachment implements AriAttachment {
  readonly #history: CallHistory;
  readonly #calls: AriCalls;
  readonly #client: AriClientLike;
  readonly #apps = new Set<string>();
  #undo: (() => void)[] = [];
  #lostMs: number | null = null;
  #deaf: NodeJS.Timeout | undefined;

  constructor(history: CallHistory, calls: AriCalls, client: AriClientLike) {
    this.#history = history;
    this.#calls = calls;
    this.#client = client;
  }

  begin(): void {
    const client = this.#client;
    // "*" brings every event of a type the client knows; an unknown type throws in the client before it gets here.
    this.#undo.push(
      listen(client, {
        "*": (event) => this.#take(event),
        WebSocketReconnecting: () => this.#lost(false),
        WebSocketMaxRetries: () => this.#lost(true),
        WebSocketConnected: () => this.#lostMs !== null && void this.#reconcile(),
      }),
      this.#calls.addHangUp((channelId) => this.#hangUp(channelId)),
    );
    const alive = setInterval(() => this.#lostMs === null && void this.#reconcile(), ALIVE_MS);
    alive.unref();
    this.#undo.push(() => clearInterval(alive));
    if (this.#history.recovered().some(({ source }) => source === "asterisk")) void this.#reconcile();
  }

  stats(): AriStats {
    return this.#calls.stats();
  }

  detach(): void {
    clearInterval(this.#deaf);
    for (const undo of this.#undo.splice(0)) undo();
  }

  #take(event: unknown): void {
    if (isObject(event)) {
      const app = textOf(event, "application");
      if (app !== "" && this.#apps.size < 100) this.#apps.add(app);
      // Another socket has our application: this one stays open and goes deaf.
      if (event["type"] === "ApplicationReplaced") this.#lost(true);
    }
    this.#calls.take(event);
  }

  #lost(forGood: boolean): void {
    this.#lostMs ??= Date.now();
    if (!forGood || this.#deaf) return;
    this.#deaf = setInterval(() => void (this.#calls.stats().open_calls > 0 && this.#reconcile()), DEAF_MS);
    this.#deaf.unref();
  }

  /** Compares with the channels that are there. A client that cannot ask now is asked again at its next connection. */
  async #reconcile(): Promise<void> {
    const lostMs = this.#lostMs;
    const mark = this.#calls.mark();
    try {
      const list = await this.#client.channels?.list?.();
      if (!Array.isArray(list) || this.#undo.length === 0) return;
      resumeCalls(this.#history, this.#calls, list);
      this.#calls.reconcile(list, { mark, lostMs, restarted: false, apps: [...this.#apps] });
      // While it is deaf, what ends has ended since this answer.
      this.#lostMs = this.#deaf ? Date.now() : null;
    } catch {
      // Asterisk is away, or the client has not loaded its API yet.
    }
  }

  async #hangUp(channelId: string): Promise<void> {
    const { channels } = this.#client;
    if (!channels?.hangup) throw new Error("This ari-client cannot hang up: it has not loaded its API.");
    await channels.hangup({ channelId });
  }
}
