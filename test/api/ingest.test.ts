/** Whole records over HTTP, lists of them; and whatever JSON anybody sends to any route: never a 500, nothing unsafe. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorBody, IngestBatchAnswer } from "../../src/api/index.ts";
import { ask, DEVICES, openBackend, SECRETS, signed } from "./ingest-kit.ts";

let backend: Awaited<ReturnType<typeof openBackend>>;
beforeAll(async () => {
  backend = await openBackend();
});
afterAll(() => backend.close());
const START = "2026-11-21T10:00:00Z";

describe("a list of records", () => {
  it("is answered for each of them", async () => {
    const good = (call_id: string) => ({ call_id, start_time: START, source: "batch" });
    const list = [good("b-1"), { call_id: "b-2" }, good("b-3"), { ...good("b-4"), outcome: "fine" }];
    const { status, body } = await ask<IngestBatchAnswer>(backend.app, "", { json: list });
    expect(status).toBe(202);
    expect(body.results).toMatchObject([
      { durable: true },
      { error: { code: "bad_request", field: "start_time" } },
      { durable: true },
      { error: { field: "outcome" } },
    ]);
    expect((await ask(backend.app, "", { json: list })).status).toBe(202);
    expect(await backend.calls("b-1")).toHaveLength(1);
    const bad = await ask<ErrorBody>(backend.app, "", { json: [{ call_id: "b-2" }] });
    expect(bad).toMatchObject({ status: 400, body: { error: { field: "start_time" } } });
    expect((await ask(backend.app, "", { json: Array.from({ length: 1001 }, () => good("b-5")) })).status).toBe(400);
  });

  it("links to no script", async () => {
    const record = { call_id: "u-1", start_time: START, recordings: [{ url: " javascript:alert(1)" }] };
    const { status, body } = await ask<ErrorBody>(backend.app, "", { json: record });
    expect([status, body.error.field]).toEqual([400, "recordings.0.url"]);
  });

  it("is told again under a higher rev, and under a lower one nothing changes", async () => {
    const record = (rev: number, summary: string) => ({ call_id: "r-1", start_time: START, rev, summary });
    for (const [rev, summary] of [
      [2, "two"],
      [3, "three"],
      [1, "one"],
    ] as const)
      expect((await ask(backend.app, "", { json: record(rev, summary) })).status).toBe(202);
    expect(await backend.calls("r-1")).toMatchObject([{ rev: 3, summary: "three" }]);
  });

  it("writes into the tenant of its sender only", async () => {
    const as = (client_id: string) =>
      backend.appFor({ identify: () => ({ subject: "x", permissions: ["calls.ingest"], client_id }) });
    const record = (summary: string, rev = 1) => ({
      call_id: "w-1",
      start_time: START,
      client_id: "globex",
      summary,
      rev,
    });
    expect((await ask(as("acme"), "", { json: record("ours") })).status).toBe(202);
    const other = await ask<IngestBatchAnswer>(as("globex"), "", {
      json: [record("theirs", 9), { ...record("new"), call_id: "w-2" }],
    });
    expect(other.body.results).toMatchObject([{ error: { code: "conflict", field: "call_id" } }, { durable: true }]);
    expect(await backend.calls("w-1")).toMatchObject([{ client_id: "acme", summary: "ours", rev: 1 }]);
    expect(await backend.calls("w-2")).toMatchObject([{ client_id: "globex" }]);
  });
});

describe("whatever is sent", () => {
  const bearer = { authorization: `Bearer ${SECRETS.report}` };
  const [mac = ""] = Object.keys(DEVICES);
  /** What each route looks for, so that a body comes further than the first check. */
  const names = [
    ..."message type call id event data conversation_id transcript metadata artifact messages role toolCalls function".split(
      " ",
    ),
    ..."call_id start_time conversation tool_calls turns params content words cost costs analysis seq columns summary".split(
      " ",
    ),
    ..."macAddress sessionId chatType reportTime audioBase64 start_timestamp startedAt endedReason __proto__".split(
      " ",
    ),
    ..."start_time_unix_secs call_duration_secs status constructor toString quality_flags recordings url".split(" "),
  ];
  const words = fc.oneof(
    fc.constantFrom("end-of-call-report", "status-update", "call_ended", "call_analyzed", "post_call_transcription"),
    fc.constantFrom("started", "message", "tool", "turn", "set", "ended", "segment", "speech", "barge_in", "user", mac),
    fc.constantFrom(
      "javascript:alert(1)",
      "</script><script>",
      "\u0000",
      "\ud800",
      "=1+1",
      START,
      "",
      "in-progress",
      "s",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );
  const { value } = fc.letrec<{ value: unknown; object: unknown; list: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      fc.constantFrom(
        null,
        true,
        false,
        0,
        -1,
        1,
        2,
        1e308,
        -1e308,
        5e-324,
        1795255200,
        1795255200000,
        Number.MAX_SAFE_INTEGER,
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      words,
      tie("object"),
      tie("list"),
    ),
    object: fc.dictionary(fc.oneof(fc.constantFrom(...names), words), tie("value"), { maxKeys: 8 }),
    list: fc.array(tie("value"), { maxLength: 4 }),
  }));
  /** Bodies that are nearly right, with one part of them anything. */
  const nearly = fc.tuple(value, value).map(([a, b]) => [
    {
      message: {
        type: "end-of-call-report",
        startedAt: START,
        call: { id: "p", x: a },
        artifact: { messages: [a], y: b },
        analysis: b,
      },
    },
    { message: { type: "status-update", status: a, call: { id: "p2", type: b } } },
    {
      event: "call_ended",
      call: { call_id: "p", start_timestamp: 1795255200000, transcript_with_tool_calls: [a], latency: b, call_cost: a },
    },
    {
      type: "post_call_transcription",
      data: { conversation_id: "p", metadata: { start_time_unix_secs: 1795255200, x: a }, transcript: [b] },
    },
    { call_id: "p", start_time: START, source: "p", metadata: a, evaluations: b, tool_calls: [{ params: a }] },
    [
      { type: "started", start_time: START, metadata: a },
      { type: "tool", name: "t", params: b, result: a },
      { type: "ended", evaluations: a },
    ],
    { macAddress: mac, sessionId: "p", chatType: 1, content: "x", reportTime: 1795255200, audioBase64: a, more: b },
  ]);
  const routes = ["", "/p/events", "/report", "/webhooks/vapi", "/webhooks/retell", "/webhooks/elevenlabs"];
  const send = async (path: string, body: unknown) => {
    const text = JSON.stringify(body);
    const provider = path.startsWith("/webhooks/") ? path.slice(10) : null;
    const init = provider ? signed(provider, text) : { body: text, headers: bearer };
    return ask(backend.app, path, init);
  };

  it("is 2xx or 4xx, and never a 500", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          value,
          nearly.chain((bodies) => fc.constantFrom<unknown>(...bodies)),
        ),
        async (body) => {
          for (const path of routes) {
            const { status } = await send(path, body);
            if (!(status < 300 || (status >= 400 && status < 500))) throw new Error(`${path} answered ${status}`);
          }
        },
      ),
      { numRuns: 150 },
    );
    // What was skipped is told once a kind; nothing else is to be told.
    expect(backend.logged.filter((line) => !line.includes("was skipped"))).toEqual([]);
    expect(new Set(backend.logged).size).toBe(backend.logged.length);
    for (const name of ["p", "p2"]) {
      for (const call of await backend.calls(name)) {
        for (const { url } of call.recordings ?? []) expect(url).toMatch(/^https?:\/\//);
        expect(JSON.stringify(call)).not.toContain("secret");
      }
    }
  });
});
