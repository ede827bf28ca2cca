/** A host's page with a strict CSP over the real router and a real lake; what goes wrong between them is made to. */
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

export const EVERY_PERMISSION: readonly Permission[] = [
  "calls.read",
  "calls.read_pii",
  "calls.export",
  "calls.delete",
  "calls.label",
];

export interface LakeHost {
  readonly url: string;
  /** Every request for data: method, path and query. */
  readonly asked: string[];
  /** Answers every request for data with this status instead, as a proxy would, until it is 0 again. */
  failWith: number;
  /** Holds every answer back until it resolves. */
  gate: Promise<void>;
  /** What the person may do, as the server sees it. */
  permissions: readonly Permission[];
  /** Calls that have just ended: they are in the journal only. */
  end(calls: readonly CallDetail[]): Promise<void>;
  close(): Promise<void>;
}

/** Path /call-history shows that element; its query is the element's filter, as a host's page would have it. */
export async function startLakeHost(calls: readonly CallDetail[]): Promise<LakeHost> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-ui-"));
  await addRecords(dir, "example-1", 1, calls);
  const lake = await openCallLake({ dir, engine: "in-process" });
  const history = await openCallHistory({ dir });
  const app = new Hono();
  app.use("/api/calls/*", async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    host.asked.push(`${c.req.method} ${pathname}${search}`);
    await host.gate;
    if (host.failWith === 0) return next();
    const code = host.failWith === 403 ? "forbidden" : "unavailable";
    const error = { code, message: "The lake is being moved (error 4f2a).", field: null };
    return c.json({ error }, host.failWith as 503);
  });
  app.route(
    "/api/calls",
    createCallHistoryApi({
      lake,
      dir,
      history,
      identify: () => ({ subject: "ada", permissions: host.permissions }),
      log: () => undefined,
    }),
  );
  const bundle = bundleNow();
  app.get("/ui/*", (c) => {
    const body = bundle.get(c.req.path.slice("/ui/".length));
    return body ? c.body(body, 200, { "content-type": "text/javascript" }) : c.notFound();
  });
  app.get("/host.css", (c) => c.body(HOST_STYLE, 200, { "content-type": "text/css" }));
  app.get("/host.js", (c) => c.body(HOST_SCRIPT, 200, { "content-type": "text/javascript" }));
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/*", (c) => c.html(PAGE, 200, { "content-security-policy": CSP }));
  const server = await new Promise<Server>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, () => resolve(started as Server));
  });
  const host: LakeHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    failWith: 0,
    gate: Promise.resolve(),
    permissions: EVERY_PERMISSION,
    async end(ended) {
      for (const call of ended) await history.addRecord(call as RecordInput);
    },
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await history.close();
      await lake.close();
      await rm(dir, { recursive: true });
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

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/host.css"><script type="module" src="/ui/call-lake.js"></script>
<script type="module" src="/host.js"></script></head>
<body><main><h1>Calls</h1><call-history timezone="UTC" locale="en-GB" route="/calls"></call-history></main></body></html>`;
