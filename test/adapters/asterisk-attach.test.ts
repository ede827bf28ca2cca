/** attachAri on the real ari-client 2.2.0, which hears a replaying Asterisk. */
import { EventEmitter } from "node:events";
import * as ari from "ari-client";
import { expect, onTestFinished, test } from "vitest";
import { attachAri } from "../../src/engine-hook/index.ts";
import { requestEnd } from "../../src/store/journal/control.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { heldOf, readGolden } from "../kit/ari-golden.ts";
import { viewsOf } from "../kit/ari-recording.ts";
import { AriReplay, channelOf, eventOf, type ReplayOptions } from "../kit/ari-replay.ts";

async function newClient(options: ReplayOptions = {}) {
  const asterisk = await AriReplay.start(options);
  const client = await ari.connect(asterisk.url, asterisk.username, asterisk.password);
  onTestFinished(async () => {
    client.stop();
    await asterisk.kill();
  });
  return { asterisk, client };
}

test.each(["app-answers", "transfer-continue", "outbound-answered", "many-50"])(
  "the owning application's view of %s",
  async (scenario) => {
    const views = viewsOf(scenario).filter(({ name }) => name === "app");
    const { asterisk, client } = await newClient({ views });
    const { history, dir } = await newHistory();
    const attachment = attachAri(history, client);
    await client.start("voice-agent");
    const golden = readGolden(scenario).records.app;
    await asterisk.play();
    await until(() => attachment.stats().ended_calls === golden.length);
    await history.close();
    const records = [...(await recordsIn(dir)).values()];
    records.sort((a, b) => a.start_time.localeCompare(b.start_time) || a.call_id.localeCompare(b.call_id));
    expect(records.map(heldOf)).toEqual(golden);
  },
);

test("two clients, the engine's and an observer's: each call is recorded once", async () => {
  const { asterisk, client } = await newClient({ views: viewsOf("many-50") });
  const observer = await ari.connect(asterisk.url, asterisk.username, asterisk.password);
  onTestFinished(() => observer.stop());
  const { history, dir } = await newHistory();
  const attachment = attachAri(history, client);
  attachAri(history, observer);
  await client.start("voice-agent");
  await observer.start("call-history", true);
  await until(() => asterisk.open === 2);
  await asterisk.play();
  await until(() => attachment.stats().ended_calls === 50);
  await history.close();
  const records = await recordsIn(dir);
  expect([...records.keys()].sort()).toEqual(
    readGolden("many-50")
      .records.both.map(({ call_id }) => call_id)
      .sort(),
  );
  expect([...records.values()].filter(({ outcome }) => outcome === "transferred")).toHaveLength(6);
});

test("the engine adds to a call it finds under the channel's id", async () => {
  const { asterisk, client } = await newClient();
  const { history, dir } = await newHistory();
  const attachment = attachAri(history, client);
  client.on("StasisStart", (event: { channel: { id: string } }) => {
    history.findOpen("asterisk", event.channel.id)?.addMessage({ role: "user", content: "hello" });
  });
  await client.start("voice-agent");
  const channel = channelOf("1795256376.1");
  asterisk.send(eventOf("StasisStart", channel, { args: [] }));
  asterisk.send(eventOf("ChannelHangupRequest", channel, { cause: 16 }));
  asterisk.send(eventOf("StasisEnd", channel));
  await until(() => attachment.stats().ended_calls === 1);
  await history.close();
  expect((await recordsIn(dir)).get("1795256376.1")).toMatchObject({
    user_messages: 1,
    outcome: "completed",
    ended_by: "caller",
    caller_name: "Alice",
  });
});

test("what the engine has said of a call stands against what Asterisk tells of its end", async () => {
  const { history, dir } = await newHistory();
  const calls = new EventEmitter();
  const attachment = attachAri(history, calls);
  const heard = { refer: { transfer_destination: "900" }, silent: { outcome: "no_input" as const }, plain: {} };
  for (const [id, said] of Object.entries(heard)) {
    const channel = channelOf(id);
    calls.emit("*", eventOf("StasisStart", channel, { args: [] }));
    history.findOpen("asterisk", id)?.set({ ...said, metadata: { queue: 7 } });
    calls.emit("*", eventOf("ChannelHangupRequest", channel));
    calls.emit("*", eventOf("StasisEnd", channel));
  }
  expect(attachment.stats().ended_calls).toBe(3);
  await history.close();
  const records = await recordsIn(dir);
  expect(records.get("refer")).toMatchObject({
    outcome: "transferred",
    ended_by: "caller",
    transfer_destination: "900",
  });
  expect(records.get("silent")).toMatchObject({
    outcome: "no_input",
    metadata: { queue: 7, stasis_app: "voice-agent" },
  });
  expect(records.get("plain")).toMatchObject({ outcome: "completed", rev: 1 });
});

test("a call is hung up through the client from outside", async () => {
  const { asterisk, client } = await newClient();
  const { history, dir } = await newHistory();
  const attachment = attachAri(history, client);
  await client.start("voice-agent");
  asterisk.send(eventOf("StasisStart", channelOf("1"), { args: [] }));
  await until(() => attachment.stats().open_calls === 1 && history.stats().writer !== "");
  const { id } = history.findOpen("asterisk", "1") ?? { id: "" };
  const end = { who: "a test", reason: "to see it end" };
  expect(await requestEnd(dir, history.stats().writer, id, end, 5000)).toEqual({ ok: true });
  expect(asterisk.requests.filter(({ method }) => method === "DELETE")).toMatchObject([{ path: "/ari/channels/1" }]);
  await until(() => attachment.stats().ended_calls === 1);
});

test("after a cut connection the client's channels are compared", async () => {
  const { asterisk, client } = await newClient();
  const { history, dir } = await newHistory();
  const attachment = attachAri(history, client);
  await client.start("voice-agent");
  for (const id of ["stays", "goes", "continued"]) {
    asterisk.send(eventOf("StasisStart", channelOf(id), { args: [] }));
  }
  await until(() => attachment.stats().open_calls === 3);
  asterisk.cut();
  asterisk.channels.delete("goes");
  const dialplan = { context: "queues", exten: "support", priority: 1, app_name: "Queue", app_data: "support" };
  asterisk.channels.set("continued", channelOf("continued", { dialplan }));
  await until(() => attachment.stats().ended_calls === 2);
  expect(attachment.stats().open_calls).toBe(1);
  await history.close();
  const records = await recordsIn(dir);
  expect(records.get("goes")).toMatchObject({ ended_reason: "ended_unheard", outcome: "completed" });
  expect(records.get("continued")).toMatchObject({ outcome: "transferred", transfer_destination: "support@queues" });
});

test("detach leaves nothing behind, and two attachments do not double a call", async () => {
  const { asterisk, client } = await newClient();
  const { history } = await newHistory();
  const names = () => client.eventNames().reduce((sum, name) => sum + client.listenerCount(name), 0);
  const before = names();
  const attachments = [attachAri(history, client), attachAri(history, client)];
  await client.start("voice-agent");
  asterisk.send(eventOf("StasisStart", channelOf("1"), { args: [] }));
  await until(() => history.stats().open_calls === 1);
  for (const attachment of attachments) attachment.detach();
  expect(names()).toBe(before);
  asterisk.send(eventOf("StasisStart", channelOf("2"), { args: [] }));
  await new Promise((resolve) => client.once("StasisStart", resolve));
  expect(history.stats().open_calls).toBe(1);
});
