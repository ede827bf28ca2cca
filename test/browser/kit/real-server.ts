/** A host's page with a strict CSP over the real router: a real lake, and whatever engines write into its folder. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createCallHistoryApi, type Permission } from "../../../src/api/index.ts";
import { addRecords } from "../../../src/etl/index.ts";
import { openCallLake } from "../../../src/query/index.ts";
import type { CallRecord } from "../../../src/record/index.ts";
import { BUNDLE } from "./bundle.ts";
import { CSP, HOST_STYLE } from "./server.ts";

const ALL: readonly Permission[] = ["calls.read", "calls.read_pii", "calls.control", "calls.sql", "calls.export"];

export interface RealServer {
  readonly url: string;
  readonly dir: string;
  /** What the person who asks may do from now on. */
  permissions: readonly Permission[];
  /** Every request to the API: path and query. */
  readonly asked: string[];
  /** Answers no request for data until it is false again: as if the network was gone. */
  down: boolean;
  /** Holds every answer for data back until it resolves. */
  gate: Promise<void>;
  /** Ends all connections that are open. */
  cut(): void;
  ask<T>(path: string, init?: RequestInit): Promise<T>;
  close(): Promise<void>;
}

/** `/call-stats` shows that element; `?dir=rtl&theme=dark` and other attributes come from the query. */
export async function startRealServer(records: readonly CallRecord[]): Promise<RealServer> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-browser-"));
  if (records.length > 0) await addRecords(dir, "lake-1", 1, records);
  const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  const app = new Hono();
  app.use("/api/calls/*", async (c, next) => {
    host.asked.push(new URL(c.req.url).pathname + new URL(c.req.url).search);
    await host.gate;
    if (!host.down) return next();
    return new Response(null, { status: 502 });
  });
  const identify = () => ({ subject: "ada", permissions: new Set(host.permissions) });
  app.route("/api/calls", createCallHistoryApi({ lake, dir, identify, log: () => {} }));
  app.get("/ui/*", (c) => {
    const path = normalize(join(BUNDLE, c.req.path.slice(4)));
    return c.body(path.startsWith(BUNDLE) ? readFileSync(path, "utf8") : "", 200, {
      "content-type": "text/javascript",
    });
  });
  app.get("/host.css", (c) => c.body(HOST_STYLE, 200, { "content-type": "text/css" }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/*", (c) => {
    c.header("content-security-policy", CSP);
    return c.html(pageOf(c.req.path, new URL(c.req.url).searchParams));
  });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const host: RealServer = {
    url,
    dir,
    permissions: ALL,
    asked: [],
    down: false,
    gate: Promise.resolve(),
    cut: () => server.closeAllConnections(),
    ask: async <T>(path: string, init?: RequestInit) =>
      (await (await fetch(`${url}/api/calls${path}`, init)).json()) as T,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await lake.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return host;
}

/** Attributes are those of a test: names and values of its own choice, never of a record. */
function pageOf(path: string, query: URLSearchParams): string {
  const tag = path.slice(1).replace(/[^a-z-]/g, "");
  const attribute = (name: string, value: string) =>
    ` ${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
  const given = new Map([["timezone", "UTC"], ["locale", "en-GB"], ...query]);
  const attributes = [...given].map(([name, value]) => attribute(name, value)).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/host.css"><script type="module" src="/ui/call-lake.js"></script></head>
<body><main><h1>Calls</h1>${tag ? `<${tag}${attributes}></${tag}>` : ""}</main></body></html>`;
}
