/** Calls made by a seed, and the two places a test puts them: the lake and the journal. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { addRecords } from "../../src/etl/index.ts";
import { type CallRecord, callIdentity, emptyRecord, RECORD_VERSION } from "../../src/record/index.ts";
import { encodeLine } from "../../src/store/journal/line.ts";
import { segmentFile, writerFile } from "../../src/store/journal/names.ts";
import { thisProcess } from "../../src/store/journal/process.ts";
import { hastyFs } from "../crash/killing-fs.ts";

export type Random = () => number;

/** Mulberry32: the same numbers each time. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const NAMES = ["Ada", "ada lovelace", "Łukasz", "李雷", "100% real", "under_score", "back\\slash", "O'Brien", null];

/** One call; `number` makes it another call, `fields` say what matters to the test. */
export function madeCall(
  random: Random,
  number: number,
  startMs: number,
  fields: Partial<CallRecord> = {},
): CallRecord {
  const source = "engine";
  const call_id = `call-${number}`;
  const start_time = new Date(startMs).toISOString();
  const seconds = Math.round(random() * 4000) / 10;
  const latencies = Array.from({ length: Math.floor(random() * 5) }, () => Math.round(200 + random() * 2000));
  const tools = Array.from({ length: random() < 0.5 ? 0 : Math.ceil(random() * 3) }, (_, index) => ({
    tool_call_id: `t${index}`,
    name: pick(random, ["lookup", "transfer", "book"]),
    phase: null,
    params: { index, nested: { text: "<script>alert(1)</script>", list: [1, null, "ü"] } },
    result: pick<CallRecord["metadata"]>(random, [null, "text", 3, true, { ok: true }]),
    status: pick(random, ["ok", "error", null]),
    error: null,
    at: new Date(startMs + 1000).toISOString(),
    duration_ms: Math.round(random() * 900),
  }));
  return {
    ...emptyRecord(),
    id: callIdentity(source, call_id, startMs),
    rev: 1,
    record_version: RECORD_VERSION,
    call_id,
    source,
    client_id: pick(random, ["acme", "globex", null]),
    assistant_id: pick(random, ["a1", "a2"]),
    caller_number: pick(random, ["+15550100", "+15550101", "555-0102", "5%5", null]),
    caller_name: pick(random, NAMES),
    direction: pick(random, ["inbound", "outbound", null]),
    start_time,
    end_time: new Date(startMs + seconds * 1000).toISOString(),
    duration_seconds: pick(random, [seconds, seconds, seconds, null]),
    provider_name: pick(random, ["openai_realtime", "deepgram", "local", null]),
    pipeline_name: pick(random, ["hybrid", "fast", null]),
    context_name: pick(random, ["sales", "support", "default"]),
    language: pick(random, ["en", "de", "zh", null]),
    conversation: [
      {
        role: "user",
        content: "Guten Tag 👋 <script>alert('x')</script> مرحبا",
        at: start_time,
        offset_ms: 0,
        interrupted: false,
        agent: null,
      },
    ],
    tool_calls: tools,
    tool_call_count: pick(random, [tools.length, tools.length, tools.length || null]),
    tool_ok_count: tools.filter((tool) => tool.status === "ok").length,
    tool_error_count: tools.filter((tool) => tool.status === "error").length,
    turn_latencies_ms: latencies,
    avg_turn_latency_ms: latencies.length ? latencies.reduce((a, b) => a + b, 0) / latencies.length : null,
    max_turn_latency_ms: latencies.length ? Math.max(...latencies) : null,
    total_turns: latencies.length,
    barge_in_count: pick(random, [0, 1, null]),
    outcome: pick(random, ["completed", "completed", "transferred", "error", "abandoned"]),
    cost_total: Math.round(random() * 1_000_000) / 1_000_000,
    currency: "USD",
    cost_breakdown: { llm: 0.001, tts: 0.25 },
    usage: { input_tokens: 12, audio_seconds: 1.5 },
    metadata: { a: [1, { b: null }], "q'uote": '"' },
    created_at: start_time,
    ...fields,
  };
}

/** Calls at random times within some days. */
export function madeCalls(random: Random, count: number, fromMs: number, spanMs: number, first = 0): CallRecord[] {
  return Array.from({ length: count }, (_, index) =>
    madeCall(random, first + index, Math.floor(fromMs + random() * spanMs)),
  );
}

/** An empty data folder. */
export function madeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "call-lake-query-"));
}

/** Puts calls into the lake, in some segments of one writer; without waiting for the disk, which many days make long. */
export async function intoLake(dir: string, records: readonly CallRecord[], segments = 1, first = 1): Promise<void> {
  const size = Math.ceil(records.length / segments);
  for (let segment = 0; segment < segments; segment++) {
    const rows = records.slice(segment * size, (segment + 1) * size);
    await addRecords(dir, "lake-1", first + segment, rows, { fs: hastyFs });
  }
}

/** Writes calls as the only content of a journal segment, as a living writer's worker does. */
export async function intoJournal(dir: string, writer: string, segment: number, records: readonly CallRecord[]) {
  const path = segmentFile(dir, writer, segment);
  await mkdir(dirname(path), { recursive: true });
  const { pid, pid_start } = thisProcess();
  const t = new Date().toISOString();
  const identity = { format: 1, writer, host: hostname(), pid, pid_start, started_at: t };
  await writeFile(writerFile(dir, writer), JSON.stringify(identity));
  const header = encodeLine({ k: "segment", t, b: { ...identity, segment } });
  const ended = records.map((record) => encodeLine({ k: "ended", c: record.id, n: 1, t, b: record }));
  await writeFile(path, [header, ...ended].join(""));
}
