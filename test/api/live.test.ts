/** The live routes with an engine in another process, over a real socket. */
import { expect, test } from "vitest";
import WebSocket from "ws";
import type { ActiveCalls, ErrorBody, LiveTranscript } from "../../src/api/contract.ts";
import { publish } from "../../src/etl/index.ts";
import { ALL, isEnd, isMessage, newBackend, newDir, newEngine, newReader, type Told, word } from "./live-kit.ts";

const said = (call_id: string, content: string, role = "user") => ({ do: "message", call_id, role, content }) as const;

test("a call is seen from its start to its end, with its growing transcript", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const reader = await newReader(backend);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a", columns: { caller_number: "+15550101" } });
  await engine.tell(said("a", "hello"));
  await reader.until(isMessage("hello"));
  const transcript = await backend.ask<LiveTranscript>("/active/a/transcript");
  expect(transcript.status).toBe(200);
  expect(transcript.body.conversation.map(({ role, content }) => `${role}: ${content}`)).toEqual(["user: hello"]);

  await engine.tell({ do: "segment", call_id: "a", text: "I would like", final: false });
  await reader.until(({ type }) => type === "partial");
  expect((await backend.ask<LiveTranscript>("/active/a/transcript")).body.partial).toMatchObject([
    { role: "user", content: "I would like" },
  ]);
  await engine.tell({ do: "segment", call_id: "a", text: "I would like a table", final: true });
  await reader.until(isMessage("I would like a table"));
  await engine.tell({ do: "turn", call_id: "a", e2e_ms: 800 });
  await engine.tell({ do: "tool", call_id: "a", name: "calendar", params: { day: "monday" } });
  await engine.tell({ do: "barge_in", call_id: "a" });
  await engine.tell({ do: "set", call_id: "a", columns: { usage: { audio_seconds: 3 }, language: "en" } });
  await reader.until(({ type }) => type === "changed");
  const active = await backend.ask<ActiveCalls>("/active");
  expect(active.body.calls).toMatchObject([
    {
      call_id: "a",
      status: "active",
      caller_number: "+15550101",
      language: "en",
      audio_seconds: 3,
      user_messages: 2,
      total_turns: 1,
      avg_turn_latency_ms: 800,
      tool_call_count: 1,
      barge_in_count: 1,
      can_end: false,
      partial: [],
    },
  ]);
  const [call] = active.body.calls;
  expect((await backend.ask<LiveTranscript>(`/active/${call?.id}/transcript`)).body).toMatchObject({
    call_id: "a",
    tool_calls: [{ name: "calendar", params: { day: "monday" } }],
    turns: [{ e2e_ms: 800 }],
  });

  await engine.tell({ do: "end", call_id: "a" });
  await reader.until(isEnd("a"));
  expect((await backend.ask<ActiveCalls>("/active")).body.calls).toEqual([]);
  expect(reader.told.map(word).filter((text) => text !== "partial")).toEqual([
    "snapshot ",
    "started a",
    "message hello",
    "message I would like a table",
    "turn",
    "tool",
    "barge_in",
    "changed a",
    "ended a completed",
  ]);
  const gone = await backend.ask<ErrorBody>("/active/a/transcript");
  expect(gone).toMatchObject({ status: 404, body: { error: { message: 'The call "a" is not running.' } } });
  // The whole call is in the history the moment it has ended.
  expect((await backend.ask<{ call_id: string }>(`/${call?.id}`)).body.call_id).toBe("a");
});

test("a call is ended through its engine; one that nobody can end gets a sentence", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a", hang_up: "ends", columns: { client_id: "one" } });
  await engine.tell({ do: "start", call_id: "stuck", hang_up: "fails" });
  await engine.tell({ do: "start", call_id: "plain" });
  const reader = await newReader(backend);
  const end = (name: string, body = "") => backend.ask<ErrorBody>(`/${name}/end`, { method: "POST", body });
  const active = async () =>
    (await backend.ask<ActiveCalls>("/active")).body.calls.map(({ call_id }) => call_id).sort();
  while ((await active()).length < 3);

  backend.as({ permissions: ["calls.read"] });
  expect((await end("a")).status).toBe(403);
  backend.as({ client_id: "two" });
  expect(await end("a")).toMatchObject({ status: 404, body: { error: { message: 'The call "a" is not running.' } } });
  backend.as({});
  expect((await end("nobody")).status).toBe(404);
  expect((await end("a", '{"why":"x"}')).status).toBe(400);
  expect(await active()).toEqual(["a", "plain", "stuck"]);

  expect(await end("plain")).toMatchObject({ status: 409 });
  expect((await end("plain")).body.error.message).toContain("gave no way to hang up");
  expect((await end("stuck")).body.error.message).toContain("the channel is stuck");

  backend.as({ client_id: "one" });
  expect(await end("a", '{"reason":"caller asked"}')).toMatchObject({
    status: 202,
    body: { call_id: "a", accepted: true },
  });
  backend.as({});
  await reader.until(isEnd("a"));
  expect(await active()).toEqual(["plain", "stuck"]);
  expect(await end("a")).toMatchObject({ status: 409 });
  expect((await end("a")).body.error.message).toContain("has ended already");
  backend.as({ client_id: "two" });
  expect((await end("a")).status).toBe(404);
});

test("an engine that does not answer is a 409 after five seconds, and nothing happens later", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a", hang_up: "ends" });
  await engine.tell({ do: "start", call_id: "b", hang_up: "hangs" });
  const active = async () =>
    (await backend.ask<ActiveCalls>("/active")).body.calls.map(({ call_id }) => call_id).sort();
  while ((await active()).length < 2);
  const hung = await backend.ask<ErrorBody>("/b/end", { method: "POST" });
  expect(hung.status).toBe(409);
  expect(hung.body.error.message).toMatch(
    /was asked, but did not say within 5 s that the call ends; it may still end\.$/,
  );

  engine.pause();
  const asked = await backend.ask<ErrorBody>("/a/end", { method: "POST" });
  engine.wake();
  expect(asked.status).toBe(409);
  expect(asked.body.error.message).toMatch(/did not take the request in 5 s; it was taken back\.$/);
  await engine.tell(said("a", "still here"));
  while (!(await backend.ask<LiveTranscript>("/active/a/transcript")).body.conversation.length);
  expect(await active()).toEqual(["a", "b"]);
});

test("calls of a killed engine leave, are lost, and come back when the next engine goes on with them", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const first = await newEngine(dir);
  await first.tell({ do: "start", call_id: "a", hang_up: "ends" });
  await first.tell(said("a", "one"));
  const reader = await newReader(backend);
  while ((await backend.ask<ActiveCalls>("/active")).body.calls[0]?.user_messages !== 1);
  await first.kill();
  expect(await reader.until(isEnd("a"))).toMatchObject({ outcome: "lost" });
  expect((await backend.ask<ActiveCalls>("/active")).body.calls).toEqual([]);
  expect((await backend.ask("/a/end", { method: "POST" })).status).toBe(404);

  const second = await newEngine(dir);
  await second.tell({ do: "resume" });
  await second.tell(said("a", "two"));
  const from = reader.told.length;
  await reader.until(isMessage("two"));
  expect((await backend.ask<LiveTranscript>("/active/a/transcript")).body.conversation.map((m) => m.content)).toEqual([
    "one",
    "two",
  ]);
  expect(
    reader.told
      .slice(from - 1)
      .map(word)
      .at(-1),
  ).toBe("message two");
  await second.tell({ do: "end", call_id: "a" });
  expect(await reader.until(({ type }) => type === "ended", from)).toMatchObject({ outcome: "completed" });
});

test("a call whose engine died is lost in the history as well", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a" });
  await engine.tell(said("a", "one"));
  const active = async () => (await backend.ask<ActiveCalls>("/active")).body.calls;
  while ((await active())[0]?.user_messages !== 1);
  const [call] = await active();
  await engine.kill();
  await publish(dir);
  expect(await active()).toEqual([]);
  expect(await backend.ask(`/${call?.id}`)).toMatchObject({ status: 200, body: { call_id: "a", outcome: "lost" } });
  expect((await backend.ask(`/${call?.id}/end`, { method: "POST" })).status).toBe(409);
});

test("a reader who was away goes on without loss or repetition; one of another time begins anew", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a" });
  const reader = await newReader(backend);
  await engine.tell(said("a", "0"));
  await reader.until(isMessage("0"));
  for (let number = 1; number <= 30; number += 1) await engine.tell(said("a", `${number}`));
  await reader.until(isMessage("15"));
  await reader.leave();
  while (backend.lake.live.watchers > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let number = 31; number <= 40; number += 1) await engine.tell(said("a", `${number}`));

  const again = await newReader(backend, "", reader.told.at(-1)?.id);
  await again.until(isMessage("40"));
  const contents = [...reader.told, ...again.told].flatMap(({ event }) =>
    event.type === "message" ? [event.message.content] : [],
  );
  const begun = Number(contents[0]);
  expect(contents).toEqual(Array.from({ length: 41 - begun }, (_, index) => `${begun + index}`));
  expect(again.told.some(({ event }) => event.type === "snapshot")).toBe(false);
  const last = again.told.at(-1)?.id;
  await again.leave();

  // The backend starts again: its events have other numbers, so the reader is told to begin anew, with all that is.
  await backend.close();
  const restarted = await newBackend(dir);
  const anew = await newReader(restarted, "", last);
  await anew.until(({ type }) => type === "snapshot");
  expect(anew.told.map(word)).toEqual(["reset", "snapshot a"]);
  expect((await restarted.ask<LiveTranscript>("/active/a/transcript")).body.conversation).toHaveLength(41);
});

test("each tenant sees its own calls only, and personal data only with the permission", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  for (const client_id of ["one", "two"]) {
    const columns = { client_id, assistant_id: `${client_id}-bot`, caller_number: "+15550101" };
    await engine.tell({ do: "start", call_id: `of ${client_id}`, columns });
  }
  await engine.tell({ do: "start", call_id: "of nobody" });
  const readAs = async (identity: object, query = "") => {
    backend.as(identity);
    return newReader(backend, query);
  };
  const one = await readAs({ client_id: "one" });
  const bot = await readAs({ assistant_id: "two-bot" });
  const masked = await readAs({ permissions: ["calls.read"] });
  const filtered = await readAs({}, "?client_id=two&client_id=three");
  // The engine has said that they run; its journal is read a moment later.
  const idOfTwo = async () =>
    (await backend.ask<ActiveCalls>("/active")).body.calls.find(({ call_id }) => call_id === "of two")?.id;
  let ofTwo = await idOfTwo();
  while (ofTwo === undefined) ofTwo = await idOfTwo();
  const alone = await readAs({}, `?id=${ofTwo}`);
  const foreign = await readAs({ client_id: "one" }, `?id=${ofTwo}`);
  const all = await readAs({});
  for (const client of ["one", "two"]) {
    await engine.tell(said(`of ${client}`, `secret of ${client}`));
    await engine.tell({ do: "segment", call_id: `of ${client}`, text: `growing secret of ${client}`, final: false });
    await engine.tell({ do: "tool", call_id: `of ${client}`, name: "lookup", params: { secret: client } });
  }
  await engine.tell({ do: "set", call_id: "of nobody", columns: { client_id: "one" } });
  await engine.tell({ do: "set", call_id: "of two", columns: { client_id: "three" } });
  for (const client of ["one", "two", "nobody"]) await engine.tell({ do: "end", call_id: `of ${client}` });
  await all.until(isEnd("of nobody"));
  await masked.until(isEnd("of nobody"));
  await one.until(isEnd("of nobody"));
  await bot.until(isEnd("of two"));
  await filtered.until(isEnd("of two"));
  await alone.until(isEnd("of two"));

  expect(JSON.stringify(one.told)).not.toContain("two");
  expect(one.told.map(word).filter((text) => text.includes("nobody"))).toEqual([
    "started of nobody",
    "ended of nobody abandoned",
  ]);
  expect(JSON.stringify(bot.told)).not.toMatch(/of one|of nobody/);
  expect(JSON.stringify(filtered.told)).not.toMatch(/of one|of nobody/);
  expect(JSON.stringify(alone.told)).not.toMatch(/of one|of nobody/);
  expect(JSON.stringify(alone.told)).toContain("growing secret of two");
  // Who may not see the call is told of none, by whatever id.
  expect(foreign.told.map(({ event }) => event)).toMatchObject([{ type: "snapshot", calls: [] }]);
  expect(JSON.stringify(all.told)).toContain("growing secret of two");
  const hidden = JSON.stringify(masked.told);
  expect(hidden).not.toMatch(/secret|5550101/);
  expect(hidden).toContain("lookup");
  expect(masked.told.map(word)).toContain("message null");

  backend.as({ permissions: ["calls.read"] });
  expect((await backend.ask("/active/x/transcript")).status).toBe(403);
  backend.as({});
  expect((await backend.ask<ErrorBody>("/active?colour=red")).body.error.field).toBe("colour");
  backend.as(null);
  expect((await backend.ask("/active")).status).toBe(401);
  expect((await backend.ask("/live")).status).toBe(401);
});

test("a call that leaves a tenant's sight is told as left, and is not found there any more", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a", columns: { client_id: "one" } });
  backend.as({ client_id: "one" });
  const reader = await newReader(backend);
  await engine.tell(said("a", "hello"));
  await reader.until(isMessage("hello"));
  await engine.tell({ do: "set", call_id: "a", columns: { client_id: "two" } });
  await reader.until(({ type }) => type === "left");
  await engine.tell(said("a", "for two only"));
  expect((await backend.ask("/active/a/transcript")).status).toBe(404);
  expect(JSON.stringify(reader.told)).not.toContain("for two only");
});

test("the same feed comes over WebSocket, and is resumed there", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a", columns: { client_id: "one" } });
  await engine.tell({ do: "start", call_id: "b", columns: { client_id: "two" } });
  const url = `${backend.url.replace("http", "ws")}/live`;
  const refused = (address: string, headers = {}) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(address, { headers });
      socket.on("unexpected-response", (_, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
      socket.on("error", () => {});
    });
  const connect = (query = "") => {
    const socket = new WebSocket(`${url}${query}`, { headers: { origin: new URL(backend.url).origin } });
    const told: { id: string; event: Told }[] = [];
    const has = (isSo: (event: Told) => boolean) =>
      new Promise<void>((resolve) => {
        socket.on("message", (data) => {
          const frame = JSON.parse(String(data)) as { id: string; event: Told | null };
          if (frame.event === null) return;
          told.push({ id: frame.id, event: frame.event });
          if (isSo(frame.event)) resolve();
        });
      });
    return { socket, told, has };
  };

  backend.as(null);
  expect(await refused(url)).toBe(401);
  backend.as({ client_id: "one" });
  expect(await refused(url, { origin: "https://elsewhere.example.com" })).toBe(403);
  expect(await refused(`${url}?colour=red`)).toBe(400);
  expect(await refused(`${url}/elsewhere`)).toBe(404);

  const first = connect();
  const hello = first.has(isMessage("hello"));
  await first.has(({ type }) => type === "snapshot");
  await engine.tell(said("b", "not for one"));
  await engine.tell(said("a", "hello"));
  await hello;
  first.socket.close();
  while (backend.lake.live.watchers > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await engine.tell(said("a", "meanwhile"));
  const second = connect(`?last_event_id=${first.told.at(-1)?.id}`);
  await second.has(isMessage("meanwhile"));
  expect(second.told.map(word)).toEqual(["message meanwhile"]);
  expect(JSON.stringify([first.told, second.told])).not.toContain("not for one");
  second.socket.terminate();
  while (backend.lake.live.watchers > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("a reader without the right to read hears nothing", async () => {
  const backend = await newBackend(await newDir());
  backend.as({ permissions: ALL.filter((permission) => permission !== "calls.read") });
  for (const path of ["/active", "/live", "/active/a/transcript"]) expect((await backend.ask(path)).status).toBe(403);
});
