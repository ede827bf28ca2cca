/** One call as something to read: what is known of it, and what happened in its order. */
import type { CallRecord, Message, ToolCall } from "../../record/record.ts";
import { localTimeOf } from "../../record/time.ts";

export interface Script {
  readonly title: string;
  readonly id: string;
  /** Names and values; what is not recorded is left out. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly entries: readonly Entry[];
  /** What a reader must know of what is not there. */
  readonly notes: readonly string[];
}

export interface Entry {
  readonly kind: "message" | "tool";
  /** ISO 8601 in UTC; null where it is not recorded. */
  readonly at: string | null;
  /** Since the start of the call. */
  readonly offset_ms: number | null;
  /** On a clock: "01:02.3"; empty where it is not recorded. */
  readonly clock: string;
  /** Who spoke, or which tool it was. */
  readonly who: string;
  readonly text: string;
  readonly message: Message | null;
  readonly tool: ToolCall | null;
}

/** The call in English, its times in `tz` (IANA). `sees_all`: whether who reads may see personal data. */
export function scriptOf(call: CallRecord, tz: string, sees_all: boolean): Script {
  const { conversation } = call;
  const notes: string[] = [];
  if (!sees_all) notes.push("Personal data and what was said are left out: they need the permission calls.read_pii.");
  else if (!conversation?.length) notes.push("Nothing was said in this call, or nothing was recorded.");
  return {
    title: `Call of ${timeIn(call.start_time, tz)}`,
    id: call.id,
    facts: factsOf(call, tz),
    entries: entriesOf(call),
    notes,
  };
}

function factsOf(call: CallRecord, tz: string): [string, string][] {
  const facts: [string, string | null][] = [
    ["Call", call.id],
    ["Engine's name", `${call.call_id} (${call.source})`],
    ["Started", timeIn(call.start_time, tz)],
    ["Answered", call.answer_time && timeIn(call.answer_time, tz)],
    ["Ended", call.end_time && timeIn(call.end_time, tz)],
    ["Duration", call.duration_seconds === null ? null : `${call.duration_seconds} s`],
    ["Direction", call.direction],
    ["From", both(call.caller_number, call.caller_name)],
    ["To", call.called_number],
    ["Tenant", call.client_id],
    ["Assistant", call.assistant_id],
    ["Provider", both(call.provider_name, call.pipeline_name)],
    ["Context", call.context_name],
    ["Language", call.language],
    ["Outcome", both(call.outcome, call.ended_reason)],
    ["Ended by", call.ended_by],
    ["Transferred to", call.transfer_destination],
    ["Error", call.error_message],
    ["Turns", call.total_turns === null ? null : latencyOf(call)],
    [
      "Tool calls",
      call.tool_call_count === null ? null : `${call.tool_call_count}, ${call.tool_error_count ?? 0} failed`,
    ],
    ["Cost", call.cost_total === null ? null : both(String(call.cost_total), call.currency)],
    ["Labels", call.labels?.join(", ") || null],
    ["Summary", call.summary],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

const both = (first: string | null, second: string | null) =>
  first && second ? `${first} (${second})` : first || second;

function latencyOf({ total_turns, avg_turn_latency_ms, max_turn_latency_ms }: CallRecord): string {
  if (avg_turn_latency_ms === null) return String(total_turns);
  return `${total_turns}, answered in ${Math.round(avg_turn_latency_ms)} ms on average, ${max_turn_latency_ms} ms at most`;
}

/** "2026-11-21 11:00:00 Europe/Berlin". */
function timeIn(instant: string, tz: string): string {
  const local = localTimeOf(Date.parse(instant), tz);
  return local === null ? instant : `${local.slice(0, 19).replace("T", " ")} ${tz}`;
}

/** Messages in the engine's order; a tool goes before the first message that is later than it. */
function entriesOf(call: CallRecord): Entry[] {
  const start = Date.parse(call.start_time);
  const since = (at: string | null) => (at === null ? null : Date.parse(at) - start);
  const tools = (call.tool_calls ?? [])
    .map((tool) => toolEntry(tool, since(tool.at)))
    .sort((a, b) => (a.offset_ms ?? Infinity) - (b.offset_ms ?? Infinity) || 0);
  const entries: Entry[] = [];
  for (const message of call.conversation ?? []) {
    const offset = message.offset_ms ?? since(message.at);
    while (offset !== null && (tools[0]?.offset_ms ?? Infinity) < offset) entries.push(...tools.splice(0, 1));
    entries.push(messageEntry(message, offset));
  }
  return [...entries, ...tools];
}

function messageEntry(message: Message, offset_ms: number | null): Entry {
  const { role, agent, at, content, interrupted } = message;
  const name = role ? role.slice(0, 1).toUpperCase() + role.slice(1) : "Somebody";
  const who = agent ? `${name} (${agent})` : name;
  const text = `${content ?? ""}${interrupted ? " [interrupted]" : ""}`;
  return { kind: "message", at, offset_ms, clock: clockOf(offset_ms), who, text, message, tool: null };
}

function toolEntry(tool: ToolCall, offset_ms: number | null): Entry {
  const { name, params, result, status, error, duration_ms } = tool;
  const ended = `${status ?? "no status"}${duration_ms === null ? "" : ` in ${duration_ms} ms`}`;
  const lines = [
    `${ended}${error ? `: ${error}` : ""}`,
    params === null ? "" : `with ${JSON.stringify(params)}`,
    result === null ? "" : `gave ${typeof result === "string" ? result : JSON.stringify(result)}`,
  ];
  const text = lines.filter(Boolean).join("\n");
  const who = `Tool ${name ?? "without a name"}`;
  return { kind: "tool", at: tool.at, offset_ms, clock: clockOf(offset_ms), who, text, message: null, tool };
}

function clockOf(ms: number | null): string {
  if (ms === null) return "";
  const [sign, tenths] = [ms < 0 ? "-" : "", Math.round(Math.abs(ms) / 100)];
  const two = (value: number) => String(value).padStart(2, "0");
  return `${sign}${two(Math.floor(tenths / 600))}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
}
