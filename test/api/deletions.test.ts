/** Calls that somebody chose one by one, erased by one request: counted first, one act, held ones and others' kept. */
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CallList, DeleteAnswer, DeleteDryRun, ErrorBody } from "../../src/api/contract.ts";
import { createCallHistoryApi, type Identity } from "../../src/api/index.ts";
import { addHold, readReceipts } from "../../src/etl/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import { realFs } from "../../src/store/fs.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const DAY_MS = 86_400_000;
const FROM = Date.parse("2026-11-01T00:00:00Z");
/** Ids that nobody has, over some years. */
const STRANGERS = Array.from({ length: 9_700 }, (_, n) => {
  const ms = (FROM - n * (DAY_MS / 4)).toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${String(n).padStart(12, "0")}`;
});

const stored = madeCalls(randomOf(51), 400, FROM, 3 * DAY_MS);
const fresh = madeCalls(randomOf(52), 30, FROM, 3 * DAY_MS, 1000);
const calls = [...stored, ...fresh];
let dir = "";
let lake: CallLake;

beforeEach(async () => {
  dir = await madeFolder();
  await intoLake(dir, stored);
  await intoJournal(dir, "host-1", 1, fresh);
  lake = await openCallLake({ dir, engine: "in-process" });
  return () => lake.close();
});
afterEach(() => rm(dir, { recursive: true }));

type Answer = DeleteAnswer & DeleteDryRun & ErrorBody & CallList;
const ALL = ["calls.read", "calls.read_pii", "calls.delete"];

async function ask(path: string, init: RequestInit = {}, as: Partial<Identity> = {}) {
  const identify = () => ({ subject: "ada", permissions: ALL, ...as });
  const api = createCallHistoryApi({ lake, dir, identify, log: () => undefined });
  const response = await api.request(path, init);
  return { status: response.status, body: (await response.json()) as Answer };
}
const remove = (question: object, as?: Partial<Identity>) =>
  ask("/deletions", { method: "POST", body: JSON.stringify(question) }, as);
const chosen = (ids: readonly string[]) => ({ where: `id:in:${ids.join(",")}` });
const total = async (as?: Partial<Identity>) => (await ask("/?include=total", {}, as)).body.total;

it("erases ten thousand chosen calls by one act, as its dry run says", async () => {
  const gone = stored.slice(0, 300).map(({ id }) => id);
  const all = [...gone, ...STRANGERS];
  expect(all).toHaveLength(10_000);
  const { status, body } = await remove({ ...chosen(all), dry_run: true });
  expect([status, body]).toEqual([200, { would_delete: 300 }]);
  expect(await total()).toBe(430);
  expect(await readReceipts(dir, realFs)).toEqual([]);

  expect((await remove(chosen(all))).body).toEqual({ deleted: 300 });
  expect(await total()).toBe(130);
  expect((await ask(`/${all[0]}`)).status).toBe(404);
  const receipts = await readReceipts(dir, realFs);
  expect(receipts).toHaveLength(1);
  expect(receipts[0]).toMatchObject({ who: "ada" });

  // Asked again there is nothing left to do, and nothing is written.
  expect((await remove(chosen(all))).body).toEqual({ deleted: 0 });
  expect(await readReceipts(dir, realFs)).toHaveLength(1);
});

it("takes the filter's other parameters too, as JSON or as a form", async () => {
  const some = calls.slice(0, 200);
  const wanted = some.filter((call) => call.outcome === "error" || call.outcome === "lost");
  expect(wanted.length).toBeGreaterThan(3);
  const question = { ...chosen(some.map(({ id }) => id)), outcome: ["error", "lost"] };
  expect((await remove({ ...question, dry_run: true })).body).toEqual({ would_delete: wanted.length });
  const form = new URLSearchParams([
    ["where", question.where],
    ["outcome", "error"],
    ["outcome", "lost"],
  ]);
  expect((await ask("/deletions", { method: "POST", body: form })).body).toEqual({ deleted: wanted.length });
  expect(await total()).toBe(calls.length - wanted.length);
});

it("keeps what a hold keeps, and what belongs to others", async () => {
  const own = calls.filter((call) => call.client_id === "acme").slice(0, 40);
  const others = calls.filter((call) => call.client_id !== "acme");
  const where = { id: own.slice(0, 3).map(({ id }) => id) };
  await addHold(dir, { where, who: "ada", why: "case 17" });
  const all = chosen([...own, ...others].map(({ id }) => id));
  const acme = { client_id: "acme" };
  expect((await remove({ ...all, dry_run: true }, acme)).body).toEqual({ would_delete: 40 });
  expect((await remove(all, acme)).body).toEqual({ deleted: 37, held: 3 });
  expect(await total()).toBe(calls.length - 37);
  for (const { id } of own.slice(0, 3)) expect((await ask(`/${id}`)).status).toBe(200);
});

it("says what is wrong, and then erases nothing", async () => {
  const [id = ""] = calls.map((call) => call.id);
  expect((await remove(chosen([id]), { permissions: ["calls.read"] })).status).toBe(403);
  const many = Array.from({ length: 10_001 }, (_, n) => STRANGERS[n] ?? `${id.slice(0, -5)}${10_000 + n}`);
  for (const [question, field] of [
    [{}, null],
    [{ tz: "UTC" }, null],
    [{ ...chosen([id]), dry_run: "perhaps" }, "dry_run"],
    [{ ids: [id] }, "ids"],
    [{ where: [id] }, "where"],
    [{ where: { id } }, "where"],
    [chosen(many), "where"],
    [[], null],
  ] as const) {
    const { status, body } = await remove(question);
    expect([status, body.error.field], JSON.stringify(question).slice(0, 100)).toEqual([400, field]);
  }
  // A dry run that stands in the address must not be overlooked.
  const init = { method: "POST", body: JSON.stringify(chosen([id])) };
  const { status, body } = await ask("/deletions?dry_run=true", init);
  expect([status, body.error.field]).toEqual([400, "dry_run"]);
  expect((await ask("/deletions", { method: "POST", body: "where" })).status).toBe(400);
  expect(await total()).toBe(calls.length);
});
