/** The live calls: what runs now, its events as they happen, and hanging up. */
import type {
  ActiveCalls,
  EndCallAnswer,
  LiveFeedEvent,
  LiveFilter,
  LiveReset,
  LiveSnapshot,
  LiveTranscript,
} from "../api/contract.ts";
import { ask, CallHistoryError, failed, joined, type Server, send } from "./request.ts";

/** The running calls, newest first. */
export function listActive(server: Server, filter: LiveFilter = {}, signal?: AbortSignal): Promise<ActiveCalls> {
  return ask(server, "/active", { query: joined({ ...filter }), signal });
}

/** What was said so far in a running call, by its id or the engine's call_id. */
export function getActiveTranscript(server: Server, call: string, signal?: AbortSignal): Promise<LiveTranscript> {
  return ask(server, `/active/${encodeURIComponent(call)}/transcript`, { signal });
}

/** Asks the engine to hang up. */
export function endCall(server: Server, call: string, reason = "", signal?: AbortSignal): Promise<EndCallAnswer> {
  return ask(server, `/${encodeURIComponent(call)}/end`, { method: "POST", body: { reason }, signal });
}

export type FollowedEvent = LiveSnapshot | LiveFeedEvent | LiveReset;

export interface FollowOptions {
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** The id of the last event of an earlier reading. */
  readonly last_event_id?: string | undefined;
  /** Hears how the connection is: `open`, or `waiting` before it is tried again, with what went wrong. */
  readonly onConnection?: ((state: "open" | "waiting", error: CallHistoryError | null) => void) | undefined;
  /** The first wait before trying again; it doubles up to 30 s. Default 1,000. */
  readonly retry_ms?: number | undefined;
}

const RETRY_MS = 1000;
const RETRY_MS_MAX = 30_000;
/** The server gives a sign of life every 15 s: a connection that is silent for longer is dead. */
const SILENCE_MS_MAX = 40_000;

/**
 * The live calls' events: first a snapshot, then whatever happens. Lost connections come back by themselves and go on
 * where they were; after `reset` comes a new snapshot. Throws CallHistoryError for what trying again cannot mend.
 */
export async function* followLive(
  server: Server,
  filter: LiveFilter = {},
  options: FollowOptions = {},
): AsyncGenerator<FollowedEvent, void> {
  const { signal, onConnection, retry_ms = RETRY_MS } = options;
  let last = options.last_event_id ?? "";
  let wait = retry_ms;
  while (!signal?.aborted) {
    const dead = new AbortController();
    const ended = signal ? AbortSignal.any([signal, dead.signal]) : dead.signal;
    let error: CallHistoryError | null = null;
    try {
      const response = await send(server, "/live", {
        query: joined({ ...filter }),
        headers: { accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) },
        signal: ended,
        wait_ms: 0,
      });
      onConnection?.("open", null);
      for await (const { id, data } of framesOf(response, ended, () => dead.abort(silent()))) {
        wait = retry_ms;
        if (id !== null) last = id;
        if (data !== null) yield JSON.parse(data) as FollowedEvent;
      }
    } catch (thrown) {
      if (signal?.aborted) return;
      error = thrown instanceof CallHistoryError ? thrown : (failed(thrown, undefined) as CallHistoryError);
      if (isFinal(error)) throw error;
    } finally {
      dead.abort();
    }
    if (signal?.aborted) return;
    onConnection?.("waiting", error);
    await sleep(Math.max(wait * (0.75 + Math.random() / 2), (error?.retry_after ?? 0) * 1000), signal);
    wait = Math.min(wait * 2, RETRY_MS_MAX);
  }
}

const silent = () => new CallHistoryError(0, "unreachable", "The live calls' connection has gone silent.");

/** Whoever may not read, or asks wrongly, will not do better a second later. */
const isFinal = ({ status, code }: CallHistoryError) =>
  code !== "unreadable" && status >= 400 && status < 500 && status !== 408 && status !== 429;

interface Frame {
  readonly id: string | null;
  readonly data: string | null;
}

/** Server-sent events as they come; one without data is a sign of life with its place. */
async function* framesOf(response: Response, ended: AbortSignal, onSilence: () => void): AsyncGenerator<Frame, void> {
  const reader = response.body?.getReader();
  if (!reader) return;
  // A fetch that is the router itself knows of the signal only what it reads from.
  const leave = () => void reader.cancel().catch(() => {});
  ended.addEventListener("abort", leave, { once: true });
  const text = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const silence = setTimeout(onSilence, SILENCE_MS_MAX);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (ended.aborted) throw ended.reason;
      if (done) return;
      const blocks = (rest + text.decode(value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) yield frameOf(block);
    }
  } finally {
    ended.removeEventListener("abort", leave);
    leave();
  }
}

function frameOf(block: string): Frame {
  const valuesOf = (name: string) =>
    block.split("\n").flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []));
  const data = valuesOf("data");
  return { id: valuesOf("id").at(-1) ?? null, data: data.length > 0 ? data.join("\n") : null };
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
}
