/** One made-up call: what is known at its start, what happens in it and when, and how it ends. */
import type { CallRecord, Outcome } from "../../record/index.ts";
import { callerFor, PROVIDERS, type Provider, TENANTS } from "./cast.ts";
import type { Chance } from "./random.ts";
import { SCRIPTS, type Script } from "./scripts.ts";

/** What happens in a call, in order; `offset_ms` counts from its start. */
export type DemoEvent = { readonly offset_ms: number } & (
  | {
      readonly kind: "message";
      readonly role: "user" | "assistant";
      readonly content: string;
      readonly interrupted: boolean;
    }
  | { readonly kind: "turn"; readonly latency: Latency; readonly interrupted: boolean }
  | {
      readonly kind: "tool";
      readonly name: string;
      readonly params: Record<string, string | number | boolean>;
      readonly result: Record<string, string | number | boolean> | null;
      readonly error: string | null;
      readonly duration_ms: number;
    }
  | { readonly kind: "barge_in" }
);

export interface Latency {
  readonly e2e_ms: number;
  readonly endpointing_ms: number | null;
  readonly stt_ms: number | null;
  readonly llm_ms: number | null;
  readonly tts_ms: number | null;
  readonly tool_ms: number | null;
}

export interface DemoCall {
  /** Columns the engine knows when the call begins. */
  readonly started: Partial<CallRecord> & { call_id: string; source: string };
  readonly events: readonly DemoEvent[];
  /** Columns that are known when it ends. */
  readonly ended: Partial<CallRecord>;
  readonly duration_ms: number;
}

const WEEKDAYS: Record<string, readonly string[]> = {
  en: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  de: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"],
  es: ["lunes", "martes", "miércoles", "jueves", "viernes"],
  fr: ["lundi", "mardi", "mercredi", "jeudi", "vendredi"],
  ja: ["月曜日", "火曜日", "水曜日", "木曜日", "金曜日"],
  ar: ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس"],
};
const ERRORS = [
  "provider websocket closed: 1011 internal error",
  "speech recognition timed out after 10000 ms",
  "no audio from the caller's leg for 30 s",
];
const TOOL_ERRORS = ["upstream answered 503", "timed out after 5000 ms", "customer not found"];

/** Makes the call number `serial`, which begins at `start` (ms since 1970), out of chance alone. */
export function makeDemoCall(chance: Chance, start: number, serial: string): DemoCall {
  const tenant = chance.weighted(TENANTS.map((one) => [one, one.share] as const));
  const wanted = chance.weighted(tenant.languages);
  const context = chance.weighted(tenant.contexts);
  const script = chooseScript(chance, context, wanted);
  const provider = chance.weighted(PROVIDERS.map((one) => [one, one.share] as const));
  const caller = callerFor(script.language, chance);
  const outcome = chooseOutcome(chance);
  const fill = slots(chance, script.language, caller.name);
  const course = play(chance, script, provider, outcome, fill, loadAt(start));
  const minutes = course.duration_ms / 60_000;
  const anonymous = chance.is(0.06);
  return {
    started: {
      call_id: `${Math.floor(start / 1000)}.${serial}`,
      source: "demo",
      client_id: tenant.client_id,
      assistant_id: tenant.assistant_id,
      caller_number: anonymous ? null : caller.number,
      caller_name: anonymous ? null : caller.name,
      called_number: tenant.called_number,
      direction: chance.weighted([
        ["inbound", 88],
        ["outbound", 8],
        ["web", 4],
      ] as const),
      time_zone: tenant.time_zone,
      provider_name: provider.name,
      pipeline_name: provider.pipeline,
      pipeline_components: provider.components ? { ...provider.components } : null,
      context_name: context,
      initial_agent: tenant.assistant_id,
      language: script.language,
      caller_audio_format: provider.audio,
      codec_alignment_ok: chance.is(0.995),
    },
    events: course.events,
    duration_ms: course.duration_ms,
    ended: {
      ...course.ended,
      agents_used: [tenant.assistant_id],
      cost_total: Number((minutes * provider.cost_per_minute + 0.002).toFixed(6)),
      currency: "USD",
      usage: {
        audio_seconds: Math.round(course.duration_ms / 1000),
        input_tokens: chance.whole(300, 900) * course.turns,
        output_tokens: chance.whole(25, 70) * course.turns,
      },
      summary: course.told ? script.summary : null,
      topics: course.turns > 0 ? [script.topic] : null,
      call_outcome: course.told ? script.topic : null,
    },
  };
}

/** A script of that context in that language, or in another language if the context has none in it. */
function chooseScript(chance: Chance, context: string, language: string): Script {
  const here = SCRIPTS.filter((script) => script.context === context);
  const spoken = here.filter((script) => script.language === language);
  return chance.pick(spoken.length > 0 ? spoken : here.length > 0 ? here : SCRIPTS);
}

function chooseOutcome(chance: Chance): Outcome {
  return chance.weighted([
    ["completed", 79],
    ["transferred", 9],
    ["abandoned", 6],
    ["error", 3],
    ["no_input", 3],
  ] as const);
}

/** How much slower the machines answer at that time: busy at noon, and a bad afternoon every 31 days. */
function loadAt(start: number): { all: number; local: number; tools_fail: number } {
  const hour = new Date(start).getUTCHours();
  const day = Math.floor(start / 86_400_000);
  const noon = 1 + 0.18 * Math.exp(-(((hour - 15) / 4) ** 2));
  const bad = day % 31 === 9 && hour >= 12 && hour < 19;
  return { all: bad ? noon * 1.5 : noon, local: noon, tools_fail: bad ? 0.22 : 0.035 };
}

function slots(chance: Chance, language: string, name: string | null): (text: string) => string {
  const values: Record<string, string> = {
    customer: String(chance.whole(100_000, 999_999)),
    invoice: `R-${chance.whole(10_000, 99_999)}`,
    ticket: `T${chance.whole(1_000, 9_999)}`,
    meter: String(chance.whole(8_000, 64_000)),
    price: String(chance.whole(9, 140)),
    n: String(chance.whole(2, 45)),
    hour: `${chance.whole(8, 19)}:${chance.pick(["00", "15", "30", "45"])}`,
    weekday: chance.pick(WEEKDAYS[language] ?? WEEKDAYS["en"] ?? []),
    name: name ?? "Alex Doe",
  };
  return (text) => text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

interface Course {
  events: DemoEvent[];
  ended: Partial<CallRecord>;
  duration_ms: number;
  turns: number;
  /** Whether the script was told to its end. */
  told: boolean;
}

/** Plays the script on a clock: people speak 14 characters a second, the provider answers in its own time. */
function play(
  chance: Chance,
  script: Script,
  provider: Provider,
  outcome: Outcome,
  fill: (text: string) => string,
  load: ReturnType<typeof loadAt>,
): Course {
  const events: DemoEvent[] = [];
  let clock = chance.whole(400, 6_000); // ringing
  if (outcome === "abandoned" && chance.is(0.6)) {
    clock += chance.whole(1_000, 9_000);
    return {
      events,
      duration_ms: clock,
      turns: 0,
      told: false,
      ended: { outcome, ended_reason: "caller hung up while ringing", ended_by: "caller" },
    };
  }
  const speak = (role: "user" | "assistant", text: string) => {
    const interrupted = role === "assistant" && chance.is(0.07);
    events.push({ kind: "message", role, content: text, interrupted, offset_ms: clock });
    const spoken = Math.max(700, (text.length / 14) * 1000 * (script.language === "ja" ? 1.9 : 1));
    clock += Math.round(interrupted ? spoken * 0.5 : spoken);
    if (interrupted) events.push({ kind: "barge_in", offset_ms: clock });
    return interrupted;
  };
  speak("assistant", script.greeting);
  const cut =
    outcome === "completed" || outcome === "transferred"
      ? script.steps.length
      : chance.whole(0, Math.max(1, script.steps.length - 3));
  const told = cut === script.steps.length && outcome === "completed";
  let turns = 0;
  let toolMs = 0;
  for (const step of script.steps.slice(0, outcome === "no_input" || outcome === "abandoned" ? 0 : cut)) {
    if (step.kind === "tool") {
      const failed = chance.is(load.tools_fail);
      const duration_ms = chance.latency(failed ? 1_900 : 240, 0.6);
      const params = JSON.parse(fill(step.params)) as Record<string, string>;
      const result = JSON.parse(fill(step.result)) as Record<string, string>;
      events.push({
        kind: "tool",
        name: step.name,
        params,
        result: failed ? null : result,
        error: failed ? chance.pick(TOOL_ERRORS) : null,
        duration_ms,
        offset_ms: clock,
      });
      clock += duration_ms;
      toolMs += duration_ms;
    } else if (step.kind === "user") {
      clock += chance.whole(300, 1_800);
      speak("user", fill(step.text));
    } else {
      const latency = latencyOf(chance, provider, load, toolMs);
      clock += Math.max(0, latency.e2e_ms - toolMs);
      toolMs = 0;
      turns += 1;
      const at = clock;
      const interrupted = speak("assistant", fill(step.text));
      events.push({ kind: "turn", latency, interrupted, offset_ms: at });
    }
  }
  clock += chance.whole(300, 2_500);
  events.sort((a, b) => a.offset_ms - b.offset_ms);
  if (outcome === "no_input") clock += 20_000;
  return { events, duration_ms: clock, turns, told, ended: endingOf(chance, outcome) };
}

function latencyOf(chance: Chance, provider: Provider, load: ReturnType<typeof loadAt>, toolMs: number): Latency {
  const { stages, spread } = provider;
  const endpointing_ms = chance.latency(260, 0.2);
  const factor = provider.name === "local" ? load.local : load.all;
  const tool_ms = toolMs > 0 ? toolMs : null;
  if ("e2e" in stages) {
    const e2e_ms = Math.round(chance.latency(stages.e2e, spread) * factor) + toolMs;
    return { e2e_ms, endpointing_ms: null, stt_ms: null, llm_ms: null, tts_ms: null, tool_ms };
  }
  const stt_ms = chance.latency(stages.stt, spread);
  const llm_ms = Math.round(chance.latency(stages.llm, spread) * factor);
  const tts_ms = chance.latency(stages.tts, spread);
  return {
    e2e_ms: endpointing_ms + stt_ms + llm_ms + tts_ms + toolMs,
    endpointing_ms,
    stt_ms,
    llm_ms,
    tts_ms,
    tool_ms,
  };
}

function endingOf(chance: Chance, outcome: Outcome): Partial<CallRecord> {
  switch (outcome) {
    case "transferred":
      return {
        outcome,
        ended_reason: "transferred to a person",
        ended_by: "agent",
        transfer_destination: chance.pick(["queue-1", "+12025550199", "second level"]),
        graceful: true,
      };
    case "error":
      return {
        outcome,
        ended_reason: "error",
        ended_by: "system",
        error_message: chance.pick(ERRORS),
        graceful: false,
      };
    case "abandoned":
      return { outcome, ended_reason: "caller hung up", ended_by: "caller", graceful: true };
    case "no_input":
      return { outcome, ended_reason: "no input", ended_by: "system", graceful: true };
    default: {
      const byCaller = chance.is(0.7);
      return {
        outcome,
        ended_reason: byCaller ? "caller hung up" : "goodbye",
        ended_by: byCaller ? "caller" : "agent",
        graceful: true,
      };
    }
  }
}
