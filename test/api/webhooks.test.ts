/** Providers' webhooks over the real router: signatures, retries, two tellings of one call, and nobody's secret. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi, type ErrorBody } from "../../src/api/index.ts";
import { ask, openBackend, SECRETS, signed } from "./ingest-kit.ts";

const golden = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../golden", `${name}.json`), "utf8")) as Payload;
// biome-ignore lint/suspicious/noExplicitAny: payloads are changed at will here
type Payload = any;
let backend: Awaited<ReturnType<typeof openBackend>>;
let names = 0;
beforeAll(async () => {
  backend = await openBackend();
});
afterAll(() => backend.close());

/** The payload under a call_id of its own. */
function named(provider: string, payload: Payload): { id: string; payload: Payload } {
  names += 1;
  const id = `${provider}-${names}`;
  const copy = structuredClone(payload);
  if (provider === "vapi") copy.message.call.id = id;
  else if (provider === "retell") copy.call.call_id = id;
  else copy.data.conversation_id = id;
  return { id, payload: copy };
}
const send = (provider: string, payload: unknown, now?: number) =>
  ask(backend.app, `/webhooks/${provider}`, signed(provider, payload, now));

const EXAMPLES = {
  vapi: "vapi/inbound-with-tool",
  retell: "retell/ended-phone-call",
  elevenlabs: "elevenlabs/phone-call",
};

describe.each(Object.entries(EXAMPLES))("%s", (provider, file) => {
  it("is durable when it is answered, and once however often it comes", async () => {
    const { id, payload } = named(provider, golden(file));
    const first = await send(provider, payload);
    expect(first).toMatchObject({ status: 200, body: { durable: true } });
    const again = await Promise.all([send(provider, payload), send(provider, payload), send(provider, payload)]);
    expect(again.map(({ status, body }) => [status, body["id"]])).toEqual(again.map(() => [200, first.body["id"]]));
    const calls = await backend.calls(id);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ rev: 1, id: first.body["id"], provider_name: provider });
    expect(calls[0]?.client_id).toBe(provider === "vapi" ? "acme" : null);
  });

  it("refuses what it did not sign", async () => {
    const { payload } = named(provider, golden(file));
    const post = (init: RequestInit) => ask(backend.app, `/webhooks/${provider}`, init);
    const good = signed(provider, payload);
    const [header = ""] = Object.keys(good.headers as object);
    for (const value of ["", "x", "v=1,d=2", "t=1,v0=2", "é".repeat(70)].map((text) => encodeURI(text))) {
      expect((await post({ ...good, headers: { [header]: value } })).status, value).toBe(401);
    }
    expect((await post({ ...good, headers: {} })).status).toBe(401);
    if (provider === "vapi") return;
    expect((await post({ ...good, body: `${good.body} ` })).status, "another body").toBe(401);
    expect((await send(provider, payload, Date.now() - 31 * 60_000)).status, "too old").toBe(401);
    expect((await send(provider, payload, Date.now() + 31 * 60_000)).status, "from the future").toBe(401);
  });

  it("ignores what it does not know, and says what is no JSON", async () => {
    expect(await send(provider, { event: "x", type: "x", message: { type: "x" } })).toEqual({
      status: 200,
      body: { ignored: true },
    });
    for (const text of ["{", "", "[".repeat(100_000), `{"a":${"[".repeat(70)}${"]".repeat(70)}}`]) {
      expect((await ask(backend.app, `/webhooks/${provider}`, signed(provider, text))).status).toBe(400);
    }
  });

  it("says of a message that names no call that it was skipped, and logs it once", async () => {
    const kinds = { vapi: "end-of-call-report", retell: "call_ended", elevenlabs: "post_call_transcription" };
    const kind = kinds[provider as keyof typeof kinds];
    for (let times = 0; times < 3; times += 1)
      expect((await send(provider, { message: { type: kind }, event: kind, type: kind })).status).toBe(400);
    expect(backend.logged.filter((line) => line.includes(kind))).toHaveLength(1);
  });

  it("is not there without a secret", async () => {
    const bare = backend.appFor({ webhooks: undefined });
    const answer = await ask<ErrorBody>(bare, `/webhooks/${provider}`, signed(provider, golden(file)));
    expect(answer).toMatchObject({ status: 404, body: { error: { field: "provider" } } });
    const deaf = backend.appFor({ history: undefined });
    expect((await ask(deaf, `/webhooks/${provider}`, signed(provider, golden(file)))).status).toBe(503);
  });
});

describe("secrets and owners", () => {
  it("takes no secret that is empty, and knows no other provider", async () => {
    const { lake, history } = backend;
    expect(() => createCallHistoryApi({ lake, history, webhooks: { vapi: { secret: " " } } })).toThrow(RangeError);
    expect((await ask(backend.app, "/webhooks/constructor", { body: "{}" })).status).toBe(404);
  });

  it("takes no call_id without end", async () => {
    const { payload } = named("vapi", golden(EXAMPLES.vapi));
    payload.message.call.id = "x".repeat(501);
    expect((await send("vapi", payload)).status).toBe(400);
  });

  it("takes Vapi's HMACs too", async () => {
    const { payload } = named("vapi", golden(EXAMPLES.vapi));
    const body = JSON.stringify(payload);
    const mac = (text: string) => createHmac("sha256", SECRETS.vapi).update(text).digest("hex");
    const now = Date.now();
    const with_ = async (headers: Record<string, string>) =>
      (await ask(backend.app, "/webhooks/vapi", { body, headers })).status;
    expect(await with_({ "x-vapi-signature": mac(body) })).toBe(200);
    expect(await with_({ "x-signature": `sha256=${mac(`${now}.${body}`)}`, "x-timestamp": String(now) })).toBe(200);
    expect(await with_({ "x-signature": mac(`${now}.${body}`), "x-timestamp": String(now + 1) })).toBe(401);
    expect(await with_({ authorization: `Bearer ${SECRETS.vapi}` })).toBe(200);
    const old = now - 40 * 60_000;
    expect(await with_({ "x-signature": mac(`${old}.${body}`), "x-timestamp": String(old) })).toBe(401);
  });

  it("asks the host whose a call is, and never who the provider is", async () => {
    const tenants: Record<string, string> = { agent_1: "globex" };
    const app = backend.appFor({
      identify: () => {
        throw new Error("a provider is no person");
      },
      allow_anonymous: undefined,
      webhooks: {
        retell: {
          api_key: SECRETS.retell,
          client_id: (message) => tenants[(message as Payload).call.agent_id] ?? null,
        },
      },
    });
    const { id, payload } = named("retell", golden(EXAMPLES.retell));
    expect((await ask(app, "/webhooks/retell", signed("retell", payload))).status).toBe(200);
    expect((await backend.calls(id))[0]?.client_id).toBe("globex");
    payload.call.agent_id = "agent_of_nobody";
    expect((await ask(app, "/webhooks/retell", signed("retell", payload))).status).toBe(403);
    // The same call, told by an account of another tenant, is not theirs to revise.
    const other = backend.appFor({ webhooks: { retell: { api_key: SECRETS.retell, client_id: "acme" } } });
    payload.call.from_number = "+12025550199";
    expect((await ask(other, "/webhooks/retell", signed("retell", payload))).status).toBe(409);
    expect((await backend.calls(id))[0]).toMatchObject({ client_id: "globex", caller_number: "+12025550103" });
  });
});

describe("two tellings of one call", () => {
  const analysis = golden("retell/analyzed-sparse");

  it("Retell: the analysis adds to what the end told", async () => {
    const { id, payload } = named("retell", golden(EXAMPLES.retell));
    const later = structuredClone(analysis);
    later.call.call_id = id;
    await send("retell", payload);
    const [before] = await backend.calls(id);
    await send("retell", later);
    const [after, ...more] = await backend.calls(id);
    expect(more).toEqual([]);
    const { rev, summary, sentiment, evaluations, created_at: _, ...rest } = after ?? ({} as never);
    expect({ rev, summary, sentiment }).toEqual({
      rev: 2,
      summary: "A table for two was booked.",
      sentiment: "Positive",
    });
    expect(evaluations).toMatchObject({ call_successful: true });
    const { rev: _r, summary: _s, sentiment: _t, evaluations: _e, created_at: _c, ...first } = before ?? ({} as never);
    expect(rest).toEqual(first);
    await send("retell", later);
    await send("retell", payload);
    expect((await backend.calls(id)).map((call) => call.rev)).toEqual([2]);
  });

  it("Retell: also when the analysis comes first", async () => {
    const { id, payload } = named("retell", golden(EXAMPLES.retell));
    const later = structuredClone(analysis);
    later.call.call_id = id;
    await send("retell", later);
    expect((await backend.calls(id))[0]?.outcome).toBe("abandoned");
    await send("retell", payload);
    const [after, ...more] = await backend.calls(id);
    expect(more).toEqual([]);
    expect(after).toMatchObject({
      rev: 2,
      summary: "A table for two was booked.",
      outcome: "completed",
      cost_total: 0.1045,
    });
    expect(after).toMatchObject({ user_messages: 1, tool_call_count: 3, duration_seconds: 61.5, ended_by: "agent" });
  });

  it("Retell: an analysis without a time finds its call", async () => {
    const { id, payload } = named("retell", golden(EXAMPLES.retell));
    // The look-up goes by the day: this call is of today.
    const shift = Date.now() - payload.call.end_timestamp;
    payload.call.start_timestamp += shift;
    payload.call.end_timestamp += shift;
    await send("retell", payload);
    await send("retell", { event: "call_analyzed", call: { call_id: id, call_analysis: { call_summary: "Short." } } });
    expect(await backend.calls(id)).toMatchObject([{ rev: 2, summary: "Short.", user_messages: 1 }]);
  });

  it("Vapi: a live call that its report ends", async () => {
    const { id, payload } = named("vapi", golden(EXAMPLES.vapi));
    const start = Date.parse(payload.message.startedAt);
    const status = (state: string, at: number) => ({
      message: { type: "status-update", status: state, timestamp: at, call: payload.message.call },
    });
    expect((await send("vapi", status("ringing", start - 4000))).body).toEqual({ durable: true });
    expect(backend.history.findOpen("vapi", id)).not.toBeNull();
    await Promise.all([send("vapi", status("in-progress", start)), send("vapi", status("in-progress", start))]);
    const { body } = await send("vapi", payload);
    expect(backend.history.findOpen("vapi", id)).toBeNull();
    // What comes too late changes nothing.
    await send("vapi", status("ended", start + 43_000));
    await send("vapi", status("ringing", start - 4000));
    await send("vapi", payload);
    const [call, ...more] = await backend.calls(id);
    expect(more).toEqual([]);
    expect(call).toMatchObject({
      id: body["id"],
      client_id: "acme",
      assistant_messages: 2,
      tool_call_count: 2,
      rev: 2,
      outcome: "transferred",
    });
    expect(call).toMatchObject({ start_time: "2026-11-21T09:59:56.000Z", answer_time: "2026-11-21T10:00:00.000Z" });
    expect(call?.end_time).toBe("2026-11-21T10:00:42.500Z");
    expect(backend.history.findOpen("vapi", id)).toBeNull();
  });

  it("Vapi: the end is told before the report", async () => {
    const { id, payload } = named("vapi", golden(EXAMPLES.vapi));
    const at = Date.parse(payload.message.startedAt);
    const call = payload.message.call;
    await send("vapi", { message: { type: "status-update", status: "in-progress", timestamp: at, call } });
    const over = {
      type: "status-update",
      status: "ended",
      endedReason: "customer-ended-call",
      timestamp: at + 42_000,
      call,
    };
    await send("vapi", { message: over });
    expect(await backend.calls(id)).toMatchObject([{ rev: 1, ended_by: "caller" }]);
    await send("vapi", payload);
    expect(await backend.calls(id)).toMatchObject([
      { rev: 2, ended_by: "agent", outcome: "transferred", user_messages: 1, end_time: "2026-11-21T10:00:42.500Z" },
    ]);
  });
});
