/** Retention, erasure, compaction, import and questions at once, under SIGKILL: a short run of what test/crash/long.ts does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { everythingAtOnce } from "./long/scene.ts";

const SECONDS = Number(process.env["CRASH_SECONDS"] ?? 20);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const root = mkdtempSync(join(tmpdir(), "call-lake-long-"));
let db: LakeDb;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

it(`keeps the model's counts over ${SECONDS} s of everything at once`, {
  timeout: SECONDS * 1000 + 180_000,
}, async () => {
  const report = await everythingAtOnce(root, db, SECONDS, SEED);
  const words = `seed ${SEED}: ${JSON.stringify(report)}`;
  expect(report.wrong, words).toEqual([]);
  for (const what of ["acknowledged", "erased", "expired", "emptied", "reads"] as const)
    expect(report[what], `${what} in ${words}`).toBeGreaterThan(0);
});
