/** The typed client against the real router: every method, errors, aborts. */
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlResult } from "../../src/api/contract.ts";
import { type CallHistoryClient, CallHistoryError, createCallHistoryClient } from "../../src/client/index.ts";
import { openBackend } from "../api/ingest-kit.ts";

let backend: Awaited<ReturnType<typeof openBackend>>;
let client: CallHistoryClient;
const START = "2026-11-20T10:00:00.000Z";

beforeAll(async () => {
  backend = await openBackend();
  const app = backend.appFor({ dir: backend.dir });
  client = createCallHistoryClient({ api: "/api/calls/", fetch: (url, init) => app.request(url, init) });
  await client.ingestMany(
    ["a", "b", "c"].map((call_id, n) => ({
      call_id,
      start_time: START,
      duration_seconds: 10 * (n + 1),
      provider_name: n === 0 ? "local" : "deepgram",
      caller_number: "+15550101",
      conversation: [{ role: "user", content: `Grüße ${call_id}`, at: START }],
    })),
  );
});
afterAll(() => backend.close());

const idOf = async (call_id: string) =>
  (await client.list({ where: `call_id:eq:${call_id}` })).calls[0]?.id ?? expect.unreachable();

async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(body).text();
}

describe("asking", () => {
  it("lists, pages, counts", async () => {
    const first = await client.list({}, { limit: 2, sort: "duration_seconds", total: true, sql: true });
    expect(first.calls.map(({ call_id }) => call_id)).toEqual(["a", "b"]);
    expect(first.total).toBe(3);
    expect(first.sql).toContain("FROM calls");
    const second = await client.list({}, { limit: 2, sort: "duration_seconds", cursor: first.next_cursor ?? "" });
    expect(second.calls.map(({ call_id }) => call_id)).toEqual(["c"]);
    expect((await client.list({}, { page: 2, page_size: 2 })).calls).toHaveLength(1);
    expect(await client.count({ provider_name: "deepgram" })).toBe(2);
    expect(await client.count({ provider_name: ["deepgram", "local"], min_duration: 20 })).toBe(2);
    expect(await client.count(new URLSearchParams("q=grusse&outcome=completed"))).toBe(3);
  });

  it("reads one call and its transcript", async () => {
    const id = await idOf("a");
    expect(await client.get(id)).toMatchObject({ id, call_id: "a", caller_number: "+15550101" });
    expect((await client.transcript(id)).conversation).toMatchObject([{ content: "Grüße a" }]);
  });

  it("searches what was said", async () => {
    const { calls, next_cursor } = await client.search("grüße b", { provider_name: "deepgram" }, { limit: 5 });
    expect(calls).toMatchObject([{ call_id: "b", snippets: [{ text: "Grüße b" }] }]);
    expect(next_cursor).toBeNull();
    const { hits } = await client.transcript(await idOf("a"), { q: "grusse" });
    expect(hits).toEqual([{ message_index: 0, start: 0, end: 5 }]);
  });

  it("gives statistics and facets", async () => {
    const stats = await client.stats({ provider_name: "deepgram" }, { sql: true });
    expect(stats.totals.calls).toBe(2);
    expect(stats.sql).toContain("deepgram");
    expect((await client.facets()).provider_name).toEqual([
      { value: "deepgram", calls: 2 },
      { value: "local", calls: 1 },
    ]);
    expect((await client.facets({}, { tools: true })).tool_name).toBeDefined();
    expect(await client.facet("provider_name", {}, { prefix: "LO", limit: 5 })).toEqual({
      values: [{ value: "local", calls: 1 }],
    });
  });

  it("exports all calls, and says where", async () => {
    const file = await client.export({ provider_name: "deepgram" }, { format: "csv", columns: ["call_id"] });
    expect(file).toMatchObject({ total: 2, filename: "calls.csv" });
    expect(file.type).toContain("text/csv");
    expect((await textOf(file.body)).trim().split("\n").sort()).toEqual(["b", "c", "call_id"]);
    const url = client.exportUrl({ label: ["x y", "z"] }, { format: "parquet", columns: ["id", "rev"] });
    expect(url).toBe("/api/calls/export?label=x+y&label=z&format=parquet&columns=id%2Crev");
  });

  it("exports calls that an address has no room for", async () => {
    const strangers = Array.from({ length: 400 }, (_, n) => `019aa5f6-1d00-7e1a-8000-${String(n).padStart(12, "0")}`);
    const where = `id:in:${[await idOf("a"), ...strangers, await idOf("b")].join(",")}`;
    const file = await client.export(
      { where, outcome: "completed" },
      { format: "csv", columns: ["call_id", "outcome"] },
    );
    expect(file.total).toBe(2);
    expect((await textOf(file.body)).trim().split("\n").sort()).toEqual([
      "a,completed",
      "b,completed",
      "call_id,outcome",
    ]);
  });

  it("exports one call to read", async () => {
    const id = await idOf("a");
    const file = await client.exportCall(id, { format: "txt", tz: "Europe/Berlin" });
    expect(file).toMatchObject({ total: null, filename: `call-${id}.txt` });
    expect(await textOf(file.body)).toMatch(/Call of 2026-11-20 11:00:00 Europe\/Berlin.*Grüße a/s);
    expect(client.exportCallUrl(id, { format: "pdf" })).toBe(`/api/calls/${id}/export?format=pdf`);
  });

  it("asks SQL", async () => {
    const answer: SqlResult = await client.sql({ sql: "SELECT count(*) AS n FROM calls", limit: 1 });
    expect(answer).toMatchObject({ columns: [{ name: "n", type: "BIGINT" }], rows: [{ n: 3 }], truncated: false });
    const stream = await client.sqlArrow({ sql: "SELECT count(*) AS n FROM calls" });
    expect(
      tableFromIPC(new Uint8Array(await new Response(stream).arrayBuffer()))
        .get(0)
        ?.toJSON(),
    ).toEqual({ n: 3n });
    expect((await client.sqlSchema()).views.map(({ name }) => name)).toContain("turns");
  });

  it("hears how the lake is", async () => {
    expect(await client.health()).toMatchObject({ status: "ok", engine: "in-process" });
  });
});

describe("changing", () => {
  it("labels calls by id and by filter", async () => {
    expect(await client.label([await idOf("a")], { add: ["vip"] })).toEqual({ labelled: 1 });
    expect(await client.label({ provider_name: "deepgram" }, { add: ["vip"] })).toEqual({ labelled: 2 });
    expect(await client.count({ label: "vip" })).toBe(3);
    expect(await client.label({ label: "vip" }, { remove: ["vip"] })).toEqual({ labelled: 3 });
  });

  it("tells a call, a list of them, and a live call by its events", async () => {
    const told = await client.ingest({ call_id: "t/1", start_time: Date.parse(START), source: "dialler" });
    expect(await client.get(told.id)).toMatchObject({ call_id: "t/1", source: "dialler" });
    const { results } = await client.ingestMany([
      { call_id: "t2", start_time: START },
      { call_id: "", start_time: START },
    ]);
    expect(results).toMatchObject([{ durable: true }, { error: { code: "bad_request", field: "call_id" } }]);
    const events = await client.events(
      "t/3",
      [
        { type: "started", seq: 1, start_time: START },
        { type: "message", seq: 2, role: "user", content: "hello" },
      ],
      { source: "mine" },
    );
    expect(events).toMatchObject({ durable: true, applied: 2, ended: false });
    expect((await client.active({ source: "mine" })).calls).toMatchObject([{ call_id: "t/3" }]);
    expect((await client.active({ source: ["other"] })).calls).toEqual([]);
    expect((await client.activeTranscript("t/3")).conversation).toMatchObject([{ content: "hello" }]);
    await expect(client.end("t/3", "enough")).rejects.toMatchObject({ status: 409, code: "conflict" });
    expect(await client.events("t/3", [{ type: "ended", seq: 3 }], { source: "mine" })).toMatchObject({ ended: true });
  });

  it("ends a call whose engine lets it", async () => {
    const call = backend.history.startCall(
      { call_id: "live", source: "test" },
      { hangUp: () => void call.end({ ended_by: "system" }) },
    );
    await backend.history.flush();
    expect(await client.end("live", "enough")).toMatchObject({ call_id: "live", accepted: true });
  });

  it("counts and erases calls that an address has no room for", async () => {
    await client.ingestMany(["p", "q"].map((call_id) => ({ call_id, start_time: START, context_name: "chosen" })));
    const strangers = Array.from({ length: 400 }, (_, n) => `019aa5f6-1d00-7e1a-8000-${String(n).padStart(12, "0")}`);
    const where = `id:in:${[await idOf("p"), ...strangers, await idOf("q")].join(",")}`;
    expect(await client.countRemovable({ where })).toEqual({ would_delete: 2 });
    expect(await client.count({ context_name: "chosen" })).toBe(2);
    await client.removeMany({ where });
    expect(await client.count({ context_name: "chosen" })).toBe(0);
  });

  it("erases one call, and many", async () => {
    await client.ingestMany(["x", "y", "z"].map((call_id) => ({ call_id, start_time: START, context_name: "gone" })));
    expect(await client.countRemovable({ context_name: "gone" })).toEqual({ would_delete: 3 });
    expect(await client.remove(await idOf("x"))).toMatchObject({});
    expect(await client.count({ context_name: "gone" })).toBe(2);
    await client.removeMany({ context_name: "gone" });
    expect(await client.count({ context_name: "gone" })).toBe(0);
    await expect(client.removeMany({})).rejects.toMatchObject({ status: 400, code: "bad_request" });
  });
});

describe("what goes wrong", () => {
  const of = (fetch: (url: string, init: RequestInit) => Response | Promise<Response>) =>
    createCallHistoryClient({ api: "/api/calls", fetch });

  it("is one error with status, code, message and field", async () => {
    const wrong = await client.list({ outcome: "nonsense" as never }).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(CallHistoryError);
    expect(wrong).toMatchObject({ status: 400, code: "bad_request", field: "outcome" });
    expect((wrong as Error).message).toContain('"nonsense"');
    const app = backend.appFor({ allow_anonymous: false });
    const stranger = of((url, init) => app.request(url, init));
    await expect(stranger.list()).rejects.toMatchObject({ status: 401, code: "unauthorized" });
  });

  it("says where it came from: no answer, a proxy's page, a busy server", async () => {
    await expect(of(() => Promise.reject(new TypeError("no route"))).stats()).rejects.toMatchObject({
      status: 0,
      code: "unreachable",
    });
    await expect(of(() => new Response("<html>", { status: 502 })).stats()).rejects.toMatchObject({
      status: 502,
      code: "unreadable",
    });
    await expect(of(() => new Response("<html>")).stats()).rejects.toMatchObject({ status: 200, code: "unreadable" });
    const busy = { error: { code: "timeout", message: "It took too long.", field: null } };
    const headers = { "retry-after": "7" };
    await expect(of(() => Response.json(busy, { status: 503, headers })).stats()).rejects.toMatchObject({
      code: "timeout",
      retry_after: 7,
    });
  });

  it("is no error when it was taken back", async () => {
    const gone = new AbortController();
    const waiting = of(
      (_, { signal }) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    );
    const asked = waiting.get("x", gone.signal);
    const reason = new Error("the page has gone");
    gone.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it("asks for headers anew each time", async () => {
    const sent: (string | null)[] = [];
    let token = 0;
    const app = backend.appFor();
    const signed = createCallHistoryClient({
      api: "/api/calls",
      headers: async () => ({ authorization: `Bearer ${++token}` }),
      fetch: (url, init) => {
        sent.push(new Headers(init.headers).get("authorization"));
        return app.request(url, init);
      },
    });
    await signed.count();
    await signed.count();
    expect(sent).toEqual(["Bearer 1", "Bearer 2"]);
  });
});
