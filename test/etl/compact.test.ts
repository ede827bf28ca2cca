/** Compaction stopped and taken up again, sorted within its memory, told as it goes. */
import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, it } from "vitest";
import { openLakeDb } from "../../src/etl/duckdb.ts";
import { compact, erase, verify } from "../../src/etl/index.ts";
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

const NOW = () => FROM + 30 * DAY_MS;

/** What a day's files say, whatever their order: rows, and a hash of every value in them. */
async function saidOn(dir: string): Promise<unknown> {
  const db = await openLakeDb({ temp_dir: join(dir, "spill"), memory_limit: "512MB", threads: 1 });
  const [said] = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS rows, CAST(bit_xor(hash(c)) AS VARCHAR) AS hash
     FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name = true, hive_partitioning = false) AS c`,
  );
  db.close();
  return said;
}

/** The only file, its row groups, and how many rows begin before the one in front of them. */
async function merged(dir: string): Promise<{ path: string; groups: number; unsorted: number }> {
  const [file, ...others] = await listFiles(dir);
  if (file === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} files.`);
  const db = await openLakeDb({ temp_dir: join(dir, "spill"), memory_limit: "512MB", threads: 1 });
  const [found] = await db.rows(
    `SELECT CAST(count(*) FILTER (WHERE start_time < before) AS DOUBLE) AS unsorted,
       (SELECT CAST(max(num_row_groups) AS DOUBLE) FROM parquet_file_metadata('${file.path}')) AS groups
     FROM (SELECT start_time, lag(start_time) OVER (ORDER BY file_row_number) AS before
       FROM read_parquet('${file.path}', file_row_number = true))`,
  );
  db.close();
  return { path: file.path, groups: Number(found?.["groups"]), unsorted: Number(found?.["unsorted"]) };
}

it("sorts files that all span the day slice by slice, one of them of fewer columns, and may be stopped", async () => {
  const dir = await madeFolder();
  await intoLake(dir, madeCalls(randomOf(5), 400, FROM, DAY_MS), 5);
  const [older] = await listFiles(dir);
  if (older === undefined) throw new Error("There is no file.");
  const db = await openLakeDb({ temp_dir: join(dir, "spill"), memory_limit: "256MB", threads: 1 });
  await db.copy(`SELECT * EXCLUDE (language) FROM '${older.path}'`, join(dir, "older.parquet"));
  db.close();
  await rename(join(dir, "older.parquet"), older.path);
  const before = await saidOn(dir);
  const stop = new AbortController();
  const stopping = { now: NOW, slice_bytes: 200_000, signal: stop.signal };
  const stopped = compact(dir, { ...stopping, on_progress: (done) => done > 0 && stop.abort() });
  await expect(stopped).rejects.toThrow(/abort/i);
  expect(await listFiles(dir)).toHaveLength(5);
  expect(await readdir(join(dir, "tmp"))).toEqual([]);
  const shares: number[] = [];
  const on_progress = (bytes: number, all: number) => shares.push(bytes / all);
  expect(await compact(dir, { now: NOW, slice_bytes: 200_000, on_progress })).toEqual({ merged: 5, into: 1 });
  expect(await saidOn(dir)).toEqual(before);
  const { path, groups, unsorted } = await merged(dir);
  expect(unsorted).toBe(0);
  expect(groups).toBeGreaterThan(3);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(new Set(shares).size).toBe(groups + 1);
  expect(await verify(dir)).toMatchObject({ ok: true, counts: { lake_calls: 400 } });
  const bytes = await readFile(path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = await parquetReadObjects({ file: buffer, compressors });
  const starts = rows.map((row) => (row["start_time"] as Date).getTime());
  expect(starts).toHaveLength(400);
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  // An erasure streams the rows that stay, in the order they have.
  await erase(dir, { ids: [String(rows[200]?.["id"])] }, { who: "test" });
  expect((await merged(dir)).unsorted).toBe(0);
  expect((await verify(dir)).counts.lake_calls).toBe(399);
  await rm(dir, { recursive: true });
});

it("sorts a day of more bytes than fit into its memory, and has the same rows", async () => {
  const dir = await madeFolder();
  // Hexadecimal digits by chance: half of them is left when they are packed.
  const noise = () => ({ summary: randomBytes(140_000).toString("hex") });
  const calls = madeCalls(randomOf(6), 200, FROM, DAY_MS).map((call) => ({ ...call, ...noise() }));
  await intoLake(dir, calls, 3);
  const sizes = (await listFiles(dir)).map(({ path }) => statSync(path).size);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  expect(bytes).toBeGreaterThan(24 * 1024 * 1024);
  const before = await saidOn(dir);
  expect(await compact(dir, { now: NOW, memory_limit: "128MiB" })).toEqual({ merged: 3, into: 1 });
  expect((await merged(dir)).unsorted).toBe(0);
  expect(await saidOn(dir)).toEqual(before);
  await rm(dir, { recursive: true });
});
