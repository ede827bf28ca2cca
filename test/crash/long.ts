/** The long run by hand: `node test/crash/long.ts [SECONDS]`; prints what was done, and what was wrong. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLakeDb } from "../../src/etl/duckdb.ts";
import { everythingAtOnce } from "./long/scene.ts";

const seconds = Number(process.argv[2] ?? 300);
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const root = mkdtempSync(join(tmpdir(), "call-lake-long-"));
const db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
const report = await everythingAtOnce(root, db, seconds, seed);
console.info(JSON.stringify({ seed, ...report }, null, 2));
db.close();
// What went wrong can be looked at.
if (report.wrong.length === 0) rmSync(root, { recursive: true, force: true });
else console.info(`The folder is kept: ${root}`);
process.exitCode = report.wrong.length === 0 ? 0 : 1;
