/** Search: every answer under a q is the same with the index, without it, and by plain TypeScript. */
import { cp, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compact } from "../../src/etl/index.ts";
import { indexAll } from "../../src/etl/search.ts";
import {
  type CallLake,
  type Filter,
  openCallLake,
  parseFilter,
  parsePage,
  parseSearchPage,
  type Scope,
  scopeOf,
} from "../../src/query/index.ts";
import { matchesText, parseText } from "../../src/query/text/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { listIndexedMonths, listParts } from "../../src/store/lake/search.ts";
import { hastyFs } from "../crash/killing-fs.ts";
import { intoJournal, intoLake, madeCall, madeCalls, madeFolder, pick, type Random, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-02-24T12:00:00Z");
const SPAN = 45 * 86_400_000;
const LATER = Date.parse("2026-05-01T00:00:00Z");
const everyone = scopeOf({ read_pii: true });

const WORDS = [
  ..."the refund late delivery order invoice Munchen München mu\u0308nchen Straße STRASSE strasse łódź Lodz café".split(
    " ",
  ),
  ..."555-0142 o'brien O’Brien naïve iPhone手机 手机坏了 我的手机 手 机 坏 서울에서 서울 👍🏽 👍 ❤️ مَرْحَبًا مرحبا हिन्दी Ёлка елка".split(
    " ",
  ),
];

function spoken(random: Random): string {
  return Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(random, WORDS)).join(
    pick(random, [" ", " ", ", ", "\n"]),
  );
}

function withText(random: Random, call: CallRecord): CallRecord {
  const message = { role: "user", at: null, offset_ms: null, interrupted: null, agent: null };
  const conversation = Array.from({ length: Math.floor(random() * 4) }, () => ({
    ...message,
    content: spoken(random),
  }));
  return {
    ...call,
    conversation: random() < 0.05 ? null : conversation,
    summary: random() < 0.3 ? spoken(random) : null,
  };
}

let dir: string;
let plainDir: string;
let lake: CallLake;
let plain: CallLake;
let calls: CallRecord[];

beforeAll(async () => {
  dir = await madeFolder();
  const random = randomOf(5);
  const made = (count: number, first: number) =>
    madeCalls(random, count, FROM, SPAN, first).map((call) => withText(random, call));
  const stored = made(400, 0);
  await intoLake(dir, stored, 3);
  await indexAll(dir, { now: () => LATER, fs: hastyFs });
  // After it: merged files, whose rows have no index, late files, fresh rows, and a revision of an indexed call.
  await compact(dir, { now: () => Date.parse("2026-02-28T00:00:00Z"), fs: hastyFs });
  const late = made(60, 1000);
  await intoLake(dir, late, 1, 9);
  const fresh = made(40, 2000);
  const [again] = stored as [CallRecord];
  const newer = { ...withText(random, madeCall(random, 0, Date.parse(again.start_time))), rev: 2 };
  expect(newer.id).toBe(again.id);
  await intoJournal(dir, "host-1", 7, [...fresh, newer]);
  calls = [newer, ...stored.slice(1), ...late, ...fresh];
  plainDir = await madeFolder();
  await cp(dir, plainDir, { recursive: true });
  await rm(`${plainDir}/search`, { recursive: true });
  lake = await openCallLake({ dir, engine: "in-process" });
  plain = await openCallLake({ dir: plainDir, engine: "in-process" });
  // Some 200 files and an index: a machine with ten times the work takes ten times as long.
}, 600_000);

afterAll(async () => {
  await Promise.all([lake.close(), plain.close()]);
  await Promise.all([dir, plainDir].map((folder) => rm(folder, { recursive: true })));
});

function randomQuestion(random: Random): string {
  const words = Array.from({ length: 1 + Math.floor(random() * 2.5) }, () => pick(random, WORDS));
  return random() < 0.2 ? `"${words.join(" ")}"` : words.join(" ");
}

async function wholeList(of: CallLake, params: URLSearchParams, tenant: { client_id?: string }): Promise<string[]> {
  const filter = parseFilter(params);
  const ids: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page = parsePage(new URLSearchParams({ limit: "60", ...(cursor ? { cursor } : {}) }));
    const list = await of.list(filter, page, scopeOf({ read_pii: true, ...tenant }));
    ids.push(...list.calls.map((call) => call.id));
    cursor = list.next_cursor;
  }
  return ids;
}

/** The ids of a whole export, which says how many they are. */
async function exported(of: CallLake, filter: Filter, scope: Scope): Promise<string[]> {
  const { total, bytes } = await of.export({ filter, format: "ndjson", columns: ["id"] }, scope);
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString().split("\n").filter(Boolean);
  expect(lines).toHaveLength(total);
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
}

describe("a question with q", () => {
  it("has an index for some files and none for others", async () => {
    const months = await listIndexedMonths(dir);
    expect(months).toEqual(["2026-04", "2026-03", "2026-02"]);
    const parts = (await Promise.all(months.map((month) => listParts(dir, month)))).flat();
    expect(parts.reduce((sum, part) => sum + part.calls, 0)).toBe(400);
  });

  it("has the same answers with the index, without it, and by plain TypeScript", async () => {
    const random = randomOf(6);
    let found = 0;
    for (let round = 0; round < 12; round++) {
      const text = randomQuestion(random);
      const params = new URLSearchParams({ q: text });
      if (random() < 0.3) params.set("start_date", pick(random, ["2026-02-26", "2026-03-01"]));
      if (random() < 0.3) params.set("end_date", pick(random, ["2026-03-01", "2026-03-04"]));
      if (random() < 0.2) params.set("outcome", "completed");
      const tenant = random() < 0.3 ? { client_id: "acme" } : {};
      const scope = scopeOf({ read_pii: true, ...tenant });
      const filter = parseFilter(params);
      const q = parseText(text);
      const [start, end] = [params.get("start_date"), params.get("end_date")];
      const wanted = calls
        .filter((call) => tenant.client_id === undefined || call.client_id === tenant.client_id)
        .filter((call) => !params.has("outcome") || call.outcome === "completed")
        .filter((call) => (!start || call.start_time >= start) && (!end || call.start_time.slice(0, 10) <= end))
        .filter((call) => matchesText(q, call) !== null)
        .sort((a, b) => (a.start_time === b.start_time ? (a.id < b.id ? 1 : -1) : a.start_time < b.start_time ? 1 : -1))
        .map((call) => call.id);
      found += wanted.length;
      expect(await wholeList(lake, params, tenant), text).toEqual(wanted);
      expect(await lake.count(filter, scope), text).toBe(wanted.length);
      expect((await lake.ids(filter, scope)).sort(), text).toEqual([...wanted].sort());
      expect(await exported(lake, filter, scope), text).toEqual(wanted);
      if (round % 5 > 0) continue;
      expect(await exported(plain, filter, scope), text).toEqual(wanted);
      const [mine, theirs] = await Promise.all([lake.stats(filter, scope), plain.stats(filter, scope)]);
      expect(mine, text).toEqual(theirs);
      expect(await lake.facets(filter, scope), text).toEqual(await plain.facets(filter, scope));
      expect(await wholeList(plain, params, tenant), text).toEqual(wanted);
      const sorted = parsePage(new URLSearchParams({ sort: "-duration_seconds", include: "sql" }));
      const [one, other] = await Promise.all([lake.list(filter, sorted, scope), plain.list(filter, sorted, scope)]);
      expect(one, text).toEqual(other);
    }
    expect(found).toBeGreaterThan(150);
  }, 240_000);

  it("is refused without calls.read_pii", async () => {
    const filter = parseFilter(new URLSearchParams({ q: "refund" }));
    await expect(lake.count(filter, scopeOf({ read_pii: false }))).rejects.toThrow(/calls.read_pii/);
    expect(await lake.count(filter, everyone)).toBeGreaterThan(0);
  });

  it("is ranked alike with and without the index, in pages, each call once, with its hits marked", async () => {
    for (const text of ["refund", "手机", '"late delivery" order', "münchen"]) {
      const filter = parseFilter(new URLSearchParams({ q: text }));
      const q = parseText(text);
      const scope = scopeOf({ read_pii: true, client_id: "acme" });
      const wanted = calls.filter((call) => call.client_id === "acme" && matchesText(q, call) !== null);
      const scores: (readonly [string, number | null])[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = parseSearchPage(new URLSearchParams({ limit: "30", ...(cursor ? { cursor } : {}) }));
        const [mine, theirs] = await Promise.all([lake.search(filter, page, scope), plain.search(filter, page, scope)]);
        expect(mine, text).toEqual(theirs);
        for (const call of mine.calls) {
          scores.push([call.id, call.score]);
          expect(call.snippets.length).toBeGreaterThan(0);
          const record = calls.find(({ id }) => id === call.id);
          for (const { message_index: at, text: part, hits } of call.snippets) {
            const whole = at === "summary" ? record?.summary : record?.conversation?.[at]?.content;
            expect(whole).toContain(part);
            for (const hit of hits) expect(part.slice(hit.start, hit.end)).not.toBe("");
          }
        }
        cursor = mine.next_cursor;
      }
      expect(scores.map(([id]) => id).sort(), text).toEqual(wanted.map(({ id }) => id).sort());
      const values = scores.map(([, score]) => score ?? Number.NaN);
      expect(values).toEqual([...values].sort((a, b) => b - a));
    }
  }, 240_000);
});
