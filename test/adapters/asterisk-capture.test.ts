/** `call-lake capture asterisk` as a process of its own: it records, says what is wrong, and is followed by the next. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { JournalFollower } from "../../src/store/journal/index.ts";
import { newDir, recordsIn, until } from "../engine-hook/kit.ts";
import { AriReplay, channelOf, eventOf } from "../kit/ari-replay.ts";

const CLI = join(import.meta.dirname, "../../src/host/cli.ts");

interface Run {
  child: ChildProcess;
  said: () => string;
  ended: Promise<number | null>;
}

function capture(asterisk: AriReplay, dir: string, more: string[] = []): Run {
  const args = ["capture", "asterisk", "--url", asterisk.url, "--username", asterisk.username, "--dir", dir, ...more];
  const env = { ...process.env, ARI_PASSWORD: asterisk.password, NODE_NO_WARNINGS: "1" };
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (text) => {
    said += String(text);
  });
  child.stderr.on("data", (text) => {
    said += String(text);
  });
  // Not before its last words were read.
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, said: () => said, ended };
}

async function newAsterisk(): Promise<AriReplay> {
  const asterisk = await AriReplay.start();
  onTestFinished(() => asterisk.kill());
  return asterisk;
}

test("records calls until SIGTERM, and says so", async () => {
  const [asterisk, dir] = [await newAsterisk(), newDir()];
  const { child, said, ended } = capture(asterisk, dir);
  await until(() => asterisk.requests.some(({ path }) => path === "/ari/channels"));
  const channel = channelOf("1795256376.1", { state: "Ring" });
  asterisk.send(eventOf("ChannelCreated", channel));
  asterisk.send(eventOf("ChannelStateChange", { ...channel, state: "Up" }));
  asterisk.send(eventOf("ChannelDestroyed", { ...channel, state: "Up" }, { cause: 16, cause_txt: "Normal Clearing" }));
  await until(() => /ended {2}1795256376\.1 {2}\+14155550100 -> 100 {2}completed after/.test(said()));
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(said()).toMatch(/Stopped: 1 calls recorded, 0 were going on\./);
  expect((await recordsIn(dir)).get("1795256376.1")).toMatchObject({ source: "asterisk", outcome: "completed" });
});

test("killed in the middle of a call: the next one goes on with it", async () => {
  const [asterisk, dir] = [await newAsterisk(), newDir()];
  const first = capture(asterisk, dir);
  await until(() => asterisk.requests.some(({ path }) => path === "/ari/channels"));
  const channel = channelOf("1795256376.1");
  asterisk.send(eventOf("StasisStart", channel, { args: ["sales"] }));
  await until(() => first.said().includes("began  1795256376.1"));
  // Its lines are on disk a moment later.
  const journal = new JournalFollower(dir);
  await until(async () => {
    await journal.poll();
    return journal.activeCalls().some(({ started }) => started.call_id === "1795256376.1");
  });
  first.child.kill("SIGKILL");
  await first.ended;
  await until(() => asterisk.open === 0);
  const second = capture(asterisk, dir);
  await until(() => second.said().includes("began  1795256376.1"));
  asterisk.send(eventOf("ChannelDestroyed", channel, { cause: 16, cause_txt: "Normal Clearing" }));
  await until(() => second.said().includes("ended  1795256376.1"));
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  const record = (await recordsIn(dir)).get("1795256376.1");
  expect(record).toMatchObject({ outcome: "completed", direction: "inbound", caller_number: "+14155550100" });
  expect(record?.rev).toBeGreaterThan(0);
});

test("a wrong call is exit code 2, a refused user 1, each with its sentence", async () => {
  const [asterisk, dir] = [await newAsterisk(), newDir()];
  const refused = capture(asterisk, dir, ["--password", "wrong"]);
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toMatch(/refuses the user "call-lake" \(401\)/);
  const wrong = capture(asterisk, dir, ["freeswitch"]);
  expect(await wrong.ended).toBe(2);
  expect(wrong.said()).toMatch(/Only asterisk can be captured from outside; it is "asterisk freeswitch"\./);
});
