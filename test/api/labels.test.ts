/** Labels: given and taken away by people, durable, within the scope, and nothing else of the record changes. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CallList, ErrorBody, LabelsAnswer } from "../../src/api/contract.ts";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { type CallHistory, openCallHistory } from "../../src/engine-hook/index.ts";
import { publishNow } from "../../src/etl/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const calls = madeCalls(randomOf(41), 60, Date.parse("2026-11-01T00:00:00Z"), 3 * 86_400_000);
const ALL = ["calls.read", "calls.read_pii", "calls.label"];
let dir = "";
let lake: CallLake;
let history: CallHistory;

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls);
  lake = await openCallLake({ dir, engine: "in-process" });
  history = await openCallHistory({ dir });
});
afterAll(async () => {
  await history.close();
  await lake.close();
  await rm(dir, { recursive: true });
});

async function ask<T>(path: string, body?: object, permissions = ALL, client_id?: string) {
  const identify = () => ({ subject: "ada", permissions, client_id });
  const api = createCallHistoryApi({ lake, history, dir, identify, log: () => undefined });
  const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const response = await api.request(path, init);
  return { status: response.status, body: (await response.json()) as T };
}
const label = (body: object, permissions?: string[], client_id?: string) =>
  ask<LabelsAnswer & ErrorBody>("/labels", body, permissions, client_id);
const read = async (id: string) => (await ask<CallRecord>(`/${id}`)).body;
const counted = async (name: string) => (await ask<CallList>(`/?include=total&label=${name}`)).body.total;

describe("labels", () => {
  it("are given and taken away, and nothing else changes", async () => {
    const [call] = calls;
    if (!call) throw new Error("no call was made");
    expect((await label({ ids: [call.id], add: ["vip", "call back"] })).body).toEqual({ labelled: 1 });
    const told = [
      "id",
      "call_id",
      "start_time",
      "end_time",
      "conversation",
      "tool_calls",
      "metadata",
      "caller_name",
      "cost_total",
      "outcome",
      "created_at",
    ] as const;
    const before = Object.fromEntries(told.map((name) => [name, call[name]]));
    const labelled = await read(call.id);
    expect(labelled).toMatchObject({ ...before, rev: 2, labels: ["vip", "call back"] });
    // Again: it says nothing new, and writes nothing.
    expect((await label({ ids: [call.id], add: ["vip"] })).body).toEqual({ labelled: 0 });
    await publishNow(dir);
    expect(await counted("vip")).toBe(1);
    expect((await label({ ids: [call.id], remove: ["vip", "none"] })).body).toEqual({ labelled: 1 });
    await publishNow(dir);
    expect(await read(call.id)).toEqual({ ...labelled, rev: 3, labels: ["call back"] });
    expect((await ask<CallList>("/?include=total")).body.total).toBe(calls.length);
  });

  it("are given to all calls under a filter", async () => {
    const failed = calls.filter((call) => call.outcome === "error").length;
    expect((await label({ filter: "outcome=error", add: ["look"] })).body).toEqual({ labelled: failed });
    expect(await counted("look")).toBe(failed);
  });

  it("are given to ten thousand chosen calls at once, to each of them once", async () => {
    const strangers = Array.from({ length: 9_940 }, (_, n) => `019a3d20-e400-7000-8000-${String(n).padStart(12, "0")}`);
    const ids = [...strangers, ...calls.map(({ id }) => id)];
    expect((await label({ ids, add: ["chosen"] })).body).toEqual({ labelled: calls.length });
    expect(await counted("chosen")).toBe(calls.length);
    expect((await label({ ids, add: ["chosen"] })).body).toEqual({ labelled: 0 });
    expect((await label({ ids: [...ids, ids[0]], add: ["chosen"] })).status).toBe(400);
  }, 60_000);

  it("keep to the tenant, whose person need not see what is personal", async () => {
    const other = calls.find((call) => call.client_id === "globex");
    const own = calls.find((call) => call.client_id === "acme");
    const given = { ids: [other?.id, own?.id], add: ["mine"] };
    expect((await label(given, ["calls.label"], "acme")).body).toEqual({ labelled: 1 });
    expect((await read(other?.id ?? "")).labels ?? []).not.toContain("mine");
    expect((await read(own?.id ?? "")).caller_number).toBe(own?.caller_number);
  });

  it("say what is wrong", async () => {
    const id = calls[0]?.id;
    expect((await label({ ids: [id], add: ["x"] }, ["calls.read"])).status).toBe(403);
    for (const body of [
      {},
      { ids: [id] },
      { ids: ["x"], add: ["a"] },
      { ids: [id], filter: "", add: ["a"] },
      { ids: [id], add: [""] },
      { filter: "colour=red", add: ["a"] },
    ]) {
      expect((await label(body)).status, JSON.stringify(body)).toBe(400);
    }
  });
});
