/** The package as others get it: packed, installed in an empty project, used from plain Node and from a browser page. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "..");
/** Node's folder first on the path: npm's own child processes shall run on the Node the tests run on. */
const environment = {
  ...process.env,
  NODE_OPTIONS: "",
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
};
let root: string;
let project: string;

async function node(script: string): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script],
    {
      cwd: project,
      env: environment,
    },
  );
  return stdout;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "call-lake-package-"));
  project = join(root, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "somebody", private: true, type: "module" }));
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root], {
    cwd: repository,
    env: environment,
  });
  const [packed] = Object.values(JSON.parse(stdout)) as { filename: string }[];
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(root, packed?.filename ?? "")], {
    cwd: project,
    env: environment,
  });
}, 180_000);
afterAll(() => rm(root, { recursive: true, force: true }));

describe("the packed package", () => {
  it("holds what it promises, and no sources or tests", async () => {
    const folder = join(project, "node_modules/call-lake");
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    for (const entry of Object.values(manifest.exports) as (string | Record<string, string>)[]) {
      for (const path of typeof entry === "string" ? [entry] : Object.values(entry)) {
        expect((await readFile(join(folder, path))).length, path).toBeGreaterThan(0);
      }
    }
    for (const path of ["src", "test", "scripts", "bench"])
      await expect(readFile(join(folder, path))).rejects.toThrow(/ENOENT/);
  });

  it("records a call, publishes it and answers from plain Node", async () => {
    const out = await node(`
      import { openCallHistory } from "call-lake/engine-hook";
      import { createCallHistoryApi, openCallLake } from "call-lake/api";
      import { runEtl, verify } from "call-lake/etl";
      import plugin from "call-lake/plugin.json" with { type: "json" };

      const history = await openCallHistory({ dir: "data" });
      const call = history.startCall({ call_id: "1", caller_number: "+12025550101", provider_name: "local" });
      call.addMessage({ role: "user", content: "Grüß Gott" });
      const receipt = await call.end({ ended_reason: "caller hung up" });
      await history.close();

      const lake = await openCallLake({ dir: "data" });
      const api = createCallHistoryApi({ lake, allow_anonymous: true });
      const fresh = await (await api.request("/?include=total")).json();
      await runEtl({ dir: "data", once: true });
      const stored = await (await api.request("/" + receipt.id)).json();
      const { ok } = await verify("data");
      await lake.close();
      console.log(JSON.stringify({ durable: receipt.durable, fresh: fresh.total, said: stored.conversation[0].content, ok, plugin: plugin.id }));
    `);
    expect(JSON.parse(out)).toEqual({ durable: true, fresh: 1, said: "Grüß Gott", ok: true, plugin: "call-lake" });
  });

  it("brings the command call-lake", async () => {
    const { stdout } = await run(
      join(project, "node_modules/.bin/call-lake"),
      ["sql", "--csv", "--dir", "data", "SELECT caller_number FROM calls"],
      {
        cwd: project,
        env: environment,
      },
    );
    expect(stdout).toBe("caller_number\n+12025550101\n");
  });

  it("shows its elements on a page of a stranger, under a strict CSP", async () => {
    const elements = join(project, "node_modules/call-lake/dist/ui");
    const types: Record<string, string> = { ".js": "text/javascript", ".html": "text/html" };
    const server = createServer(async (request, response) => {
      const path = new URL(request.url ?? "/", "http://x").pathname;
      response.setHeader("content-security-policy", "default-src 'self'");
      if (path.startsWith("/api/calls")) {
        response.setHeader("content-type", "application/json");
        const empty = path.endsWith("/facets")
          ? Object.fromEntries(
              ["provider_name", "pipeline_name", "context_name", "outcome", "direction", "language", "client_id"].map(
                (n) => [n, []],
              ),
            )
          : { calls: [], next_cursor: null, total: 0 };
        response.end(JSON.stringify(empty));
        return;
      }
      response.setHeader("content-type", types[extname(path)] ?? "text/html");
      const page =
        '<!doctype html><script type="module" src="/ui/call-lake.js"></script><call-history api="/api/calls"></call-history>';
      response.end(path.startsWith("/ui/") ? await readFile(join(elements, path.slice(4))) : page);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(`http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`);
      const box = page.locator("call-history .root").first();
      await box.waitFor();
      await page
        .getByText(/no calls/i)
        .first()
        .waitFor();
      expect((await box.boundingBox())?.height).toBeGreaterThan(50);
      expect(complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
