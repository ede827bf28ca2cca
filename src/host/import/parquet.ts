/** Records of our own as Parquet: files of a data folder, or of `call-lake export --format parquet`. */
import { stat } from "node:fs/promises";
import { openDuckdbEngine } from "../../query/duckdb-engine.ts";
import type { QueryEngine } from "../../query/engine.ts";
import { selectList } from "../../query/projection.ts";
import { scopeOf } from "../../query/scope.ts";
import { bind, raw, sql } from "../../query/statement.ts";
import { COLUMN_NAMES } from "../../record/index.ts";
import { quote } from "../../store/lake/sql.ts";
import { ownRecord } from "./own-records.ts";
import type { Item, Reading, Source } from "./source.ts";

const ENGINE = { memory_limit: "128MB", threads: 1, queries_max: 2 } as const;

export const parquet: Source = {
  summary: "records of our own as Parquet: files of a data folder, or an export",
  mapping: [["each column of docs/record.md", "the same; id and rev are kept; other columns are passed over"]],
  in_time_order: false,
  keeps_ids: true,
  async *read(reading) {
    for (const file of reading.from)
      if (!(await stat(file).catch(() => null))?.isFile()) throw new Error(`${file} is not there, or is no file.`);
    const engine = await openDuckdbEngine({ ...ENGINE, temp_directory: reading.temp_dir });
    try {
      for (const file of reading.from) yield* fileRecords(engine, file, reading);
    } finally {
      await engine.close();
    }
  },
};

async function* fileRecords(engine: QueryEngine, file: string, { meter }: Reading): AsyncGenerator<Item> {
  // hive_partitioning would add the folder's day as a column, which a record does not have.
  const source = `read_parquet(${quote(file)}, hive_partitioning = false)`;
  const described = await rowsOf(engine, `SELECT column_name FROM (DESCRIBE SELECT * FROM ${source})`);
  const names = new Set(described.map((row) => row["column_name"]));
  const columns = COLUMN_NAMES.filter((name) => names.has(name));
  if (!columns.includes("call_id") || !columns.includes("start_time"))
    throw new Error(`${file} holds no records of ours: it has no columns call_id and start_time.`);
  const [counted] = await rowsOf(engine, `SELECT CAST(count(*) AS DOUBLE) AS n FROM ${source}`);
  meter.total += Number(counted?.["n"] ?? 0);
  const { text, parameters } = bind(
    sql`SELECT ${selectList(columns, scopeOf({ read_pii: true }))} FROM ${raw(source)}`,
  );
  let line = 0;
  for await (const chunk of engine.run(text, parameters))
    for (const row of chunk) {
      line += 1;
      meter.done += 1;
      yield ownRecord(JSON.parse(row), { file, line });
    }
}

async function rowsOf(engine: QueryEngine, statement: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const chunk of engine.run(statement, [])) rows.push(...chunk.map((row) => JSON.parse(row)));
  return rows;
}
