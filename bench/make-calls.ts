/** Makes calls for the benches, the same each time, by SQL straight to Parquet in the lake's layout: `--calls N --dir DIR [--days N] [--no-text [--times N]]`. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { COLUMN_NAMES, COLUMNS, type ColumnName, duckdbType, RECORD_VERSION } from "../src/record/index.ts";
import { addFile } from "../src/store/lake/add-file.ts";
import { ensureDataFolder } from "../src/store/lake/layout.ts";
import { lakeFile } from "../src/store/lake/names.ts";
import { PARQUET_OPTIONS, quote } from "../src/store/lake/sql.ts";
import { fragments, LANGUAGES } from "./words.ts";

export interface MadeLake {
  readonly calls: number;
  readonly dir: string;
  /** Leaves out conversation, summary, params and results. */
  readonly no_text?: boolean;
  /** Default 365. */
  readonly days?: number;
  /**
   * Of each call that is thought out so many are written (default 1; only without text), which makes a large lake cheap.
   * A copy has an id, a call_id, a caller and times of its own: it begins in the same hour, a `times`-th of an hour after
   * the copy before. All else is repeated: durations, latencies, tools, agents, outcome, cost. So hours, shares and callers
   * are distributed as in calls made one by one, but a day has no more different durations and lists of latencies than
   * one of `calls / times`. Copies lie further apart than a row group, so that compression does not see them;
   * in narrow files, whose row groups have 122,880 rows, the dictionaries of such columns do.
   */
  readonly times?: number;
}

/** The day after the last one with calls. */
const MADE_UNTIL = Date.parse("2026-11-21T00:00:00Z");
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WRITER = "bench-1";
/** Monday first. */
const WEEKDAYS = [1.25, 1.2, 1.15, 1.1, 1.05, 0.7, 0.55];
const HOURS = [2, 1, 1, 1, 2, 4, 12, 30, 55, 70, 72, 66, 52, 60, 68, 64, 58, 48, 36, 26, 18, 12, 7, 4];

/** A CASE that gives each value its share of the numbers from 0 to 1. */
function shares(u: string, values: readonly (readonly [value: string | null, share: number])[]): string {
  const total = values.reduce((sum, [, share]) => sum + share, 0);
  let upTo = 0;
  const cases = values.map(([value, share]) => {
    upTo += share / total;
    return `WHEN ${u} < ${upTo.toFixed(6)} THEN ${value === null ? "NULL" : quote(value)}`;
  });
  return `CASE ${cases.join(" ")} ELSE ${quote(values[0]?.[0] ?? "")} END`;
}

/** A number from 0 to 1 that is the same for the same call and salt. */
const u = (salt: string, of = "i") => `((hash(${of}, ${quote(salt)}) % 1000003) / 1000003.0)`;
/** About normal, mean 0, deviation 1. */
const normal = (salt: string, of = "i") =>
  `((${u(`${salt}1`, of)} + ${u(`${salt}2`, of)} + ${u(`${salt}3`, of)} - 1.5) * 2)`;

const TOOLS = [
  ...(["look_up_order", "find_appointment", "book_appointment", "transfer_call", "check_balance"] as const),
  ...(["send_email", "search_articles", "verify_identity", "create_ticket", "cancel_order", "get_weather"] as const),
  "hang_up",
].map((name, index) => [name, 30 / (index + 1)] as const);

const DIGEST = "sha256(encode('bench') || '\\x00'::BLOB || encode(made))";
const callerOf = (callers: number, of: string) => `floor(${callers} * power(${u("caller", of)}, 3))::BIGINT`;

/** The columns that follow from a call's number alone, in steps: each step may use the names of those before it. */
function stepsOf(callers: number, text: boolean): string[][] {
  const language = shares(
    u("language"),
    LANGUAGES.map(({ tag, share }) => [tag, share]),
  );
  let base = 0;
  const bases = LANGUAGES.map(({ tag, fragments: count }) => {
    const at = `WHEN ${quote(tag)} THEN [${base}, ${count}]`;
    base += count;
    return at;
  });
  const fragment = (salt: string) => `pool[1 + words[1] + (hash(i, k, ${quote(salt)}) % words[2])::BIGINT]`;
  const gap = "(CASE WHEN spoken = 'zh' THEN '，' ELSE ' ' END)";
  const content = `${fragment("a")} || ${gap} || ${fragment("b")}
    || CASE WHEN hash(i, k, 'more') % 3 > 0 THEN ${gap} || ${fragment("c")} ELSE '' END
    || CASE WHEN hash(i, k, 'most') % 4 = 0 THEN ${gap} || ${fragment("d")} ELSE '' END
    || CASE WHEN hash(i, k, 'number') % 12 = 0 THEN ' A' || (10000 + hash(i, k, 'order') % 9000000) ELSE '' END
    || CASE WHEN spoken = 'zh' THEN '。' ELSE '.' END`;
  const message = `struct_pack(role := CASE WHEN k % 2 = 0 THEN 'assistant' ELSE 'user' END, content := ${content},
    "at" := start_time + to_milliseconds(k * 5200), offset_ms := k * 5200, interrupted := (hash(i, k, 'barge') % 25 = 0), agent := NULL::VARCHAR)`;
  const tool = `struct_pack(tool_call_id := 'tool_' || i || '_' || k, name := ${shares(u("tool", "i, k"), TOOLS)},
    phase := CASE WHEN k = 2 AND i % 5 = 0 THEN 'post_call' ELSE 'in_call' END,
    params := ${text ? "to_json(struct_pack(order_id := hash(i, k, 'p') % 9000000, note := pool[1 + (hash(i, k, 'q') % 40000)::BIGINT]))" : "NULL::JSON"},
    result := ${text ? "to_json(struct_pack(found := true, status := 'shipped', text := pool[1 + (hash(i, k, 'r') % 40000)::BIGINT], total := hash(i, k, 's') % 50000))" : "NULL::JSON"},
    status := ${shares(u("status", "i, k"), [
      ["ok", 93],
      ["error", 6],
      [null, 1],
    ])},
    error := NULL::VARCHAR, "at" := start_time + to_milliseconds(9000 + k * 7000),
    duration_ms := CASE WHEN hash(i, k, 'nodur') % 50 = 0 THEN NULL ELSE round(exp(5.6 + 0.9 * ${normal("duration", "i, k")}))::BIGINT END)`;
  const turn = `struct_pack("index" := k, "at" := start_time + to_milliseconds(k * 10400), e2e_ms := turn_latencies_ms[k + 1],
    endpointing_ms := (turn_latencies_ms[k + 1] * 0.22)::BIGINT, stt_ms := (turn_latencies_ms[k + 1] * 0.14)::BIGINT,
    llm_ms := (turn_latencies_ms[k + 1] * 0.42)::BIGINT, tts_ms := (turn_latencies_ms[k + 1] * 0.22)::BIGINT,
    tool_ms := NULL::BIGINT, interrupted := (hash(i, k, 'barge') % 25 = 0))`;
  return [
    [
      `${shares(u("outcome"), [
        ["completed", 72],
        ["transferred", 12],
        ["abandoned", 8],
        ["error", 4],
        ["no_input", 3],
        ["lost", 1],
      ])} AS outcome`,
      `${shares(u("client"), [
        ["acme", 34],
        ["globex", 20],
        ["initech", 14],
        ["umbrella", 10],
        ["hooli", 8],
        ["stark", 6],
        ["wayne", 5],
        [null, 3],
      ])} AS client_id`,
      `${shares(u("provider"), [
        ["openai_realtime", 45],
        ["deepgram", 22],
        ["local", 15],
        ["google_live", 10],
        ["elevenlabs", 6],
        [null, 2],
      ])} AS provider_name`,
      `${shares(u("context"), [
        ["default", 30],
        ["sales", 20],
        ["support", 20],
        ["billing", 10],
        ["booking", 8],
        ["after_hours", 6],
        ["survey", 3],
        ["recruiting", 2],
        [null, 1],
      ])} AS context_name`,
      `${shares(u("direction"), [
        ["inbound", 78],
        ["outbound", 12],
        ["web", 8],
        ["internal", 2],
      ])} AS direction`,
      `${language} AS spoken`,
      `${DIGEST} AS digest`,
      `${callerOf(callers, "i")} AS caller`,
    ],
    [
      `CASE spoken ${bases.join(" ")} END AS words`,
      `CASE WHEN outcome IN ('abandoned', 'no_input') THEN (hash(i, 'few') % 2)::BIGINT ELSE 4 + (hash(i, 'messages') % 13)::BIGINT END AS messages`,
    ],
    [
      "messages // 2 AS total_turns",
      `CASE WHEN messages < 4 OR hash(i, 'tooled') % 100 < 40 THEN 0 ELSE 1 + (hash(i, 'tools') % 3)::BIGINT END AS tool_call_count`,
      `round(messages * 5.2 + 3 + 40 * ${u("talk")} * ${u("talk2")}, 1) AS seconds`,
    ],
    [
      `list_transform(range(total_turns), lambda k: greatest(120, round(exp(6.75 + 0.42 * ${normal("latency", "i, k")} + CASE provider_name WHEN 'local' THEN 0.35 ELSE 0 END)))::BIGINT) AS turn_latencies_ms`,
      `list_transform(range(tool_call_count), lambda k: ${tool}) AS tool_calls`,
      `${text ? `list_transform(range(messages), lambda k: ${message})` : "NULL"} AS conversation`,
    ],
    [`list_transform(range(total_turns), lambda k: ${turn}) AS turns`],
  ];
}

const CALLER =
  "'+' || [49, 34, 44, 86, 1][1 + caller % 5] || (1000 + (caller // 5) % 9000) || '55501' || printf('%02d', caller // 45000)";

const timesOf = (ms: string) => [
  `make_timestamptz(${ms} * 1000) AS start_time`,
  `lpad(printf('%x', ${ms}), 12, '0') AS ms`,
];

/** Each row `times` times, as MadeLake says, together `count`: what is its own in the names that the columns are made of. */
function copiesOf(source: string, first: number, count: number, callers: number, times: number): string {
  const moved = (list: string, more = "") =>
    `list_transform(${list}, lambda x: struct_update(x, "at" := x."at" + moved${more})) AS ${list}`;
  return `SELECT * REPLACE (${DIGEST} AS digest, ${callerOf(callers, "i, copy")} AS caller, ${timesOf("copy_ms").join(", ")},
      ${moved("turns")}, ${moved("tool_calls", ", tool_call_id := x.tool_call_id || '_' || copy")})
    FROM (SELECT * REPLACE (made || '-' || copy AS made), to_milliseconds(copy_ms - day_ms) AS moved
      FROM (SELECT *, day_ms - day_ms % ${HOUR_MS} + (day_ms + copy * ${Math.floor(HOUR_MS / times)}) % ${HOUR_MS} AS copy_ms
        FROM (${source}), (SELECT range AS copy FROM range(${times}))
        WHERE (i - ${first}) * ${times} + copy < ${count}) ORDER BY copy_ms)`;
}

/** What each column is, after the steps; a column that is not named is null. */
function columnsOf(text: boolean): { readonly [K in ColumnName]?: string } {
  const hex = (from: number, to: number) => `digest[${from}:${to}]`;
  return {
    id: `ms[1:8] || '-' || ms[9:12] || '-7' || ${hex(2, 4)} || '-' || ['8','9','a','b'][1 + (strpos('0123456789abcdef', ${hex(5, 5)}) - 1) % 4] || ${hex(6, 8)} || '-' || ${hex(9, 20)}`,
    rev: "1",
    record_version: String(RECORD_VERSION),
    call_id: "made",
    source: "'bench'",
    writer: quote(WRITER),
    client_id: "client_id",
    assistant_id: "client_id || '-' || (1 + hash(i, 'assistant') % 3)",
    caller_number: `CASE WHEN direction = 'web' THEN NULL ELSE ${CALLER} END`,
    caller_name: `CASE WHEN caller % 3 = 0 THEN NULL ELSE ['Ada Lovelace', 'Jürgen Groß', '李雷', 'María Núñez', 'Grace Hopper', 'Łukasz Nowak', 'Zoë Smith'][1 + caller % 7] || ' ' || caller END`,
    called_number: "'+1200555010' || hash(i, 'called') % 10",
    direction: "direction",
    start_time: "start_time",
    answer_time: "CASE WHEN outcome = 'abandoned' THEN NULL ELSE start_time + to_milliseconds(1500) END",
    end_time: "start_time + to_milliseconds((seconds * 1000)::BIGINT)",
    duration_seconds: "CASE WHEN outcome = 'lost' THEN NULL ELSE seconds END",
    time_zone: "'Europe/Berlin'",
    start_time_local: "timezone('Europe/Berlin', start_time)",
    provider_name: "provider_name",
    pipeline_name: `CASE provider_name WHEN 'local' THEN 'local_hybrid' WHEN 'deepgram' THEN ${shares(u("pipeline"), [
      ["deepgram_openai", 60],
      ["hybrid_support", 40],
    ])} WHEN 'elevenlabs' THEN 'eleven_openai' ELSE NULL END`,
    pipeline_components: `CASE provider_name WHEN 'local' THEN MAP {'stt': 'whisper', 'llm': 'llama', 'tts': 'piper'} WHEN 'deepgram' THEN MAP {'stt': 'deepgram', 'llm': 'openai', 'tts': 'deepgram'} ELSE NULL END`,
    context_name: "context_name",
    initial_agent: "CASE WHEN i % 3 = 0 THEN context_name || '_agent' ELSE 'front_desk' END",
    agents_used:
      "CASE WHEN i % 3 = 0 THEN [context_name || '_agent'] WHEN i % 7 = 0 THEN ['front_desk', 'billing_agent'] ELSE ['front_desk'] END",
    language: "CASE WHEN hash(i, 'nolang') % 20 = 0 THEN NULL ELSE spoken END",
    conversation: "conversation",
    tool_calls: "tool_calls",
    tool_call_count: "tool_call_count",
    tool_ok_count: "len(list_filter(tool_calls, lambda t: t.status = 'ok'))",
    tool_error_count: "len(list_filter(tool_calls, lambda t: t.status = 'error'))",
    turns: "turns",
    turn_latencies_ms: "turn_latencies_ms",
    avg_turn_latency_ms: "list_avg(turn_latencies_ms)",
    max_turn_latency_ms: "list_max(turn_latencies_ms)",
    total_turns: "total_turns",
    user_messages: "messages // 2",
    assistant_messages: "messages - messages // 2",
    barge_in_count: "len(list_filter(turns, lambda t: t.interrupted))",
    outcome: "outcome",
    ended_reason: "CASE outcome WHEN 'error' THEN 'pipeline_error' WHEN 'lost' THEN NULL ELSE 'hangup' END",
    ended_by: `CASE outcome WHEN 'error' THEN 'system' WHEN 'lost' THEN 'unknown' ELSE ${shares(u("ended_by"), [
      ["caller", 70],
      ["agent", 30],
    ])} END`,
    graceful: "outcome NOT IN ('error', 'lost')",
    transfer_destination:
      "CASE WHEN outcome = 'transferred' THEN '555-01' || lpad((i % 20)::VARCHAR, 2, '0') ELSE NULL END",
    error_message: "CASE WHEN outcome = 'error' THEN 'The provider closed the connection.' ELSE NULL END",
    caller_audio_format: "CASE WHEN direction = 'web' THEN 'opus' ELSE 'ulaw' END",
    codec_alignment_ok: "i % 500 > 0",
    cost_total:
      "CASE WHEN provider_name IS NULL OR provider_name = 'local' THEN NULL ELSE round(seconds * 0.0011, 6) END",
    currency:
      "CASE WHEN provider_name IS NULL OR provider_name = 'local' THEN NULL WHEN client_id = 'umbrella' THEN 'EUR' ELSE 'USD' END",
    usage:
      "CASE WHEN provider_name = 'local' THEN NULL ELSE MAP {'input_tokens': messages * 140.0, 'output_tokens': messages * 33.0} END",
    summary: text
      ? "CASE WHEN hash(i, 'summed') % 4 > 0 OR messages < 4 THEN NULL ELSE pool[1 + words[1] + (hash(i, 'sum1') % words[2])::BIGINT] || ' ' || pool[1 + words[1] + (hash(i, 'sum2') % words[2])::BIGINT] || '.' END"
      : "NULL",
    sentiment: shares(u("sentiment"), [
      ["neutral", 40],
      ["positive", 25],
      ["negative", 10],
      [null, 25],
    ]),
    labels: "CASE WHEN i % 40 = 0 THEN ['vip'] WHEN i % 90 = 0 THEN ['follow_up', 'vip'] ELSE NULL END",
    created_at: "start_time + to_milliseconds((seconds * 1000)::BIGINT + 300)",
  };
}

function selectOf({ day, first, count }: MadeDay, callers: number, text: boolean, times: number): string {
  let upTo = 0;
  const total = HOURS.reduce((sum, weight) => sum + weight, 0);
  const hour = `CASE ${HOURS.slice(0, -1)
    .map((weight, index) => {
      upTo += weight / total;
      return `WHEN ${u("hour")} < ${upTo.toFixed(6)} THEN ${index}`;
    })
    .join(" ")} ELSE ${HOURS.length - 1} END`;
  const numbers = `range(${first}, ${first + Math.ceil(count / times)})`;
  const start = `SELECT *, 'made-' || i AS made, ${timesOf("day_ms").join(", ")} FROM
    (SELECT range AS i, ${day} + (${hour}) * ${HOUR_MS} + floor(${u("within")} * ${HOUR_MS})::BIGINT AS day_ms FROM ${numbers} ORDER BY day_ms)`;
  const once = stepsOf(callers, text).reduce(
    (from, step) => `SELECT *, ${step.join(",\n")} FROM (${from})`,
    text ? `SELECT * FROM (${start}), pools` : start,
  );
  const source = times === 1 ? once : copiesOf(once, first, count, callers, times);
  const columns = columnsOf(text);
  const named = COLUMN_NAMES.map(
    (name) => `CAST(${columns[name] ?? "NULL"} AS ${duckdbType(COLUMNS[name].shape)}) AS "${name}"`,
  );
  // Sorted above, where a row is a few numbers: with all its columns that took three quarters of the time.
  return `SELECT ${named.join(",\n")} FROM (${source})`;
}

interface MadeDay {
  readonly day: number;
  /** The number of its first call. */
  readonly first: number;
  readonly count: number;
}

/** Calls of each day, so that together they are exactly `calls`. */
function perDay(calls: number, days: number): MadeDay[] {
  const weights = Array.from({ length: days }, (_, index) => {
    const day = MADE_UNTIL - (days - index) * DAY_MS;
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    return { day, weight: (WEEKDAYS[weekday] ?? 1) * (1 + (0.3 * index) / days) };
  });
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  let first = 0;
  return weights.map(({ day, weight }) => {
    sum += weight;
    const upTo = Math.round((calls * sum) / total);
    const made = { day, first, count: upTo - first };
    first = upTo;
    return made;
  });
}

/** Makes the lake, two days at a time, newest first; days that are there are left as they are. Returns the seconds it took. */
export async function makeCalls(lake: MadeLake): Promise<number> {
  const started = performance.now();
  const dir = resolve(lake.dir);
  const text = lake.no_text !== true;
  const times = lake.times ?? 1;
  if (times > 1 && text) throw new Error("--times goes with --no-text: copies would all say the same.");
  await ensureDataFolder(dir);
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "3GB",
    temp_directory: join(tmpdir(), `call-lake-make-${process.pid}`),
  });
  const days = perDay(lake.calls, lake.days ?? 365);
  const worker = async (writer: number) => {
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    if (text && writer === 0) {
      await connection.run("CREATE TABLE pools AS SELECT CAST($1::JSON AS VARCHAR[]) AS pool", [
        JSON.stringify(fragments()),
      ]);
    }
    return async () => {
      for (let next = days.pop(); next !== undefined; next = days.pop()) {
        const date = new Date(next.day).toISOString().slice(0, 10);
        const segment = days.length + 1;
        const file = lakeFile(dir, { day: date, writer: WRITER, first: segment, last: segment, generation: 0 });
        if (existsSync(file.path)) continue;
        await addFile(dir, file, async (tmp) => {
          const select = selectOf(next, Math.max(100, Math.floor(lake.calls / 4)), text, times);
          await connection.run(`COPY (${select}) TO ${quote(tmp)} (${PARQUET_OPTIONS})`);
        });
      }
      connection.closeSync();
    };
  };
  const workers = [await worker(0), await worker(1)];
  await Promise.all(workers.map((work) => work()));
  instance.closeSync();
  return (performance.now() - started) / 1000;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "1000000" },
      dir: { type: "string" },
      days: { type: "string", default: "365" },
      "no-text": { type: "boolean", default: false },
      times: { type: "string", default: "1" },
    },
  });
  if (values.dir === undefined) throw new Error("--dir DIR says where the calls go.");
  const [calls, days, times] = [Number(values.calls), Number(values.days), Number(values.times)];
  const asked = { calls, dir: values.dir, no_text: values["no-text"], days, times };
  const seconds = await makeCalls(asked);
  console.log(`${calls} calls in ${seconds.toFixed(1)} s: ${Math.round(calls / seconds)} calls/s.`);
}
