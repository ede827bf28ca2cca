/** A lake of which some files cannot be read: all others are in the answers, and the answers say what is missing. */
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createCallHistoryApi, type Identity } from "../../src/api/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const DAY_MS = 86_400_000;
const DAYS = 4;
const PERMISSIONS = ["calls.read", "calls.read_pii", "calls.export", "calls.delete", "calls.sql"];

interface Scene {
  readonly calls: readonly CallRecord[];
  readonly said: string[];
  readonly lake: CallLake;
  /** The path of the file of that day. */
  file(day: string): Promise<string>;
  ask(path: string, identity?: Partial<Identity>, init?: RequestInit): Promise<Response>;
}

let close = async () => {};
afterEach(() => close());

const dayOf = (call: CallRecord) => call.start_time.slice(0, 10);

/** A lake of four days; `engine` starts with nothing known of its files. */
async function scene(): Promise<Scene> {
  const dir = await madeFolder();
  const start = Date.parse("2026-10-01T00:00:00Z");
  const calls = madeCalls(randomOf(31), 400, start, DAYS * DAY_MS - 1);
  await intoLake(dir, calls);
  const said: string[] = [];
  const lake = await openCallLake({ dir, engine: "in-process", log: (message) => said.push(message) });
  close = async () => {
    await lake.close();
    await rm(dir, { recursive: true });
  };
  let identity: Identity = { subject: "test", permissions: PERMISSIONS };
  const api = createCallHistoryApi({ lake, dir, identify: () => identity, log: (message) => said.push(message) });
  return {
    calls,
    said,
    lake,
    file: async (day) => (await listFiles(dir)).find((file) => file.day === day)?.path ?? expect.unreachable(),
    ask: async (path, as = {}, init = {}) => {
      identity = { subject: "test", permissions: PERMISSIONS, ...as };
      return api.request(path, init);
    },
  };
}

async function jsonOf<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return JSON.parse(text) as T;
}

interface Partial_ {
  readonly unreadable?: readonly { day: string; file?: string; reason?: string }[];
}

/** Breaks bytes in the middle: both ends stay as they are. */
async function spoil(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.fill(0xff, 4, Math.floor(bytes.length * 0.6));
  await writeFile(path, bytes);
}

const DAMAGE = [
  ["cut off", async (path: string) => truncate(path, 2000)],
  ["empty", async (path: string) => truncate(path, 0)],
  ["spoilt in the middle", spoil],
] as const;

describe.each(DAMAGE)("a file that is %s", (_, damage) => {
  it("is missing from every answer, which says so", async () => {
    const { calls, said, ask, file, lake } = await scene();
    const day = "2026-10-02";
    const path = await file(day);
    await damage(path);
    const left = calls.filter((call) => dayOf(call) !== day);
    const missing = { day, file: basename(path), reason: expect.any(String) };

    const list = await jsonOf<{ calls: CallRecord[]; total: number } & Partial_>(
      await ask("/?limit=200&include=total&sort=duration_seconds"),
    );
    expect(list.total).toBe(left.length);
    expect(list.unreadable).toEqual([missing]);
    const stats = await jsonOf<{ totals: { calls: number } } & Partial_>(await ask("/stats"));
    expect(stats).toMatchObject({ totals: { calls: left.length }, unreadable: [missing] });
    const facets = await jsonOf<{ outcome: { calls: number }[] } & Partial_>(await ask("/facets"));
    expect(facets.outcome.reduce((sum, one) => sum + one.calls, 0)).toBe(left.length);
    expect(facets.unreadable).toEqual([missing]);
    expect((await jsonOf<Partial_>(await ask("/facets/outcome"))).unreadable).toEqual([missing]);
    const search = await jsonOf<{ calls: unknown[] } & Partial_>(await ask("/search?q=guten&limit=5"));
    expect(search.calls).toHaveLength(5);
    expect(search.unreadable).toEqual([missing]);
    const sql = { method: "POST", body: JSON.stringify({ sql: "SELECT count(*) AS n FROM calls" }) };
    expect(await jsonOf(await ask("/sql", {}, sql))).toMatchObject({
      rows: [{ n: left.length }],
      unreadable: [missing],
    });
    const file_ = await ask("/export?format=ndjson");
    expect(file_.headers.get("X-Total-Count")).toBe(String(left.length));
    expect(file_.headers.get("X-Unreadable-Days")).toBe(day);
    expect((await file_.text()).trim().split("\n")).toHaveLength(left.length);

    const health = await jsonOf<{ reason: string }>(await ask("/healthz"));
    expect(health).toMatchObject({ status: "degraded", unreadable: [missing] });
    expect(health.reason).toBe(`Files of ${day} cannot be read, their calls are in no answer: run call-lake doctor.`);
    // Who may not read calls hears no day, and it is no reason to send people elsewhere.
    expect(await jsonOf(await ask("/healthz", { permissions: [] }))).toEqual({ status: "degraded" });
    expect(await (await ask("/metrics")).text()).toContain("call_lake_up 1\n");
    expect(await (await ask("/metrics")).text()).toContain("call_lake_unreadable_files 1\n");
    expect(said.filter((message) => message.includes(path) && message.includes("cannot be read"))).toHaveLength(
      // The analysts' engine is another one, and finds out for itself.
      2,
    );

    // Days without it are whole.
    const whole = await jsonOf<Partial_>(await ask("/?start_date=2026-10-03"));
    expect(whole.unreadable).toBeUndefined();
    // What may be in it is not said to be nowhere, nor deleted in part.
    const lost = calls.find((call) => dayOf(call) === day);
    expect((await ask(`/${lost?.id}`)).status).toBe(503);
    expect((await ask(`/${left[0]?.id}`)).status).toBe(200);
    expect((await ask("/?outcome=error", {}, { method: "DELETE" })).status).toBe(503);
    expect(lake.queries.quick.open).toBe(0);
  });
});

it("tells whoever is bound to a tenant the day only", async () => {
  const { calls, ask, file } = await scene();
  const day = "2026-10-02";
  await truncate(await file(day), 100);
  const list = await jsonOf<{ total: number } & Partial_>(await ask("/?include=total", { client_id: "acme" }));
  expect(list.total).toBe(calls.filter((call) => call.client_id === "acme" && dayOf(call) !== day).length);
  expect(list.unreadable).toEqual([{ day }]);
  expect((await jsonOf<Partial_>(await ask("/healthz", { client_id: "acme" }))).unreadable).toEqual([{ day }]);
});

it("is read again when it is whole again", async () => {
  const { calls, said, ask, file } = await scene();
  const day = "2026-10-03";
  const path = await file(day);
  const bytes = await readFile(path);
  await spoil(path);
  expect((await jsonOf<Partial_>(await ask("/stats"))).unreadable).toHaveLength(1);
  await writeFile(path, bytes);
  const list = await jsonOf<{ total: number } & Partial_>(await ask("/?include=total"));
  expect(list).toMatchObject({ total: calls.length });
  expect(list.unreadable).toBeUndefined();
  expect(await jsonOf(await ask("/stats"))).toMatchObject({ totals: { calls: calls.length } });
  expect(said.at(-1)).toContain("can be read again");
});

it("is left out when it breaks while it is being asked", async () => {
  const { calls, ask, file } = await scene();
  const day = "2026-10-04";
  expect(await jsonOf(await ask("/?include=total&limit=1"))).toMatchObject({ total: calls.length });
  // Its values have not been read so far, and what is known of it says that it is whole.
  await spoil(await file(day));
  const stats = await jsonOf<{ totals: { calls: number } } & Partial_>(await ask("/stats"));
  expect(stats.totals.calls).toBe(calls.filter((call) => dayOf(call) !== day).length);
  expect(stats.unreadable).toMatchObject([{ day }]);
});
