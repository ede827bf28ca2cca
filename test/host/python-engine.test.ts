/** The example engine in Python, against a backend that is killed and started again under it. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallRecord } from "../../src/record/index.ts";
import { type Backend, startBackend } from "../api/backend-kit.ts";
import { lastingPort } from "../kit/port.ts";

const engine = resolve(import.meta.dirname, "../../examples/python-engine/engine.py");
let dir: string;
let running: Backend | null = null;
beforeAll(async () => {
  const python = spawnSync("python3", ["--version"]);
  if (python.status !== 0) throw new Error("This test runs examples/python-engine: python3 must be on the path.");
  dir = await mkdtemp(join(tmpdir(), "call-lake-python-"));
});
afterAll(async () => {
  await running?.kill();
  await rm(dir, { recursive: true, force: true });
});

function run(...args: readonly string[]) {
  const child = spawn("python3", ["-B", engine, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.on("data", (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (out += bytes.toString()));
  const ended = new Promise<string>((done) => child.once("close", (code) => done(`${code}: ${out.trim()}`)));
  return { child, ended };
}

/** Waits until something is so; the test's own time limit is the end of it. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

const textOf = (path: string) => readFile(path, "utf8").catch(() => "");

async function calls(url: string): Promise<CallRecord[]> {
  const list = (await (await fetch(`${url}/api/calls?limit=200`)).json()) as { calls: CallRecord[] };
  return Promise.all(
    list.calls.map(async ({ id }) => (await (await fetch(`${url}/api/calls/${id}`)).json()) as CallRecord),
  );
}

async function countOf(url: string): Promise<number> {
  const list = await fetch(`${url}/api/calls?limit=1&include=total`);
  return ((await list.json()) as { total: number }).total;
}

const WHOLE = {
  source: "python-engine",
  user_messages: 3,
  assistant_messages: 3,
  total_turns: 3,
  tool_call_count: 1,
  barge_in_count: 1,
  outcome: "completed",
  ended_by: "caller",
  turn_latencies_ms: [600, 601, 602],
};
const WORDS = [0, 1, 2].flatMap((n) => [`Question ${n}?`, `Answer ${n} — naïve, 好`]);

describe("the engine in Python", () => {
  it("has every call recorded once, though the backend is killed twice and away for a while", {
    timeout: 240_000,
  }, async () => {
    const spill = join(dir, "engine.spill.jsonl");
    const port = await lastingPort();
    running = await startBackend(join(dir, "data"), port);
    const { url } = running;
    // It makes calls without end, so that it is in the midst of some whenever the backend goes, however slow all this is.
    const { child, ended } = run(`${url}/api/calls`, spill, "100000", "0.3");
    let known = 0;
    for (let kills = 0; kills < 2; kills += 1) {
      await until(async () => (await countOf(url)) > known);
      known = await countOf(url);
      await running.kill();
      // What cannot be sent stands in the file.
      await until(async () => (await textOf(spill)).length > 0);
      running = await startBackend(join(dir, "data"), port);
    }
    child.kill("SIGTERM");
    expect(await ended).toMatch(/^0: done=True sent=\d+ refused=0 failures=[1-9]/);
    expect(await readFile(spill, "utf8")).toBe("");
    const found = await calls(url);
    expect(found.length).toBeGreaterThan(known);
    const names = Array.from({ length: found.length }, (_, n) => `py-${n}`);
    expect(found.map((call) => call.call_id).sort()).toEqual(names.sort());
    for (const call of found) {
      expect(call).toMatchObject(WHOLE);
      expect(call.conversation?.map(({ content }) => content)).toEqual(WORDS);
    }
  });

  it("sends what a process before it left behind, a torn line excepted", { timeout: 120_000 }, async () => {
    const spill = join(dir, "left.spill.jsonl");
    // Nobody listens there: all stays in the file, and the process is killed.
    const { child, ended } = run("http://127.0.0.1:9/api/calls", spill, "2", "0.01");
    await until(async () => (await textOf(spill)).split('"type":"ended"').length === 3);
    child.kill("SIGKILL");
    await ended;
    await writeFile(spill, `${await readFile(spill, "utf8")}{"call_id":"py-9","ev`);
    running ??= await startBackend(join(dir, "data"));
    const before = (await calls(running.url)).length;
    expect(await run(`${running.url}/api/calls`, spill, "0").ended).toMatch(/^0: done=True sent=26 refused=0/);
    const after = await calls(running.url);
    expect(after).toHaveLength(before + 2);
    for (const call of after) expect(call).toMatchObject(WHOLE);
  });
});
