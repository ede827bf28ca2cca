/** Compaction stopped and taken up again, within its memory, told as it goes. */
import { rm } from "node:fs/promises";
import { expect, it } from "vitest";
import { compact, verify } from "../../src/etl/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const FROM = Date.parse("2026-11-01T00:00:00Z");
const DAY_MS = 86_400_000;

it("stops between two merges, tells how far it is, and goes on", async () => {
  const dir = await madeFolder();
  await intoLake(dir, madeCalls(randomOf(3), 90, FROM, 3 * DAY_MS), 3);
  const before = await listFiles(dir);
  const options = { now: () => FROM + 30 * DAY_MS, memory_limit: "128MiB" };
  const stop = new AbortController();
  const told: [number, number][] = [];
  const on_progress = (bytes: number, all: number) => {
    told.push([bytes, all]);
    if (bytes > 0) stop.abort();
  };
  await expect(compact(dir, { ...options, signal: stop.signal, on_progress })).rejects.toThrow(/abort/i);
  const days = new Set(before.map((file) => file.day)).size;
  const between = (await listFiles(dir)).length;
  expect(between).toBeLessThan(before.length);
  expect(between).toBeGreaterThan(days);
  expect(told[0]).toEqual([0, told[0]?.[1]]);
  expect((await verify(dir)).counts.lake_calls).toBe(90);
  const rest = await compact(dir, options);
  expect(rest.into).toBe(days - (told.length - 1));
  expect(await listFiles(dir)).toHaveLength(days);
  expect(await verify(dir)).toMatchObject({ ok: true, counts: { lake_calls: 90 } });
  expect(await compact(dir, options)).toEqual({ merged: 0, into: 0 });
  await rm(dir, { recursive: true });
});

it("refuses a memory that is no amount", async () => {
  const dir = await madeFolder();
  await intoLake(dir, madeCalls(randomOf(4), 10, FROM, DAY_MS), 2);
  await expect(compact(dir, { now: () => FROM + 30 * DAY_MS, memory_limit: "lots" })).rejects.toThrow();
  expect(await verify(dir)).toMatchObject({ ok: true, counts: { lake_calls: 10 } });
  await rm(dir, { recursive: true });
});
