/** The call history an engine opens: it gives out live calls, takes finished ones, counts, and tells of failures. */
import { memberOf } from "../record/json.ts";
import { normaliseRecord } from "../record/normalise.ts";
import { isoOf } from "../record/time.ts";
import type { AbandonedCall } from "../store/journal/abandoned.ts";
import { openLine } from "../store/journal/line.ts";
import { type CallHost, LiveCall } from "./call.ts";
import { notOpen } from "./hang-up.ts";
import type { Call, CallControl, CallStart, Receipt, RecordInput, RecoveredCall } from "./inputs.ts";
import { OpenCalls } from "./open-calls.ts";
import { type CallHistoryOptions, type CheckedOptions, checkOptions } from "./options.ts";
import { JournalQueue } from "./queue.ts";
import { Recovery } from "./recovery.ts";

export interface HistoryEvents {
  /** Something went wrong: the disk, the journal's thread, or a value of the engine that could not be handled. */
  failure: { message: string; code: string };
  /** The queue was full, or a line too long: so many events of live calls and records are not in the journal. */
  dropped: { events: number; records: number };
  /** Lines are written again. */
  resumed: { writer: string };
}

export interface HistoryStats {
  /** Lines: events of live calls and records. accepted = written + dropped + superseded + queued. */
  accepted: number;
  written: number;
  dropped: number;
  /** Events taken back unwritten because the record of their ended call holds them. */
  superseded: number;
  queued: number;
  queued_bytes: number;
  records_accepted: number;
  records_written: number;
  records_dropped: number;
  /** Failures told by the event of that name. */
  failed: number;
  last_failure: string | null;
  open_calls: number;
  state: "writing" | "waiting" | "closed" | "disabled";
  /** The journal writer's name; "" before its first success. */
  writer: string;
}

type Listener = (detail: never) => void;

export class CallHistory {
  readonly #options: CheckedOptions;
  readonly #queue: JournalQueue;
  readonly #host: CallHost;
  readonly #calls: OpenCalls;
  /** Calls with events after their end, whose revision is still to be written. */
  readonly #late = new Set<LiveCall>();
  readonly #recovery = new Recovery();
  readonly #listeners = new Map<string, Set<Listener>>();
  #failed = 0;
  /** How many lines had been dropped when the events of the open calls were last known to be on disk. */
  #restored = 0;
  #lastFailure: string | null = null;
  #closing: Promise<void> | null = null;

  /** Use `openCallHistory`. */
  constructor(options: CheckedOptions) {
    this.#options = options;
    const { dir, host, segment_bytes_max, publish_seconds, queue_bytes_max } = options;
    const worker = {
      dir,
      segment_bytes_max,
      publish_ms: publish_seconds * 1000,
      ...(host === undefined ? {} : { host }),
    };
    this.#queue = new JournalQueue(worker, queue_bytes_max, {
      failure: (message, code) => this.#fail(message, code),
      resumed: () => this.#tell("resumed", { writer: this.#queue.writer }),
      dropped: (events, records) => this.#tell("dropped", { events, records }),
      recovered: (calls) => this.#recovery.keep(calls, options.session_timeout_minutes * 60_000),
      asked: async (request) => this.#calls.byId(request.id)?.hanging.ask(request) ?? notOpen,
      openLines: () => this.#calls.lines(),
    });
    this.#calls = new OpenCalls(options.session_timeout_minutes * 60_000);
    this.#host = {
      queue: this.#queue,
      time_zone: options.time_zone,
      keep_empty: options.keep_empty,
      guard: (step) => this.#guard(step),
      isSpeaking: (call) => this.#calls.isSpeaking(call),
      isLate: (call) => void this.#late.add(call),
      forget: (call) => {
        this.#calls.delete(call);
        this.#late.delete(call);
      },
    };
  }

  /** Starts the journal's thread, which first reads what earlier processes left open; used by `openCallHistory`. */
  async start(): Promise<this> {
    if (this.#options.enabled) await this.#queue.start();
    return this;
  }

  /**
   * A call begins. One of the same source, call_id and start_time that is open already (or, where no start_time is given,
   * of the same source and call_id) is the same call; so is one of this start_time that an earlier process left behind.
   */
  startCall(start: CallStart, control: CallControl = {}): Call {
    if (!this.#options.enabled) return disabledCall;
    const call = new LiveCall(this.#host, start);
    const open = this.#calls.sameAs(call, start);
    if (open) {
      open.beginAgain(start, control);
      return open;
    }
    const left = this.#recovery.take(call.id, start);
    if (left) return this.#goOn(left, start, control);
    this.#calls.add(call);
    call.begin(start, control);
    return call;
  }

  /** The open call of that source and call_id, or null. */
  findOpen(source: string, call_id: string): Call | null {
    return this.#calls.find(source, call_id);
  }

  /** Calls that were open when an earlier process with this data folder, on this host, died; read when the history opened. */
  recovered(): readonly RecoveredCall[] {
    return this.#recovery.list();
  }

  /** Goes on with a recovered call. Only for calls that the engine still has: what is not resumed is closed as lost. */
  resume(recovered: RecoveredCall, control: CallControl = {}): Call {
    const [source, call_id, start_time] = ["source", "call_id", "start_time"].map((name) => memberOf(recovered, name));
    return this.startCall({ source, call_id, start_time } as CallStart, control);
  }

  #goOn({ call, lines, writer }: AbandonedCall, start: CallStart, control: CallControl): Call {
    const resumed = new LiveCall(this.#host, call.started);
    this.#calls.add(resumed);
    resumed.resume(lines, call.partial, writer);
    resumed.beginAgain(start, control);
    return resumed;
  }

  /** Records a call that is over already. Resolves like `call.end`; never rejects. */
  addRecord(input: RecordInput): Promise<Receipt> {
    if (!this.#options.enabled) return Promise.resolve(disabledReceipt);
    return new Promise((resolve) => {
      this.#guard(() => {
        try {
          const record = normaliseRecord(input);
          record.writer ??= this.#queue.writer || null;
          const { id } = record;
          const line = openLine("ended", id, 1, isoOf(Date.now()), JSON.stringify(record));
          this.#queue.add(line, (reason) =>
            resolve(reason === undefined ? { id, durable: true } : { id, durable: false, reason }),
          );
        } catch (error) {
          resolve({ id: "", durable: false, reason: String(error) });
          throw error;
        }
      });
    });
  }

  /**
   * Resolves when all events of open calls and all records given so far are on disk (true), or when some of them were
   * dropped (false); events that were dropped before are written again first. While the disk takes nothing it waits;
   * never rejects.
   */
  async flush(): Promise<boolean> {
    if (!this.#options.enabled) return false;
    this.#guard(() => {
      for (const call of this.#late) call.flushLate();
    });
    const queue = this.#queue;
    const written = await queue.flush();
    const { dropped } = queue;
    if (dropped === this.#restored) return written;
    // A reader skips events it has already, so the open calls are simply told once more, a part of the queue at a time.
    for (const line of this.#calls.lines()) {
      if (queue.queuedBytes + line.length > this.#options.queue_bytes_max / 2) await queue.flush();
      queue.add(line, null);
    }
    if (!(await queue.flush())) return false;
    if (queue.dropped === dropped) this.#restored = dropped;
    return queue.dropped === dropped;
  }

  /** Calls `listener` at each event of that name; gives back a function that stops it. What it throws is ignored. */
  on<E extends keyof HistoryEvents>(event: E, listener: (detail: HistoryEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener as Listener);
    return () => void listeners.delete(listener as Listener);
  }

  /** What was accepted, written, dropped and failed so far. */
  stats(): HistoryStats {
    const queue = this.#queue;
    const running = this.#closing ? "closed" : queue.waiting ? "waiting" : "writing";
    return {
      accepted: queue.accepted,
      written: queue.written,
      dropped: queue.dropped,
      superseded: queue.superseded,
      queued: queue.queued,
      queued_bytes: queue.queuedBytes,
      records_accepted: queue.recordsAccepted,
      records_written: queue.recordsWritten,
      records_dropped: queue.recordsDropped,
      failed: this.#failed,
      last_failure: this.#lastFailure,
      open_calls: this.#calls.size,
      state: this.#options.enabled ? running : "disabled",
      writer: queue.writer,
    };
  }

  /**
   * Writes what is queued, for at most `close_ms_max`, and ends the journal's thread. Calls still open then become
   * records with outcome `lost`. Never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (!this.#options.enabled) return;
      this.#guard(() => {
        for (const call of this.#late) call.flushLate();
      });
      this.#calls.stop();
      await this.#queue.close(this.#options.close_ms_max).catch((error) => this.#fail(String(error), ""));
    })();
    return this.#closing;
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(`A value of the engine could not be recorded: ${describe(error)}`, "");
    }
  }

  #fail(message: string, code: string): void {
    this.#failed += 1;
    this.#lastFailure = message;
    this.#tell("failure", { message, code });
  }

  #tell<E extends keyof HistoryEvents>(event: E, detail: HistoryEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        const result = (listener as (detail: HistoryEvents[E]) => unknown)(detail);
        if (result instanceof Promise) result.catch(() => {});
      } catch {
        // A listener's mistake is the engine's own; it must not stop the recording.
      }
    }
  }
}

function describe(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error that cannot be read";
  }
}

const disabledReceipt: Receipt = { id: "", durable: false, reason: "CALL_HISTORY_ENABLED is false." };
const disabledCall: Call = {
  id: "",
  ended: false,
  addMessage() {},
  addSegment() {},
  addTurn() {},
  addToolCall() {},
  bargeIn() {},
  speech() {},
  set() {},
  end: () => Promise.resolve(disabledReceipt),
};

/**
 * Opens the call history of an engine. Resolves when the journal is ready, or has failed for the first time (the engine
 * goes on; `stats()` and the events tell). Rejects only for a bad option, with a sentence that names it.
 */
export async function openCallHistory(options: CallHistoryOptions = {}): Promise<CallHistory> {
  return new CallHistory(checkOptions(options, process.env)).start();
}
