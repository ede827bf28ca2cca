/** `connectAri`: records every call of an Asterisk through a connection of our own. */

import type { CallHistory } from "../../history.ts";
import { ALIVE_MS, type AriCalls, type AriStats } from "./ari-calls.ts";
import { AriClient, type AriClientOptions } from "./client.ts";
import { resumeCalls } from "./resume.ts";
import { callsOf, type SharedOptions } from "./shared-calls.ts";
import { isObject, objectOf, textOf } from "./snapshot.ts";

export interface ConnectOptions extends SharedOptions, Pick<AriClientOptions, "url" | "username" | "password"> {
  /** Name of our Stasis application; "call-lake" by default. Never the engine's own: see ApplicationReplaced. */
  app?: string;
  /** Milliseconds between pings, and the first and longest wait before connecting again. */
  ping_ms?: number;
  back_off_ms_min?: number;
  back_off_ms_max?: number;
  /** Is told in a sentence when listening ends, and when it is back. */
  onChange?: (listening: boolean, sentence: string) => void;
}

export interface AriConnection {
  stats(): AriStats & { listening: boolean; reconnects: number };
  /** Ends listening; open calls stay open for the next process (`history.recovered()`). */
  close(): void;
}

/** Types that tell nothing of a call's record: Asterisk need not send them. */
const UNUSED = [
  "ChannelConnectedLine",
  "DeviceStateChanged",
  "PeerStatusChange",
  "EndpointStateChange",
  "ContactStatusChange",
  "PlaybackStarted",
  "PlaybackContinuing",
  "PlaybackFinished",
];
const RETRY_MS = 5000;

/**
 * Connects to Asterisk as an observer of all channels and records their calls from now on, over lost connections and
 * restarts. Rejects with an AriError, whose sentence says what is wrong, if the first connection fails.
 */
export async function connectAri(history: CallHistory, options: ConnectOptions): Promise<AriConnection> {
  const connection = new Connection(history, options);
  await connection.start();
  return connection;
}

class Connection implements AriConnection {
  readonly #history: CallHistory;
  readonly #calls: AriCalls;
  readonly #client: AriClient;
  readonly #onChange: NonNullable<ConnectOptions["onChange"]>;
  readonly #removeHangUp: () => void;
  #listening = false;
  #opened = 0;
  #lostMs: number | null = null;
  #refused = false;
  /** When this Asterisk was started, in its own words. */
  #startup = "";
  #retry: NodeJS.Timeout | undefined;
  readonly #alive: NodeJS.Timeout;
  #closed = false;

  constructor(history: CallHistory, options: ConnectOptions) {
    const { url, username, password, app = "call-lake", ping_ms, back_off_ms_min, back_off_ms_max } = options;
    this.#history = history;
    this.#calls = callsOf(history, options);
    this.#onChange = options.onChange ?? (() => {});
    const tuning = { ping_ms, back_off_ms_min, back_off_ms_max };
    const set = Object.fromEntries(Object.entries(tuning).filter(([, value]) => value !== undefined));
    this.#client = new AriClient(
      { url, username, password, app, subscribeAll: true, ...set },
      {
        open: () => void this.#hearAgain(),
        event: (event) => this.#calls.take(event),
        garbage: () => this.#calls.take(null),
        lost: (why, refused) => this.#lost(why, refused),
      },
    );
    this.#alive = setInterval(() => this.#listening && void this.#reconcile(this.#opened, null), ALIVE_MS);
    this.#alive.unref();
    this.#removeHangUp = this.#calls.addHangUp((channelId) => this.#client.hangUp(channelId));
  }

  async start(): Promise<void> {
    try {
      await this.#client.connect();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  stats() {
    const reconnects = Math.max(0, this.#opened - 1);
    return { ...this.#calls.stats(), listening: this.#listening, reconnects };
  }

  close(): void {
    this.#closed = true;
    this.#listening = false;
    clearTimeout(this.#retry);
    clearInterval(this.#alive);
    this.#removeHangUp();
    this.#client.close();
  }

  #lost(why: string, refused: boolean): void {
    if (refused) this.#refused = true;
    clearTimeout(this.#retry);
    if (!this.#listening) return;
    this.#listening = false;
    this.#lostMs = Date.now();
    this.#refused = refused;
    this.#onChange(false, why);
  }

  async #hearAgain(): Promise<void> {
    this.#opened += 1;
    const opened = this.#opened;
    const lostMs = this.#lostMs;
    const isFirst = lostMs === null && opened === 1;
    this.#listening = true;
    if (!isFirst) this.#onChange(true, "The connection to Asterisk is back.");
    // An Asterisk without event filters, or a user who may only read, sends more; nothing else is lost.
    await this.#client.disallow(UNUSED).catch(() => {});
    await this.#reconcile(opened, lostMs);
  }

  /** Asks for the channels that are there, and again until it is answered or the connection is gone. */
  async #reconcile(opened: number, lostMs: number | null): Promise<void> {
    const mark = this.#calls.mark();
    try {
      const startup = startupOf(await this.#client.get("/asterisk/info?only=status").catch(() => null));
      const list = await this.#client.get("/channels");
      if (opened !== this.#opened || this.#closed) return;
      const restarted = this.#refused || (this.#startup !== "" && startup !== "" && startup !== this.#startup);
      this.#startup = startup;
      this.#refused = false;
      this.#lostMs = null;
      if (Array.isArray(list)) resumeCalls(this.#history, this.#calls, list);
      this.#calls.reconcile(list, { mark, lostMs, restarted, apps: null });
    } catch {
      if (opened !== this.#opened || !this.#listening) return;
      this.#retry = setTimeout(() => void this.#reconcile(opened, lostMs), RETRY_MS);
      this.#retry.unref();
    }
  }
}

function startupOf(info: unknown): string {
  return isObject(info) ? textOf(objectOf(info, "status"), "startup_time") : "";
}
