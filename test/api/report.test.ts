/** What devices report: one secret, batches, repetitions, late messages, and a backend that is killed. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createReportApi, type ErrorBody, type ReportAnswer } from "../../src/api/index.ts";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { post, startBackend } from "./backend-kit.ts";
import { ask, openBackend, SECRETS } from "./ingest-kit.ts";

let backend: Awaited<ReturnType<typeof openBackend>>;
beforeAll(async () => {
  backend = await openBackend();
});
afterAll(() => backend.close());

const T0 = Math.floor(Date.now() / 1000) - 600;
const MAC = "68:25:dd:00:01:01";
const bearer = { authorization: `Bearer ${SECRETS.report}` };
const said = (sessionId: string, chatType: 1 | 2, content: string, after: number, more: object = {}) => ({
  macAddress: MAC,
  sessionId,
  chatType,
  content,
  reportTime: T0 + after,
  ...more,
});
const report = (json: unknown, app = backend.app, path = "/report", headers: Record<string, string> = bearer) =>
  ask<ReportAnswer & ErrorBody>(app, path, { json, headers });
const words = (call: CallRecord | undefined) => call?.conversation?.map(({ role, content }) => `${role}: ${content}`);
/** Nothing is heard of the session for too long. */
const timeOut = (call_id: string) => {
  const call = backend.history.findOpen("report", call_id) as unknown as { timeOut(): void } | null;
  call?.timeOut();
  return backend.history.flush();
};

describe("a session", async () => {
  const folder = join(import.meta.dirname, "../golden/report");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json") && !name.includes(".expected."));
  it.each(names)("golden: %s", async (name) => {
    const batches = JSON.parse(await readFile(join(folder, name), "utf8")) as { sessionId: string }[][];
    for (const batch of batches) expect((await report(batch)).status).toBe(202);
    const call_id = batches[0]?.[0]?.sessionId ?? "";
    await timeOut(call_id);
    const [call] = await backend.calls(call_id);
    const expected = JSON.parse(await readFile(join(folder, name.replace(".json", ".expected.json")), "utf8"));
    expect({ ...call, said: words(call) }).toMatchObject(expected);
  });

  it("is live from its first message, told on either path, and each message counts once", async () => {
    const first = said("s-1", 1, "Hello?", 0);
    const one = await report(first);
    expect(one).toMatchObject({ status: 202, body: { results: [{ durable: true, repeated: false, audio: "none" }] } });
    expect((await report(first, backend.app, "/agent/chat-history/report")).body.results).toMatchObject([
      { repeated: true },
    ]);
    await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) =>
        report(
          [said("s-1", 2, `Answer ${n}`, n), first],
          backend.app,
          n % 2 ? "/report" : "/agent/chat-history/report",
        ),
      ),
    );
    expect(backend.history.findOpen("report", "s-1")).not.toBeNull();
    await timeOut("s-1");
    const calls = await backend.calls("s-1");
    expect(calls).toMatchObject([
      { user_messages: 1, assistant_messages: 6, device_id: MAC, assistant_id: "storyteller" },
    ]);
  });

  it("takes late messages into its next revision, in the order of their times", async () => {
    await report([said("s-2", 1, "One", 0), said("s-2", 1, "Three", 10)]);
    await timeOut("s-2");
    const late = [said("s-2", 2, "Two", 5), said("s-2", 1, "One", 0)];
    expect((await report(late)).body.results).toMatchObject([{ repeated: false }, { repeated: true }]);
    expect((await report(late)).body.results).toMatchObject([{ repeated: true }, { repeated: true }]);
    await report(said("s-2", 1, "Four", 20));
    const calls = await backend.calls("s-2");
    expect(calls.map(words)).toEqual([["user: One", "assistant: Two", "user: Three", "user: Four"]]);
    expect(calls[0]).toMatchObject({ rev: 3, ended_reason: "session_timeout", ended_by: "system", user_messages: 3 });
    expect(Date.parse(calls[0]?.end_time ?? "")).toBeGreaterThanOrEqual((T0 + 20) * 1000);
  });

  it("has messages that overtook each other in the order of their times, once it is over", async () => {
    for (const [content, at] of [
      ["One", 0],
      ["Three", 9],
      ["Two", 4],
    ] as const)
      await report(said("s-7", 1, content, at));
    await timeOut("s-7");
    await expect.poll(async () => (await backend.calls("s-7"))[0]?.rev, { timeout: 30_000 }).toBe(2);
    expect((await backend.calls("s-7")).map(words)).toEqual([["user: One", "user: Two", "user: Three"]]);
  });

  it("belongs to the device that began it", async () => {
    await report(said("s-3", 1, "Mine", 0));
    const other = said("s-3", 1, "Mine too?", 1, { macAddress: "68:25:dd:00:01:02" });
    expect((await report(other)).status).toBe(409);
    await timeOut("s-3");
    expect((await report(other)).status).toBe(409);
    expect(await backend.calls("s-3")).toMatchObject([{ client_id: "acme", user_messages: 1, rev: 1 }]);
  });
});

describe("a message", () => {
  it("needs the fleet's secret, a device of the fleet, and its members", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: SECRETS.report }] as Record<
      string,
      string
    >[])
      expect((await report(said("x", 1, "x", 0), backend.app, "/report", headers)).status).toBe(401);
    for (const [more, status, field] of [
      [{ macAddress: "ff:ff:ff:ff:ff:ff" }, 404, "macAddress"],
      [{ macAddress: "one" }, 400, "macAddress"],
      [{ macAddress: "68:25-dd:00:01:01" }, 400, "macAddress"],
      [{ chatType: 3 }, 400, "chatType"],
      [{ reportTime: Date.now() }, 400, "reportTime"],
      [{ content: 7 }, 400, "content"],
      [{ sessionId: "" }, 400, "sessionId"],
    ] as const) {
      const answer = await report(said("x", 1, "x", 0, more));
      expect([answer.status, answer.body.error.field], JSON.stringify(more)).toEqual([status, field]);
    }
    expect((await report([])).status).toBe(400);
    expect((await report(said("x", 1, "x", 0), backend.appFor({ report: undefined }))).status).toBe(404);
    expect((await report(said("x", 1, "x", 0), backend.appFor({ history: undefined }))).status).toBe(503);
    const { lake, history } = backend;
    expect(() => createReportApi({ lake, history, report: { secret: "", device: () => null } })).toThrow(RangeError);
  });

  it("of a batch is answered for itself", async () => {
    const { status, body } = await report([said("s-4", 1, "Good", 0), { bad: 1 }, said("s-4", 2, "Good too", 1)]);
    expect(status).toBe(202);
    expect(body.results).toMatchObject([{ durable: true }, { error: { field: "macAddress" } }, { durable: true }]);
  });

  it("keeps its audio where the host gives a place, and its words whatever becomes of that", async () => {
    const kept: number[] = [];
    const own = await openBackend({
      report: {
        secret: SECRETS.report,
        device: () => ({ assistant_id: null }),
        keepAudio: async ({ bytes, at }) => {
          kept.push(bytes.length);
          if (bytes.length > 3) throw new Error("no room");
          return `https://files.example.com/${at}.ogg`;
        },
      },
    });
    const audio = (content: string, base64: string) => said("s-5", 1, content, kept.length, { audioBase64: base64 });
    expect((await report(audio("a", "AAAA"), own.app)).body.results).toMatchObject([{ audio: "kept" }]);
    expect((await report(audio("b", "AAAAAAAA"), own.app)).body.results).toMatchObject([{ audio: "not_kept" }]);
    expect((await report(audio("c", "AAAA"))).body.results).toMatchObject([{ audio: "not_kept" }]);
    expect(kept).toEqual([3, 6]);
    (own.history.findOpen("report", "s-5") as unknown as { timeOut(): void }).timeOut();
    await own.history.flush();
    expect(await own.calls("s-5")).toMatchObject([{ recordings: [{ channel: "user" }], user_messages: 2 }]);
    expect(JSON.stringify(await own.calls("s-5"))).not.toContain("AAAA");
    await own.close();
  });

  it("is not answered as durable when the disk does not take it", async () => {
    const closed = await openCallHistory({ dir: backend.dir, host: "closed" });
    const app = backend.appFor({ history: closed });
    await closed.close();
    expect((await report(said("s-6", 1, "Lost?", 0), app)).status).toBe(503);
  });
});

describe("a backend that is killed", () => {
  it("loses nothing that it acknowledged, and takes nothing twice", { timeout: 120_000 }, async () => {
    const dir = await mkdtemp(join(tmpdir(), "call-lake-fleet-"));
    let running = await startBackend(dir);
    const messages = [0, 1, 2, 3, 4, 5].map((n) => said("s-k", n % 2 ? 2 : 1, `Words ${n}`, n));
    const send = (list: unknown) => post(`${running.url}/api/calls/report`, list, bearer);
    expect((await send(messages.slice(0, 4))).status).toBe(202);
    await running.kill();
    running = await startBackend(dir);
    const { body } = await send(messages.slice(2));
    const repeated = (body["results"] as { repeated: boolean }[]).map((result) => result.repeated);
    expect(repeated).toEqual([true, true, false, false]);
    await running.kill();
    // Nobody goes on with it: the etl would close it as lost; the next message finds it all the same.
    running = await startBackend(dir);
    expect((await send(messages)).body).toMatchObject({ results: messages.map(() => ({ repeated: true })) });
    await running.kill();
    await rm(dir, { recursive: true });
  });
});
