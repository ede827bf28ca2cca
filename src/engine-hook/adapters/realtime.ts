/** Records a call that runs over an OpenAI Realtime session, whatever the transport. */
import { instantMs } from "../../record/time.ts";
import type { Call, CallEnd, Receipt, Time } from "../inputs.ts";
import { memberIn, numberIn, textIn } from "./engine-event.ts";
import { type EventSource, isEventSource, listen } from "./listening.ts";
import { Malformed } from "./malformed.ts";
import { RealtimeSession } from "./realtime/session.ts";

export interface RealtimeOptions {
  /** End the call when the source closes. True by default; false for an engine that reconnects or ends it itself. */
  end_call?: boolean;
}

/** A call's tie to its session. No method throws. */
export interface RealtimeAttachment {
  /** An event of the server: an object, or its JSON text. `at` is when it was received; now by default. */
  server(event: unknown, at?: Time): void;
  /** An event the client sent. */
  client(event: unknown, at?: Time): void;
  /** Stops listening and tells the call what it still held back. Does not end the call. */
  detach(): void;
  /** Detaches and ends the call. Resolves like `call.end`. */
  end(end?: CallEnd): Promise<Receipt>;
  /** Events that could not be read, so far. */
  readonly malformed: number;
}

/**
 * Records what a Realtime session says into `call`. The source may be
 * - an EventEmitter or EventTarget: each `message` (JSON text, bytes or an object) and each `event` (an object: the client
 *   of the `openai` package) is one of the server's, as is each `server`; each `client` is one that the client sent;
 *   `close` ends the call. A WebSocket, a WebRTC data channel and a proxy of one's own are such sources.
 * - nothing: the attachment is fed by its `server` and `client`.
 */
export function attachRealtime(
  call: Call,
  source?: EventSource | null,
  options: RealtimeOptions = {},
): RealtimeAttachment {
  return new Attachment(call, source, memberIn(options, "end_call") !== false);
}

const PLAY_MS_MAX = 600_000;

class Attachment implements RealtimeAttachment {
  readonly #call: Call;
  readonly #malformed = new Malformed("OpenAI Realtime");
  readonly #stop: () => void;
  /** Null once detached: a source that cannot let go is then heard no more, and holds nothing. */
  #session: RealtimeSession | null;
  #lastAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(call: Call, source: unknown, endCall: boolean) {
    this.#call = call;
    this.#session = new RealtimeSession(call, this.#malformed);
    const server = (event: unknown) => this.server(event);
    this.#stop = isEventSource(source)
      ? listen(source, {
          message: (message) => this.server(messageOf(message)),
          event: server,
          server,
          client: (event) => this.client(event),
          close: (code, reason) => (endCall ? void this.#closed(code, reason) : this.detach()),
        })
      : () => {};
  }

  get malformed(): number {
    return this.#malformed.count;
  }

  server(event: unknown, at?: Time): void {
    const read = this.#read(event, "server event");
    if (read === undefined) return;
    this.#session?.server(read, this.#timeOf(at));
    if (at === undefined) this.#releaseLater();
  }

  client(event: unknown, at?: Time): void {
    const read = this.#read(event, "client event");
    if (read !== undefined) this.#session?.client(read, this.#timeOf(at));
  }

  /** A message is told when it has been played, though no further event should come: people watch the call live. */
  #releaseLater(): void {
    if (this.#timer) return;
    const now = Date.now();
    const next = this.#session?.release(now) ?? null;
    if (next === null) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#releaseLater();
      },
      Math.min(Math.max(1, next - now), PLAY_MS_MAX),
    );
    this.#timer.unref?.();
  }

  detach(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#session?.flush(this.#lastAt);
    this.#session = null;
  }

  end(end: CallEnd = {}): Promise<Receipt> {
    const error_message = this.#session?.notes.fatal ?? null;
    const expired = this.#session?.notes.expired ?? false;
    this.detach();
    const known = {
      ...(error_message === null ? {} : { error_message, graceful: false, ended_by: "system" as const }),
      ...(expired ? { ended_reason: "session_expired", ended_by: "system" as const } : {}),
    };
    return this.#call.end({ ...known, ...end });
  }

  /** `ws` tells code and reason, a browser's WebSocket an event with both; a data channel tells nothing. */
  #closed(first: unknown, second: unknown): Promise<Receipt> {
    const code = typeof first === "number" ? first : numberIn(first, "code");
    const reason = textOf(second) ?? textIn(first, "reason");
    const graceful = code === null || code === 1000 || code === 1001 || code === 1005;
    const ended_reason = reason || (code === null ? "closed" : `websocket_${code}`);
    const broken = { error_message: `The session's socket closed with ${code}.`, ended_by: "system" as const };
    const fatal = this.#session?.notes.fatal ?? null;
    if (this.#session?.notes.expired) return this.end();
    return this.end({ ended_reason, ...(graceful ? {} : { graceful, ...(fatal === null ? broken : {}) }) });
  }

  /** The event as an object; undefined where a text is no JSON. */
  #read(event: unknown, kind: string): unknown {
    if (typeof event !== "string" || this.#session === null) return event;
    try {
      return JSON.parse(event) as unknown;
    } catch {
      this.#malformed.add(kind, "its text is no JSON.");
      return undefined;
    }
  }

  #timeOf(at: Time | undefined): number {
    const ms = at === undefined ? Date.now() : (instantMs(at) ?? Date.now());
    this.#lastAt = Math.max(this.#lastAt, ms);
    return ms;
  }
}

/** What a `message` carries: `ws` gives bytes, a browser an event with `data`, others the event itself. */
function messageOf(message: unknown): unknown {
  return textOf(message) ?? textOf(memberIn(message, "data")) ?? message;
}

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  try {
    if (value instanceof ArrayBuffer) return Buffer.from(value).toString();
    if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
    if (Array.isArray(value)) return Buffer.concat(value as Uint8Array[]).toString();
  } catch {
    // Not bytes after all.
  }
  return null;
}
