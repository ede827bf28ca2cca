/** Deterministic calls for the browser tests. */
import type { CallDetail, CallStats, Totals, ValueCount } from "../../../src/api/contract.ts";
import {
  callIdentity,
  emptyRecord,
  type Message,
  OUTCOMES,
  type ToolCall,
  type Turn,
} from "../../../src/record/index.ts";

/** A small generator with a seed (mulberry32), so that each run shows the same calls. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = ["Ada Example", "محمد مثال", "Zoë Beispiel", "李雷", null, null];
const PROVIDERS = ["openai_realtime", "deepgram", "local"];
const PIPELINES = ["default", "local_hybrid", "cloud_low_latency"];
const CONTEXTS = ["support", "sales", "reception", "billing", null];
const SAID = [
  "Hello, this is the reception of Example Dental. How may I help you?",
  "I would like to move my appointment to next Tuesday, if that is possible.",
  "Certainly. I have ten o'clock or half past two. Which one suits you better?",
  "Half past two, please.",
  "Done. You are booked for Tuesday at half past two. Is there anything else?",
  "No, thank you. Good bye!",
];

const DAY_MS = 86_400_000;
/** The newest call is a minute old, and shall be of today. */
const FIRST_OF_DAY_MS = 75_000;
/** A file that asks by days is through in less. */
const LAST_OF_DAY_MS = 120_000;

// What a test calls today would be another day for a page that it opens after midnight: the next day is waited for.
const today = Date.now() % DAY_MS;
const begins = today < DAY_MS - LAST_OF_DAY_MS ? FIRST_OF_DAY_MS : DAY_MS + FIRST_OF_DAY_MS;
if (today < begins) await new Promise((resolve) => setTimeout(resolve, begins - today));

export const NOW = Date.now();

/** The i-th call, newest first. */
export function record(i: number): CallDetail {
  const random = randomOf(i + 1);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const startMs = NOW - 60_000 - i * 37 * 60_000;
  const at = (ms: number) => new Date(startMs + ms).toISOString();
  const outcome = random() < 0.6 ? "completed" : pick(OUTCOMES);
  const messages = outcome === "abandoned" ? 0 : 2 + Math.floor(random() * 12);
  const conversation: Message[] = Array.from({ length: messages }, (_, n) => ({
    role: n % 2 ? "user" : "assistant",
    content: SAID[n % SAID.length] ?? "",
    at: at(n * 6500),
    offset_ms: n * 6500,
    interrupted: n % 2 === 0 && random() < 0.15,
    agent: null,
  }));
  const turns: Turn[] = Array.from({ length: Math.floor(messages / 2) }, (_, n) => {
    const known = random() > 0.12;
    const stage = (low: number, high: number) => (known ? Math.round(low + random() * (high - low)) : null);
    const [endpointing_ms, stt_ms, llm_ms, tts_ms] = [stage(150, 300), stage(80, 220), stage(250, 900), stage(90, 260)];
    const e2e = known ? (endpointing_ms ?? 0) + (stt_ms ?? 0) + (llm_ms ?? 0) + (tts_ms ?? 0) - 60 : null;
    return {
      index: n,
      at: at(n * 13000),
      e2e_ms: e2e,
      endpointing_ms,
      stt_ms,
      llm_ms,
      tts_ms,
      tool_ms: null,
      interrupted: random() < 0.1,
    };
  });
  const latencies = turns.map((turn) => turn.e2e_ms).filter((ms) => ms !== null);
  const tool_calls: ToolCall[] = Array.from({ length: messages > 4 ? Math.floor(random() * 3) : 0 }, (_, n) => {
    const failed = random() < 0.2;
    return {
      tool_call_id: `t${n}`,
      name: pick(["find_slot", "book_appointment", "lookup_customer"]),
      phase: "in_call",
      params: { date: "2026-11-24", practice: { id: 7, name: "Example Dental" }, wants: ["morning", "afternoon"] },
      result: failed ? null : { ok: true, slots: [{ time: "10:00" }, { time: "14:30" }] },
      status: failed ? "error" : "ok",
      error: failed ? "The calendar did not answer within 5 s." : null,
      at: at(14_000 + n * 15_000),
      duration_ms: Math.round(80 + random() * 1500),
    };
  });
  const errors = tool_calls.filter((tool) => tool.status === "error").length;
  const call_id = `call-${i}`;
  return {
    ...emptyRecord(),
    id: callIdentity("engine", call_id, startMs),
    rev: 1,
    record_version: 1,
    call_id,
    source: "engine",
    writer: "example-1",
    caller_number: random() < 0.93 ? `+1555555${String(100 + Math.floor(random() * 99)).padStart(4, "0")}` : null,
    caller_name: pick(NAMES),
    called_number: "+15555550100",
    direction: pick(["inbound", "inbound", "inbound", "outbound", "web", "internal", null]),
    start_time: new Date(startMs).toISOString(),
    answer_time: at(1800),
    end_time: at(messages * 6500 + 4000),
    duration_seconds: messages * 6.5 + 4,
    provider_name: pick(PROVIDERS),
    pipeline_name: pick(PIPELINES),
    pipeline_components: { stt: "whisper", llm: "gpt-4o-mini", tts: "piper" },
    context_name: pick(CONTEXTS),
    language: "en",
    conversation,
    tool_calls,
    tool_call_count: tool_calls.length,
    tool_ok_count: tool_calls.length - errors,
    tool_error_count: errors,
    turns,
    turn_latencies_ms: latencies,
    avg_turn_latency_ms: latencies.length ? latencies.reduce((a, b) => a + b, 0) / latencies.length : null,
    max_turn_latency_ms: latencies.length ? Math.max(...latencies) : null,
    total_turns: turns.length,
    user_messages: Math.floor(messages / 2),
    assistant_messages: Math.ceil(messages / 2),
    barge_in_count: turns.filter((turn) => turn.interrupted).length,
    outcome,
    ended_reason: outcome === "error" ? "provider disconnected" : "caller hung up",
    ended_by: outcome === "lost" ? "system" : "caller",
    graceful: outcome === "completed",
    error_message: outcome === "error" ? "The provider closed the connection (1011)." : null,
    caller_audio_format: "ulaw",
    codec_alignment_ok: true,
    cost_total: 0.0421,
    currency: "USD",
    usage: { input_tokens: 1204, output_tokens: 388 },
    summary: outcome === "completed" ? "The caller moved an appointment to Tuesday at half past two." : null,
    metadata: { trunk: "pstn-2", campaign: null },
  };
}

/** A call whose texts try everything: markup, RTL, emoji, a lone surrogate; `messages` of them. */
export function hostileRecord(messages: number): CallDetail {
  const base = record(3);
  const texts = [
    "<script>window.hacked = true; document.title = 'hacked'</script><img src=x onerror=\"window.hacked = true\">",
    "مرحبا، أريد تغيير الموعد إلى يوم الثلاثاء 14:30 من فضلك.",
    "Thank you 👩‍👩‍👧‍👦🏳️‍🌈 see you 👋🏽",
    "before \ud83d after",
    "{{constructor.constructor('window.hacked = true')()}} #{window.hacked = true}",
    "\u202Eright-to-left override\u202C and back",
  ];
  const conversation = Array.from({ length: messages }, (_, n) => ({
    role: n % 2 ? "user" : "assistant",
    content: `${texts[n % texts.length]} #${n + 1}`,
    at: null,
    offset_ms: n * 3000,
    interrupted: n === 2,
    agent: null,
  }));
  return {
    ...base,
    id: callIdentity("engine", "hostile", Date.parse(base.start_time)),
    caller_name: texts[0] ?? null,
    conversation,
    tool_calls: [
      {
        tool_call_id: "t1",
        name: "<b>bold</b>",
        phase: null,
        params: { "<i>key</i>": texts[0] ?? "", list: Array.from({ length: 300 }, (_, n) => n) },
        result: texts,
        status: "error",
        error: texts[0] ?? null,
        at: base.start_time,
        duration_ms: null,
      },
    ],
    tool_call_count: 1,
    quality_flags: ["truncated_text"],
  };
}

function count(values: readonly (string | null)[]): ValueCount[] {
  const counts = new Map<string | null, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, calls]) => ({ value, calls })).sort((a, b) => b.calls - a.calls);
}

export function facetsOf(calls: readonly CallDetail[]) {
  const by = (name: keyof CallDetail) => count(calls.map((call) => call[name] as string | null));
  return {
    provider_name: by("provider_name"),
    pipeline_name: by("pipeline_name"),
    context_name: by("context_name"),
    outcome: by("outcome"),
    direction: by("direction"),
    language: by("language"),
    client_id: by("client_id"),
  };
}

export function statsOf(calls: readonly CallDetail[], tz: string): CallStats {
  const values = (name: keyof CallDetail) => count(calls.map((call) => call[name] as string | null));
  const mean = (numbers: readonly number[]) =>
    numbers.length ? numbers.reduce((a, b) => a + b, 0) / numbers.length : null;
  const latencies = calls.flatMap((call) => call.turn_latencies_ms ?? []).sort((a, b) => a - b);
  const tools = calls.flatMap((call) => call.tool_calls ?? []);
  const errors = tools.filter((tool) => tool.status === "error").length;
  const seconds = calls.map((call) => call.duration_seconds ?? 0);
  const totals: Totals = {
    calls: calls.length,
    duration_seconds_total: seconds.reduce((a, b) => a + b, 0),
    avg_duration_seconds: mean(seconds),
    tool_calls: tools.length,
    tool_ok: tools.length - errors,
    tool_errors: errors,
    tool_success_rate: tools.length ? 1 - errors / tools.length : null,
    avg_turn_latency_ms: mean(latencies),
    p50_turn_latency_ms: latencies[Math.floor(latencies.length / 2)] ?? null,
    p95_turn_latency_ms: latencies[Math.floor(latencies.length * 0.95)] ?? null,
    p99_turn_latency_ms: latencies[Math.floor(latencies.length * 0.99)] ?? null,
    turns: latencies.length,
    barge_in_rate: calls.length ? calls.filter((call) => (call.barge_in_count ?? 0) > 0).length / calls.length : null,
    barge_ins: calls.reduce((sum, call) => sum + (call.barge_in_count ?? 0), 0),
    completed: calls.filter((call) => call.outcome === "completed").length,
  };
  const first = Math.floor((NOW - 29 * DAY_MS) / DAY_MS) * DAY_MS;
  const points = Array.from({ length: 30 }, (_, i) => {
    const from = first + i * DAY_MS;
    const inside = calls.filter((call) => Math.floor((Date.parse(call.start_time) - from) / DAY_MS) === 0);
    const known = i === 12 || i === 13 ? [] : inside.flatMap((call) => call.turn_latencies_ms ?? []);
    return { t: new Date(from).toISOString(), calls: inside.length, avg_turn_latency_ms: mean(known) };
  });
  return {
    range: { start: new Date(first).toISOString(), end: null, tz },
    totals,
    previous: {
      ...totals,
      calls: Math.round(totals.calls * 0.9),
      completed: Math.round(totals.completed * 0.93),
      p95_turn_latency_ms: (totals.p95_turn_latency_ms ?? 0) * 0.88,
    },
    timeline: { bucket: "day", points },
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      calls: calls.filter((call) => new Date(call.start_time).getUTCHours() === hour).length,
    })),
    outcomes: values("outcome"),
    providers: values("provider_name"),
    pipelines: values("pipeline_name"),
    contexts: values("context_name"),
    heat_map: Array.from({ length: 168 }, (_, at) => ({ weekday: Math.floor(at / 24) + 1, hour: at % 24, calls: 0 })),
    agents: values("initial_agent"),
    languages: values("language"),
    directions: values("direction"),
    latency: {
      avg_ms: totals.avg_turn_latency_ms,
      p50_ms: totals.p50_turn_latency_ms,
      p95_ms: totals.p95_turn_latency_ms,
      p99_ms: totals.p99_turn_latency_ms,
      histogram: latencies.length ? [{ from_ms: 500, to_ms: 525, turns: latencies.length }] : [],
      trend: [],
    },
    cost: [],
    tools: count(tools.map((tool) => tool.name)).map(({ value, calls: n }) => {
      const failed = tools.filter((tool) => tool.name === value && tool.status === "error").length;
      return {
        name: value,
        calls: n,
        ok: n - failed,
        errors: failed,
        success_rate: 1 - failed / n,
        avg_duration_ms: 640,
        p50_duration_ms: 600,
        p95_duration_ms: 900,
      };
    }),
    top_callers: values("caller_number")
      .slice(0, 8)
      .map(({ value, calls: n }) => ({ caller_number: value, calls: n, duration_seconds: n * 52 })),
  };
}
