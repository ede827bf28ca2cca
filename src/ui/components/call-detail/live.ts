/** Follows a call that goes on (lazy): what is known and said so far, as a record that grows, until the call has ended. */
import type { CallDetail, LiveCall, LiveTranscript, Message } from "../../../api/contract.ts";
import type { Server } from "../../data.ts";
import { findLive, readLiveTranscript } from "./requests.ts";

const ASK_MS = 1000;
/** What changes beside the transcript is asked less often: the answer has all running calls. */
const FACTS_EVERY = 5;
const PAUSE_MS_MAX = 10_000;

export interface LiveView {
  readonly record: CallDetail;
  /** What is being said now. */
  readonly partial: readonly Message[];
  /** Whether the last question was answered. */
  readonly reached: boolean;
}

export interface Following {
  readonly server: Server;
  readonly id: string;
  /** Whether the transcript may be asked for. */
  readonly transcript: boolean;
  readonly signal: AbortSignal;
  readonly seen: (view: LiveView) => void;
}

/** True when the call has ended, or cannot be seen any more; false when it did not run, or nobody follows any more. */
export async function followCall({ server, id, transcript, signal, seen }: Following): Promise<boolean> {
  let facts: LiveCall | null = null;
  let said: LiveTranscript | null = null;
  let failures = 0;
  for (let round = 0; !signal.aborted; round++) {
    if (round % FACTS_EVERY === 0 || failures > 0) {
      const answer = await findLive(server, id, signal);
      if (answer.state === "aborted") return false;
      if (answer.state === "ok" && answer.value === null) return facts !== null;
      if (answer.state === "ok") facts = answer.value;
      if (answer.state === "error" && facts === null) return false;
      failures = answer.state === "ok" ? 0 : failures + 1;
    }
    if (transcript && failures === 0) {
      const answer = await readLiveTranscript(server, id, signal);
      if (answer.state === "aborted") return false;
      if (answer.state === "ok") said = answer.value;
      else if (answer.error.kind === "not_found") return true;
      else if (answer.error.kind !== "not_permitted") failures++;
    }
    if (facts) {
      const partial = said?.partial ?? facts.partial;
      seen({ record: recordOf(facts, said), partial: transcript ? partial : [], reached: failures === 0 });
    }
    await pause(failures === 0 ? ASK_MS : Math.min(ASK_MS * 2 ** failures, PAUSE_MS_MAX), signal);
  }
  return false;
}

/** Waits, and for as long as nobody looks at the page. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
  while (document.hidden && !signal.aborted) {
    await new Promise<void>((resolve) => {
      document.addEventListener("visibilitychange", () => resolve(), { once: true });
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }
}

/** Columns that a live call does not have yet. */
const UNKNOWN = {
  end_time: null,
  ended_reason: null,
  ended_by: null,
  graceful: null,
  error_message: null,
  start_time_local: null,
  pipeline_components: null,
  conversation: null,
  tool_calls: null,
  tool_ok_count: null,
  turns: null,
  turn_latencies_ms: null,
  max_turn_latency_ms: null,
  caller_audio_format: null,
  codec_alignment_ok: null,
  recordings: null,
  cost_total: null,
  currency: null,
  cost_breakdown: null,
  summary: null,
  sentiment: null,
  sentiment_score: null,
  keywords: null,
  topics: null,
  call_outcome: null,
  labels: null,
  evaluations: null,
  metadata: null,
  server_messages: null,
  quality_flags: null,
  created_at: null,
  writer: null,
} satisfies Partial<CallDetail>;

function recordOf(facts: LiveCall, said: LiveTranscript | null): CallDetail {
  const latencies = (said?.turns ?? []).flatMap(({ e2e_ms }) => (e2e_ms === null ? [] : [e2e_ms]));
  const {
    status: _status,
    last_activity: _last,
    audio_seconds: _audio,
    can_end: _end,
    partial: _partial,
    ...known
  } = facts;
  return {
    ...UNKNOWN,
    ...known,
    call_id: facts.call_id ?? "",
    source: facts.source ?? "",
    rev: 0,
    record_version: 0,
    outcome: "lost",
    agents_used: [...facts.agents_used],
    conversation: said ? [...said.conversation] : null,
    tool_calls: said ? [...said.tool_calls] : null,
    turns: said?.turns.length ? [...said.turns] : null,
    turn_latencies_ms: latencies.length ? latencies : null,
    max_turn_latency_ms: latencies.length ? Math.max(...latencies) : null,
  };
}
