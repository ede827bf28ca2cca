/** What a page of another site sends along with somebody's cookie changes nothing. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { createCallHistoryClient } from "../../src/client/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const calls = madeCalls(randomOf(3), 6, Date.parse("2026-11-17T00:00:00Z"), 1000);
const HOST = "calls.example.com";
let dir: string;
let lake: CallLake;
let api: ReturnType<typeof createCallHistoryApi>;

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls);
  lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
  api = createCallHistoryApi({ lake, dir, allow_anonymous: true });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const FORM = "application/x-www-form-urlencoded";
const deletion = (id: string, headers: Record<string, string>) => {
  const where = `id:in:${id}`;
  const isForm = headers["content-type"] === FORM;
  const body = isForm ? String(new URLSearchParams({ where })) : JSON.stringify({ where });
  return api.request("/deletions", { method: "POST", headers: { host: HOST, ...headers }, body });
};

describe("a change that is asked for by a page", () => {
  const elsewhere = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: "https://other.example.com" },
    { origin: "http://elsewhere.example.com" },
    { origin: "null" },
  ];
  it.each(elsewhere)("elsewhere is refused unless browsers ask before they send it: %j", async (from) => {
    const [call] = calls;
    for (const type of [FORM, "text/plain", "multipart/form-data"]) {
      const answer = await deletion(call?.id ?? "", { ...from, "content-type": type });
      expect([type, answer.status]).toEqual([type, 403]);
      expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining("another site") } });
    }
    const end = await api.request(`/${call?.id}/end`, { method: "POST", headers: { host: HOST, ...from } });
    expect(end.status).toBe(403);
    // JSON is judged as anybody's: there is no such call.
    const json = await deletion("nobody", { ...from, "content-type": "application/json; charset=utf-8" });
    expect([json.status, await json.json()]).toEqual([200, { deleted: 0 }]);
    expect((await api.request("/", { headers: { host: HOST, ...from } })).status).toBe(200);
  });

  const ours = [
    { "sec-fetch-site": "same-origin", origin: `https://${HOST}` },
    { "sec-fetch-site": "none" },
    { origin: `http://${HOST}` },
    { origin: `https://${HOST}` },
    {},
  ];
  it.each(ours.map((from, index) => [from, index] as const))("of ours is carried out: %j", async (from, index) => {
    const answer = await deletion(calls[index]?.id ?? "", { ...from, "content-type": FORM });
    expect(await answer.json()).toEqual({ deleted: 1 });
  });

  it("is JSON when our client sends it, with a body or without", async () => {
    const types: (string | null)[] = [];
    const client = createCallHistoryClient({
      api: "https://calls.example.com/api/calls",
      fetch: async (_, init) => {
        types.push(new Headers(init?.headers).get("content-type"));
        return Response.json({ accepted: true });
      },
    });
    await client.end("a");
    await client.end("a", "asked");
    await client.label(["a"], { add: ["x"] });
    expect(types).toEqual(Array(3).fill("application/json"));
  });
});
