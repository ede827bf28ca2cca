/** The live feed over WebSocket, for hosts whose server can upgrade: the host's own app says who asks. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Context } from "hono";
import { type WebSocket, WebSocketServer } from "ws";
import { type LiveReading, liveFrames, textOf } from "./frames.ts";

export interface LiveSocketOptions {
  /** The host's app, with the router mounted in it: its guards and its `identify` hold for sockets too. */
  readonly fetch: (request: Request, env: object) => Response | Promise<Response>;
  /** Where GET /live is. Default "/api/calls/live". */
  readonly path?: string | undefined;
  /** Hosts of other pages that may connect, such as "panel.example.com"; a page of the server's own host always may. */
  readonly origins?: readonly string[] | undefined;
  /** A silent connection is pinged so often, and cut when it does not answer until the next time. Default 15,000. */
  readonly heartbeat_ms?: number | undefined;
}

/** What the route needs of a reading; the socket adds when it ends. */
type Reading = Omit<LiveReading, "signal">;

const UPGRADE = Symbol("call-lake live upgrade");
const MESSAGE_BYTES_MAX = 1024;
const CLOSE_MS_MAX = 1000;

/** What takes the reading, if this request came from a socket that wants to be upgraded. */
export function upgradeOf(c: Context): ((reading: Reading) => void) | null {
  const env: unknown = c.env;
  if (typeof env !== "object" || env === null || !(UPGRADE in env)) return null;
  return env[UPGRADE] as (reading: Reading) => void;
}

/**
 * Serves the feed of GET /live to WebSocket clients as well: text messages `{"id", "event"}`, to be resumed by
 * `?last_event_id=`. Other paths are left to the host's own upgrade listeners. What it gives back stops it.
 */
export function attachLiveFeed(
  server: Pick<Server, "on" | "off" | "listenerCount">,
  options: LiveSocketOptions,
): () => void {
  const { path = "/api/calls/live", origins = [], heartbeat_ms = 15_000 } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  const onUpgrade = (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = urlOf(message);
    const isOurs = url?.pathname === path;
    // Left alone when nobody else listens, it would stay open for ever.
    if (!isOurs && server.listenerCount("upgrade") > 1) return;
    socket.on("error", () => socket.destroy());
    if (!isOurs) return refuse(socket, 404, "There is nothing to upgrade here.");
    if (!isOwnPage(message, origins)) return refuse(socket, 403, "A page of another site may not connect.");
    void upgrade(message, url).then(
      (answer) => {
        if ("status" in answer) return refuse(socket, answer.status, answer.text);
        sockets.handleUpgrade(message, socket, head, (client) => void serve(client, answer, heartbeat_ms));
      },
      () => refuse(socket, 500, "Something failed here."),
    );
  };
  /** Asks the host's app as if it were a plain request: the route hands over the reading, or the answer says why not. */
  const upgrade = async (message: IncomingMessage, url: URL): Promise<Reading | { status: number; text: string }> => {
    const given: Reading[] = [];
    // `incoming` as @hono/node-server gives it: an app may look at the connection.
    const env = { incoming: message, [UPGRADE]: (reading: Reading) => given.push(reading) };
    const response = await options.fetch(new Request(url, { headers: headersOf(message) }), env);
    return given[0] ?? { status: response.ok ? 404 : response.status, text: await response.text() };
  };
  server.on("upgrade", onUpgrade);
  return () => {
    server.off("upgrade", onUpgrade);
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  };
}

async function serve(client: WebSocket, reading: Reading, heartbeatMs: number): Promise<void> {
  const left = new AbortController();
  let answered = true;
  client.on("close", () => left.abort());
  client.on("error", () => client.terminate());
  client.on("pong", () => {
    answered = true;
  });
  const pings = setInterval(() => {
    if (!answered) return client.terminate();
    answered = false;
    client.ping();
  }, heartbeatMs);
  try {
    for await (const frames of liveFrames({ ...reading, signal: left.signal, heartbeat_ms: heartbeatMs })) {
      // The next batch is made when this one has left: a slow client holds one batch, and its place in the feed.
      for (const frame of frames)
        await sent(client, `{"id":"${frame.id}","event":${frame.event === null ? "null" : textOf(frame.event)}}`);
    }
    client.close(1001, "The feed has ended here.");
  } catch {
    client.close(1013, "The feed cannot be followed now; try again.");
  } finally {
    clearInterval(pings);
    setTimeout(() => client.terminate(), CLOSE_MS_MAX).unref();
  }
}

function sent(client: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => client.send(text, (error) => (error ? reject(error) : resolve())));
}

function urlOf(message: IncomingMessage): URL | null {
  return URL.parse(message.url ?? "/", `http://${message.headers.host ?? "localhost"}`);
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  return headers;
}

/** Browsers let any page open a socket, with the cookies of ours: so the page's origin must be the server's. */
function isOwnPage({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  if (headers.origin === undefined) return true;
  const host = URL.parse(headers.origin)?.host;
  return host !== undefined && (host === headers.host || origins.includes(host));
}

function refuse(socket: Duplex, status: number, text: string): void {
  const type = text.startsWith("{") ? "application/json" : "text/plain; charset=utf-8";
  const head = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}`;
  socket.end(`${head}\r\n\r\n${text}`);
}
