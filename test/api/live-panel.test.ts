/** The demo panel and its engine, in its own process: calls are watched and ended as a visitor would. */
import { expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import type { ActiveCalls, EndCallAnswer } from "../../src/api/contract.ts";
import { readConfig } from "../../src/host/config.ts";
import { DemoEngine } from "../../src/host/demo/engine-process.ts";
import { servePanel } from "../../src/host/serve.ts";
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
  const ended = new Map<string, Told>();
  const wanted = { id: "", seen: () => {} };
  socket.on("message", (data) => {
    const { event } = JSON.parse(String(data)) as { event: Told | null };
    if (event?.type !== "ended") return;
    ended.set(event.id, event);
    if (event.id === wanted.id) wanted.seen();
  });
  const active = async () => ((await (await fetch(`${served.url}/api/calls/active`)).json()) as ActiveCalls).calls;
  let running = await active();
  while (!running.some((call) => call.can_end && call.assistant_messages > 0)) running = await active();
  // The newest has the longest to go.
  const call = running.find(({ can_end }) => can_end);
  wanted.id = call?.id ?? "";
  const seen = new Promise<void>((resolve) => {
    wanted.seen = resolve;
  });
  const answer = await fetch(`${served.url}/api/calls/${wanted.id}/end`, { method: "POST" });
  expect(answer.status).toBe(202);
  expect(((await answer.json()) as EndCallAnswer).call_id).toBe(call?.call_id);
  if (!ended.has(wanted.id)) await seen;
  expect(ended.get(wanted.id)).toMatchObject({ ended_reason: "hung up from outside", ended_by: "system" });
});
