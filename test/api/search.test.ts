/** GET /search and the hits of a transcript over HTTP: refusals, tenants, snippets. */
import { rm } from "node:fs/promises";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallSearch, CallTranscript, ErrorBody } from "../../src/api/contract.ts";
import { createCallHistoryApi, type Identity } from "../../src/api/index.ts";
import { indexAll } from "../../src/etl/search.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import { intoJournal, intoLake, madeCall, madeFolder, randomOf } from "../query/made-calls.ts";

const FROM = Date.parse("2026-11-01T10:00:00Z");
const READ = ["calls.read", "calls.read_pii"];
const random = randomOf(3);
const said = (number: number, client_id: string, content: string) =>
  madeCall(random, number, FROM + number * 60_000, {
    client_id,
    summary: null,
    conversation: [{ role: "user", content, at: null, offset_ms: null, interrupted: null, agent: null }],
  });

let dir: string;
let lake: CallLake;

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, [
    said(1, "acme", "My refund: the refund I asked for, in München, is late. REFUND!"),
    said(2, "acme", "A refund, and many other words that make this call a little longer than the first one is"),
    said(3, "globex", "Our secret refund"),
  ]);
  await indexAll(dir, { now: () => Date.parse("2026-12-01T00:00:00Z") });
  await intoJournal(dir, "host-1", 1, [said(4, "acme", "late refund")]);
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

async function ask<T>(path: string, identity: Partial<Identity> = {}): Promise<{ status: number; body: T }> {
  const identify = () => ({ subject: "ada", permissions: READ, client_id: "acme", ...identity });
  const api = createCallHistoryApi({ lake, dir, identify, log: () => undefined });
  const response = await new Hono().route("/api/calls", api).request(`/api/calls${path}`);
  return { status: response.status, body: (await response.json()) as T };
}

describe("GET /search", () => {
  it("gives the best first, with the places, and nothing of another tenant", async () => {
    const { status, body } = await ask<CallSearch>("/search?q=refund");
    expect(status).toBe(200);
    expect(body.calls.map((call) => call.call_id)).toEqual(["call-1", "call-4", "call-2"]);
    const [first] = body.calls;
    expect(first?.snippets).toEqual([
      {
        message_index: 0,
        role: "user",
        text: "My refund: the refund I asked for, in München, is late. REFUND!",
        more_before: false,
        more_after: false,
        hits: [
          { start: 3, end: 9 },
          { start: 15, end: 21 },
          { start: 56, end: 62 },
        ],
      },
    ]);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(first).not.toHaveProperty("conversation");
    expect(body.next_cursor).toBeNull();
  });

  it("scores a call the same whatever other calls there are", async () => {
    const [bound, free] = await Promise.all([
      ask<CallSearch>("/search?q=refund"),
      ask<CallSearch>("/search?q=refund", { client_id: undefined }),
    ]);
    expect(free.body.calls).toHaveLength(4);
    expect(free.body.calls.filter((call) => call.client_id === "acme")).toEqual(bound.body.calls);
  });

  it("gives the newest first, page after page", async () => {
    const one = await ask<CallSearch>("/search?q=refund&sort=-start_time&limit=2");
    expect(one.body.calls.map((call) => call.call_id)).toEqual(["call-4", "call-2"]);
    expect(one.body.calls[0]?.score).toBeNull();
    const two = await ask<CallSearch>(`/search?q=refund&sort=-start_time&limit=2&cursor=${one.body.next_cursor}`);
    expect(two.body.calls.map((call) => call.call_id)).toEqual(["call-1"]);
    const ranked = await ask<CallSearch>("/search?q=refund&limit=2");
    const rest = await ask<CallSearch>(`/search?q=refund&limit=2&cursor=${ranked.body.next_cursor}`);
    expect(rest.body.calls.map((call) => call.call_id)).toEqual(["call-2"]);
  });

  it.each([
    ["/search", "q"],
    ["/search?q=!", "q"],
    ["/search?q=a&sort=cost_total", "sort"],
    ["/search?q=a&limit=51", "limit"],
    ["/search?q=a&cursor=rank-1000", "cursor"],
    ["/search?q=a&page=2", "page"],
  ])("answers %s with a 400 that names %s", async (path, field) => {
    const { status, body } = await ask<ErrorBody>(path);
    expect([status, body.error.field]).toEqual([400, field]);
  });

  it("is refused without calls.read_pii", async () => {
    expect((await ask<ErrorBody>("/search?q=refund", { permissions: ["calls.read"] })).status).toBe(403);
  });
});

describe("GET /:id/transcript?q=", () => {
  it("marks the hits", async () => {
    const { body } = await ask<CallSearch>("/search?q=munchen");
    const { status, body: transcript } = await ask<CallTranscript>(`/${body.calls[0]?.id}/transcript?q=munchen`);
    expect(status).toBe(200);
    expect(transcript.hits).toEqual([{ message_index: 0, start: 38, end: 45 }]);
    const none = await ask<CallTranscript>(`/${body.calls[0]?.id}/transcript?q=zzz`);
    expect(none.body.hits).toEqual([]);
    expect((await ask<CallTranscript>(`/${body.calls[0]?.id}/transcript`)).body.hits).toBeUndefined();
  });
});
