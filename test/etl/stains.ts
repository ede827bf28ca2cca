/** Looks for texts in every file of a folder: in its bytes, and in every value of Parquet. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { LakeDb } from "../../src/etl/duckdb.ts";
import { quote } from "../../src/store/lake/sql.ts";

/** Paths below `dir` in which one of the texts stands; a file that goes away meanwhile has none. */
export async function stains(dir: string, db: LakeDb, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      const bytes = readFileSync(path);
      const stained = texts.some((text) => bytes.includes(text)) || (await inValues(path, db, texts));
      if (stained) found.push(relative(dir, path));
    } catch (error) {
      if (!/ENOENT|No files found|No such file/.test(String(error))) throw error;
    }
  }
  return found.sort();
}

async function inValues(path: string, db: LakeDb, texts: readonly string[]): Promise<boolean> {
  if (!path.endsWith(".parquet")) return false;
  const any = texts.map((text) => `contains(row, ${quote(text)})`).join(" OR ");
  const rows = await db.rows(
    `SELECT 1 AS one FROM (SELECT CAST(to_json(c) AS VARCHAR) AS row FROM read_parquet(${quote(path)}, hive_partitioning = false) AS c) WHERE ${any} LIMIT 1`,
  );
  return rows.length > 0;
}
