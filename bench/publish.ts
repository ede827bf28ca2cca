/** What publishing costs and what a call weighs on disk: journal to Parquet, against SQLite and NDJSON. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { openCallHistory } from "../src/engine-hook/index.ts";
import { compact, publish } from "../src/etl/index.ts";
import { type CallRecord, normaliseRecord } from "../src/record/index.ts";
import { listFiles } from "../src/store/lake/listing.ts";
import { type BenchRow, printRows } from "./kit.ts";

const CONVERSATIONS = join(import.meta.dirname, "..", "..", "shared", "data", "conversations");
const GENERATED = 10_000;
/** The calls of the bench are of these days, so that a day has about as many as a busy engine's. */
const DAYS = 3;
const FIRST_MS = Date.parse("2026-11-17T00:00:00.000Z");
const DAY_MS = 86_400_000;

interface Conversation {
  readonly source_id: string;
  readonly language: string;
  readonly messages: { role: string; content: string }[];
  readonly tool_calls: {
    name: string;
    params: CallRecord["metadata"];
    result: CallRecord["metadata"];
    success: boolean | null;
  }[];
}

function realConversations(): Conversation[] {
  if (!existsSync(CONVERSATIONS)) return [];
  const files = readdirSync(CONVERSATIONS).filter((name) => name.endsWith(".ndjson.gz"));
  return files.flatMap((name) =>
    gunzipSync(readFileSync(join(CONVERSATIONS, name)))
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Conversation),
  );
}

function generatedConversations(): Conversation[] {
  return Array.from({ length: GENERATED }, (_, number) => ({
    source_id: `generated-${number}`,
    language: "en",
    messages: Array.from({ length: 10 }, (__, index) => ({
      role: index % 2 === 0 ? "user" : "assistant",
      content: `Message ${index} of call ${number}: I would like to move order ${number * 7919} to ${index + 9} o'clock, please.`,
    })),
    tool_calls: [{ name: "look_up", params: { order: number * 7919 }, result: { found: true }, success: true }],
  }));
}

function recordOf(conversation: Conversation, number: number, of: number): CallRecord {
  const start = FIRST_MS + Math.floor((number / of) * DAYS * DAY_MS);
  return normaliseRecord({
    call_id: `${conversation.source_id}-${number}`,
    source: "bench",
    start_time: start,
    end_time: start + conversation.messages.length * 6000,
    created_at: start,
    caller_number: `+1 555-01${String(number % 100).padStart(2, "0")}`,
    provider_name: ["openai_realtime", "deepgram", "local"][number % 3],
    pipeline_name: "local_hybrid",
    context_name: ["orders", "support"][number % 2],
    language: conversation.language,
    conversation: conversation.messages.map(({ role, content }, index) => ({
      role,
      content,
      at: start + index * 6000,
    })),
    tool_calls: conversation.tool_calls.map(({ name, params, result, success }) => ({
      name,
      params,
      result,
      status: success === false ? "error" : "ok",
    })),
    turns: conversation.messages.map((_, index) => ({
      index,
      at: start + index * 6000,
      e2e_ms: 600 + ((number * 31 + index * 97) % 900),
    })),
  });
}

/** Bytes of a SQLite file with the first seed's schema, its indexes, and these calls. */
function sqliteBytes(path: string, records: readonly CallRecord[]): number {
  const database = new DatabaseSync(path);
  database.exec(`CREATE TABLE call_records (
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
    CREATE INDEX idx_call_records_context ON call_records(context_name);
    BEGIN`);
  const insert = database.prepare(`INSERT INTO call_records VALUES (${Array(23).fill("?").join(", ")})`);
  for (const r of records)
    insert.run(
      ...[r.id, r.call_id, r.caller_number, r.caller_name, r.start_time, r.end_time, r.duration_seconds],
      ...[r.provider_name, r.pipeline_name, JSON.stringify(r.pipeline_components), r.context_name],
      ...[JSON.stringify(r.conversation), r.outcome, r.transfer_destination, r.error_message],
      ...[JSON.stringify(r.tool_calls), r.avg_turn_latency_ms, r.max_turn_latency_ms, r.total_turns],
      ...[r.caller_audio_format, null, r.barge_in_count, r.created_at],
    );
  database.exec("COMMIT");
  database.close();
  return statSync(path).size;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** The rows of this bench. */
export async function rows(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-"));
  try {
    const real = realConversations();
    const conversations = real.length > 0 ? real : generatedConversations();
    const of = real.length > 0 ? "real conversations" : "generated calls";
    const records = conversations.map((conversation, number) => recordOf(conversation, number, conversations.length));
    const calls = records.length;
    const history = await openCallHistory({ dir });
    // The hook's queue is bounded: what an engine never does at once is not done at once here.
    for (let at = 0; at < calls; at += 256)
      await Promise.all(records.slice(at, at + 256).map((record) => history.addRecord({ ...record })));
    await history.close();
    let published = 0;
    const publishing = await seconds(async () => {
      published = (await publish(dir)).rows;
    });
    if (published !== calls) throw new Error(`${published} of ${calls} calls were published; run the bench again.`);
    const merging = await seconds(() => compact(dir, { now: () => FIRST_MS + 30 * DAY_MS }));
    const files = await listFiles(dir);
    const lake = files.reduce((bytes, file) => bytes + statSync(file.path).size, 0) / calls;
    const sqlite = sqliteBytes(join(dir, "seed.sqlite"), records) / calls;
    const ndjsonPath = join(dir, "calls.ndjson");
    writeFileSync(ndjsonPath, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    const ndjson = statSync(ndjsonPath).size / calls;
    const told = (bytes: number) => `${Math.round(bytes).toLocaleString("en-US")} B`;
    const plain = { bar: "", beside: "", ratio: null, ok: true };
    return [
      { what: `journal to Parquet, ${calls} ${of}`, value: calls / publishing, unit: "calls/s", ...plain },
      { what: `merging ${DAYS} settled days into one file each`, value: calls / merging, unit: "calls/s", ...plain },
      {
        what: "a call in Parquet, against SQLite",
        value: lake,
        unit: "B",
        bar: "<= 1/5",
        beside: `${told(sqlite)} in SQLite`,
        ratio: lake / sqlite,
        ok: lake <= sqlite / 5,
      },
      {
        what: "a call in Parquet, against NDJSON",
        value: lake,
        unit: "B",
        bar: "",
        beside: `${told(ndjson)} in NDJSON`,
        ratio: lake / ndjson,
        ok: true,
      },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) printRows("Publishing", await rows());
