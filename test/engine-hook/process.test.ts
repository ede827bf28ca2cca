/** Engines as real processes: killed in the middle of a call, and ended by themselves. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { listWriters, sealWriter, writerIsGone } from "../../src/store/journal/index.ts";
import { newDir, recordsIn, until } from "./kit.ts";

function startEngine(dir: string, mode: string): ChildProcess {
  const file = new URL("./engine.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, dir, mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test("a process killed in mid-call loses nothing acknowledged, and its call is lost but not its words", async () => {
  const dir = newDir();
  const engine = startEngine(dir, "talk");
  let said = "";
  engine.stdout?.on("data", (data: Buffer) => {
    said += data.toString();
  });
  await until(() => said.split("\n").length > 50);
  const [writer = ""] = await listWriters(dir);
  expect(await writerIsGone(dir, writer)).toBe(false);
  engine.kill("SIGKILL");
  await once(engine, "close");

  expect(await writerIsGone(dir, writer)).toBe(true);
  await sealWriter(dir, writer);
  const records = await recordsIn(dir);
  const acknowledged = said.slice(0, said.lastIndexOf("\n")).split("\n");
  for (const number of acknowledged) expect(records.get(`call-${number}`)?.outcome).toBe("abandoned");
  const lost = records.get("talking");
  expect(lost).toMatchObject({ outcome: "lost", rev: 0, caller_number: "+15550101", writer });
  // A record takes the events before it along, so each word before an acknowledged call is on disk as well.
  const words = lost?.conversation?.map((word) => word.content) ?? [];
  expect(words).toEqual(words.map((_, index) => `word ${index + 1}`));
  expect(words.length).toBeGreaterThanOrEqual(acknowledged.length);
});

test.each(["close", "fall off the end"])(
  "a process that ends by itself (%s) ends, and has lost nothing",
  async (mode) => {
    const dir = newDir();
    const engine = startEngine(dir, mode);
    const [code] = await once(engine, "close");
    expect(code).toBe(0);
    const [writer = ""] = await listWriters(dir);
    await sealWriter(dir, writer);
    const records = await recordsIn(dir);
    expect([...records].map(([name, record]) => [name, record.outcome]).sort()).toEqual([
      ["ended", "abandoned"],
      ["open", "lost"],
    ]);
    expect(records.get("open")?.user_messages).toBe(1);
  },
);
