/** The examples run, and the README's snippets are what they say. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = resolve(import.meta.dirname, "../..");
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "call-lake-examples-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const environment = () => ({ ...process.env, NODE_OPTIONS: "", CALL_HISTORY_DIR: dir, PORT: "0" });

/** It is listened to until its end: whoever stops closes a pipe that the panel may still write to. */
const addressOf = (child: ChildProcess) =>
  new Promise<string>((found, failed) => {
    let said = "";
    child.stdout?.on("data", (chunk) => {
      said += String(chunk);
      const address = /(http:\S+)\s/.exec(said)?.[1];
      if (address !== undefined) found(address);
    });
    child.once("exit", () => failed(new Error(`The panel ended without an address: ${said}`)));
  });

describe("the examples", () => {
  it("record a call, and show it in a panel of their own", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, "examples/engine.mjs")], {
      env: environment(),
    });
    expect(stdout).toContain("durable: true");
    const panel = spawn(process.execPath, [join(repository, "examples/panel.mjs")], {
      env: environment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => panel.on("exit", resolve));
    try {
      const url = await addressOf(panel);
      expect(await (await fetch(`${url}/api/calls?include=total`)).json()).toMatchObject({
        total: 1,
        calls: [{ tool_call_count: 1 }],
      });
      expect(await (await fetch(url)).text()).toContain("<call-history");
      expect((await fetch(`${url}/elements/call-lake.js`)).status).toBe(200);
    } finally {
      panel.kill("SIGTERM");
    }
    expect(await ended).toBe(0);
  });

  it("record a Realtime session", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(repository, "examples/realtime.mjs")], {
      env: { ...environment(), CALL_HISTORY_DIR: join(dir, "realtime") },
    });
    expect(stdout).toContain("durable: true");
  });

  it("are where the README's snippets come from", async () => {
    const squeeze = (text: string) => text.replace(/\s+/g, " ");
    const readme = await readFile(join(repository, "README.md"), "utf8");
    const sources = squeeze(
      (
        await Promise.all(["engine", "panel"].map((name) => readFile(join(repository, `examples/${name}.mjs`), "utf8")))
      ).join("\n"),
    );
    const snippets = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
    expect(snippets.length).toBeGreaterThanOrEqual(2);
    for (const line of snippets
      .join("\n")
      .split("\n")
      .filter((one) => one.trim()))
      expect(sources).toContain(squeeze(line.trim()));
    for (const command of ["npm ci && npm start", "npm ci && npm test"]) expect(readme).toContain(command);
  });
});
