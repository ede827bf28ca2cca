/** The stand-alone host: opens the lake, runs the etl beside it, and listens. */
import type { Server } from "node:http";
import { serve as listen, type ServerType } from "@hono/node-server";
import { attachLiveFeed } from "../api/index.ts";
import { type CallHistory, openCallHistory } from "../engine-hook/index.ts";
import { type EtlProcess, startEtlProcess } from "../etl/index.ts";
import { type CallLake, EVERYTHING, openCallLake, scopeOf } from "../query/index.ts";
import { type Config, ConfigError, rulesIn } from "./config.ts";
import type { DemoEngine } from "./demo/engine-process.ts";
import { readManifest } from "./package-root.ts";
import { createPanel } from "./panel.ts";

export interface Served {
  /** Such as http://127.0.0.1:8787 */
  readonly url: string;
  /** Stops listening, then the etl, then the queries. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly config: Config;
  readonly log: (line: string) => void;
  /** Gives the engine this host runs, once there is one. */
  readonly engine?: () => DemoEngine | null;
}

/**
 * Starts the panel and the etl over `config.dir`.
 * @throws ConfigError when the port is taken or the address is not ours.
 */
export async function servePanel({ config, log, engine = () => null }: ServeOptions): Promise<Served> {
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    for (const part of opened.reverse()) await part.close();
  };
  try {
    const lake: CallLake = await openCallLake({ dir: config.dir, log });
    opened.push(lake);
    const { dir, publish_seconds, retention_days } = config;
    const retention_rules = rulesIn(config);
    const history = config.enabled ? await openHistory(config, log) : null;
    if (history) opened.push(history);
    const etl: EtlProcess = await startEtlProcess({ dir, publish_seconds, retention_days, retention_rules, log });
    opened.push(etl);
    const manifest = readManifest();
    const app = createPanel({ config, manifest, lake, etl, history, engine: () => stateOf(engine()) });
    const server = await open(app.fetch, config);
    opened.push({ close: () => stop(server) });
    const detach = attachLiveFeed(server as Server, { fetch: app.fetch, path: `${manifest.router.mount}/live` });
    // First of all: those who follow the live calls would hold the server open.
    opened.push({
      close: async () => {
        detach();
        lake.live.close();
      },
    });
    // The first dashboard would wait for the rollups of all history to be read; nobody waits for this one.
    void lake.stats(EVERYTHING, scopeOf({ read_pii: true })).catch(() => {});
    return { url: urlOf(config, server), close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** The panel's own journal, for calls that are told over HTTP. Opened before the etl looks for writers that are gone. */
async function openHistory(config: Config, log: (line: string) => void): Promise<CallHistory> {
  const { dir, publish_seconds, keep_empty, session_timeout_minutes } = config;
  const history = await openCallHistory({ dir, publish_seconds, keep_empty, session_timeout_minutes });
  history.on("failure", ({ message }) => log(`The journal of the panel: ${message}`));
  return history;
}

function stateOf(engine: DemoEngine | null) {
  return engine ? { state: engine.state, hook: engine.hook } : null;
}

function open(fetch: (request: Request) => Response | Promise<Response>, { host, port }: Config): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = listen({ fetch, hostname: host, port }, () => resolve(server));
    (server as Server).keepAliveTimeout = KEEP_ALIVE_MS;
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        reject(
          new ConfigError(
            `Port ${port} on ${host} is in use; stop what listens there, or choose another: PORT=8788 npm start.`,
          ),
        );
      } else if (error.code === "EADDRNOTAVAIL" || error.code === "EACCES") {
        reject(new ConfigError(`Cannot listen on ${host}, port ${port} (${error.code}); choose another HOST or PORT.`));
      } else reject(error);
    });
  });
}

const CLOSE_MS_MAX = 3_000;
/** Longer than a proxy before us keeps its end: it would send a request into a connection that is being closed. */
const KEEP_ALIVE_MS = 75_000;

/** Lets answers that are under way end for a moment, then closes their connections. */
function stop(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    const http = server as Server;
    const cut = setTimeout(() => http.closeAllConnections(), CLOSE_MS_MAX);
    http.close(() => {
      clearTimeout(cut);
      resolve();
    });
    http.closeIdleConnections();
  });
}

function urlOf({ host, port }: Config, server: ServerType): string {
  const address = server.address();
  const real = typeof address === "object" && address ? address.port : port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${real}`;
}
