/** For the tests of <call-detail>: the real router over a real lake, with an engine, a recording and a host that is told. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { CallDetail, Permission } from "../../src/api/contract.ts";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { type CallHistory, openCallHistory } from "../../src/engine-hook/index.ts";
import { addRecords } from "../../src/etl/index.ts";
import { openCallLake } from "../../src/query/index.ts";
import { openPage, type WatchedPage } from "./kit/browser.ts";
import { BUNDLE } from "./kit/bundle.ts";
import { CSP } from "./kit/server.ts";

export const ALL: readonly Permission[] = [
  "calls.read",
  "calls.read_pii",
  "calls.delete",
  "calls.export",
  "calls.label",
];

export interface DetailHost {
  readonly url: string;
  readonly history: CallHistory;
  permissions: readonly Permission[];
  /** Paths asked for, of the API and of recordings. */
  readonly asked: string[];
  /** Answers every request for data with this status, until it is 0 again. */
  failWith: number;
  /** Holds every answer for data back until it resolves. */
  gate: Promise<void>;
  close(): Promise<void>;
}

export async function startDetailHost(records: readonly CallDetail[]): Promise<DetailHost> {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-detail-"));
  if (records.length > 0) await addRecords(dir, "lake-1", 1, [...records]);
  const lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  const history = await openCallHistory({ dir });
  const app = new Hono();
  app.use("/api/calls/*", async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    host.asked.push(pathname + search);
    await host.gate;
    if (!host.failWith) return next();
    const message = `The query engine failed (error 7f3a).`;
    return c.json({ error: { code: "internal", message, field: null } }, host.failWith as 500);
  });
  const identify = () => ({ subject: "ada", permissions: host.permissions });
  app.route("/api/calls", createCallHistoryApi({ lake, history, dir, identify, log: () => {} }));
  app.get("/ui/*", (c) => {
    const path = normalize(join(BUNDLE, c.req.path.slice(4)));
    return c.body(path.startsWith(BUNDLE) ? readFileSync(path, "utf8") : "", 200, {
      "content-type": "text/javascript",
    });
  });
  app.get("/recordings/tone.wav", (c) => {
    host.asked.push(c.req.path);
    return ranged(wav(20), c.req.header("range"));
  });
  app.get("/recordings/*", (c) => c.notFound());
  app.get("/favicon.ico", (c) => c.body(null, 204));
  app.get("/host.css", (c) => c.body(HOST_STYLE, 200, { "content-type": "text/css" }));
  app.get("/*", (c) => c.html(PAGE, 200, { "content-security-policy": CSP }));
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  const host: DetailHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    history,
    permissions: ALL,
    asked: [],
    failWith: 0,
    gate: Promise.resolve(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await history.close();
      await lake.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return host;
}

const HOST_STYLE = `:root { color-scheme: light dark } body { margin: 0; padding: 16px 24px;
background: light-dark(#fff, #14161a); color: light-dark(#111, #eee); font-family: sans-serif }
@media (max-width: 480px) { body { padding: 12px } } * { letter-spacing: 3px }`;
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/host.css"><script type="module" src="/ui/call-lake.js"></script></head>
<body><main><h1>Call</h1><call-detail timezone="UTC" locale="en-GB" route="/calls"></call-detail></main></body></html>`;

export interface DetailPage extends WatchedPage {
  /** Properties of the element. */
  set(properties: object): Promise<void>;
  /** Events it told, by name and detail. */
  told(): Promise<{ type: string; detail: Record<string, unknown> }[]>;
}

/** Opens the page of a call; properties may name a tab, permissions … */
export async function openDetail(
  browser: Browser,
  host: DetailHost,
  id: string,
  properties: object = {},
  options: BrowserContextOptions = {},
): Promise<DetailPage> {
  const opened = await openPage(browser, `${host.url}/calls/${id}`, options);
  const { page } = opened;
  const set = (given: object) =>
    page.evaluate((some) => {
      Object.assign(document.querySelector("call-detail") as Element, some);
    }, given);
  await page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    for (const type of ["call-navigate", "call-close", "call-deleted"]) {
      document.addEventListener(type, (event) => told.push({ type, detail: (event as CustomEvent).detail }));
    }
  });
  await set({ callId: id, ...properties });
  const told = () => page.evaluate(() => (window as unknown as { told: [] }).told);
  return { ...opened, set, told };
}

export const tab = (page: Page, name: string) => page.getByRole("tab", { name });

/** A tone that swells and fades, as 8 kHz mono PCM. */
export function wav(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 8000;
  const samples = seconds * rate;
  const file = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at: number, value: string) => {
    for (let i = 0; i < value.length; i++) file.setUint8(at + i, value.charCodeAt(i));
  };
  text(0, "RIFF");
  file.setUint32(4, 36 + samples * 2, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, samples * 2, true);
  for (let i = 0; i < samples; i++) {
    const swell = Math.abs(Math.sin((i / rate) * 0.9));
    file.setInt16(44 + i * 2, Math.sin((i / rate) * 440 * 2 * Math.PI) * swell * 12_000, true);
  }
  return new Uint8Array(file.buffer);
}

/** As a server of files answers: players seek by ranges. */
function ranged(bytes: Uint8Array<ArrayBuffer>, range: string | undefined): Response {
  const headers = { "content-type": "audio/wav", "accept-ranges": "bytes" };
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? "");
  if (!asked) return new Response(bytes, { headers: { ...headers, "content-length": String(bytes.length) } });
  const from = Number(asked[1]);
  const to = asked[2] ? Number(asked[2]) : bytes.length - 1;
  const part = bytes.slice(from, to + 1);
  const where = { "content-range": `bytes ${from}-${to}/${bytes.length}`, "content-length": String(part.length) };
  return new Response(part, { status: 206, headers: { ...headers, ...where } });
}
