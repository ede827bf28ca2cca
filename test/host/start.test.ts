/** `npm start` as a person sees it: a first start, pages, new calls, a killed engine, Ctrl-C, and a folder in order. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/etl/index.ts";

const start = resolve(import.meta.dirname, "../../dist/host/start.js");
const WAIT_MS_MAX = 45_000;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "call-lake-start-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

class Host {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor(dir: string, environment: Record<string, string> = {}) {
    // A group of its own, so that the whole group can be sent the signal a terminal sends.
    this.child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", start], {
      detached: true,
      env: { ...process.env, NODE_OPTIONS: "", PORT: "0", DEMO_CALLS: "300", CALL_HISTORY_DIR: dir, ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", (text) => (this.output += text));
    // Not before its last words were read.
    this.ended = new Promise((resolve) => this.child.on("close", (code) => resolve(code)));
  }

  /** The first match in what it has said. */
  async says(pattern: RegExp): Promise<string> {
    return until(
      `the host to say ${pattern}; it said: ${this.output}`,
      () => pattern.exec(this.output)?.[1] ?? pattern.exec(this.output)?.[0],
    );
  }

  interrupt(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGINT");
  }

  /** For the case that a test failed half way. */
  kill(): void {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // It is gone already, as it should be.
    }
  }
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + WAIT_MS_MAX; Date.now() < end; await sleep(200)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`Waited in vain for ${what}`);
}

async function json(url: string): Promise<Record<string, never>> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  return (await response.json()) as Record<string, never>;
}

describe("npm start", () => {
  it("shows a history, takes new calls, survives its engine's death, and loses nothing on Ctrl-C", async () => {
    const dir = join(root, "demo");
    const host = new Host(dir);
    try {
      const url = await host.says(/The panel is at (http:\S+)\s/);
      expect(host.output).toContain("First start: making a demo history of 300 calls");
      for (const path of ["/", "/dashboard", "/calls", "/engine", "/settings"]) {
        const page = await fetch(url + path);
        expect(page.status).toBe(200);
        expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self';/);
        expect(await page.text()).toContain('<main id="page"');
      }
      for (const path of ["/plugin.json", "/panel/panel.js", "/panel/panel.css", "/elements/call-lake.js"]) {
        expect((await fetch(url + path)).status, path).toBe(200);
      }
      expect((await fetch(`${url}/elements/..%2f..%2fpackage.json`)).status).toBe(404);
      expect((await fetch(`${url}/api/unknown`)).status).toBe(404);
      expect(JSON.stringify(await json(`${url}/panel/host.json`))).toContain("CALL_HISTORY_RETENTION_DAYS");

      const total = async () => Number((await json(`${url}/api/calls?limit=1&include=total`))["total"]);
      expect(await total()).toBeGreaterThanOrEqual(300);
      await until("a new call", async () => ((await total()) > 300 ? true : undefined));

      const { engine } = (await json(`${url}/panel/status.json`)) as unknown as {
        engine: { pid: number; active_calls: number };
      };
      process.kill(engine.pid, "SIGKILL");
      await host.says(/ended unexpectedly \(SIGKILL\); it is started again/);
      const lost = await until("lost calls", async () => {
        const { calls } = (await json(`${url}/api/calls?outcome=lost`)) as unknown as { calls: { id: string }[] };
        return calls.length > 0 ? calls : undefined;
      });
      expect((await json(`${url}/api/calls/${lost[0]?.id}`))["outcome"]).toBe("lost");
      const live = await until("the next engine's calls", async () => {
        const { engine: next } = (await json(`${url}/panel/status.json`)) as unknown as { engine: typeof engine };
        return next.pid !== engine.pid && next.active_calls > 0 ? next.active_calls : undefined;
      });
      const before = await total();

      host.interrupt();
      expect(await host.ended).toBe(0);
      // The calls that were going on when Ctrl-C came have been ended and are on disk.
      const durable = /calls were made, (\d+) are durable/.exec(host.output)?.[1];
      expect(Number(durable)).toBeGreaterThanOrEqual(live);
      const report = await verify(dir);
      expect(report.problems).toEqual([]);
      expect(report.counts.lake_calls + report.counts.journal_calls).toBeGreaterThanOrEqual(before);
    } finally {
      host.kill();
    }
  }, 150_000);

  it("leaves a folder alone that is not its own", async () => {
    const dir = join(root, "mine");
    await mkdir(dir);
    await writeFile(join(dir, "notes.txt"), "mine");
    const host = new Host(dir);
    try {
      await host.says(/without demo history and demo engine/);
      const url = await host.says(/The panel is at (http:\S+)\s/);
      expect(await json(`${url}/api/calls`)).toMatchObject({ calls: [] });
      host.interrupt();
      expect(await host.ended).toBe(0);
      expect(await readdir(dir)).not.toContain("demo.json");
    } finally {
      host.kill();
    }
  });

  it("says in a sentence that the port is taken, or that a setting is wrong", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    const host = new Host(join(root, "port"), { PORT: port, DEMO_CALLS: "0" });
    const wrong = new Host(join(root, "wrong"), { HOST: "0.0.0.0" });
    try {
      expect(await host.ended).toBe(1);
      expect(host.output).toContain(`Port ${port} on 127.0.0.1 is in use`);
      expect(await wrong.ended).toBe(1);
      expect(wrong.output).toContain("set CALL_HISTORY_PASSWORD, or leave HOST at 127.0.0.1.");
      for (const one of [host, wrong]) expect(one.output).not.toMatch(/\n {4}at /);
    } finally {
      taken.close();
      host.kill();
      wrong.kill();
    }
  });
});
