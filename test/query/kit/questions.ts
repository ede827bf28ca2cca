/** Random questions and random calls that have to do with each other: hostile texts, holes, odd numbers. */
import fc from "fast-check";
import type { CallRecord, ColumnName } from "../../../src/record/index.ts";
import { madeCall, type Random } from "../made-calls.ts";
import type { Asked, Condition } from "./evaluate.ts";

/** Texts that have broken a filter before, or could. */
const TEXTS = [
  "%",
  "_",
  "100%",
  "a_b",
  "back\\slash",
  "O'Brien",
  "''; DROP TABLE tail; --",
  '"quoted"',
  "a,b",
  "x:eq:y",
  "München",
  "mu\u0308nchen",
  "İstanbul",
  "ΑΣ",
  "李雷",
  "👋🏽",
  "مرحبا",
  "line\nbreak",
  "tab\tand \\n",
  "  ",
  "",
  "null",
  "NULL",
  "true",
  "0",
  "-0",
  "1e5",
  "$1",
  "$(x)",
  "{",
  "[1]",
  "\u{10FFFF}",
  "\uFFFD",
  "\uE000",
  "day",
  "z".repeat(130),
] as const;

const text = fc.constantFrom(...TEXTS);
const whole = fc.constantFrom(-3, 0, 1, 2, 7, 250, 999_999_999_999);
const decimal = fc.constantFrom(-1.5, 0, 0.1, 0.30000000000000004, 1.5, 2, 123456.789);
const amount = fc.constantFrom(0, 0.000001, 0.1, 0.3, 1.25, 999999.999999);
const hole = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null, freq: 3 });
const texts = hole(fc.array(text, { maxLength: 3 }));
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 2 }, text, whole, decimal, fc.boolean(), fc.constant(null), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.constantFrom("a", "b", "a b", "a.b", "x/y", "~", "ü", '"', "0"), tie("value"), {
    maxKeys: 4,
  }),
})).value as fc.Arbitrary<CallRecord["metadata"]>;
const moment = (fromMs: number, spanMs: number) =>
  fc.integer({ min: 0, max: spanMs }).map((ms) => new Date(fromMs + ms).toISOString());

/** What of a call is made up here; the rest is madeCall's. */
function fieldsOf(fromMs: number, spanMs: number): fc.Arbitrary<Partial<CallRecord>> {
  return fc.record({
    caller_name: hole(text),
    user_id: hole(text),
    sentiment: hole(fc.constantFrom("positive", "negative", "neutral", "O'K")),
    sentiment_score: hole(decimal),
    labels: texts,
    keywords: texts,
    topics: hole(fc.constantFrom<string[]>([], ["a"], ["a", "b"])),
    agents_used: texts,
    quality_flags: fc.constantFrom<string[] | null>(null, [], ["clock_step"]),
    error_message: hole(text),
    ended_reason: hole(text),
    graceful: hole(fc.boolean()),
    codec_alignment_ok: hole(fc.boolean()),
    total_turns: hole(whole),
    cost_total: hole(amount),
    cost_breakdown: hole(fc.dictionary(fc.constantFrom("llm", "t.ts", "a:b"), amount)),
    usage: hole(fc.dictionary(fc.constantFrom("input_tokens", "x"), decimal)),
    pipeline_components: hole(fc.dictionary(fc.constantFrom("stt", "llm", "O'K"), text)),
    answer_time: hole(moment(fromMs, spanMs)),
    start_time_local: hole(moment(fromMs, spanMs).map((at) => at.slice(0, -1))),
    summary: hole(text),
    metadata: json,
    evaluations: json,
    conversation: hole(
      fc.array(
        fc.record({
          role: hole(fc.constantFrom("user", "assistant")),
          content: hole(text),
          at: hole(moment(fromMs, spanMs)),
          offset_ms: hole(whole),
          interrupted: hole(fc.boolean()),
          agent: hole(text),
        }),
        { maxLength: 3 },
      ),
    ),
    turns: hole(
      fc.array(
        fc.record({
          index: whole,
          at: fc.constant(null),
          e2e_ms: hole(fc.constantFrom(0, 250, 7)),
          endpointing_ms: fc.constant(null),
          stt_ms: fc.constant(null),
          llm_ms: fc.constant(null),
          tts_ms: fc.constant(null),
          tool_ms: fc.constant(null),
          interrupted: hole(fc.boolean()),
        }),
        { maxLength: 3 },
      ),
    ),
  });
}

export function hostileCalls(random: Random, seed: number, count: number, fromMs: number, spanMs: number, first = 0) {
  const fields = fc.sample(fieldsOf(fromMs, spanMs), { numRuns: count, seed });
  return fields.map((some, index) => madeCall(random, first + index, Math.floor(fromMs + random() * spanMs), some));
}

type Kind = "text" | "whole" | "decimal" | "amount" | "boolean" | "instant" | "local" | "json";

const EQUALITY = ["eq", "ne", "in"];
const ORDER = ["lt", "le", "gt", "ge"];
const OPERATORS: { readonly [kind in Kind]: readonly string[] } = {
  text: [...EQUALITY, ...ORDER, "contains", "starts"],
  json: [...EQUALITY, "contains", "starts"],
  whole: [...EQUALITY, ...ORDER],
  decimal: [...EQUALITY, ...ORDER],
  amount: [...EQUALITY, ...ORDER],
  instant: [...EQUALITY, ...ORDER],
  local: [...EQUALITY, ...ORDER],
  boolean: ["eq", "ne"],
};

type Path = readonly [ColumnName, ...string[]];
const PATHS: readonly (readonly [Kind, Path])[] = [
  ...(["caller_name", "user_id", "error_message", "ended_reason", "summary", "id", "call_id"] as const).map(
    (column) => ["text", [column]] as const,
  ),
  ...(["labels", "keywords", "agents_used", "quality_flags"] as const).map((column) => ["text", [column]] as const),
  ["text", ["pipeline_components", "stt"]],
  ["text", ["pipeline_components", "O'K"]],
  ["text", ["conversation", "content"]],
  ["text", ["conversation", "agent"]],
  ["text", ["tool_calls", "name"]],
  ["whole", ["rev"]],
  ["whole", ["total_turns"]],
  ["whole", ["conversation", "offset_ms"]],
  ["whole", ["turns", "e2e_ms"]],
  ["whole", ["turn_latencies_ms"]],
  ["decimal", ["duration_seconds"]],
  ["decimal", ["sentiment_score"]],
  ["decimal", ["usage", "x"]],
  ["amount", ["cost_total"]],
  ["amount", ["cost_breakdown", "t", "ts"]],
  ["amount", ["cost_breakdown", "a:b"]],
  ["boolean", ["graceful"]],
  ["boolean", ["conversation", "interrupted"]],
  ["instant", ["start_time"]],
  ["instant", ["answer_time"]],
  ["instant", ["conversation", "at"]],
  ["local", ["start_time_local"]],
  ["json", ["metadata"]],
  ["json", ["metadata", "a"]],
  ["json", ["metadata", "a.b"]],
  ["json", ["metadata", "x/y"]],
  ["json", ["metadata", "~"]],
  ["json", ["metadata", '"']],
  ["json", ["evaluations", "0"]],
  ["json", ["tool_calls", "params", "nested", "list", "2"]],
  ["json", ["tool_calls", "result"]],
];

function written(kind: Kind, fromMs: number, spanMs: number): fc.Arbitrary<string> {
  switch (kind) {
    case "text":
      return fc.oneof(text, fc.constantFrom("lookup", "clock_step", "call-7", "a", "z"));
    case "json":
      return fc.oneof(text, whole.map(String), fc.constantFrom("ü", "{", '{"a":', "[]", '"'));
    case "whole":
      return whole.map(String);
    case "decimal":
      return decimal.map((number) => (number === 0.30000000000000004 ? "0.3" : String(number)));
    case "amount":
      return amount.map((number) => number.toFixed(6));
    case "boolean":
      return fc.constantFrom("true", "false");
    case "instant":
      return moment(fromMs, spanMs);
    case "local":
      return moment(fromMs, spanMs).map((at) => at.slice(0, -1));
  }
}

/** A condition; some ask for a value that one of the calls has. */
function conditionOf(calls: readonly CallRecord[], fromMs: number, spanMs: number): fc.Arbitrary<Condition> {
  const nullness = fc
    .tuple(fc.constantFrom(...PATHS), fc.constantFrom("true", "false"))
    .map(([[, path], value]) => ({ path, op: "is_null", values: [value] }));
  const valued = fc.constantFrom(...PATHS).chain(([kind, path]) =>
    fc.constantFrom(...OPERATORS[kind]).chain((op) => {
      const [column] = path;
      const theirs = fc.constantFrom(...calls).map((call) => call[column]);
      const own = path.length === 1 && ["text", "instant"].includes(kind);
      const value = fc
        .tuple(written(kind, fromMs, spanMs), theirs, fc.integer({ min: 0, max: 3 }))
        .map(([made, of, coin]) => (own && coin === 0 && typeof of === "string" ? of : made))
        .filter((one) => one !== "" || !["contains", "starts"].includes(op));
      return fc.array(value, { minLength: 1, maxLength: op === "in" ? 4 : 1 }).map((values) => ({ path, op, values }));
    }),
  );
  const keys = fc
    .constantFrom("stt", "llm", "O'K", "nothing")
    .map((key) => ({ path: ["pipeline_components"] as Path, op: "contains", values: [key] }));
  return fc.oneof({ weight: 1, arbitrary: nullness }, { weight: 8, arbitrary: valued }, { weight: 1, arbitrary: keys });
}

/** Values of a parameter, which may be absent. */
const some = (values: readonly string[]) => fc.array(fc.constantFrom(...values), { maxLength: 2 });
const rarely = (values: readonly string[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: some(values) });

export function questions(calls: readonly CallRecord[], fromMs: number, spanMs: number): fc.Arbitrary<Asked> {
  const filled = TEXTS.filter((one) => one !== "");
  const dates = [0, 1, 2, 3].map((day) => new Date(fromMs + day * 86_400_000).toISOString().slice(0, 10));
  const [first = "", second = "", third = "", last = ""] = dates;
  return fc.record({
    tz: fc.constantFrom(undefined, "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"),
    start_date: fc.constantFrom(undefined, undefined, undefined, first, second, `${first}T20:30:00.250Z`),
    end_date: fc.constantFrom(undefined, undefined, undefined, third, last, `${last}T01:00:00+02:00`),
    min_duration: fc.constantFrom(undefined, undefined, undefined, "0", "100.5"),
    max_duration: fc.constantFrom(undefined, undefined, undefined, "350", "200.125"),
    has_tool_calls: fc.constantFrom(undefined, undefined, undefined, true, false),
    values: fc.record({
      provider_name: rarely(["openai_realtime", "deepgram", "nobody"]),
      outcome: rarely(["completed", "error", "no_input"]),
      direction: rarely(["inbound", "web"]),
      language: rarely(["de", "zh"]),
      client_id: rarely(["acme", "globex", "%"]),
      sentiment: rarely(["positive", "O'K"]),
      label: rarely(filled),
      caller_number: rarely(["555", "+1555", "%", "_", "5%5", "0102"]),
      caller_name: rarely([...filled, "ı", "i", "ΑΣ", "ς"]),
      tool_name: rarely(["lookup", "book", "%"]),
      tool_status: rarely(["ok", "error"]),
      // The clocks go forward at 2 on the first Sunday of the calls.
      weekday: rarely(["1", "6", "7"]),
      hour: rarely(["1", "2", "3", "12", "23"]),
    }),
    where: fc.array(conditionOf(calls, fromMs, spanMs), { maxLength: 2 }),
    q: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      undefined,
      "munchen",
      '"line break"',
      "李雷",
      "münchen brien",
      "100",
    ),
  });
}
