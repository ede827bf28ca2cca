/** A host's page with a strict CSP, and an API of the contract's shapes over generated calls. */
import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import type { CallDetail } from "../../../src/api/contract.ts";
import { BUNDLE } from "./bundle.ts";
import { facetsOf, statsOf } from "./records.ts";

export const CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** A host whose rules are rude: none of them may reach into an element. */
export const RUDE_COLOR = "rgb(1, 2, 3)";
export const HOST_STYLE = `:root { color-scheme: light dark } body { margin: 0; padding: 16px 24px; background: light-dark(#fff, #14161a) }
* { color: ${RUDE_COLOR} } table { background: red } button { text-transform: uppercase }`;

export interface Fixture {
  readonly url: string;
  /** The calls the API knows, newest first; a test may add to it. */
  calls: CallDetail[];
  /** Every request for data: path and query. */
  readonly asked: string[];
  /** Answers every request for data with this status, until it is 0 again. */
  failWith: number;
  /** Holds every answer for data back until it resolves. */
  gate: Promise<void>;
  close(): Promise<void>;
}

export async function startFixture(calls: CallDetail[]): Promise<Fixture> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://example.com");
    if (url.pathname.startsWith("/api/calls")) {
      fixture.asked.push(url.pathname + url.search);
      await fixture.gate;
      answer(fixture, url, response);
    } else if (url.pathname.startsWith("/ui/")) {
      const path = normalize(join(BUNDLE, url.pathname.slice(4)));
      response.setHeader("content-type", "text/javascript");
      response.end(path.startsWith(BUNDLE) ? readFileSync(path) : "");
    } else if (url.pathname === "/host.css") {
      response.setHeader("content-type", "text/css");
      response.end(HOST_STYLE);
    } else if (url.pathname === "/favicon.ico") {
      response.writeHead(204).end();
    } else {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("content-security-policy", CSP);
      response.end(page(url.pathname));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const fixture: Fixture = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    asked: [],
    failWith: 0,
    gate: Promise.resolve(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fixture;
}

/** Path /call-history shows that element; attributes come from the test. */
function page(path: string): string {
  const tag = path.slice(1).replace(/[^a-z-]/g, "");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<link rel="stylesheet" href="/host.css"><script type="module" src="/ui/call-lake.js"></script></head>
<body><main>${tag ? `<${tag} timezone="UTC" locale="en-GB"></${tag}>` : ""}</main></body></html>`;
}

function answer(fixture: Fixture, url: URL, response: ServerResponse): void {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (fixture.failWith) {
    const code = fixture.failWith === 403 ? "forbidden" : "unavailable";
    send(fixture.failWith, { error: { code, message: "The lake is being moved.", field: null } });
    return;
  }
  const query = url.searchParams;
  const path = url.pathname.slice("/api/calls".length);
  const calls = fixture.calls.filter((call) => matches(call, query));
  if (path === "/facets") send(200, facetsOf(calls));
  else if (path === "/stats") send(200, statsOf(calls, query.get("tz") ?? "UTC"));
  else if (path === "" || path === "/") {
    const sort = query.get("sort") ?? "-start_time";
    const column = sort.replace("-", "") as keyof CallDetail;
    const sign = sort.startsWith("-") ? -1 : 1;
    const sorted = [...calls].sort((a, b) => {
      const [x, y] = [a[column] ?? "", b[column] ?? ""] as [number, number];
      return x < y ? -sign : x > y ? sign : 0;
    });
    const limit = Number(query.get("limit") ?? 50);
    const from = Number(query.get("cursor") ?? 0);
    const next = from + limit < sorted.length ? String(from + limit) : null;
    const total = query.get("include") === "total" ? { total: sorted.length } : {};
    send(200, { calls: sorted.slice(from, from + limit), next_cursor: next, ...total });
  } else {
    const call = fixture.calls.find((one) => one.id === path.slice(1));
    if (call) send(200, call);
    else send(404, { error: { code: "not_found", message: "There is no such call.", field: null } });
  }
}

function matches(call: CallDetail, query: URLSearchParams): boolean {
  for (const name of ["outcome", "provider_name", "pipeline_name", "context_name"] as const) {
    if (query.has(name) && !query.getAll(name).includes(call[name] ?? "")) return false;
  }
  for (const name of ["caller_number", "caller_name"] as const) {
    const part = query.get(name);
    if (part && !(call[name] ?? "").toLowerCase().includes(part.toLowerCase())) return false;
  }
  const seconds = call.duration_seconds ?? 0;
  if (query.has("min_duration") && seconds < Number(query.get("min_duration"))) return false;
  if (query.has("max_duration") && seconds > Number(query.get("max_duration"))) return false;
  if (query.has("has_tool_calls") && query.get("has_tool_calls") !== String((call.tool_call_count ?? 0) > 0))
    return false;
  const start = query.get("start_date");
  return !start || call.start_time.slice(0, 10) >= start;
}
