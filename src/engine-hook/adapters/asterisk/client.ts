/** Our own small ARI client: one websocket that comes back for ever, and the few REST calls we need. */

import { WebSocket } from "ws";

export interface AriClientOptions {
  /** Where Asterisk's HTTP server is, such as http://127.0.0.1:8088 (without /ari). */
  url: string;
  username: string;
  password: string;
  /** Name of the Stasis application; one of your own, because a second socket of the same name deafens the first. */
  app: string;
  /** Hears the events of all channels, not only of those in the application. */
  subscribeAll: boolean;
  /** Milliseconds between pings; 15,000 by default. */
  ping_ms?: number;
  /** First wait before connecting again, doubled at each failure up to back_off_ms_max; 250 by default. */
  back_off_ms_min?: number;
  /** 30,000 by default. */
  back_off_ms_max?: number;
}

export interface AriClientEvents {
  /** The socket is open. */
  open(): void;
  /** One event, parsed; an unknown one too. */
  event(event: unknown): void;
  /** A message that is no JSON. */
  garbage(): void;
  /** Listening has ended; it will be tried again. */
  lost(why: string, refused: boolean): void;
}

/** A failure of the first connection, in a sentence. */
export class AriError extends Error {}

const REST_MS_MAX = 10_000;
const OPEN_MS_MAX = 10_000;
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
/** Whoever took our name keeps it so long, before we take it back. */
const REPLACED_MS = 30_000;

export class AriClient {
  readonly #options: Required<AriClientOptions>;
  readonly #base: URL;
  readonly #authorization: string;
  readonly #events: AriClientEvents;
  #socket: WebSocket | null = null;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Throws an AriError for an address that is none. */
  constructor(options: AriClientOptions, events: AriClientEvents) {
    this.#options = { ping_ms: 15_000, back_off_ms_min: 250, back_off_ms_max: 30_000, ...options };
    this.#base = baseOf(options.url);
    const { username, password } = options;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    this.#events = events;
  }

  /** Connects for the first time. Rejects with an AriError whose sentence says what is wrong; does not try again. */
  async connect(): Promise<void> {
    await this.get("/asterisk/info?only=status");
    await this.#open();
  }

  /** GET; the parsed answer. Rejects with an AriError. */
  get(path: string): Promise<unknown> {
    return this.#rest("GET", path);
  }

  /** Hangs a channel up. */
  async hangUp(channelId: string): Promise<void> {
    await this.#rest("DELETE", `/channels/${encodeURIComponent(channelId)}?reason=normal`, undefined, [404]);
  }

  /** Keeps events of these types off the socket; Asterisk forgets it with the connection. */
  async disallow(types: readonly string[]): Promise<void> {
    const body = { disallowed: types.map((type) => ({ type })) };
    await this.#rest("PUT", `/applications/${encodeURIComponent(this.#options.app)}/eventFilter`, body);
  }

  /** Ends listening for good. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    // A peer that is not there any more answers no farewell.
    const socket = this.#socket;
    if (socket) setTimeout(() => socket.terminate(), 1000).unref();
  }

  async #rest(method: string, path: string, body?: unknown, allowed: readonly number[] = []): Promise<unknown> {
    const response = await this.#send(method, path, body);
    const text = await response.text();
    if (!response.ok && !allowed.includes(response.status)) {
      throw new AriError(this.#refusal(response.status, method, path), { cause: response.status });
    }
    if (text === "") return null;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new AriError(`${this.#base.href} does not answer like Asterisk: ${method} /ari${path} gave no JSON.`);
    }
  }

  async #send(method: string, path: string, body: unknown, again = true): Promise<Response> {
    try {
      return await fetch(new URL(`ari${path}`, this.#base), {
        method,
        headers: { authorization: this.#authorization, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(REST_MS_MAX),
        redirect: "error",
      });
    } catch (error) {
      const code = codeOf(error);
      // A connection kept from before Asterisk was restarted; all our calls may be made twice.
      if (again && (code === "UND_ERR_SOCKET" || code === "ECONNRESET")) return this.#send(method, path, body, false);
      throw new AriError(this.#sentence(code), { cause: error });
    }
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { app, subscribeAll } = this.#options;
      const url = new URL("ari/events", this.#base);
      url.protocol = this.#base.protocol === "https:" ? "wss:" : "ws:";
      url.searchParams.set("app", app);
      if (subscribeAll) url.searchParams.set("subscribeAll", "true");
      const socket = new WebSocket(url, {
        headers: { authorization: this.#authorization },
        handshakeTimeout: OPEN_MS_MAX,
        maxPayload: MESSAGE_BYTES_MAX,
        perMessageDeflate: false,
      });
      this.#socket = socket;
      let alive = true;
      let opened = false;
      let why = "";
      let refused = false;
      let replaced = false;
      let pings: NodeJS.Timeout | undefined;
      socket.on("open", () => {
        opened = true;
        this.#failures = 0;
        pings = setInterval(() => {
          // A peer that has not answered the last ping is gone, whatever the socket believes.
          if (!alive) return socket.terminate();
          alive = false;
          socket.ping();
        }, this.#options.ping_ms);
        pings.unref();
        resolve();
        this.#events.open();
      });
      socket.on("pong", () => {
        alive = true;
      });
      socket.on("message", (data, binary) => {
        alive = true;
        const event = binary ? undefined : parsed(String(data));
        if (event === undefined) return this.#events.garbage();
        if (isReplaced(event, app)) {
          why = `Another client took the application name ${app}; give each its own.`;
          replaced = true;
          socket.close(1000);
        } else this.#events.event(event);
      });
      socket.on("error", (error) => {
        refused = codeOf(error) === "ECONNREFUSED";
        why = this.#sentence(codeOf(error));
      });
      socket.on("close", (code) => {
        clearInterval(pings);
        this.#socket = null;
        const told = why || `The connection to ${this.#base.host} was lost (${code}).`;
        if (!opened) reject(new AriError(told));
        if (this.#closed) return;
        if (opened || this.#failures > 0) this.#events.lost(told, refused);
        if (opened) this.#again(replaced ? REPLACED_MS : 0);
      });
    });
  }

  /** Waits and connects again, for ever: longer each time, and never in step with other clients. */
  #again(atLeastMs: number): void {
    const { back_off_ms_min, back_off_ms_max } = this.#options;
    const top = Math.min(back_off_ms_max, back_off_ms_min * 2 ** Math.min(this.#failures, 16));
    this.#timer = setTimeout(
      () => {
        if (this.#closed) return;
        this.#failures += 1;
        this.#open().catch(() => this.#again(0));
      },
      Math.max(atLeastMs, top / 2 + (Math.random() * top) / 2),
    );
  }

  #refusal(status: number, method: string, path: string): string {
    const { username } = this.#options;
    if (status === 401 || status === 403) {
      return `Asterisk at ${this.#base.host} refuses the user ${JSON.stringify(username)} (${status}): check name and password in ari.conf.`;
    }
    if (status === 404) return `${this.#base.href} has no ARI (404 for ${method} /ari${path}): is ari.conf enabled?`;
    return `Asterisk at ${this.#base.host} answered ${status} to ${method} /ari${path}.`;
  }

  #sentence(code: string): string {
    const { host, hostname } = this.#base;
    if (code === "ECONNREFUSED") return `Nothing listens at ${host}: is Asterisk's HTTP server enabled in http.conf?`;
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `There is no host called ${hostname}.`;
    if (code === "TimeoutError" || code === "ETIMEDOUT") return `${host} does not answer.`;
    return `The connection to ${host} failed (${code}).`;
  }
}

/** The address with a slash at its end and without the /ari some write. Throws an AriError. */
function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  if (!base || (base.protocol !== "http:" && base.protocol !== "https:") || base.hostname === "") {
    throw new AriError(`The URL of Asterisk looks like http://127.0.0.1:8088; it is ${JSON.stringify(url)}.`);
  }
  base.pathname = `${base.pathname.replace(/\/+$/, "").replace(/\/ari$/, "")}/`;
  base.search = "";
  base.hash = "";
  base.username = "";
  base.password = "";
  return base;
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === "string") return code;
    if (at.name === "TimeoutError") return at.name;
    const [first] = at instanceof AggregateError ? (at.errors as unknown[]) : [];
    if (first instanceof Error && typeof (first as NodeJS.ErrnoException).code === "string") return codeOf(first);
  }
  return error instanceof Error ? error.message : String(error);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isReplaced(event: unknown, app: string): boolean {
  const { type, application } = (event ?? {}) as { type?: unknown; application?: unknown };
  return type === "ApplicationReplaced" && (application === undefined || application === app);
}
