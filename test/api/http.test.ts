/** The HTTP API over a real lake, with DuckDB in its real child process. */
import { rm } from "node:fs/promises";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallList, CallStats, ErrorBody } from "../../src/api/contract.ts";
import { createCallHistoryApi, type Identity } from "../../src/api/index.ts";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const FROM = Date.parse("2026-11-01T00:00:00Z");
const ALL = ["calls.read", "calls.read_pii", "calls.delete", "calls.ingest"];

let dir: string;
let lake: CallLake;
let stored: CallRecord[];
let fresh: CallRecord[];

beforeAll(async () => {
  dir = await madeFolder();
  stored = madeCalls(randomOf(11), 120, FROM, 3 * 86_400_000);
  fresh = madeCalls(randomOf(12), 20, FROM, 3 * 86_400_000, 500);
  await intoLake(dir, stored, 2);
  await intoJournal(dir, "host-1", 1, fresh);
  lake = await openCallLake({ dir });
});

afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

function appFor(identity: Partial<Identity> | null, more: object = {}): Hono {
  const api = createCallHistoryApi({
    lake,
    dir,
    identify: () => (identity ? { subject: "ada", permissions: ALL, ...identity } : null),
    log: () => undefined,
    ...more,
  });
  return new Hono().route("/api/calls", api);
}

async function ask<T>(path: string, init?: RequestInit, app = appFor({})): Promise<{ status: number; body: T }> {
  const response = await app.request(`/api/calls${path}`, init);
  const text = await response.text();
  expect(text).not.toMatch(/\bat .*\.ts:\d+/);
  return { status: response.status, body: JSON.parse(text) as T };
}

describe("reading", () => {
  it("lists newest first, fresh rows included, page after page", async () => {
    const ids: string[] = [];
    let path = "?limit=50&include=total";
    for (;;) {
      const { status, body } = await ask<CallList>(path);
      expect(status).toBe(200);
      expect(body.total).toBe(140);
      ids.push(...body.calls.map((call) => call.id));
      if (body.next_cursor === null) break;
      path = `?limit=50&include=total&cursor=${body.next_cursor}`;
    }
    const wanted = [...stored, ...fresh].sort((a, b) => (a.start_time + a.id < b.start_time + b.id ? 1 : -1));
    expect(ids).toEqual(wanted.map((call) => call.id));
  });

  it("goes on from a cursor while calls arrive, and from no cursor of another question", async () => {
    const folder = await madeFolder();
    const old = madeCalls(randomOf(13), 60, FROM, 2 * 86_400_000);
    await intoLake(folder, old);
    const own = await openCallLake({ dir: folder, engine: "in-process" });
    const app = appFor({}, { lake: own });
    for (const sort of ["-start_time", "start_time", "-duration_seconds", "provider_name", "error_message"]) {
      const seen: string[] = [];
      let path = `?limit=20&sort=${sort}`;
      for (let segment = 1; ; segment++) {
        const { body } = await ask<CallList>(path, {}, app);
        seen.push(...body.calls.map((call) => call.id));
        if (body.next_cursor === null) break;
        path = `?limit=20&sort=${sort}&cursor=${body.next_cursor}`;
        const arriving = madeCalls(randomOf(segment), 3, FROM, 2 * 86_400_000, 1000 * segment + sort.length * 100_000);
        await intoJournal(folder, `host-${sort.length}`, segment, arriving);
      }
      expect(new Set(seen).size, sort).toBe(seen.length);
      const ids = old.map((call) => call.id);
      expect(seen.filter((id) => ids.includes(id)).sort(), sort).toEqual(ids.sort());
    }
    const { body } = await ask<CallList>("?limit=7&outcome=completed", {}, app);
    for (const other of ["?limit=7", "?limit=7&outcome=error", "?limit=7&outcome=completed&sort=start_time"]) {
      const answer = await ask<ErrorBody>(`${other}&cursor=${body.next_cursor}`, {}, app);
      expect(answer.status, other).toBe(400);
      expect(answer.body.error.field, other).toBe("cursor");
    }
    expect((await ask(`?limit=9&outcome=completed&cursor=${body.next_cursor}`, {}, app)).status).toBe(200);
    await own.close();
    await rm(folder, { recursive: true });
  });

  it("numbers pages for whoever wants that", async () => {
    const { body } = await ask<CallList>("?page=3&page_size=60&sort=start_time");
    expect(body.calls).toHaveLength(20);
    expect(body.next_cursor).toBeNull();
  });

  it("gives one call and its transcript as they were written", async () => {
    const [call] = fresh;
    const { body } = await ask<CallRecord>(`/${call?.id}`);
    expect(body).toEqual(call);
    const transcript = await ask(`/${call?.id}/transcript`);
    expect(transcript.body).toEqual({ id: call?.id, conversation: call?.conversation });
  });

  it("has stats, facets and health", async () => {
    const stats = await ask<CallStats>("/stats?start_date=2026-11-01&end_date=2026-11-03&include=sql");
    expect(stats.body.totals.calls).toBe(140);
    expect(stats.body.timeline.points).toHaveLength(3);
    expect(stats.body.sql).toContain("FROM calls");
    const facets = await ask<{ outcome: { calls: number }[] }>("/facets?outcome=error");
    expect(facets.body.outcome).toHaveLength(1);
    expect(facets.body).not.toHaveProperty("tool_name");
    const tools = await ask<{ tool_name: { value: string }[] }>("/facets?include=tool_name");
    expect(tools.body.tool_name.map((tool) => tool.value).sort()).toEqual(["book", "lookup", "transfer"]);
    const health = await ask("/healthz");
    expect(health.body).toMatchObject({ status: "ok", tail_rows: 20, engine: "child" });
  });

  it("answers for an empty folder", async () => {
    const empty = await madeFolder();
    const none = await openCallLake({ dir: empty, engine: "in-process" });
    const app = appFor({}, { lake: none });
    expect((await ask<CallList>("?include=total", {}, app)).body).toEqual({ calls: [], next_cursor: null, total: 0 });
    const stats = await ask<CallStats>("/stats", {}, app);
    expect(stats.body.totals).toMatchObject({ calls: 0, avg_duration_seconds: null, p95_turn_latency_ms: null });
    expect((await ask("/healthz", {}, app)).status).toBe(200);
    await none.close();
    await rm(empty, { recursive: true });
  });
});

it("says when no question is answered, and that the router is there all the same", async () => {
  const folder = await madeFolder();
  const gone = await openCallLake({ dir: folder, engine: "in-process" });
  const accounts = () => Promise.reject(new Error("the accounts' database is away"));
  const app = appFor({}, { lake: gone });
  await gone.close();
  const health = await ask<{ status: string; reason: string }>("/healthz", {}, app);
  expect([health.status, health.body.status]).toEqual([503, "down"]);
  expect(health.body.reason).not.toBe("");
  expect(await ask("/healthz", {}, appFor({ permissions: [] }, { lake: gone }))).toEqual({
    status: 503,
    body: { status: "down" },
  });
  expect((await ask("/livez", {}, appFor({}, { lake: gone, identify: accounts }))).status).toBe(200);
  await rm(folder, { recursive: true });
});

describe("a bad question", () => {
  it.each([
    ["?limt=5", "limt"],
    ["?limit=0", "limit"],
    ["?limit=201", "limit"],
    ["?limit=5&limit=6", "limit"],
    ["?cursor=abc", "cursor"],
    ["?cursor=WzEsMiwzXQ", "cursor"],
    ["?sort=conversation", "sort"],
    ["?sort=quality_flags", "sort"],
    ["?sort=id;drop", "sort"],
    ["?page=0", "page"],
    ["?page=100001&page_size=200", "page"],
    ["?page=2&cursor=x", "page"],
    ["?include=everything", "include"],
    ["?start_date=2026-02-30", "start_date"],
    ["?start_date=yesterday", "start_date"],
    ["?start_date=2026-11-03&end_date=2026-11-01", "end_date"],
    ["?end_date=2026-11-21T10:00:00", "end_date"],
    ["?tz=Mars/Olympus", "tz"],
    ["?outcome=fine", "outcome"],
    ["?direction=", "direction"],
    ["?min_duration=-1", "min_duration"],
    ["?min_duration=5&max_duration=4", "max_duration"],
    ["?max_duration=NaN", "max_duration"],
    ["?has_tool_calls=yes", "has_tool_calls"],
    ["?caller_name=%00", "caller_name"],
    ["/stats?limit=3", "limit"],
    ["/stats?include=total", "include"],
    ["/facets?limit=3", "limit"],
    ["/facets?include=total", "include"],
    ["/facets/nothing", "column"],
    ["/facets/turns", "column"],
    ["/facets/outcome?limit=101", "limit"],
    ["/facets/outcome?prefix=", "prefix"],
    ["?q=%20", "q"],
    ["?label=", "label"],
    ["?where=outcome", "where"],
    ["?where=outcome:is:error", "where"],
    ["?where=colour:eq:red", "where"],
    ["?where=outcome:eq:fine", "where"],
    ["?where=outcome:contains:err", "where"],
    ["?where=outcome.x:eq:error", "where"],
    ["?where=conversation:eq:x", "where"],
    ["?where=conversation.words:eq:x", "where"],
    ["?where=usage:gt:3", "where"],
    ["?where=usage.x:gt:three", "where"],
    ["?where=graceful:eq:yes", "where"],
    ["?where=rev:eq:1.5", "where"],
    ["?where=cost_total:lt:0.0000001", "where"],
    ["?where=start_time:ge:yesterday", "where"],
    ["?where=start_time_local:eq:2026-11-01T10:00:00Z", "where"],
    ["?where=metadata.a:gt:x", "where"],
    ["?where=metadata.%22a:eq:x", "where"],
    ["?where=labels:in:%22a", "where"],
    ["?where=summary:contains:", "where"],
    ["?where=id:is_null:maybe", "where"],
    ["?where=id:eq:%00", "where"],
    ["?where=id:in:%22%5Cu0000%22", "where"],
    [`?${"where=rev:eq:1&".repeat(21)}`, "where"],
    ["/not-an-id", "id"],
    ["/not-an-id/transcript", "id"],
    ["/019A0000-0000-7000-8000-000000000000", "id"],
  ])("%s is a 400 that names %s", async (path, field) => {
    const { status, body } = await ask<ErrorBody>(path);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: "bad_request", field });
    expect(body.error.message.length).toBeGreaterThan(10);
  });

  it("about nothing is a 404", async () => {
    const { status, body } = await ask<ErrorBody>("/019a0000-0000-7000-8000-000000000000");
    expect(status).toBe(404);
    expect(body.error.code).toBe("not_found");
    expect((await ask("/stats/more")).status).toBe(404);
    expect((await ask("/stats", { method: "PUT" })).status).toBe(404);
  });
});

describe("who asks", () => {
  it("is nobody unless the host says so", async () => {
    expect((await ask("", {}, appFor(null))).status).toBe(401);
    const unsaid = new Hono().route("/api/calls", createCallHistoryApi({ lake }));
    expect((await ask("", {}, unsaid)).status).toBe(401);
    expect(await ask("/healthz", {}, unsaid)).toEqual({ status: 200, body: { status: "ok" } });
    expect(await ask("/livez", {}, unsaid)).toEqual({ status: 200, body: { status: "ok" } });
    const open = new Hono().route("/api/calls", createCallHistoryApi({ lake, allow_anonymous: true }));
    expect((await ask("", {}, open)).status).toBe(200);
  });

  it("sees the own tenant only, whatever is asked", async () => {
    const app = appFor({ client_id: "acme" });
    const mine = [...stored, ...fresh].filter((call) => call.client_id === "acme");
    const other = stored.find((call) => call.client_id === "globex");
    const list = await ask<CallList>("?limit=200&include=total", {}, app);
    expect(list.body.calls.map((call) => call.id).sort()).toEqual(mine.map((call) => call.id).sort());
    expect((await ask<CallList>("?client_id=globex&include=total", {}, app)).body.total).toBe(0);
    expect((await ask<CallStats>("/stats", {}, app)).body.totals.calls).toBe(mine.length);
    expect((await ask<{ client_id: unknown }>("/facets", {}, app)).body.client_id).toEqual([]);
    expect((await ask("/facets/client_id", {}, app)).body).toEqual({ values: [{ value: "acme", calls: mine.length }] });
    expect((await ask(`/${other?.id}`, {}, app)).status).toBe(404);
    expect((await ask(`/${other?.id}/transcript`, {}, app)).status).toBe(404);
    expect((await ask(`/${other?.id}`, { method: "DELETE" }, app)).status).toBe(404);
    expect((await ask("?client_id=globex&dry_run=true", { method: "DELETE" }, app)).body).toEqual({ would_delete: 0 });
    expect((await ask(`/${other?.id}`)).status).toBe(200);
  });

  it("needs each permission", async () => {
    const app = appFor({ permissions: ["calls.read"] });
    const { body } = await ask<CallList>("?limit=200", {}, app);
    expect(body.calls.every((call) => call.caller_number === null && call.summary === null)).toBe(true);
    for (const path of ["?caller_number=555", "?caller_name=a", "?sort=caller_number", "/stats?caller_number=5"]) {
      expect((await ask<ErrorBody>(path, {}, app)).body.error.code, path).toBe("forbidden");
    }
    for (const path of ["?q=Guten", "?where=summary:is_null:false", "/facets/caller_number"]) {
      expect((await ask<ErrorBody>(path, {}, app)).body.error.message, path).toContain("calls.read_pii");
    }
    expect((await ask<CallStats>("/stats", {}, app)).body.top_callers).toEqual([]);
    expect((await ask(`/${stored[0]?.id}/transcript`, {}, app)).status).toBe(403);
    expect((await ask(`/${stored[0]?.id}`, { method: "DELETE" }, app)).status).toBe(403);
    expect((await ask("", { method: "POST", body: "{}" }, app)).status).toBe(403);
  });
});

describe("deleting", () => {
  it("takes one call away for good", async () => {
    const id = stored[3]?.id ?? "";
    expect((await ask(`/${id}`, { method: "DELETE" })).body).toEqual({ deleted: 1 });
    expect((await ask(`/${id}`)).status).toBe(404);
    expect((await ask(`/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("takes what the filter says, as its dry run says", async () => {
    const before = await ask<CallList>("?include=total");
    const query = "?end_date=2026-11-01&provider_name=deepgram";
    const listed = await ask<CallList>(`${query}&include=total`);
    const dry = await ask(`${query}&dry_run=true`, { method: "DELETE" });
    expect(dry.body).toEqual({ would_delete: listed.body.total });
    const fromLake = stored.filter((call) => call.id !== stored[3]?.id);
    expect(listed.body.total).toBeGreaterThan(3);
    expect(listed.body.total).toBeLessThan(fromLake.length);
    await ask(query, { method: "DELETE" });
    expect((await ask<CallList>(`${query}&include=total`)).body.total).toBe(0);
    const after = await ask<CallList>("?include=total");
    expect(after.body.total).toBe((before.body.total ?? 0) - (listed.body.total ?? 0));
  });

  it("refuses to take everything, and what it does not understand", async () => {
    expect((await ask("", { method: "DELETE" })).status).toBe(400);
    expect((await ask("?tz=UTC", { method: "DELETE" })).status).toBe(400);
    expect((await ask("?end_dat=2026-11-01", { method: "DELETE" })).status).toBe(400);
    expect((await ask("?end_date=2026-11-01&dry_run=1", { method: "DELETE" })).status).toBe(400);
  });
});

describe("a record over HTTP", () => {
  it("is durable when it is answered, and in the list at once", async () => {
    const folder = await madeFolder();
    const history = await openCallHistory({ dir: folder });
    const own = await openCallLake({ dir: folder, engine: "in-process" });
    const app = appFor({ client_id: "acme" }, { lake: own, history });
    const post = (body: string) => ask<{ id: string } & ErrorBody>("", { method: "POST", body }, app);
    const record = { call_id: "c1", start_time: "2026-11-21T10:00:00Z", client_id: "globex", outcome: "completed" };
    const { status, body } = await post(JSON.stringify(record));
    expect(status).toBe(202);
    const found = await ask<CallRecord>(`/${body.id}`, {}, app);
    expect(found.body).toMatchObject({ call_id: "c1", client_id: "acme", start_time: "2026-11-21T10:00:00.000Z" });
    expect((await post(JSON.stringify(record))).body.id).toBe(body.id);
    expect((await ask<CallList>("?include=total", {}, app)).body.total).toBe(1);
    for (const [text, field] of [
      ["{", null],
      ["[]", null],
      ['{"call_id":"x"}', "start_time"],
      ['{"call_id":"x","start_time":"today"}', "start_time"],
      ['{"call_id":"x","start_time":1,"outcome":"fine"}', "outcome"],
      ['{"call_id":"x","start_time":1,"turns":[{"e2e_ms":"3"}]}', "turns.0.e2e_ms"],
      ['{"call_id":"x","start_time":1,"colour":1}', "colour"],
    ] as const) {
      const answer = await post(text);
      expect(answer.status, text).toBe(400);
      expect(answer.body.error.field, text).toBe(field);
    }
    const small = appFor({}, { lake: own, history, body_bytes_max: 100 });
    expect((await ask("", { method: "POST", body: "x".repeat(101) }, small)).status).toBe(413);
    await history.close();
    await own.close();
    await rm(folder, { recursive: true });
  });
});
