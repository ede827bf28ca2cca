/** The demo panel and its engine, in its own process: calls are watched and ended as a visitor would. */
import { expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import type { ActiveCalls, EndCallAnswer } from "../../src/api/contract.ts";
import { readConfig } from "../../src/host/config.ts";
import { DemoEngine } from "../../src/host/demo/engine-process.ts";
import { servePanel } from "../../src/host/serve.ts";
import { until } from "../engine-hook/kit.ts";
import { newDir, type Told } from "./live-kit.ts";

test("the panel shows the demo engine's calls live, and ends one", async () => {
  const dir = await newDir();
  const config = readConfig({ CALL_HISTORY_DIR: dir, PORT: "0" });
  const log = () => {};
  const served = await servePanel({ config, log });
  const { publish_seconds, session_timeout_minutes } = config;
  const engine = new DemoEngine({ dir, publish_seconds, session_timeout_minutes }, log);
  onTestFinished(async () => {
    await engine.close();
    await served.close();
  });
  const socket = new WebSocket(`${served.url.replace("http", "ws")}/api/calls/live`);
  onTestFinished(() => socket.terminate());
  const ended = new Map<string, Told>();
  let snapshots = 0;
  socket.on("message", (data) => {
    const { event } = JSON.parse(String(data)) as { event: Told | null };
    if (event?.type === "snapshot") snapshots += 1;
    if (event?.type === "ended") ended.set(event.id, event);
  });
  await until(() => snapshots > 0);
  const active = async () => ((await (await fetch(`${served.url}/api/calls/active`)).json()) as ActiveCalls).calls;
  let hungUp = "";
  await until(async () => {
    const call = (await active()).find(({ can_end, assistant_messages }) => can_end && assistant_messages > 0);
    if (!call) return false;
    const answer = await fetch(`${served.url}/api/calls/${call.id}/end`, { method: "POST" });
    if (answer.status === 409) {
      // It has come to its own end meanwhile: another one is ended.
      await until(() => ended.has(call.id));
      return false;
    }
    expect(answer.status).toBe(202);
    expect(((await answer.json()) as EndCallAnswer).call_id).toBe(call.call_id);
    hungUp = call.id;
    return true;
  });
  await until(() => ended.has(hungUp));
  expect(ended.get(hungUp)).toMatchObject({ ended_reason: "hung up from outside", ended_by: "system" });
});
