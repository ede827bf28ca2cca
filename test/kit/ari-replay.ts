/** An Asterisk that plays recordings: the websocket and the REST calls of its ARI, with every way to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { type WebSocket, WebSocketServer } from "ws";
import { apiDocs } from "./ari-docs.ts";
import { readRecording, type View } from "./ari-recording.ts";
import { lastingPort } from "./port.ts";

type Json = Record<string, unknown>;

interface Listener {
  socket: WebSocket;
  app: string;
  all: boolean;
  /** Another socket has its application. */
  deaf: boolean;
}

export interface ReplayOptions {
  views?: readonly View[];
  /** 1 is as recorded, 100 a hundred times faster; as fast as it goes by default. */
  speed?: number;
  port?: number;
  username?: string;
  password?: string;
}

export class AriReplay {
  readonly username: string;
  readonly password: string;
  /** All REST calls so far. */
  readonly requests: { method: string; path: string; body: string }[] = [];
  /** Channels that are there, as GET /channels gives them. */
  readonly channels = new Map<string, Json>();
  /** Answers pings; a peer that is dead does not. */
  answersPings = true;
  /** What happens between GET /channels and its answer. */
  whileListing: (() => Promise<void>) | null = null;
  #server = createServer();
  #sockets: WebSocketServer | null = null;
  #listeners: Listener[] = [];
  readonly #views: readonly View[];
  readonly #speed: number;
  readonly #filters = new Map<string, Set<string>>();
  #port: number;
  #startup = new Date().toISOString();
  connections = 0;

  private constructor(options: ReplayOptions) {
    this.#views = options.views ?? [];
    this.#speed = options.speed ?? Number.POSITIVE_INFINITY;
    this.username = options.username ?? "call-lake";
    this.password = options.password ?? "secret";
    this.#port = options.port ?? 0;
  }

  /** Listens on a port of 127.0.0.1. */
  static async start(options: ReplayOptions = {}): Promise<AriReplay> {
    const replay = new AriReplay({ ...options, port: options.port ?? (await lastingPort()) });
    await replay.restart();
    return replay;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** How many sockets are open. */
  get open(): number {
    return this.#listeners.length;
  }

  /** Plays the recordings to whoever listens, each view to the sockets it is for; resolves at their end. */
  async play(): Promise<void> {
    const lines = this.#views.flatMap(({ name, lines }) => lines.map((line) => ({ name, line })));
    lines.sort((a, b) => a.line.recv.localeCompare(b.line.recv));
    const first = Date.parse(lines[0]?.line.recv ?? "");
    const began = performance.now();
    let count = 0;
    for (const { name, line } of lines) {
      if (line.kind !== "event" || !line.event) continue;
      const due = (Date.parse(line.recv) - first) / this.#speed - (performance.now() - began);
      count += 1;
      if (due > 1) await new Promise((resolve) => setTimeout(resolve, due));
      else if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      this.#send(line.event, (listener) => this.#isFor(name, listener));
    }
  }

  /** Sends one event to all sockets. */
  send(event: Json): void {
    this.#send(event, () => true);
  }

  /** Sends a text as it is. */
  sendText(text: string): void {
    for (const { socket } of this.#listeners) socket.send(text);
  }

  /** Cuts every socket's connection without a farewell (1006). */
  cut(): void {
    for (const { socket } of this.#listeners.splice(0)) socket.terminate();
  }

  /** kill -9: sockets are cut, channels are gone, nothing listens. */
  async kill(): Promise<void> {
    this.cut();
    this.channels.clear();
    this.#filters.clear();
    this.#sockets?.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Listens again, at the same port, started anew. */
  async restart(): Promise<void> {
    this.#startup = new Date().toISOString().replace("Z", "+0000");
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#sockets = new WebSocketServer({ noServer: true, autoPong: false });
    const sockets = this.#sockets;
    this.#server.on("upgrade", (request, socket, head) => {
      const url = new URL(request.url ?? "/", this.url);
      if (url.pathname !== "/ari/events" || !this.#mayEnter(request)) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => this.#admit(opened, url.searchParams));
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #admit(socket: WebSocket, query: URLSearchParams): void {
    this.connections += 1;
    for (const app of (query.get("app") ?? "").split(",")) {
      for (const other of this.#listeners) {
        if (other.app !== app || other.deaf) continue;
        other.socket.send(JSON.stringify({ type: "ApplicationReplaced", timestamp: now(), application: app }));
        other.deaf = true;
      }
      this.#listeners.push({ socket, app, all: query.get("subscribeAll") === "true", deaf: false });
    }
    socket.on("ping", (data) => this.answersPings && socket.pong(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#listeners = this.#listeners.filter((listener) => listener.socket !== socket);
      // Asterisk forgets an application's filter with its last socket.
      for (const app of this.#filters.keys()) {
        if (!this.#listeners.some((listener) => listener.app === app)) this.#filters.delete(app);
      }
    });
  }

  /** Recordings named after an observer are for sockets that hear all; others for those that do not. */
  #isFor(view: string, listener: Listener): boolean {
    const only = this.#views.length === 1;
    return only || listener.all === (view === "observer");
  }

  #send(event: Json, isFor: (listener: Listener) => boolean): void {
    this.#keepChannel(event);
    for (const listener of this.#listeners) {
      const { socket, app, deaf } = listener;
      if (deaf || !isFor(listener) || this.#filters.get(app)?.has(String(event["type"]))) continue;
      socket.send(JSON.stringify("application" in event ? { ...event, application: app } : event));
    }
  }

  #keepChannel(event: Json): void {
    const channel = event["channel"] as Json | undefined;
    if (!channel || typeof channel !== "object" || typeof channel["id"] !== "string") return;
    const id = channel["id"];
    if (event["type"] === "ChannelDestroyed") this.channels.delete(id);
    else if (event["type"] === "ChannelHangupRequest") this.channels.set(id, { ...channel, ending: true });
    else if (event["type"] === "StasisEnd" && this.channels.get(id)?.["ending"]) this.channels.delete(id);
    else if (!this.channels.get(id)?.["ending"]) this.channels.set(id, channel);
  }

  #mayEnter(request: IncomingMessage): boolean {
    const expected = `${this.username}:${this.password}`;
    const header = request.headers.authorization ?? "";
    if (Buffer.from(header.replace(/^Basic /i, ""), "base64").toString() === expected) return true;
    return new URL(request.url ?? "/", this.url).searchParams.get("api_key") === expected;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", this.url);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { method = "GET" } = request;
    this.requests.push({ method, path: pathname, body });
    const say = (status: number, value?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(value === undefined ? "" : JSON.stringify(value));
    };
    if (!this.#mayEnter(request)) return say(401, { error: "Authentication required" });
    const [root, resource, id = "", verb] = pathname.slice(1).split("/").map(decodeURIComponent);
    if (root !== "ari") return say(404, { message: "Resource not found" });
    if (resource === "api-docs") {
      const docs = apiDocs(id, this.url);
      return docs ? say(200, docs) : say(404, { message: "Resource not found" });
    }
    if (resource === "asterisk") {
      return say(200, { status: { startup_time: this.#startup, last_reload_time: this.#startup } });
    }
    if (resource === "channels" && id === "") {
      const list = [...this.channels.values()].map(without);
      await this.whileListing?.();
      return say(200, list);
    }
    if (resource === "channels") {
      const channel = this.channels.get(id);
      if (!channel) return say(404, { message: "Channel not found" });
      if (method === "GET") return say(200, without(channel));
      say(204);
      return this.#hangUp(id, channel);
    }
    if (resource === "applications" && verb === "eventFilter") {
      const { disallowed = [] } = JSON.parse(body) as { disallowed?: { type: string }[] };
      this.#filters.set(id, new Set(disallowed.map(({ type }) => type)));
      return say(200, { name: id, events_disallowed: disallowed });
    }
    if (resource === "applications") return say(200, [...new Set(this.#listeners.map(({ app }) => ({ name: app })))]);
    say(404, { message: "Resource not found" });
  }

  /** What Asterisk tells when a client of it hangs up. */
  #hangUp(id: string, channel: Json): void {
    const common = { timestamp: now(), channel: without(channel), application: "" };
    this.#send({ ...common, type: "ChannelHangupRequest", cause: 32, soft: true }, () => true);
    this.#send({ ...common, type: "StasisEnd" }, ({ all }) => !all);
    const destroyed = { type: "ChannelDestroyed", cause: 16, cause_txt: "Normal Clearing" };
    this.#send({ ...common, ...destroyed }, ({ all }) => all);
    this.channels.delete(id);
  }
}

const now = (): string => new Date().toISOString().replace("Z", "+0000");

function without({ ending: _ending, ...channel }: Json): Json {
  return channel;
}

/** A channel's snapshot as Asterisk writes it. */
export function channelOf(id: string, more: Json = {}): Json {
  return {
    id,
    name: `PJSIP/alice-${id}`,
    state: "Up",
    protocol_id: `${id}@192.0.2.1`,
    caller: { name: "Alice", number: "+14155550100" },
    connected: { name: "", number: "" },
    accountcode: "",
    dialplan: { context: "in", exten: "100", priority: 2, app_name: "Stasis", app_data: "voice-agent" },
    creationtime: now(),
    language: "en",
    channelvars: { AI_CONTEXT: "sales", AI_PROVIDER: "openai_realtime" },
    ...more,
  };
}

/** An event of a channel. */
export function eventOf(type: string, channel: Json, more: Json = {}): Json {
  return { type, timestamp: now(), channel, asterisk_id: "02:00:00:00:00:01", application: "voice-agent", ...more };
}

async function main(): Promise<void> {
  const options = { speed: { type: "string" }, port: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length === 0) {
    console.error("npm run ari-replay -- FILE… [--speed N] [--port P]");
    process.exitCode = 2;
    return;
  }
  const views = positionals.map((path) => ({ name: basename(path).split(".")[1] ?? "", lines: readRecording(path) }));
  const replay = await AriReplay.start({ views, speed: Number(values.speed ?? 1), port: Number(values.port ?? 8088) });
  console.log(
    `An Asterisk is at ${replay.url}, user ${replay.username}, password ${replay.password}. It waits for a socket.`,
  );
  for (;;) {
    while (replay.open === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.log("Playing …");
    await replay.play();
    console.log("… done. The next socket hears it again.");
    while (replay.open > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

if (import.meta.main) await main();
