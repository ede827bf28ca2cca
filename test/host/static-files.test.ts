/** The panel's files: the smallest form that a browser takes, for ever under the name of what is in them, nothing beside the folder. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compressFolder } from "../../scripts/compress.ts";
import { StaticFiles } from "../../src/host/static-files.ts";

const SCRIPT = "export const words = 'one two three';\n".repeat(50);
let dir = "";
let files: StaticFiles;
const app = new Hono();
app.get("/f/*", (c) => files.serve(c, c.req.path.slice("/f/".length)));
const ask = (path: string, headers: Record<string, string> = {}) => app.request(`/f/${path}`, { headers });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "call-lake-files-"));
  mkdirSync(join(dir, "chunks"));
  writeFileSync(join(dir, "panel.js"), SCRIPT);
  writeFileSync(join(dir, "chunks", "list-AbCd_1-2.js"), SCRIPT);
  writeFileSync(join(dir, ".secret.js"), "no");
  writeFileSync(join(dir, "notes.txt"), "no");
  await compressFolder(dir);
  files = new StaticFiles(dir);
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, br;q=0", "gzip"],
  ["gzip;q=0.5", "gzip"],
  ["identity", null],
  ["", null],
])("answers who takes %j with %s", async (accepted, encoding) => {
  const answer = await ask("panel.js", { "accept-encoding": accepted });
  expect(answer.headers.get("content-encoding")).toBe(encoding);
  expect(answer.headers.get("vary")).toBe("accept-encoding");
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = encoding === "br" ? brotliDecompressSync(bytes) : encoding === "gzip" ? gunzipSync(bytes) : bytes;
  expect(text.toString()).toBe(SCRIPT);
});

it("lasts under the hash of what is in it, and is asked for again under its own name", async () => {
  const lasting = "public, max-age=31536000, immutable";
  const path = await files.versioned("panel.js");
  expect(path).toMatch(/^panel\.js\?v=[\w-]{12}$/);
  expect((await ask(path)).headers.get("cache-control")).toBe(lasting);
  expect((await ask("chunks/list-AbCd_1-2.js")).headers.get("cache-control")).toBe(lasting);
  expect(await files.versioned("chunks/list-AbCd_1-2.js")).toBe("chunks/list-AbCd_1-2.js");
  expect((await ask("panel.js?v=another")).headers.get("cache-control")).toBe("no-cache");
  const first = await ask("panel.js");
  expect(first.headers.get("cache-control")).toBe("no-cache");
  const again = await ask("panel.js", { "if-none-match": first.headers.get("etag") ?? "" });
  expect([again.status, await again.text()]).toEqual([304, ""]);
});

it("sees that a file has changed, and leaves what was compressed before the change", async () => {
  const before = await files.versioned("panel.js");
  writeFileSync(join(dir, "panel.js"), "export {};\n");
  const soon = new Date(Date.now() + 5000);
  utimesSync(join(dir, "panel.js"), soon, soon);
  expect(await files.versioned("panel.js")).not.toBe(before);
  const answer = await ask("panel.js", { "accept-encoding": "br, gzip" });
  expect(answer.headers.get("content-encoding")).toBeNull();
  expect(await answer.text()).toBe("export {};\n");
});

it.each([".secret.js", "notes.txt", "chunks", "no.js", "panel.js/x.js", "..%2Fpackage.js", "a//b.js"])(
  "has nothing at %s",
  async (path) => {
    expect((await ask(path)).status).toBe(404);
  },
);
