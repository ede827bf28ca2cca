/** Ten thousand random requests of two tenants: nothing of the other shows, in no answer and in no error. */
import { rm } from "node:fs/promises";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi, type Recorder } from "../../src/api/index.ts";
import type { RecordInput } from "../../src/engine-hook/index.ts";
import { makeDerived } from "../../src/etl/derived.ts";
import { runJob } from "../../src/etl/job.ts";
import { indexAll } from "../../src/etl/search.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeFolder, pick, randomOf } from "../query/made-calls.ts";
import {
  type Asked,
  KINDS,
  madeRequest,
  markOf,
  ownedCall,
  PERSONAL,
  TENANTS,
  type Tenant,
  type World,
} from "./tenants-kit.ts";

const REQUESTS = 10_000;
const AT_ONCE = 16;
/** One of so many requests is also put to a lake that never had the calls of others. */
const ALONE_EVERY = 8;
const CALLS = 1000;

const PERMISSIONS = ["calls.read", "calls.delete", "calls.sql", "calls.export", "calls.label"];

/** Kinds that are never answered. */
const REFUSED: { readonly [kind: string]: number } = { nobody: 404, delete_other: 404, hostile: 400 };

interface Home {
  readonly dir: string;
  readonly lake: CallLake;
}

const homes: Home[] = [];
let shared: CallLake;
const alone = new Map<Tenant, CallLake>();
let world: World;

/** `derived`: with narrow files, rollups and the search index of all that is in the lake. */
async function home(calls: readonly CallRecord[], derived = false): Promise<CallLake> {
  const dir = await madeFolder();
  const fresh = calls.filter((_, index) => index % 10 === 0);
  await intoLake(
    dir,
    calls.filter((_, index) => index % 10 !== 0),
  );
  await intoJournal(dir, "host-1", 1, fresh);
  if (derived) {
    await runJob(dir, {}, (job) => makeDerived(job));
    await indexAll(dir);
  }
  const lake = await openCallLake({ dir, engine: "in-process", threads: 1 });
  homes.push({ dir, lake });
  return lake;
}

beforeAll(async () => {
  const random = randomOf(21);
  const of = (owner: string | null) => Array.from({ length: CALLS }, (_, number) => ownedCall(random, number, owner));
  const calls: { [owner: string]: CallRecord[] } = {
    acme: of("acme"),
    globex: of("globex"),
    nobody: of(null).slice(0, 200),
  };
  world = { calls, cursors: { acme: [], globex: [], admin: [] } };
  for (const [owner, theirs] of Object.entries(calls)) for (const { id } of theirs) owners.set(id, owner);
  shared = await home([...(calls["acme"] ?? []), ...(calls["globex"] ?? []), ...(calls["nobody"] ?? [])], true);
  for (const tenant of TENANTS) alone.set(tenant, await home(calls[tenant] ?? []));
});

afterAll(async () => {
  for (const { dir, lake } of homes) {
    await lake.close();
    await rm(dir, { recursive: true });
  }
});

function appOf(lake: CallLake, client_id: Tenant | undefined, pii: boolean): Hono {
  const permissions = pii ? [...PERMISSIONS, "calls.read_pii"] : PERMISSIONS;
  const who = { subject: client_id ?? "admin", permissions, ...(client_id === undefined ? {} : { client_id }) };
  // Who would be erased or labelled is told, and stays as it is; another's call throws, which is a 500.
  const hold = (id: string | undefined) => {
    if (client_id !== undefined && ownerOf(id) !== client_id) throw new Error(`${id} is not of ${client_id}.`);
  };
  const erase = async (ids: readonly string[]) => {
    ids.forEach(hold);
    return { deleted: ids.length };
  };
  const addRecord = async (record: RecordInput & { id?: string }) => {
    hold(record.id);
    return { id: record.id ?? "", durable: true };
  };
  const history = { addRecord, recovered: () => [] } as unknown as Recorder;
  const options = { lake, erase, history, identify: () => who, log: () => undefined };
  return new Hono().route("/api", createCallHistoryApi(options));
}

const owners = new Map<string, string>();
const ownerOf = (id = "") => owners.get(id);

async function answer(app: Hono, { method = "GET", path, body, accept }: Asked) {
  const response = await app.request(`/api${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
    ...(accept === undefined ? {} : { headers: { accept } }),
  });
  const text = (await response.text()).replace(/"elapsed_ms":\d+/, "");
  return { status: response.status, text };
}

/** The cursor of an answer, with the parameters it belongs to. */
function keep(who: string, path: string, text: string): void {
  const cursor = /"next_cursor":"([^"]+)"/.exec(text)?.[1];
  if (!cursor) return;
  const params = new URLSearchParams(path.replace(/^\?/, ""));
  params.set("cursor", cursor);
  world.cursors[who]?.push(String(params));
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

describe("the wall between tenants", () => {
  it(`stands ${REQUESTS} random requests`, async () => {
    const random = randomOf(22);
    const apps = TENANTS.flatMap((tenant) =>
      [true, false].map((pii) => ({ tenant, pii, app: appOf(shared, tenant, pii) })),
    );
    const statuses = new Map<string, number>();
    const count = (key: string) => statuses.set(key, (statuses.get(key) ?? 0) + 1);
    for (const sort of ["-start_time", "client_id", "caller_name"]) {
      const path = `?limit=5&sort=${sort}`;
      keep("admin", path, (await answer(appOf(shared, undefined, true), { path })).text);
    }
    const one = async (number: number) => {
      const { tenant, pii, app } = pick(random, apps);
      const { kind, asked } = madeRequest(world, random, tenant);
      const { status, text } = await answer(app, asked);
      const note = `${number} ${kind} ${tenant} ${pii} ${asked.method ?? "GET"} ${asked.path} ${asked.body ?? ""}`;
      const question = `${decodeURIComponent(asked.path.replaceAll("+", " "))} ${asked.body ?? ""}`;
      count(`${kind} ${status}`);
      expect([200, 400, 403, 404], `${note} ${text}`).toContain(status);
      if (kind === "list") keep(tenant, asked.path, text);
      for (const [id] of text.matchAll(ID)) {
        if (!question.includes(id)) expect(ownerOf(id), `${note}: ${id}`).toBe(tenant);
      }
      // What a question says itself may come back in an error or in the shown SQL.
      for (const name of Object.keys(world.calls)) {
        if (name !== tenant && !question.includes(markOf(name))) expect(text, note).not.toContain(markOf(name));
      }
      if (!pii && !question.includes(PERSONAL)) expect(text, note).not.toContain(PERSONAL);
      const said = Object.keys(world.calls).some((name) => name !== tenant && question.includes(name));
      if (number % ALONE_EVERY === 0 || (said && number % 4 === 0)) {
        const lake = alone.get(tenant);
        if (lake) expect({ status, text }, note).toEqual(await answer(appOf(lake, tenant, pii), asked));
      }
    };
    for (let number = 0; number < REQUESTS; number += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(number + index)));
    }
    // Each kind was really answered, not only refused.
    for (const kind of Object.keys(KINDS)) {
      const answered = [...statuses.keys()].some((key) => key === `${kind} ${REFUSED[kind] ?? 200}`);
      expect(answered, `${kind}: ${[...statuses].join(" ")}`).toBe(true);
    }
  }, 900_000);

  it("would be seen to have a hole", async () => {
    const theirs = world.calls["globex"]?.[0];
    const { status, text } = await answer(appOf(shared, undefined, true), { path: `/${theirs?.id}` });
    expect(status).toBe(200);
    expect(text).toContain(markOf("globex"));
    expect(text).toContain(PERSONAL);
    const lake = alone.get("acme");
    if (!lake) throw new Error("acme has no lake");
    const count = { path: "?limit=1&include=total" };
    expect(await answer(appOf(shared, undefined, true), count)).not.toEqual(
      await answer(appOf(lake, "acme", true), count),
    );
  });
});
