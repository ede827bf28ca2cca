/** Over HTTP: when a call leaves, and that a held one can not be deleted. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { addHold, addRecords, erase, expiryIn } from "../../src/etl/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import { normaliseRecord } from "../../src/record/index.ts";

const dir = mkdtempSync(join(tmpdir(), "call-lake-expiry-"));
let lake: CallLake;
const record = (call_id: string, caller_number: string) =>
  normaliseRecord({ call_id, source: "test", start_time: "2026-11-01T10:00:00.000Z", client_id: "a", caller_number });
const [held, free] = [record("held", "+1 555-0177"), record("free", "+1 555-0100")];

beforeAll(async () => {
  await addRecords(dir, "test-1", 1, [held, free]);
  await addHold(dir, { where: { caller_number: "+1 555-0177" }, who: "ada", why: "case 17" });
  writeFileSync(join(dir, "retention.json"), '[{"what": "transcript", "where": {"client_id": "a"}, "days": 7}]');
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  rmSync(dir, { recursive: true, force: true });
});

const api = (...permissions: ("calls.read" | "calls.read_pii" | "calls.delete")[]) =>
  createCallHistoryApi({
    lake,
    identify: () => ({ subject: "ada", permissions: new Set(permissions) }),
    expiry: (call, pii) => expiryIn(dir, { days: 30 }, call, pii),
    erase: (ids, who) => erase(dir, { ids: [...ids] }, { who }),
  });

it("tells when a call and its transcript leave, and of holds only what may be seen", async () => {
  const get = async (id: string, pii: boolean) =>
    (await (await api("calls.read", ...(pii ? (["calls.read_pii"] as const) : [])).request(`/${id}`)).json()) as object;
  expect(await get(held.id, true)).toMatchObject({
    expires_at: "2026-12-02T00:00:00.000Z",
    transcript_expires_at: "2026-11-09T00:00:00.000Z",
    recordings_expires_at: null,
    held: true,
  });
  expect(await get(free.id, true)).toMatchObject({ held: false });
  expect(await get(free.id, false)).toMatchObject({ caller_number: null, held: null });
});

it("refuses to delete a held call, and leaves it out of a deletion by filter", async () => {
  const remover = api("calls.read", "calls.read_pii", "calls.delete");
  const one = await remover.request(`/${held.id}`, { method: "DELETE" });
  expect([one.status, ((await one.json()) as { error: { message: string } }).error.message]).toEqual([
    409,
    `The call ${held.id} is held: remove the hold first.`,
  ]);
  const many = await remover.request("/?client_id=a", { method: "DELETE" });
  expect(await many.json()).toEqual({ deleted: 1, held: 1 });
  expect((await remover.request(`/${held.id}`)).status).toBe(200);
  expect((await remover.request(`/${free.id}`)).status).toBe(404);
});
