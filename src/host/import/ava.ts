/** The first seed's call_history.db (SQLite), and the larger table its public implementation has grown; also while it is written. */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { isPlain } from "../../record/json.ts";
import { looseValue } from "./loose-json.ts";
import type { Item, Reading, Source, ToldCall } from "./source.ts";
import { instantOf } from "./times.ts";

type Row = Readonly<Record<string, unknown>>;

const TABLE = "call_records";
/** An engine that writes holds the lock for moments. */
const BUSY_MS = 30_000;
/** Columns that say something of the call and have no column of ours. */
const KEPT = [
  "routing_method",
  "voice",
  "voice_source",
  "external_platform",
  "external_call_id",
  "external_disposition",
];
const PHASES = [
  ["pre_call_tool_calls", "pre_call"],
  ["tool_calls", null],
  ["post_call_tool_calls", "post_call"],
] as const;

export const ava: Source = {
  summary: "call_history.db of the Asterisk voice agent (SQLite), also while it is written",
  mapping: [
    ["call_id", "call_id (source: asterisk)"],
    ["caller_number, caller_name, called_number", "the same"],
    ["start_time, end_time, duration_seconds, created_at", "the same"],
    ["provider_name (unknown: null), pipeline_name, pipeline_components, context_name", "the same"],
    ["conversation_history [{role, content, timestamp (epoch s or ISO)}]", "conversation [{role, content, at}]"],
    ["outcome (no_input_timeout: no_input)", "outcome"],
    ["transfer_destination, error_message", "the same"],
    ["tool_calls, pre_call_tool_calls, post_call_tool_calls", "tool_calls (phase: null, pre_call, post_call)"],
    ["avg_turn_latency_ms, max_turn_latency_ms (0: null), total_turns, barge_in_count", "the same"],
    ["caller_audio_format, codec_alignment_ok", "the same"],
    ["external_direction", "direction"],
    ["id, routing_method, voice, voice_source, external_*, call_metadata", "metadata"],
  ],
  in_time_order: true,
  async *read(reading) {
    for (const file of reading.from) {
      if (!existsSync(file)) throw new Error(`${file} is not there.`);
      yield* fileCalls(file, reading);
    }
  },
};

/** One transaction that only reads: the calls of one moment, whatever the engine writes meanwhile. */
function* fileCalls(file: string, { meter, zone }: Reading): Generator<Item> {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    database.exec("BEGIN");
    meter.total += countOf(database, file);
    let line = 0;
    for (const row of database.prepare(`SELECT * FROM ${TABLE} ORDER BY start_time`).iterate()) {
      line += 1;
      meter.done += 1;
      yield toldCall(row, { file, line }, zone);
    }
  } finally {
    database.close();
  }
}

function countOf(database: DatabaseSync, file: string): number {
  try {
    const [counted] = database.prepare(`SELECT count(*) AS n FROM ${TABLE}`).all();
    return Number(counted?.["n"]);
  } catch (error) {
    throw new Error(`${file} is no call_history.db: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function toldCall(row: Row, place: ToldCall["place"], zone: string): Item {
  const start = instantOf(row["start_time"], zone);
  if (start === null) return { place, rows: 1, reason: `start_time is no time: ${JSON.stringify(row["start_time"])}.` };
  const outcome = row["outcome"] === "no_input_timeout" ? "no_input" : row["outcome"];
  return {
    place,
    rows: 1,
    columns: {
      source: "asterisk",
      call_id: textOf(row["call_id"]) ?? textOf(row["id"]) ?? "",
      start_time: start,
      end_time: instantOf(row["end_time"], zone),
      ...columnsOf(row),
      conversation: messagesOf(looseValue(row["conversation_history"]), zone) as ToldCall["columns"]["conversation"],
      outcome: (outcome === "" ? null : outcome) as ToldCall["columns"]["outcome"],
      tool_calls: PHASES.flatMap(([column, phase]) => toolsOf(looseValue(row[column]), phase, zone)),
      created_at: instantOf(row["created_at"], "UTC"),
      metadata: metadataOf(row),
    },
  };
}

function columnsOf(row: Row): ToldCall["columns"] {
  const provider = textOf(row["provider_name"]);
  const direction = textOf(row["external_direction"])?.toLowerCase() ?? null;
  const turns = numberOf(row["total_turns"]);
  const codec = row["codec_alignment_ok"];
  return {
    caller_number: textOf(row["caller_number"]),
    caller_name: textOf(row["caller_name"]),
    called_number: textOf(row["called_number"]),
    direction: direction === "inbound" || direction === "outbound" ? direction : null,
    duration_seconds: numberOf(row["duration_seconds"]),
    provider_name: provider === "unknown" ? null : provider,
    pipeline_name: textOf(row["pipeline_name"]),
    pipeline_components: filled(looseValue(row["pipeline_components"])) as ToldCall["columns"]["pipeline_components"],
    context_name: textOf(row["context_name"]),
    transfer_destination: textOf(row["transfer_destination"]),
    error_message: textOf(row["error_message"]),
    // The engine writes 0 where it has measured nothing.
    avg_turn_latency_ms: numberOf(row["avg_turn_latency_ms"]) || null,
    max_turn_latency_ms: numberOf(row["max_turn_latency_ms"]) || null,
    total_turns: turns,
    caller_audio_format: textOf(row["caller_audio_format"]),
    codec_alignment_ok: codec === null || codec === undefined ? null : Number(codec) === 1,
    barge_in_count: numberOf(row["barge_in_count"]),
  };
}

/** What is no list goes on as it is, so that the record is flagged. */
export function messagesOf(value: unknown, zone: string): unknown {
  if (!Array.isArray(value)) return filled(value);
  return value.map((message: unknown) => {
    if (!isPlain(message)) return message;
    const { role, content, timestamp } = message;
    return { role, content, at: instantOf(timestamp, zone), agent: message["agent"] };
  });
}

function toolsOf(value: unknown, phase: string | null, zone: string) {
  if (!Array.isArray(value)) return [];
  return value.filter(isPlain).map((tool) => {
    const { name, result, timestamp, duration_ms } = tool;
    const error = textOf(tool["error"]) ?? textOf(tool["error_message"]);
    const status = textOf(tool["status"]) ?? (isPlain(result) ? textOf(result["status"]) : wordOf(result));
    return {
      tool_call_id: textOf(tool["tool_call_id"]) ?? textOf(tool["id"]),
      name: textOf(name),
      phase: textOf(tool["phase"]) ?? phase,
      params: tool["params"] ?? tool["parameters"] ?? null,
      result: result ?? null,
      status,
      error,
      at: instantOf(timestamp, zone),
      duration_ms: numberOf(duration_ms),
    };
  });
}

/** A result that is one word is the tool's status. */
function wordOf(result: unknown): string | null {
  return typeof result === "string" && /^[a-z_-]{1,30}$/i.test(result) ? result : null;
}

function metadataOf(row: Row): Record<string, unknown> | null {
  const metadata: Record<string, unknown> = {};
  if (textOf(row["id"]) !== null) metadata["ava_id"] = row["id"];
  for (const name of KEPT) if (textOf(row[name]) !== null) metadata[name] = row[name];
  const more = [looseValue(row["external_metadata"]), looseValue(row["call_metadata"])];
  for (const [index, name] of ["external_metadata", "call_metadata"].entries()) {
    const value = filled(more[index]);
    if (value !== null) metadata[name] = value;
  }
  return filled(metadata) as Record<string, unknown> | null;
}

/** Null for an empty object or list: the engine writes them where it knows nothing. */
function filled(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.keys(value).length === 0 ? null : value;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;
}

function numberOf(value: unknown): number | null {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
