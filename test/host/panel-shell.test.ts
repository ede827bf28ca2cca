/** The panel's page: what it begins with at once, the rows that come at its end, and when they do not. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { firstPageUrl } from "../../src/client/index.ts";
import { readManifest } from "../../src/host/package-root.ts";
import { type PanelShell, panelShell } from "../../src/host/panel-shell.ts";
import { StaticFiles } from "../../src/host/static-files.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "call-lake-shell-"));
  await writeFile(join(folder, "index.html"), "<html><head><!-- head --></head><body><main></main></body></html>");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function ask(path: string, answer: PanelShell["answer"], permissions: readonly string[] = ["calls.read"]) {
  const files = { folder, files: new StaticFiles(folder) };
  const about = () => ({ permissions });
  const shell = panelShell({
    ...{ manifest: readManifest(), time_zone: "Asia/Tokyo", panel: files, elements: files, about, answer },
  });
  return new Hono().get("/*", (c) => shell(c)).request(path);
}
const never = () => new Promise<Response>(() => {});
const ROWS = /<script type="application\/json" id="rows">(.*)<\/script>\n<\/body>/;

it("gives with the list what the list would ask first, whatever stands in it", async () => {
  const rows = { calls: [{ id: "1", caller_name: "</script><b>$& <!--" }], next_cursor: null };
  const answer = vi.fn(() => Response.json(rows));
  const page = await ask("/calls?outcome=error&peek=1", answer);
  expect(page.headers.get("cache-control")).toBe("no-store");
  const url = firstPageUrl({ api: "/api/calls", filter: "outcome=error", timezone: "Asia/Tokyo" });
  const text = await page.text();
  expect(text).not.toContain("<b>");
  expect(JSON.parse(ROWS.exec(text)?.[1] ?? "null")).toEqual({ url, answer: rows });
  expect(answer).toHaveBeenCalledExactlyOnceWith(expect.anything(), url, expect.any(AbortSignal));
});

it("sends its beginning before the rows are there, and ends without rows that do not come", async () => {
  const reader = (await ask("/calls", never)).body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toMatch(/<script type="module".*<main><\/main>$/s);
  expect((await reader?.read())?.value).toBe("</body></html>");
  expect((await reader?.read())?.done).toBe(true);
});

it.each([
  ["are refused", () => Response.json({ error: {} }, { status: 403 })],
  ["fail", () => Promise.reject(new Error("The lake is gone."))],
  ["are no JSON", () => new Response("<html>")],
])("ends without rows that %s", async (_, answer) => {
  expect(await (await ask("/calls", answer)).text()).toMatch(/<main><\/main><\/body><\/html>$/);
});

it("has a search on its way instead of waiting for it", async () => {
  const answer = vi.fn(never);
  const text = await (await ask("/calls?q=refund", answer)).text();
  const url = firstPageUrl({ api: "/api/calls", filter: "q=refund", timezone: "Asia/Tokyo" });
  expect(text).toContain(`<link rel="preload" href="${url.replaceAll("&", "&amp;")}" as="fetch" crossorigin>`);
  expect(answer).not.toHaveBeenCalled();
});

it.each([
  ["of another page", "/dashboard", ["calls.read"]],
  ["for somebody who may not see calls", "/calls", []],
])("asks for no rows %s", async (_, path, permissions) => {
  const answer = vi.fn(never);
  const page = await ask(path, answer, permissions);
  expect(await page.text()).not.toContain('id="rows"');
  expect(page.headers.get("cache-control")).toBe("private, no-cache");
  expect(answer).not.toHaveBeenCalled();
});
