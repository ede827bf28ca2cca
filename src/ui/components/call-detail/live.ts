/** Follows a call that goes on (lazy): what is known and said so far, as a record that grows, until the call has ended. */
import type { CallDetail, LiveCall, LiveTranscript, Message } from "../../../api/contract.ts";
import type { Server } from "../../data.ts";
import { followCall as eventsOf, readLiveTranscript } from "./requests.ts";

/** The transcript is read again after something happened, and no sooner than this after the time before. */
const READ_MS = 300;
const RETRY_MS = 2000;
/** How often the duration is shown anew while nothing happens. */
const TICK_MS = 5000;

export interface LiveView {
  readonly record: CallDetail;
  /** What is being said now. */
  readonly partial: readonly Message[];
  /** Whether the server tells what happens. */
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
export async function followCall(following: Following): Promise<boolean> {
  const { server, id, signal } = following;
  const call = new Followed(following);
  try {
    for await (const event of eventsOf(server, id, call.signal, (open) => call.connection(open))) {
      switch (event.type) {
        case "snapshot": {
          const [now] = event.calls;
          if (!now) return call.isKnown;
          call.know(now);
          break;
        }
        case "started":
        case "changed":
          call.know(event.call);
          break;
        case "ended":
        case "left":
          return call.isKnown;
        case "partial":
          call.hear(event.partial);
          break;
        case "reset":
          break;
        default:
          call.happened(event);
      }
    }
    return false;
  } catch {
    // What no retry mends, such as a permission that was taken away.
    return call.isKnown && !signal.aborted;
  } finally {
    call.leave();
  }
}

class Followed {
  readonly #following: Following;
  readonly #left = new AbortController();
  readonly #timer = setInterval(() => this.#show(), TICK_MS);
  readonly signal: AbortSignal;
  #facts: LiveCall | null = null;
  /** When the facts were told, by a clock that nobody sets. */
  #told = 0;
  #said: LiveTranscript | null = null;
  #partial: readonly Message[] = [];
  #reached = true;
  #reading = false;
  #again = false;

  constructor(following: Following) {
    this.#following = following;
    this.signal = AbortSignal.any([following.signal, this.#left.signal]);
  }

  get isKnown(): boolean {
    return this.#facts !== null;
  }

  leave(): void {
    clearInterval(this.#timer);
    this.#left.abort();
  }

  /** A server that cannot be reached at all knows of no call; one that could is tried again. */
  connection(open: boolean): void {
    if (!open && !this.isKnown) this.leave();
    this.#reached = open;
    this.#show();
  }

  know(call: LiveCall): void {
    this.#facts = call;
    this.#told = performance.now();
    this.#partial = call.partial;
    this.#show();
    void this.#read();
  }

  happened({ counts, last_activity }: { counts: object; last_activity: string }): void {
    if (this.#facts) this.#facts = { ...this.#facts, ...counts, last_activity };
    this.#show();
    void this.#read();
  }

  hear(partial: readonly Message[]): void {
    this.#partial = partial;
    this.#show();
  }

  #show(): void {
    const { transcript, seen } = this.#following;
    if (!this.#facts || this.signal.aborted || (transcript && !this.#said)) return;
    const seconds = (performance.now() - this.#told) / 1000;
    const facts = { ...this.#facts, duration_seconds: this.#facts.duration_seconds + seconds };
    seen({
      record: recordOf(facts, this.#said),
      partial: transcript ? this.#partial : [],
      reached: this.#reached,
    });
  }

  /** Reads what was said, once for however much has happened meanwhile, and while somebody looks at the page. */
  async #read(): Promise<void> {
    if (!this.#following.transcript) return;
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again && !this.signal.aborted) {
      this.#again = false;
      await inSight(this.signal);
      const answer = await readLiveTranscript(this.#following.server, this.#following.id, this.signal);
      const failed = answer.state === "error" && answer.error.kind !== "not_found";
      if (answer.state === "ok") {
        this.#said = answer.value;
        this.#partial = answer.value.partial;
        this.#show();
      }
      // A call that is not found has ended, which the feed is about to tell.
      this.#again ||= failed;
      await pause(failed ? RETRY_MS : READ_MS, this.signal);
    }
    this.#reading = false;
  }
}

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
}

/** Waits for as long as nobody looks at the page. */
async function inSight(signal: AbortSignal): Promise<void> {
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
