/** What an import costs: a generated call_history.db of the first seed, and the peak of the importing process's memory. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type BenchRow, printRows, short } from "./kit.ts";

const CALLS = Number(process.env["BENCH_IMPORT_CALLS"] ?? 1_000_000);
const DAYS = 365;
const FIRST_MS = Date.parse("2025-11-01T00:00:00.000Z");
const DAY_MS = 86_400_000;
const MEMORY_MB_MAX = 256;
const CLI = join(import.meta.dirname, "../src/host/cli.ts");

const SAID = [
  "Good morning, thank you for calling. How can I help you today?",
  "I would like to move my appointment, if that is possible at such short notice.",
  "Of course. May I have the number on your confirmation, please?",
  "It is seven seven three, four one; I hope that I read it out correctly.",
  "Thank you. I see an appointment on Thursday at ten; when would suit you better?",
  "Friday in the afternoon, any time after three, would be a great deal better for us.",
  "I have a quarter past three and half past four on Friday; which of them shall I take?",
  "A quarter past three, please, and could you send me a message about it?",
  "That is done: Friday at a quarter past three, and a message is on its way to you.",
  "Wonderful, that was quick. Thank you very much, and goodbye.",
];

/** A file of so many calls with the first seed's columns and indexes, made once. */
function seedFile(): string {
  const path = join(tmpdir(), `call-lake-bench-import-${CALLS}.db`);
  if (existsSync(path)) return path;
  rmSync(`${path}.part`, { force: true });
  const database = new DatabaseSync(`${path}.part`);
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE call_records (id TEXT PRIMARY KEY, call_id TEXT NOT NULL, caller_number TEXT, caller_name TEXT,
      start_time TEXT NOT NULL, end_time TEXT NOT NULL, duration_seconds REAL, provider_name TEXT, pipeline_name TEXT,
      pipeline_components TEXT, context_name TEXT, conversation_history TEXT, outcome TEXT, transfer_destination TEXT,
      error_message TEXT, tool_calls TEXT, avg_turn_latency_ms REAL, max_turn_latency_ms REAL, total_turns INTEGER,
      caller_audio_format TEXT, codec_alignment_ok INTEGER, barge_in_count INTEGER, created_at TEXT DEFAULT CURRENT_TIMESTAMP);
    CREATE INDEX idx_call_records_start_time ON call_records(start_time);
    CREATE INDEX idx_call_records_caller_number ON call_records(caller_number); BEGIN`);
  const insert = database.prepare(`INSERT INTO call_records VALUES (${Array(23).fill("?").join(", ")})`);
  for (let number = 0; number < CALLS; number += 1) insert.run(...rowOf(number));
  database.exec("COMMIT");
  database.close();
  renameSync(`${path}.part`, path);
  return path;
}

function rowOf(number: number): (string | number | null)[] {
  const start = FIRST_MS + Math.floor((number / CALLS) * DAYS * DAY_MS);
  const turns = 6 + (number % 9);
  const iso = (ms: number) => new Date(ms).toISOString().replace("Z", "000+00:00");
  const said = Array.from({ length: turns * 2 }, (_, index) => ({
    role: index % 2 === 0 ? "assistant" : "user",
    content: `${SAID[(index + number) % SAID.length]} (${(number * 7919 + index) % 100_003})`,
    timestamp: (start + index * 5000) / 1000,
  }));
  const tools = Array.from({ length: number % 3 }, (_, index) => ({
    name: ["look_up", "book"][index],
    params: { number: number * 31 },
    result: index === 0 ? "success" : "error",
    timestamp: iso(start + index * 9000),
    duration_ms: 120 + (number % 700),
  }));
  return [
    `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    `${Math.floor(start / 1000)}.${number}`,
    `+1202555${String(100 + (number % 100)).padStart(4, "0")}`,
    number % 4 === 0 ? `Caller ${number % 977}` : null,
    iso(start),
    iso(start + turns * 10_000),
    turns * 10,
    ["openai_realtime", "deepgram", "local"][number % 3] ?? null,
    number % 3 === 2 ? "local_hybrid" : null,
    number % 3 === 2 ? '{"stt": "vosk", "llm": "ollama", "tts": "piper"}' : "{}",
    ["sales", "support", "demo"][number % 3] ?? null,
    JSON.stringify(said),
    ["completed", "completed", "transferred", "no_input_timeout"][number % 4] ?? null,
    number % 4 === 2 ? "queue-1" : null,
    null,
    JSON.stringify(tools),
    700 + (number % 600),
    1500 + (number % 900),
    turns,
    "ulaw",
    1,
    number % 2,
    iso(start + turns * 10_000),
  ];
}

interface Run {
  readonly seconds: number;
  /** Of processor, all threads: what it costs on a machine that has other things to do. */
  readonly cpu_seconds: number;
  readonly peak_mb: number;
  readonly report: Record<string, unknown>;
}

/** Runs `call-lake import ava` as a person would, and looks at its memory as Linux counts it. */
async function imported(dir: string, file: string): Promise<Run> {
  const began = performance.now();
  const given = ["--disable-warning=ExperimentalWarning", CLI, "import", "ava", file, "--dir", dir, "--json"];
  const child = spawn(process.execPath, given, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (piece) => {
    out += String(piece);
  });
  let peak_mb = 0;
  let cpu_seconds = 0;
  const look = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
      peak_mb = Math.max(peak_mb, Number(kilobytes ?? 0) / 1024);
      const times = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      // In ticks of 10 ms: user and system are the 14th and 15th of proc(5), after the name and the state.
      cpu_seconds = (Number(times[11]) + Number(times[12])) / 100;
    } catch {
      // It is over.
    }
  }, 100);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`The import ended with exit code ${String(code)}.`);
  return { seconds: (performance.now() - began) / 1000, cpu_seconds, peak_mb, report: JSON.parse(out) };
}

/** The bench's rows. */
export async function rows(): Promise<BenchRow[]> {
  const file = seedFile();
  const dir = mkdtempSync(join(tmpdir(), "call-lake-bench-import-"));
  try {
    const first = await imported(dir, file);
    if (first.report["added"] !== CALLS) throw new Error(`Not all was added: ${JSON.stringify(first.report)}`);
    const again = await imported(dir, file);
    if (again.report["unchanged"] !== CALLS) throw new Error(`Not all was known: ${JSON.stringify(again.report)}`);
    const beside = `${short(statSync(file).size / CALLS)} bytes a call in SQLite, ${DAYS} days`;
    const row = (what: string, value: number, unit: string, bar: string, ok: boolean): BenchRow => ({
      ...{ what, value, unit, bar, ok, beside, ratio: null },
    });
    const memory = (run: Run) => run.peak_mb <= MEMORY_MB_MAX;
    return [
      row(`import ava, ${short(CALLS)} calls`, CALLS / first.seconds, "calls/s", "minutes", first.seconds < 600),
      row("its processor time", first.cpu_seconds, "s", "", true),
      row("its peak memory", first.peak_mb, "MB", `${MEMORY_MB_MAX} MB`, memory(first)),
      row("the same again: nothing new", CALLS / again.seconds, "calls/s", "", true),
      row("its peak memory", again.peak_mb, "MB", `${MEMORY_MB_MAX} MB`, memory(again)),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) printRows("import", await rows());
