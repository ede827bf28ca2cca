/** The peer the questions are compared with: SQLite with the first seed's schema and indexes, filled from the same lake. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DuckDBInstance } from "@duckdb/node-api";
import { listFiles } from "../src/store/lake/listing.ts";
import { parquetSource } from "../src/store/lake/sql.ts";

/** The table and the indexes of the first seed. */
const SEED_SCHEMA = `CREATE TABLE call_records (
  id TEXT PRIMARY KEY, call_id TEXT NOT NULL, caller_number TEXT, caller_name TEXT, start_time TEXT NOT NULL,
  end_time TEXT NOT NULL, duration_seconds REAL, provider_name TEXT, pipeline_name TEXT, pipeline_components TEXT,
  context_name TEXT, conversation_history TEXT, outcome TEXT, transfer_destination TEXT, error_message TEXT,
  tool_calls TEXT, avg_turn_latency_ms REAL, max_turn_latency_ms REAL, total_turns INTEGER, caller_audio_format TEXT,
  codec_alignment_ok INTEGER, barge_in_count INTEGER, created_at TEXT DEFAULT CURRENT_TIMESTAMP);
  CREATE INDEX idx_call_records_start_time ON call_records(start_time);
  CREATE INDEX idx_call_records_caller_number ON call_records(caller_number);
  CREATE INDEX idx_call_records_outcome ON call_records(outcome);
  CREATE INDEX idx_call_records_provider ON call_records(provider_name);
  CREATE INDEX idx_call_records_pipeline ON call_records(pipeline_name);
  CREATE INDEX idx_call_records_context ON call_records(context_name);`;
const COLUMNS = 23;
const TIME = (column: string) => `strftime(${column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%g') || '+00:00'`;
const ROW = `id, call_id, caller_number, caller_name, ${TIME("start_time")}, ${TIME("end_time")}, duration_seconds,
  provider_name, pipeline_name, to_json(pipeline_components)::VARCHAR, context_name, to_json(conversation)::VARCHAR, outcome,
  transfer_destination, error_message, to_json(tool_calls)::VARCHAR, avg_turn_latency_ms, max_turn_latency_ms::DOUBLE,
  total_turns::DOUBLE, caller_audio_format, codec_alignment_ok::INTEGER, barge_in_count::DOUBLE, ${TIME("created_at")}`;

export interface Seed {
  readonly calls: number;
  readonly bytes: number;
  /** The numbers of the statistics, as statements over the table. */
  dashboard(where: string): void;
  /** 50 rows of the list; `number` is a part of the caller's number. */
  page(number: string, offset: number): void;
  one(id: string): void;
  words(words: string): void;
  close(): void;
}

/** Opens the database at `path`, made from the lake if it is not there. */
export async function openSeed(path: string, dir: string): Promise<Seed> {
  if (!existsSync(path)) await make(path, dir);
  const database = new DatabaseSync(path);
  database.exec("PRAGMA cache_size = -262144");
  const all = (statement: string, ...values: (string | number)[]) => database.prepare(statement).all(...values);
  const [counted] = all("SELECT count(*) AS n FROM call_records");
  const list =
    "SELECT id, call_id, caller_number, caller_name, start_time, duration_seconds, provider_name, pipeline_name, context_name, outcome, total_turns FROM call_records";
  return {
    calls: Number(counted?.["n"]),
    bytes: statSync(path).size,
    dashboard: (where) => {
      const from = `FROM call_records ${where}`;
      all(`SELECT count(*), sum(duration_seconds), avg(duration_seconds), sum(total_turns), avg(avg_turn_latency_ms), max(max_turn_latency_ms),
        sum(barge_in_count), sum(outcome = 'completed') ${from}`);
      for (const column of ["outcome", "provider_name", "pipeline_name", "context_name"])
        all(`SELECT ${column}, count(*) ${from} GROUP BY 1`);
      all(`SELECT substr(start_time, 1, 10), count(*), avg(avg_turn_latency_ms) ${from} GROUP BY 1`);
      all(`SELECT substr(start_time, 12, 2), count(*) ${from} GROUP BY 1`);
      all(`SELECT caller_number, count(*), sum(duration_seconds) ${from} GROUP BY 1 ORDER BY 2 DESC LIMIT 10`);
      all(`SELECT json_extract(t.value, '$.name'), count(*), sum(json_extract(t.value, '$.status') = 'ok')
        FROM call_records, json_each(tool_calls) AS t ${where} GROUP BY 1`);
    },
    page: (number, offset) => {
      if (number === "") all(`${list} ORDER BY start_time DESC LIMIT 50 OFFSET ?`, offset);
      else all(`${list} WHERE caller_number LIKE ? ORDER BY start_time DESC LIMIT 50`, `%${number}%`);
    },
    one: (id) => void all("SELECT * FROM call_records WHERE id = ?", id),
    words: (words) => {
      const likes = words.split(" ").map((word) => `%${word}%`);
      const where = likes.map(() => "conversation_history LIKE ?").join(" AND ");
      all(`${list} WHERE ${where} ORDER BY start_time DESC LIMIT 50`, ...likes);
    },
    close: () => database.close(),
  };
}

async function make(path: string, dir: string): Promise<void> {
  const half = `${path}.part`;
  rmSync(half, { force: true });
  const database = new DatabaseSync(half);
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ${SEED_SCHEMA}`);
  const insert = database.prepare(`INSERT INTO call_records VALUES (${Array(COLUMNS).fill("?").join(", ")})`);
  const instance = await DuckDBInstance.create(":memory:", {
    temp_directory: join(tmpdir(), `call-lake-seed-${process.pid}`),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  database.exec("BEGIN");
  for (const file of (await listFiles(dir)).reverse()) {
    const rows = (await connection.runAndReadAll(`SELECT ${ROW} FROM ${parquetSource([file])}`)).getRowsJson();
    for (const row of rows) insert.run(...(row as (string | number | null)[]));
  }
  database.exec("COMMIT");
  database.close();
  connection.closeSync();
  instance.closeSync();
  renameSync(half, path);
}
