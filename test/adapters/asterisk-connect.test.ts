/** connectAri against a replaying Asterisk over a real websocket: what it records, and what it survives. */
import { expect, onTestFinished, test } from "vitest";
import { type ConnectOptions, connectAri } from "../../src/engine-hook/adapters/asterisk/connect.ts";
import { requestEnd } from "../../src/store/journal/control.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { heldOf, readGolden } from "../kit/ari-golden.ts";
import { viewsOf } from "../kit/ari-recording.ts";
import { AriReplay, channelOf, eventOf, type ReplayOptions } from "../kit/ari-replay.ts";

async function newAsterisk(options: ReplayOptions = {}): Promise<AriReplay> {
  const asterisk = await AriReplay.start(options);
  onTestFinished(() => asterisk.kill());
  return asterisk;
}

async function connected(asterisk: AriReplay, more: Partial<ConnectOptions> = {}) {
  const { history, dir } = await newHistory();
  const told: string[] = [];
  const connection = await connectAri(history, {
    url: asterisk.url,
    username: asterisk.username,
    password: asterisk.password,
    back_off_ms_min: 20,
    back_off_ms_max: 100,
    onChange: (listening, sentence) => told.push(`${listening}: ${sentence}`),
    ...more,
  });
  onTestFinished(() => connection.close());
  // The first comparison with the channels that are there is over: what happens from now on is news.
  await until(() => asterisk.requests.some(({ path }) => path === "/ari/channels"));
  return { history, dir, connection, told };
}

test.each(["caller-hangup", "sip-rtl-caller", "transfer-continue", "many-50"])(
  "an observer hears %s",
  async (scenario) => {
    const views = viewsOf(scenario).filter(({ name }) => name === "observer");
    const asterisk = await newAsterisk({ views });
    const { history, dir, connection } = await connected(asterisk);
    const golden = readGolden(scenario).records.observer;
    await asterisk.play();
    await until(() => connection.stats().ended_calls === golden.length);
    await history.close();
    const records = [...(await recordsIn(dir)).values()];
    records.sort((a, b) => a.start_time.localeCompare(b.start_time) || a.call_id.localeCompare(b.call_id));
    expect(records.map(heldOf)).toEqual(golden);
    expect(connection.stats()).toMatchObject({ malformed: 0, open_calls: 0, reconnects: 0 });
  },
);

test("what Asterisk need not send is filtered, and filtered again after each reconnection", async () => {
  const asterisk = await newAsterisk();
  const { connection } = await connected(asterisk);
  const filters = () => asterisk.requests.filter(({ path }) => path === "/ari/applications/call-lake/eventFilter");
  expect(filters()).toHaveLength(1);
  asterisk.cut();
  await until(() => filters().length === 2);
  expect(JSON.parse(filters()[1]?.body ?? "").disallowed).toContainEqual({ type: "DeviceStateChanged" });
  const before = connection.stats().events;
  asterisk.send(eventOf("DeviceStateChanged", {}));
  asterisk.send(eventOf("ChannelCreated", channelOf("1", { state: "Ring" })));
  await until(() => connection.stats().events > before);
  expect(connection.stats()).toMatchObject({ events: before + 1, open_calls: 1 });
});

test("a cut connection: calls that are gone are ended, calls still there go on, new ones begin", async () => {
  const asterisk = await newAsterisk();
  const { history, dir, connection, told } = await connected(asterisk);
  const [stays, goes] = [channelOf("stays"), channelOf("goes")];
  asterisk.send(eventOf("StasisStart", stays, { args: [] }));
  asterisk.send(eventOf("StasisStart", goes, { args: [] }));
  await until(() => connection.stats().open_calls === 2);
  asterisk.cut();
  asterisk.channels.delete("goes");
  asterisk.channels.set("comes", channelOf("comes"));
  await until(() => connection.stats().ended_calls === 1 && connection.stats().open_calls === 2);
  asterisk.send(eventOf("ChannelDestroyed", stays, { cause: 16, cause_txt: "Normal Clearing" }));
  asterisk.send(eventOf("ChannelDestroyed", channelOf("comes"), { cause: 16, cause_txt: "Normal Clearing" }));
  await until(() => connection.stats().ended_calls === 3);
  await history.close();
  const records = await recordsIn(dir);
  expect(records.get("goes")).toMatchObject({
    outcome: "completed",
    ended_by: "unknown",
    ended_reason: "ended_unheard",
    quality_flags: ["end_time_estimated"],
  });
  expect(records.get("stays")).toMatchObject({ rev: 1, ended_reason: "Normal Clearing", direction: "inbound" });
  expect(records.get("comes")).toMatchObject({ rev: 1, direction: null, context_name: "sales" });
  expect(told).toEqual([expect.stringMatching(/^false: .*was lost \(1006\)/), expect.stringMatching(/^true: .*back/)]);
});

test("a call that begins while the channels are asked for is not taken for one that is gone", async () => {
  const asterisk = await newAsterisk();
  const { connection } = await connected(asterisk);
  let listed = false;
  asterisk.whileListing = async () => {
    asterisk.send(eventOf("StasisStart", channelOf("new"), { args: [] }));
    await until(() => connection.stats().open_calls === 1);
    listed = true;
  };
  asterisk.cut();
  await until(() => listed);
  // The answer without the new call is on its way.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(connection.stats()).toMatchObject({ open_calls: 1, ended_calls: 0 });
});

test("Asterisk killed: its calls end with the connection, and the next ones are recorded", async () => {
  const asterisk = await newAsterisk();
  const { history, dir, connection } = await connected(asterisk);
  asterisk.send(eventOf("StasisStart", channelOf("victim"), { args: [] }));
  await until(() => connection.stats().open_calls === 1);
  await asterisk.kill();
  await until(() => !connection.stats().listening);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await asterisk.restart();
  await until(() => connection.stats().ended_calls === 1);
  asterisk.send(eventOf("StasisStart", channelOf("next"), { args: [] }));
  await until(() => connection.stats().open_calls === 1);
  await history.close();
  expect((await recordsIn(dir)).get("victim")).toMatchObject({
    outcome: "error",
    ended_by: "system",
    ended_reason: "asterisk_gone",
    graceful: false,
  });
});

test("a call is ended from outside by Asterisk's DELETE /channels", async () => {
  const asterisk = await newAsterisk();
  const { history, dir, connection } = await connected(asterisk);
  asterisk.send(eventOf("ChannelCreated", channelOf("1795256376.1;2", { state: "Ring" })));
  await until(() => connection.stats().open_calls === 1 && history.stats().writer !== "");
  const { id } = history.findOpen("asterisk", "1795256376.1;2") ?? { id: "" };
  const end = { who: "a test", reason: "to see it end" };
  expect(await requestEnd(dir, history.stats().writer, id, end, 5000)).toEqual({ ok: true });
  const deleted = asterisk.requests.filter(({ method }) => method === "DELETE");
  expect(deleted).toMatchObject([{ path: "/ari/channels/1795256376.1%3B2" }]);
  await until(() => connection.stats().ended_calls === 1);
  await history.close();
  expect((await recordsIn(dir)).get("1795256376.1;2")).toMatchObject({ outcome: "abandoned", ended_by: "system" });
});

test("a peer that answers no pings is left", async () => {
  const asterisk = await newAsterisk();
  const { connection } = await connected(asterisk, { ping_ms: 40 });
  asterisk.answersPings = false;
  await until(() => connection.stats().reconnects > 0);
  asterisk.answersPings = true;
  await until(() => connection.stats().listening);
});

test("unknown events pass, and what is no event is counted", async () => {
  const asterisk = await newAsterisk();
  const { connection } = await connected(asterisk);
  asterisk.sendText("no JSON");
  asterisk.sendText("[1]");
  asterisk.sendText('{"type":"ChannelQuantumLeap","channel":{"id":"1","name":"PJSIP/x-1"}}');
  asterisk.sendText('{"type":"StasisStart","channel":null}');
  await until(() => connection.stats().events === 4);
  expect(connection.stats()).toMatchObject({ listening: true, malformed: 3, open_calls: 0 });
});

test("another client with our application's name: that is a lost connection, said in a sentence", async () => {
  const asterisk = await newAsterisk();
  const first = await connected(asterisk);
  await connected(asterisk);
  await until(() => !first.connection.stats().listening);
  expect(first.told).toEqual(["false: Another client took the application name call-lake; give each its own."]);
});

test("what is wrong with the first connection is said", async () => {
  const asterisk = await newAsterisk();
  const { history } = await newHistory();
  const { url, username, password } = asterisk;
  const failing = (more: Partial<ConnectOptions>) =>
    connectAri(history, { url, username, password, ...more }).then(
      () => "connected",
      (error: Error) => error.message,
    );
  expect(await failing({ password: "wrong" })).toMatch(/refuses the user "call-lake" \(401\): check name and password/);
  expect(await failing({ url: "127.0.0.1:8088" })).toMatch(/looks like http:\/\/127\.0\.0\.1:8088; it is "127/);
  expect(await failing({ url: `${url}/pbx` })).toMatch(/has no ARI \(404/);
  expect(await failing({ url: "http://asterisk.invalid:8088" })).toBe("There is no host called asterisk.invalid.");
  await asterisk.kill();
  expect(await failing({})).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+: is Asterisk's HTTP server enabled/);
});
