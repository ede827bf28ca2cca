/** One LiveKit agent session: reads its events, in memory or from a report, and tells a call what they mean. */
import { kindOfValue } from "../../../record/json.ts";
import type { Call, CallEnd, TurnInput } from "../../inputs.ts";
import { isObject, jsonOf, listIn, memberIn, textIn } from "../engine-event.ts";
import type { Malformed } from "../malformed.ts";
import { endingOf, messageOf } from "./ending.ts";
import { isBackwards, latencyIn, timeIn } from "./times.ts";
import { usedBy } from "./usage.ts";

export type Told = Pick<Call, "addMessage" | "addTurn" | "addToolCall" | "bargeIn" | "set">;

/** Events that are listened to. */
export const LIVEKIT_EVENTS = [
  "conversation_item_added",
  "function_tools_executed",
  "user_input_transcribed",
  "agent_state_changed",
  "user_state_changed",
  "session_usage_updated",
  "error",
  "close",
] as const;

const SEEN_MAX = 5000;
const AGENTS_MAX = 1000;
const ERRORS_MAX = 50;

export class LiveKitSession {
  readonly #call: Told;
  readonly #malformed: Malformed;
  readonly #seen = new Set<string>();
  readonly #agents = new Set<string>();
  readonly #flags = new Set<string>();
  readonly #errors: object[] = [];
  #agent: string | null = null;
  #languageTold = false;
  #lastToldAt = 0;
  /** The user's message that waits for an answer: its metrics. Undefined where none does. */
  #asked: { metrics: unknown } | undefined;
  #toolMs = 0;
  #turns = 0;
  #used: readonly unknown[] | null = null;
  #usedTold = "";
  /** Who speaks, by the states: null before the user's first one, as in a session of text. */
  #userSpeaks: boolean | null = null;
  #agentSpeaks = false;
  /** The user spoke while the agent did, since it last began. */
  #userBroke = false;
  #userStoppedAt: number | null = null;
  #stateLatencyMs: number | null = null;

  constructor(call: Told, malformed: Malformed) {
    this.#call = call;
    this.#malformed = malformed;
  }

  /** An event of that name, received at `at` (epoch ms). Gives back how the call ended, if it did. Never throws. */
  event(name: string, event: unknown, at: number): CallEnd | null {
    let end: CallEnd | null = null;
    this.#malformed.guard(name, () => {
      if (!isObject(event)) throw new TypeError("it is no object.");
      const told = timeIn(event, "createdAt", "created_at") ?? at;
      if (name === "conversation_item_added") this.#itemAdded(memberIn(event, "item"), told);
      else if (name === "function_tools_executed") this.#toolsExecuted(event, told);
      else if (name === "user_input_transcribed") this.#transcribed(event);
      else if (name === "agent_state_changed") this.#agentState(textIn(event, "newState", "new_state"), told);
      else if (name === "user_state_changed") this.#userState(textIn(event, "newState", "new_state"), told);
      else if (name === "session_usage_updated")
        this.used(listIn(memberIn(event, "usage"), "modelUsage", "model_usage"));
      else if (name === "error") this.#failed(memberIn(event, "error"), told);
      else if (name === "close") end = endingOf(event);
    });
    return end;
  }

  /** What the models used so far, by model. */
  used(models: readonly unknown[]): void {
    this.#used = models;
  }

  /** Tells what is left to tell; nothing more comes. */
  flush(): void {
    this.#malformed.guard("end of session", () => {
      this.#tellUsed();
      const { count } = this.#malformed;
      if (count > 0) this.#flags.add("malformed_event");
      const metadata = {
        ...(this.#errors.length > 0 ? { livekit_errors: this.#errors } : {}),
        ...(count > 0 ? { malformed_events: count } : {}),
      };
      if (Object.keys(metadata).length > 0) this.#call.set({ metadata });
      if (this.#flags.size > 0) this.#call.set({ quality_flags: [...this.#flags] });
    });
  }

  #itemAdded(item: unknown, at: number): void {
    if (!isObject(item)) throw new TypeError("it has no item.");
    if (!this.#isNew(textIn(item, "id"))) return;
    const type = textIn(item, "type");
    if (type === "agent_handoff") this.#handedTo(textIn(item, "newAgentId", "new_agent_id"));
    else if (type === "message") this.#said(item, at);
  }

  #isNew(id: string | null): boolean {
    if (id === null) return true;
    if (this.#seen.has(id)) return false;
    if (this.#seen.size < SEEN_MAX) this.#seen.add(id);
    return true;
  }

  #handedTo(agent: string | null): void {
    if (agent === null) throw new TypeError("a handoff has no text newAgentId.");
    this.#agent = agent;
    if (this.#agents.has(agent) || this.#agents.size >= AGENTS_MAX) return;
    this.#agents.add(agent);
    const agents_used = [...this.#agents];
    this.#call.set({ agents_used, initial_agent: agents_used[0] });
  }

  #said(item: object, addedAt: number): void {
    const role = textIn(item, "role");
    if (role === null) throw new TypeError("a message has no text role.");
    const metrics = memberIn(item, "metrics");
    const interrupted = memberIn(item, "interrupted") === true;
    const answer = role === "assistant";
    this.#call.addMessage({
      role,
      content: contentOf(item),
      at: this.#placeInTime(timeIn(metrics, "startedSpeakingAt", "started_speaking_at"), addedAt),
      interrupted: answer ? interrupted : null,
      agent: answer ? this.#agent : null,
    });
    if (role === "user") {
      this.#asked = { metrics };
      this.#toolMs = 0;
    }
    if (!answer) return;
    // On a close the agent is cut off as well: it is a barge-in only if the user was heard meanwhile.
    if (interrupted && (this.#userSpeaks === null || this.#userBroke)) this.#call.bargeIn();
    this.#userBroke = false;
    this.#answered(metrics, interrupted);
    this.#tellUsed();
  }

  /** When the message began. An item is added at its end: one that began before the last one ended stands there. */
  #placeInTime(startedAt: number | null, addedAt: number): number {
    const began = startedAt !== null && startedAt >= this.#lastToldAt && startedAt <= addedAt ? startedAt : addedAt;
    this.#lastToldAt = Math.max(began, this.#lastToldAt);
    return this.#lastToldAt;
  }

  /** An answer to the user, or another message with a latency of its own, is a turn. */
  #answered(metrics: unknown, interrupted: boolean): void {
    const user = this.#asked?.metrics;
    const backwards = isBackwards(metrics) || isBackwards(user);
    const told = latencyIn(metrics, "e2eLatency", "e2e_latency");
    if (this.#asked === undefined && told === null) return;
    if (backwards) this.#flags.add("impossible_latency");
    const turn: TurnInput = {
      index: this.#turns,
      at: this.#lastToldAt,
      e2e_ms: backwards ? null : (told ?? this.#stateLatencyMs),
      endpointing_ms: latencyIn(user, "endOfTurnDelay", "end_of_turn_delay"),
      stt_ms: latencyIn(user, "transcriptionDelay", "transcription_delay"),
      llm_ms: latencyIn(metrics, "llmNodeTtft", "llm_node_ttft"),
      tts_ms: latencyIn(metrics, "ttsNodeTtfb", "tts_node_ttfb"),
      tool_ms: this.#toolMs > 0 ? this.#toolMs : null,
      interrupted,
    };
    this.#turns += 1;
    this.#asked = undefined;
    this.#stateLatencyMs = null;
    this.#toolMs = 0;
    this.#call.addTurn(turn);
  }

  #toolsExecuted(event: object, at: number): void {
    const calls = memberIn(event, "functionCalls", "function_calls");
    if (kindOfValue(calls) !== "list") throw new TypeError("it has no list functionCalls.");
    const outputs = listIn(event, "functionCallOutputs", "function_call_outputs");
    let busyMs = 0;
    for (const [index, call] of listIn(event, "functionCalls", "function_calls").entries()) {
      if (!isObject(call) || !this.#isNew(textIn(call, "id"))) continue;
      const callId = textIn(call, "callId", "call_id");
      const output = outputOf(outputs, index, callId);
      const startedAt = timeIn(call, "createdAt", "created_at");
      const endedAt = timeIn(output, "createdAt", "created_at");
      const duration_ms = startedAt === null || endedAt === null ? null : endedAt - startedAt;
      busyMs = Math.max(busyMs, duration_ms ?? 0);
      const failed = memberIn(output, "isError", "is_error");
      const result = jsonOf(memberIn(output, "output"));
      this.#call.addToolCall({
        tool_call_id: callId,
        name: textIn(call, "name"),
        params: jsonOf(memberIn(call, "args", "arguments")),
        result: failed === true ? null : result,
        status: failed === true ? "error" : failed === false ? "ok" : null,
        error: failed === true ? (typeof result === "string" ? result : JSON.stringify(result)) : null,
        at: startedAt ?? at,
        duration_ms,
      });
    }
    // Tools of one event run side by side.
    this.#toolMs += busyMs;
  }

  #transcribed(event: object): void {
    const language = textIn(event, "language");
    if (this.#languageTold || !language || memberIn(event, "isFinal", "is_final") !== true) return;
    this.#languageTold = true;
    this.#call.set({ language });
  }

  #agentState(state: string | null, at: number): void {
    const speaks = state === "speaking";
    if (speaks && !this.#agentSpeaks) {
      this.#userBroke = this.#userSpeaks === true;
      if (this.#userStoppedAt !== null) this.#stateLatencyMs = at - this.#userStoppedAt;
      this.#userStoppedAt = null;
    }
    this.#agentSpeaks = speaks;
  }

  #userState(state: string | null, at: number): void {
    const speaks = state === "speaking";
    if (speaks && this.#agentSpeaks) this.#userBroke = true;
    if (speaks) this.#userStoppedAt = null;
    else if (this.#userSpeaks) this.#userStoppedAt = at;
    this.#userSpeaks = speaks;
  }

  #failed(error: unknown, at: number): void {
    if (this.#errors.length >= ERRORS_MAX) return;
    const type = textIn(error, "type");
    const recoverable = memberIn(error, "recoverable");
    this.#errors.push({ at: new Date(at).toISOString(), type, message: messageOf(error), recoverable });
  }

  #tellUsed(): void {
    if (this.#used === null) return;
    const columns = usedBy(this.#used);
    this.#used = null;
    const text = JSON.stringify(columns);
    if (text === this.#usedTold || text === "{}") return;
    this.#usedTold = text;
    this.#call.set(columns);
  }
}

/** Outputs stand at their calls' indexes; where a list is shorter, the ids tell. */
function outputOf(outputs: readonly unknown[], index: number, callId: string | null): unknown {
  const own = outputs[index];
  const matches = (output: unknown) => isObject(output) && textIn(output, "callId", "call_id") === callId;
  return matches(own) ? own : (outputs.find(matches) ?? null);
}

/** The text of a message; null where it holds only images or sound without words. */
function contentOf(item: object): string | null {
  const told = textIn(item, "textContent");
  if (told !== null) return told;
  const parts: string[] = [];
  for (const part of listIn(item, "content")) {
    const text = typeof part === "string" ? part : textIn(part, "transcript", "text");
    if (text !== null) parts.push(text);
  }
  return parts.length > 0 ? parts.join("\n") : null;
}
