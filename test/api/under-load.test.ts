/** Under load, over a real socket: lanes, time-outs, crowds, and clients that leave. */
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { type CallHistoryClient, CallHistoryError, createCallHistoryClient } from "../../src/client/index.ts";
import { Asking } from "../../src/query/asking.ts";
import { lakeOf } from "../../src/query/call-lake.ts";
import { type ChildEngine, openChildEngine } from "../../src/query/child-engine.ts";
import type { CallLake } from "../../src/query/index.ts";
import { raw, sql } from "../../src/query/statement.ts";
import { Viewing } from "../../src/query/viewing.ts";
import { JournalFollower } from "../../src/store/journal/follower.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

// Exports of other test files, which run beside this one, have their folders elsewhere.
const own = mkdtempSync(join(tmpdir(), "call-lake-under-load-"));
process.env["TMPDIR"] = own;

const FOREVER = "SELECT count(*) AS n FROM range(1000000000) a, range(1000000000) b WHERE (a.range * b.range) % 7 = 3";
/** Until something has come about on a busy machine. */
const LONG = { timeout: 30_000 };
const options = (name: string) => ({
  memory_limit: "512MB",
  temp_directory: join(tmpdir(), `call-lake-load-${name}-${process.pid}`),
  threads: 2,
  queries_max: 4,
});
let dir = "";
let engine: ChildEngine;
let lake: CallLake;
let server: Server;
let client: CallHistoryClient;
let id = "";

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, madeCalls(randomOf(71), 3000, Date.parse("2026-10-01T00:00:00Z"), 10 * 86_400_000));
  engine = await openChildEngine(options("main"));
  lake = lakeOf(
    dir,
    engine,
    () => {},
    () => openChildEngine({ ...options("desk"), only_folder: join(dir, "calls") }),
  );
  const api = createCallHistoryApi({ lake, dir, allow_anonymous: true, log: console.error });
  server = serve({ fetch: new Hono().route("/api/calls", api).fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await once(server, "listening");
  client = createCallHistoryClient({ api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/calls` });
  id = (await client.list()).calls[0]?.id ?? expect.unreachable();
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await lake.close();
});
afterAll(() => rm(own, { recursive: true, force: true }));

/** Statements without an end in that lane, until the signal fires. */
function hold(lane: "heavy" | "export", count: number, signal: AbortSignal): Promise<unknown> {
  const one = async () => {
    if (lane === "export") await engine.copy(`COPY (${FOREVER}) TO '/nowhere/at-all'`, [], signal);
    else for await (const _ of engine.run(FOREVER, [], signal, undefined, "heavy")) expect.unreachable();
  };
  return Promise.allSettled(Array.from({ length: count }, one));
}

describe("lists and single calls", () => {
  it("are answered while statistics, an export and a slow reader of another one take for ever", async () => {
    // A reader who takes nothing of it.
    const file = await client.export({}, { format: "ndjson" });
    const free = new AbortController();
    const held = hold("heavy", 6, free.signal);
    let stats = "waiting";
    const waiting = client.stats().finally(() => {
      stats = "answered";
    });
    for (let round = 0; round < 5; round++) {
      expect((await client.list({ provider_name: "local" }, { limit: 10 })).calls.length).toBeGreaterThan(0);
      expect((await client.get(id)).id).toBe(id);
      expect(await client.count()).toBe(3000);
    }
    expect(stats).toBe("waiting");
    free.abort();
    await held;
    await file.body.cancel();
    expect((await waiting).totals.calls).toBe(3000);
  });

  it("are answered while exports wait for each other", async () => {
    const files = await Promise.all([1, 2, 3].map(() => client.export({}, { format: "csv" })));
    for (let round = 0; round < 5; round++) expect((await client.list()).calls.length).toBeGreaterThan(0);
    const sizes = await Promise.all(
      files.map(async ({ body }) => (await new Response(body).text()).trim().split("\n").length),
    );
    expect(sizes.every((lines) => lines > 3000)).toBe(true);
  });
});

describe("what takes too long", () => {
  it("is a 503 with the code timeout, and says when to ask again", async () => {
    const late = await client.sql({ sql: FOREVER, timeout_ms: 300 }).catch((error: unknown) => error);
    expect(late).toBeInstanceOf(CallHistoryError);
    expect(late).toMatchObject({ status: 503, code: "timeout", retry_after: 1 });
    expect(await client.sql({ sql: "SELECT count(*) AS n FROM calls" })).toMatchObject({ rows: [{ n: 3000 }] });
  });

  it("is stopped in every lane", async () => {
    const asking = new Asking(engine, new Viewing(dir, engine, new JournalFollower(dir), () => {}), 300);
    for (const lane of ["quick", "heavy"] as const) {
      await expect(asking.question((_, ask) => ask(sql`${raw(FOREVER)}`), undefined, lane)).rejects.toMatchObject({
        name: "TimeoutError",
      });
    }
    expect(await client.count()).toBe(3000);
  });
});

describe("a crowd", () => {
  it("is turned away past what can wait, and told when to come again", async () => {
    const free = new AbortController();
    const held = hold("heavy", 2, free.signal);
    const gone = new AbortController();
    const errors: unknown[] = [];
    // Each of them another question: equal ones are asked once.
    const asked = Array.from({ length: 230 }, (_, seconds) =>
      client.facets({ min_duration: seconds }, {}, gone.signal).catch((error: unknown) => {
        if (!gone.signal.aborted) errors.push(error);
      }),
    );
    await expect.poll(() => errors.length, LONG).toBeGreaterThan(0);
    expect(lake.queries.heavy.refused).toBeGreaterThan(0);
    expect((await client.list()).calls.length).toBeGreaterThan(0);
    // Those who wait need no answer: on a busy machine it would take them longer than a question may take.
    gone.abort();
    free.abort();
    await held;
    await Promise.all(asked);
    for (const error of errors) expect(error).toMatchObject({ status: 503, code: "unavailable", retry_after: 1 });
  });
});

describe("a client that leaves", () => {
  it("ends its statements: others have their place", async () => {
    const gone = new AbortController();
    const asked = Array.from({ length: 6 }, () =>
      client.sql({ sql: FOREVER, timeout_ms: 60_000 }, gone.signal).catch((error: unknown) => error),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    gone.abort();
    await Promise.all(asked);
    // Were they still running, this would wait for a place until its own time is over.
    expect(await client.sql({ sql: "SELECT 1 AS one", timeout_ms: 20_000 })).toMatchObject({ rows: [{ one: 1 }] });
  });

  it("takes its question out of the queue", async () => {
    const free = new AbortController();
    const held = hold("heavy", 2, free.signal);
    const gone = new AbortController();
    const asked = [1, 2, 3].map(() =>
      client.stats({ min_duration: 7 }, {}, gone.signal).catch((error: unknown) => error),
    );
    await expect.poll(() => lake.queries.heavy.open, LONG).toBeGreaterThan(0);
    gone.abort();
    await Promise.all(asked);
    await expect.poll(() => lake.queries.heavy.open, LONG).toBe(0);
    free.abort();
    await held;
  });

  it("leaves nothing of its export behind", async () => {
    const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("call-lake-export-"));
    const gone = new AbortController();
    const file = await client.export({}, { format: "ndjson" }, gone.signal);
    const reader = file.body.getReader();
    expect((await reader.read()).done).toBe(false);
    gone.abort();
    await expect.poll(folders, LONG).toEqual([]);
    await expect.poll(() => lake.queries.export.open, LONG).toBe(0);
  });
});

it("spills into a folder that goes with the engine, whatever its end", async () => {
  const spill = options("spill");
  const small = await openChildEngine({ ...spill, memory_limit: "60MB" });
  const leave = new AbortController();
  const spilling = (async () => {
    const statement = "SELECT a.range AS a, md5(a.range::VARCHAR) AS t FROM range(30000000) a ORDER BY t";
    for await (const _ of small.run(statement, [], leave.signal)) return;
  })().catch((error: unknown) => error);
  await expect.poll(() => existsSync(spill.temp_directory), LONG).toBe(true);
  if (small.pid !== undefined) process.kill(small.pid, "SIGKILL");
  await spilling;
  await small.ready();
  expect(existsSync(spill.temp_directory)).toBe(false);
  await small.close();
});
