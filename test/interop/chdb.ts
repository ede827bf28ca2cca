/** ClickHouse reads the folder: `node test/interop/chdb.ts [FOLDER WITH chdb]` installs chdb (546 MB) into a temporary folder unless one is named. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { openCallLake } from "../../src/query/index.ts";
import { clickhouseSums, SUMS, SUMS_SQL } from "./sums.ts";

const CHDB = "chdb@3.4.0";
const root = mkdtempSync(join(tmpdir(), "call-lake-chdb-"));
try {
  const folder = process.argv[2] ?? install();
  const { query } = createRequire(join(folder, "package.json"))("chdb") as {
    query(sql: string, format: string): string;
  };
  const dir = join(root, "data");
  await makeDemoHistory({ dir, calls: 1500, days: 20, now: Date.parse("2026-11-21T12:00:00Z") });
  const lake = await openCallLake({ dir, engine: "in-process" });
  const expected: Record<string, unknown>[] = [];
  for await (const row of (await lake.sql(SUMS_SQL)).rows) expected.push(row);
  await lake.close();
  const found = JSON.parse(query(clickhouseSums(join(dir, "calls/*/*.parquet")), "JSONEachRow")) as Record<
    string,
    unknown
  >;
  let failed = 0;
  for (const { name } of SUMS) {
    const [duckdb, clickhouse] = [expected[0]?.[name], found[name]];
    const same = typeof duckdb === "number" && duckdb > 0 && duckdb === Number(clickhouse);
    if (!same) failed++;
    console.log(`${same ? "ok    " : "FAILED"} ${name}: DuckDB ${duckdb}, ClickHouse ${clickhouse}`);
  }
  console.log(`${SUMS.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}

function install(): string {
  const folder = join(root, "chdb");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", CHDB], { cwd: folder, stdio: "inherit" });
  return folder;
}
