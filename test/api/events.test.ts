/** A live call told over HTTP, event by event: durable, once however often, whoever's it is, and across a kill. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorBody, EventsAnswer } from "../../src/api/index.ts";
import { eventOf, eventSchema } from "../../src/api/ingest/event-schema.ts";
import { EventSession } from "../../src/api/ingest/event-session.ts";
import { NO_MARK, ToldBefore } from "../../src/api/ingest/told-before.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { type Backend, post, startBackend } from "./backend-kit.ts";
import { ask, openBackend } from "./ingest-kit.ts";

let backend: Awaited<ReturnType<typeof openBackend>>;
beforeAll(async () => {
  backend = await openBackend();
});
afterAll(() => backend.close());

/** A call of today: what is told of one that is over is looked up near today. */
const AT = Math.floor(Date.now() / 1000) * 1000 - 600_000;
const tell = (call_id: string, events: unknown, app = backend.app) =>
  ask<EventsAnswer & ErrorBody>(app, `/${encodeURIComponent(call_id)}/events`, { json: events });
/** Eight numbered events of a whole call. */
const EVENTS = [
  {
    type: "started",
    seq: 1,
    start_time: AT,
    caller_number: "+12025550107",
    provider_name: "own",
    metadata: { room: 4 },
  },
  { type: "message", seq: 2, role: "assistant", content: "Yes?", at: AT + 1000 },
  { type: "message", seq: 3, role: "user", content: "Yes.", at: AT + 2000 },
  {
    type: "tool",
    seq: 4,
    name: "door",
    params: { open: true },
    result: "ok",
    status: "ok",
    at: AT + 2500,
    duration_ms: 40,
  },
  { type: "turn", seq: 5, e2e_ms: 700, llm_ms: 400, at: AT + 3000 },
  { type: "message", seq: 6, role: "user", content: "Yes.", at: AT + 4000 },
  { type: "barge_in", seq: 7 },
  {
    type: "ended",
    seq: 8,
    end_time: new Date(AT + 9000).toISOString(),
    ended_reason: "hangup",
    ended_by: "caller",
    graceful: true,
  },
];
const WHOLE = {
  rev: 1,
  source: "http",
  caller_number: "+12025550107",
  user_messages: 2,
  assistant_messages: 1,
  tool_call_count: 1,
  total_turns: 1,
  barge_in_count: 1,
  duration_seconds: 9,
  outcome: "completed",
  ended_by: "caller",
  turn_latencies_ms: [700],
};

describe("a call told by its events", () => {
  it("is open with the first, and a record with the last", async () => {
    expect(await tell("e-1", EVENTS.slice(0, 3))).toMatchObject({
      status: 202,
      body: { durable: true, applied: 3, repeated: 0, ended: false },
    });
    expect(backend.history.findOpen("http", "e-1")).not.toBeNull();
    const { body } = await tell("e-1", EVENTS.slice(3));
    expect(body).toMatchObject({ applied: 5, repeated: 0, ended: true });
    const calls = await backend.calls("e-1");
    expect(calls).toMatchObject([{ ...WHOLE, id: body.id, metadata: { room: 4, events: { seq: 8 } } }]);
  });

  it("may be told one at a time, each twice, and everything again afterwards", async () => {
    for (const event of EVENTS) {
      expect((await tell("e-2", event)).body).toMatchObject({ applied: 1, repeated: 0 });
      expect((await tell("e-2", event)).body).toMatchObject({ applied: 0, repeated: 1, durable: true });
    }
    expect((await tell("e-2", EVENTS)).body).toMatchObject({ applied: 0, repeated: 8, ended: true });
    expect(await backend.calls("e-2")).toMatchObject([WHOLE]);
  });

  it("is one call, whichever router its events come by", async () => {
    await tell("e-7", EVENTS.slice(0, 4));
    expect((await tell("e-7", EVENTS.slice(2), backend.appFor())).body).toMatchObject({ applied: 4, repeated: 2 });
    expect(await backend.calls("e-7")).toMatchObject([WHOLE]);
  });

  it("takes segments, speech and columns", async () => {
    await tell("e-3", [
      { type: "started", start_time: AT },
      { type: "segment", text: "Hello world how are you", start_ms: 0, end_ms: 900, final: false },
      { type: "segment", text: "how are you today", start_ms: 500, end_ms: 1200, final: true },
      { type: "set", transfer_destination: "+12025550140" },
      { type: "ended", end_time: AT + 5000 },
    ]);
    const [call] = await backend.calls("e-3");
    expect(call?.conversation?.map(({ content }) => content)).toEqual(["Hello world how are you today"]);
    expect(call).toMatchObject({ outcome: "transferred", duration_seconds: 5 });
  });

  it("says in a sentence what is wrong, and takes nothing of it", async () => {
    for (const [events, status, field] of [
      [{ type: "message", role: "user", content: "x" }, 404, "type"],
      [[], 400, null],
      [{ type: "start" }, 400, "type"],
      [[EVENTS[0], { type: "message", role: "user" }], 400, "1.content"],
      [[EVENTS[0], { type: "message", role: "user", content: "x", colour: 1 }], 400, "1.colour"],
      [{ type: "started", start_time: "yesterday" }, 400, "start_time"],
      [{ type: "started", seq: 0 }, 400, "seq"],
      [{ type: "speech", party: "dog", what: "started" }, 400, "party"],
      ["x", 400, null],
    ] as const) {
      const answer = await tell("e-4", events);
      expect(answer.status, JSON.stringify(events)).toBe(status);
      expect(answer.body.error.field, JSON.stringify(events)).toBe(field);
    }
    expect(backend.history.findOpen("http", "e-4")).toBeNull();
    expect((await tell("x".repeat(501), EVENTS)).status).toBe(400);
    expect((await tell("x\0y", EVENTS)).status).toBe(400);
    expect((await ask(backend.app, "/e-4/events?source=", { json: EVENTS })).status).toBe(400);
  });

  it("after its record: what is new makes the next revision", async () => {
    await tell("e-5", EVENTS);
    const more = { type: "message", seq: 9, role: "user", content: "And thanks.", at: AT + 8000 };
    expect((await tell("e-5", more)).body).toMatchObject({ applied: 1, ended: true });
    expect((await tell("e-5", more)).body).toMatchObject({ applied: 0, repeated: 1 });
    expect(await backend.calls("e-5")).toMatchObject([{ ...WHOLE, rev: 2, user_messages: 3 }]);
  });

  it("under a name that was used before, at another time, is another call", async () => {
    await tell("e-6", EVENTS);
    const later = { ...EVENTS[0], start_time: AT + 60_000 };
    await tell("e-6", [later, { type: "ended", seq: 2, end_time: AT + 61_000 }]);
    expect((await backend.calls("e-6")).map((call) => call.duration_seconds).sort()).toEqual([1, 9]);
  });
});

describe("whose a call is", () => {
  const as = (client_id: string, assistant_id?: string) =>
    backend.appFor({
      identify: () => ({ subject: client_id, permissions: ["calls.ingest", "calls.read"], client_id, assistant_id }),
    });

  it("is said by the identity, and nobody else touches it", async () => {
    const [acme, globex] = [as("acme"), as("globex")];
    const [start, ...rest] = EVENTS;
    await tell("o-1", { ...start, client_id: "globex" }, acme);
    expect((await tell("o-1", rest, globex)).status).toBe(409);
    expect((await tell("o-1", EVENTS, globex)).status).toBe(409);
    const record = { source: "http", call_id: "o-1", start_time: AT, rev: 7, summary: "mine" };
    expect((await ask(globex, "", { json: record })).status).toBe(409);
    expect((await tell("o-1", rest, acme)).body).toMatchObject({ applied: 7, ended: true });
    expect((await tell("o-1", { type: "set", seq: 20, summary: "mine" }, globex)).status).toBe(409);
    expect((await ask(globex, "", { json: record })).status).toBe(409);
    expect(await backend.calls("o-1")).toMatchObject([{ ...WHOLE, client_id: "acme", summary: null }]);
    expect((await ask(acme, "", { json: { ...record, rev: 2, summary: "ours" } })).status).toBe(202);
    expect(await backend.calls("o-1")).toMatchObject([{ client_id: "acme", rev: 2, summary: "ours" }]);
  });

  it("holds for an assistant too, and for calls the engine has open", async () => {
    await tell("o-2", EVENTS[0], as("acme", "a"));
    expect((await tell("o-2", EVENTS.slice(1), as("acme", "b"))).status).toBe(409);
    const call = backend.history.startCall({ source: "http", call_id: "o-3", start_time: AT, client_id: "acme" });
    await backend.history.flush();
    expect((await tell("o-3", EVENTS, as("globex"))).status).toBe(409);
    expect((await tell("o-3", EVENTS, as("acme"))).body).toMatchObject({ ended: true, id: call.id });
    expect(await backend.calls("o-3")).toMatchObject([{ client_id: "acme", user_messages: 2 }]);
  });

  it("needs calls.ingest", async () => {
    const reader = backend.appFor({ identify: () => ({ subject: "r", permissions: ["calls.read"] }) });
    expect((await tell("o-4", EVENTS, reader)).status).toBe(403);
    expect((await tell("o-4", EVENTS, backend.appFor({ allow_anonymous: false }))).status).toBe(401);
    expect((await tell("o-4", EVENTS, backend.appFor({ history: undefined }))).status).toBe(503);
  });
});

describe("lines on disk without the mark behind them", () => {
  it("are known when their sender tells them again", () => {
    const call = backend.history.startCall({ source: "http", call_id: "t-1", start_time: AT });
    const soFar = {
      conversation: [said("assistant", "Yes?", 1000), said("user", "Yes.", 2000), said("user", "Yes.", 4000)],
      tool_calls: [],
      turns: [],
      barge_in_count: 1,
    };
    // The mark knows of the first message only: of the others nobody heard whether they were taken.
    const mark = { ...NO_MARK, seq: 2, messages: 1 };
    const session = new EventSession(call, {}, mark, new ToldBefore(soFar, mark));
    const events = EVENTS.map((event) => eventOf(eventSchema.parse(event)));
    expect(session.apply(events.slice(0, 7))).toMatchObject({ applied: 2, repeated: 5 });
    const more = { type: "message", seq: 8, role: "user", content: "Yes.", at: AT + 4000 };
    expect(session.apply([eventOf(eventSchema.parse(more))])).toMatchObject({ applied: 1, repeated: 0 });
    void call.end();
  });

  const said = (role: string, content: string, offset_ms: number) => {
    const at = new Date(AT + offset_ms).toISOString();
    return { role, content, at, offset_ms, interrupted: null, agent: null };
  };
});

describe("a backend that is killed", () => {
  let dir: string;
  let running: Backend;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "call-lake-killed-"));
    running = await startBackend(dir);
  });
  afterAll(async () => {
    await running.kill();
    await rm(dir, { recursive: true });
  });
  const calls = async (call_id: string) => {
    const list = (await (await fetch(`${running.url}/api/calls?limit=200`)).json()) as { calls: CallRecord[] };
    const ids = list.calls.filter((call) => call.call_id === call_id).map(({ id }) => id);
    return Promise.all(
      ids.map(async (id) => (await (await fetch(`${running.url}/api/calls/${id}`)).json()) as CallRecord),
    );
  };
  const restart = async () => {
    await running.kill();
    running = await startBackend(dir);
  };

  // At each place: what was told and acknowledged, and what was told again because the answer never came.
  it.each([1, 4, 7])("after %i events goes on with the call", { timeout: 120_000 }, async (told) => {
    const call_id = `k-${told}`;
    const url = `${running.url}/api/calls/${call_id}/events`;
    expect((await post(url, EVENTS.slice(0, told))).status).toBe(202);
    await restart();
    const again = `${running.url}/api/calls/${call_id}/events`;
    const { status, body } = await post(again, EVENTS.slice(Math.max(0, told - 2)));
    expect({ status, body }).toMatchObject({ status: 202, body: { ended: true, applied: 8 - told } });
    const found = await calls(call_id);
    expect(found).toHaveLength(1);
    const { rev: _, ...whole } = WHOLE;
    expect(found[0]).toMatchObject(whole);
    expect(found[0]?.conversation?.map(({ content }) => content)).toEqual(["Yes?", "Yes.", "Yes."]);
  });
});
