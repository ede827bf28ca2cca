/** What capturing and saving calls costs: the engine with the hook against without it, and against SQLite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { type Call, type CallHistory, openCallHistory, type RecordInput } from "../src/engine-hook/index.ts";
import { normaliseRecord } from "../src/record/index.ts";
import { type BenchRow, median, percentile, printRows, short } from "./kit.ts";

const ROUNDS = 5;
const START_MS = Date.parse("2026-11-21T10:00:00.000Z");
const TEXT =
  "I would like to move my appointment from Tuesday to Thursday afternoon, if that is possible at all, please. ";

/** A finished call whose record is about 3 KB of JSON. */
function finishedCall(number: number): RecordInput {
  const start = START_MS + number * 10;
  return {
    call_id: `1795255200.${number}`,
    source: "asterisk",
    start_time: start,
    end_time: start + 95_000,
    caller_number: `+1555010${String(number % 100).padStart(2, "0")}`,
    called_number: "+15550199",
    provider_name: "openai_realtime",
    pipeline_name: "local_hybrid",
    pipeline_components: { stt: "vosk", llm: "ollama", tts: "piper" },
    context_name: "appointments",
    conversation: messages(number),
    turns: [turn(0), turn(1)],
    tool_calls: [tool],
    ended_reason: "caller hung up",
    ended_by: "caller",
  };
}

const tool = { name: "calendar", params: { day: "thursday" }, result: { free: true }, status: "ok", duration_ms: 240 };
const turn = (index: number) => ({ index, e2e_ms: 800 + index, stt_ms: 110, llm_ms: 420, tts_ms: 190 });
const messages = (number: number) =>
  [0, 1, 2, 3].map((index) => ({ role: index % 2 === 0 ? "user" : "assistant", content: `${number} ${TEXT}` }));

function play(call: Call, finished: RecordInput): void {
  for (const message of finished.conversation ?? []) call.addMessage(message);
  for (const one of finished.turns ?? []) call.addTurn(one);
  for (const one of finished.tool_calls ?? []) call.addToolCall(one);
}

const begin = (history: CallHistory, { conversation, turns, tool_calls, end_time, ended_by, ...start }: RecordInput) =>
  history.startCall(start);

interface Capture {
  finish: number[];
  record: number[];
  life: number[];
}

/** Microseconds on the main thread of finishing a live call, of handing over a finished one, and of a whole call. */
async function capture(history: CallHistory, calls: number, into: Capture): Promise<void> {
  const receipts: Promise<unknown>[] = [];
  for (let number = 0; number < calls; number += 1) {
    const finished = finishedCall(number);
    const begun = performance.now();
    const call = begin(history, finished);
    play(call, finished);
    await null; // The queue posts what was added once the turn is over: it counts as well.
    const ending = performance.now();
    receipts.push(call.end({ end_time: START_MS + number * 10 + 95_000, ended_by: "caller" }));
    await null;
    const ended = performance.now();
    into.finish.push((ended - ending) * 1000);
    into.life.push((ended - begun) * 1000);
    await nextTurn();
    const handing = performance.now();
    receipts.push(history.addRecord({ ...finished, source: "record" }));
    await null;
    into.record.push((performance.now() - handing) * 1000);
    await nextTurn();
  }
  await Promise.all(receipts);
}

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;

/**
 * Event-loop delay in ms, p99, of an engine with 1,000 calls: each handles a frame of audio every 20 ms and hears or
 * says something once a second (two to three times as much as people do), and ten calls a second end and begin.
 */
async function loopDelay(history: CallHistory | null, ms: number): Promise<number> {
  const frame = new Int16Array(FRAME_SAMPLES);
  let started = 0;
  const start = () => {
    started += 1;
    return history
      ? begin(history, { ...finishedCall(started), call_id: `loop-${performance.now()}-${started}` })
      : null;
  };
  const calls = Array.from({ length: 1000 }, start);
  let ticks = 0;
  const timers: NodeJS.Timeout[] = [];
  for (let index = 0; index < calls.length; index += 1) {
    let frames = (index * 7) % 50;
    // Calls begin at any time, so their frames do not all come at the same one.
    if (index % 50 === 0) await sleep(1);
    const timer = setInterval(() => {
      for (let sample = 0; sample < FRAME_SAMPLES; sample += 1)
        frame[sample] = ((frame[sample] ?? 0) * 31 + frames) >> 2;
      frames += 1;
      ticks += 1;
      if (frames % 50 === 0) calls[index]?.addMessage({ role: "user", content: TEXT });
      if (ticks % 5000 !== 0) return;
      void calls[index]?.end({ ended_by: "caller" });
      calls[index] = start();
    }, FRAME_MS);
    timers.push(timer);
  }
  await sleep(300);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(ms);
  delay.disable();
  for (const timer of timers) clearInterval(timer);
  await Promise.all(calls.map((call) => call?.end({ ended_by: "caller" })));
  return delay.percentile(99) / 1e6;
}

async function oneAtATime(history: CallHistory, calls: number, first: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = first; number < first + calls; number += 1) {
    const finished = finishedCall(number);
    const begun = performance.now();
    await history.addRecord(finished);
    times.push(performance.now() - begun);
  }
  return times;
}

/** Calls a second with `lanes` calls in flight. */
async function inFlight(history: CallHistory, calls: number, lanes: number, first: number): Promise<number> {
  const prepared = Array.from({ length: calls }, (_, index) => finishedCall(first + index));
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let finished = prepared[next++]; finished; finished = prepared[next++]) await history.addRecord(finished);
    }),
  );
  return calls / ((performance.now() - begun) / 1000);
}

/** The first seed's table and indexes. */
const SCHEMA = `
CREATE TABLE call_records (
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

class SqliteCalls {
  readonly #database: DatabaseSync;
  readonly #insert: ReturnType<DatabaseSync["prepare"]>;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
    this.#database.exec(SCHEMA);
    this.#insert = this.#database.prepare(`INSERT INTO call_records VALUES (${Array(22).fill("?").join(",")}, ?)`);
  }

  /** Milliseconds of each save, one transaction a call. */
  save(calls: number, first: number): number[] {
    const times: number[] = [];
    for (let number = first; number < first + calls; number += 1) {
      const call = finishedCall(number);
      const row = normaliseRecord(call);
      const begun = performance.now();
      this.#insert.run(
        row.id,
        row.call_id,
        row.caller_number,
        row.caller_name,
        row.start_time,
        row.end_time,
        row.duration_seconds,
        row.provider_name,
        row.pipeline_name,
        JSON.stringify(row.pipeline_components),
        row.context_name,
        JSON.stringify(row.conversation),
        row.outcome,
        row.transfer_destination,
        row.error_message,
        JSON.stringify(row.tool_calls),
        row.avg_turn_latency_ms,
        row.max_turn_latency_ms,
        row.total_turns,
        row.caller_audio_format,
        null,
        row.barge_in_count,
        row.created_at,
      );
      times.push(performance.now() - begun);
    }
    return times;
  }

  close(): void {
    this.#database.close();
  }
}

/** Runs it all: alternating rounds, so that a busy moment of the machine meets both sides; medians of the rounds. */
export async function rows(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-"));
  const history = await openCallHistory({ dir });
  const sqlite = new SqliteCalls(join(dir, "calls.db"));
  try {
    await capture(history, 2000, { finish: [], record: [], life: [] });
    await inFlight(history, 20_000, 256, 2_000_000);
    sqlite.save(400, 2_000_000);
    const cost: Capture = { finish: [], record: [], life: [] };
    const delay = { on: [] as number[], off: [] as number[] };
    const save = { ours: [] as number[], sqlite: [] as number[] };
    const rate = { ours: [] as number[], sqlite: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      await capture(history, 1000, cost);
      delay.off.push(await loopDelay(null, 2000));
      delay.on.push(await loopDelay(history, 2000));
      save.ours.push(median(await oneAtATime(history, 400, 100_000 + round * 400)));
      const times = sqlite.save(400, round * 400);
      save.sqlite.push(median(times));
      rate.sqlite.push(times.length / (times.reduce((sum, time) => sum + time, 0) / 1000));
      rate.ours.push(await inFlight(history, 20_000, 256, 1_000_000 + round * 20_000));
    }
    const bytes = JSON.stringify(normaliseRecord(finishedCall(1))).length;
    return [...captureRows(cost, bytes), ...saveRows(delay, save, rate)];
  } finally {
    sqlite.close();
    await history.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function captureRows(cost: Capture, bytes: number): BenchRow[] {
  const [finish50, finish99] = [percentile(cost.finish, 0.5), percentile(cost.finish, 0.99)];
  const [record50, record99] = [percentile(cost.record, 0.5), percentile(cost.record, 0.99)];
  const life = percentile(cost.life, 0.5);
  const beside = `record of ${short(bytes)} bytes`;
  const row = (what: string, value: number, max: number): BenchRow => ({
    what,
    value,
    unit: "us",
    bar: `<= ${max}`,
    beside,
    ratio: value / max,
    ok: value <= max,
  });
  return [
    row("capture of a live call's end, main thread, p50", finish50, 25),
    row("capture of a live call's end, main thread, p99", finish99, 250),
    row("capture of a finished call (addRecord), main thread, p50", record50, 25),
    row("capture of a finished call (addRecord), main thread, p99", record99, 250),
    {
      what: "a whole live call: start, 7 events, end, p50",
      value: life,
      unit: "us",
      bar: "-",
      beside,
      ratio: null,
      ok: true,
    },
  ];
}

function saveRows(
  delay: { on: number[]; off: number[] },
  save: { ours: number[]; sqlite: number[] },
  rate: { ours: number[]; sqlite: number[] },
): BenchRow[] {
  const slowdown = median(delay.on.map((on, round) => on / (delay.off[round] ?? on)));
  const [saveMs, sqliteMs] = [median(save.ours), median(save.sqlite)];
  const [calls, sqliteCalls] = [median(rate.ours), median(rate.sqlite)];
  return [
    {
      what: "loop delay p99 at 1,000 simultaneous calls, hook on",
      value: median(delay.on),
      unit: "ms",
      bar: "<= 1.1x off",
      beside: `off ${short(median(delay.off))} ms`,
      ratio: slowdown,
      ok: slowdown <= 1.1,
    },
    {
      what: "durable save, one at a time, p50",
      value: saveMs,
      unit: "ms",
      bar: "<= 1",
      beside: `SQLite ${short(sqliteMs)} ms`,
      ratio: saveMs / sqliteMs,
      ok: saveMs <= 1,
    },
    {
      what: "durable saves, 256 in flight",
      value: calls,
      unit: "calls/s",
      bar: ">= 30,000",
      beside: `SQLite ${short(sqliteCalls)} calls/s`,
      ratio: calls / sqliteCalls,
      ok: calls >= 30_000,
    },
  ];
}

if (import.meta.main) printRows("The hook", await rows());
