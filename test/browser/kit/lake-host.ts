/** A host's page with a strict CSP over the real router and a real lake; what goes wrong between them is made to. */
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { CallDetail, Permission } from "../../../src/api/contract.ts";
import { createCallHistoryApi } from "../../../src/api/index.ts";
import { openCallHistory, type RecordInput } from "../../../src/engine-hook/index.ts";
import { addRecords } from "../../../src/etl/index.ts";
import { openCallLake } from "../../../src/query/index.ts";
import { BUNDLE } from "./bundle.ts";
import { CSP, HOST_STYLE } from "./server.ts";

const READING: readonly Permission[] = ["calls.read", "calls.read_pii", "calls.control", "calls.sql", "calls.export"];

export interface LakeHost {
  readonly url: string;
  readonly dir: string;
  /** Every request for data: method, path and query. */
  readonly asked: string[];
  /** Answers every request for data with this status instead, as a proxy would (502 without a word), until it is 0 again. */
  failWith: number;
  /** Holds every answer back until it resolves. */
  gate: Promise<void>;
  /** What the person may do from now on, as the server sees it. */
  permissions: readonly Permission[];
  /** Ends all connections that are open. */
  cut(): void;
  ask<T>(path: string, init?: RequestInit): Promise<T>;
  /** Calls that have just ended: they are in the journal only. Of a host that records. */
  end(calls: readonly CallDetail[]): Promise<void>;
  close(): Promise<void>;
}

export interface LakeHostOptions {
  /**
   * `attributes`: /call-stats shows that element, with the attributes that the query has (`?dir=rtl&theme=dark`).
   * `url`: the list, whose filter is the page's URL, both ways, as a host has it.
   */
  readonly page?: "attributes" | "url";
  /** Whether the host records calls itself, so that labels can be given. */
  readonly records?: boolean;
  readonly permissions?: readonly Permission[];
}

export async function startLakeHost(
  calls: readonly CallDetail[],
  { page = "attributes", records = false, permissions = READING }: LakeHostOptions = {},
): Promise<LakeHost> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-browser-"));
  if (calls.length > 0) await addRecords(dir, "lake-1", 1, calls);
  const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  const history = records ? await openCallHistory({ dir }) : undefined;
  const app = new Hono();
  app.use("/api/calls/*", async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    host.asked.push(`${c.req.method} ${pathname}${search}`);
    await host.gate;
    if (host.failWith === 0) return next();
    if (host.failWith === 502) return new Response(null, { status: 502 });
    const code = host.failWith === 403 ? "forbidden" : "unavailable";
    const error = { code, message: "The lake is being moved (error 4f2a).", field: null };
    return c.json({ error }, host.failWith as 503);
  });
  const identify = () => ({ subject: "ada", permissions: host.permissions });
  app.route("/api/calls", createCallHistoryApi({ lake, dir, history, identify, log: () => {} }));
  const bundle = bundleNow();
  app.get("/ui/*", (c) => {
    const body = bundle.get(c.req.path.slice("/ui/".length));
    return body ? c.body(body, 200, { "content-type": "text/javascript" }) : c.notFound();
  });
  app.get("/host.css", (c) => c.body(HOST_STYLE, 200, { "content-type": "text/css" }));
  app.get("/host.js", (c) => c.body(HOST_SCRIPT, 200, { "content-type": "text/javascript" }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/*", (c) => {
    const attributes = page === "url" ? LIST : new Map(new URL(c.req.url).searchParams);
    return c.html(pageOf(c.req.path, attributes, page === "url"), 200, { "content-security-policy": CSP });
  });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const host: LakeHost = {
    url,
    dir,
    asked: [],
    failWith: 0,
    gate: Promise.resolve(),
    permissions,
    cut: () => server.closeAllConnections(),
    ask: async <T>(path: string, init?: RequestInit) =>
      (await (await fetch(`${url}/api/calls${path}`, init)).json()) as T,
    async end(ended) {
      if (!history) throw new Error("This host records nothing: start it with `records`.");
      for (const call of ended) await history.addRecord(call as RecordInput);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await history?.close();
      await lake.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return host;
}

/** As it is now: another worker may build it anew, with other names. */
function bundleNow(): Map<string, Uint8Array<ArrayBuffer>> {
  const names = readdirSync(BUNDLE, { recursive: true }).map(String);
  return new Map(
    names
      .filter((name) => name.endsWith(".js"))
      .map((name) => [name, new Uint8Array(readFileSync(join(BUNDLE, name)))]),
  );
}

/** What a host does with the list: the URL is its filter, both ways; it goes to a call's page when it is told to. */
const HOST_SCRIPT = `const list = document.querySelector("call-history");
window.told = [];
const show = () => { list.filter = location.search.slice(1); };
document.addEventListener("call-navigate", (event) => {
  const { query, replace } = event.detail;
  window.told.push(query);
  history[replace ? "replaceState" : "pushState"](null, "", query ? "?" + query : location.pathname);
});
document.addEventListener("call-open", (event) => {
  const { id, query } = event.detail;
  window.opened = id + (query ? "?" + query : "");
});
addEventListener("popstate", show);
show();
`;
const LIST = new Map([["route", "/calls"]]);

/** Attributes are those of a test: names and values of its own choice, never of a record. */
function pageOf(path: string, given: ReadonlyMap<string, string>, scripted: boolean): string {
  const tag = path.slice(1).replace(/[^a-z-]/g, "");
  const attribute = (name: string, value: string) =>
    ` ${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`;
  const attributes = [...new Map([["timezone", "UTC"], ["locale", "en-GB"], ...given])]
    .map(([name, value]) => attribute(name, value))
    .join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/host.css"><script type="module" src="/ui/call-lake.js"></script>
${scripted ? '<script type="module" src="/host.js"></script>' : ""}</head>
<body><main><h1>Calls</h1>${tag ? `<${tag}${attributes}></${tag}>` : ""}</main></body></html>`;
}
