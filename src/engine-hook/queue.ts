/** The bounded queue between the engine's thread and the journal's thread. */
import type { AbandonedCall } from "../store/journal/abandoned.ts";
import type { EndAnswer, EndRequest } from "../store/journal/control.ts";
import { LINE_BYTES_MAX } from "../store/journal/line.ts";
import type { WriterOptions } from "../store/journal/writer.ts";
import { JournalThread } from "./journal-thread.ts";
import type { FromWorker } from "./messages.ts";

/** So much is with the worker at a time; the rest waits here, where it can still be taken back. */
const FLIGHT_BYTES_MAX = 8 * 1024 * 1024;
/** What a queued line costs beside its text. */
const LINE_OVERHEAD_BYTES = 128;
/** So many records are asked for at once, that the worker may write the first while the engine still makes the next. */
const ASK_RECORDS = 48;
/** So many bytes of events on their way are asked for, before their time has come. */
const ASK_BYTES = 1024 * 1024;
/** What became of events, for which nobody waits, is looked at this often. */
const LOOK_MS = 40;
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5000;

/** Undefined: durable. Otherwise why not. */
type Settle = (reason: string | undefined) => void;

export interface Queued {
  /** Null once it was written, dropped or taken back. */
  text: string | null;
  readonly bytes: number;
  /** Lines are numbered as they come. */
  readonly serial: number;
  /** Whether it is with the worker; then it cannot be taken back. */
  sent: boolean;
  /** Null for an event of a live call, which nobody waits for. */
  readonly settle: Settle | null;
  /** Called once nothing more becomes of the line; made by the first who waits. */
  gone?: (() => void)[];
}

export interface QueueEvents {
  failure(message: string, code: string): void;
  resumed(): void;
  dropped(events: number, records: number): void;
  /** Calls that earlier processes left open; told once, before the queue has started. */
  recovered(calls: readonly AbandonedCall[]): void;
  /** Somebody asks for the end of a call. */
  asked(request: EndRequest): Promise<EndAnswer>;
  /** The events so far of all open calls, for a new worker. */
  openLines(): string[];
}

export class JournalQueue {
  readonly #options: WriterOptions;
  readonly #bytesMax: number;
  readonly #events: QueueEvents;
  #thread: JournalThread | null = null;
  #held: Queued[] = [];
  #flight: Queued[] = [];
  #flightHead = 0;
  #flightBytes = 0;
  #evictFrom = 0;
  #asking = false;
  /** Records since the last question to the worker. */
  #unasked = 0;
  #untoldEvents = 0;
  #untoldRecords = 0;
  #restartMs = RESTART_MS_MIN;
  #restart: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #closed: (() => void) | null = null;
  #reported: (() => void) | null = null;
  #open = true;

  queued = 0;
  queuedBytes = 0;
  accepted = 0;
  written = 0;
  dropped = 0;
  superseded = 0;
  recordsAccepted = 0;
  recordsWritten = 0;
  recordsDropped = 0;
  /** Lines cannot be written at the moment. */
  waiting = false;
  writer = "";

  constructor(options: WriterOptions, bytesMax: number, events: QueueEvents) {
    this.#options = options;
    this.#bytesMax = bytesMax;
    this.#events = events;
  }

  /** Resolves when the worker has its first segment, or has failed at it for the first time. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#reported = resolve;
      this.#startThread();
    });
  }

  /** Queues a line; `settle` marks it as a record. A dropped one is settled at once and comes back as null. */
  add(text: string, settle: Settle | null): Queued | null {
    const bytes = Buffer.byteLength(text) + LINE_OVERHEAD_BYTES;
    this.accepted += 1;
    if (settle) this.recordsAccepted += 1;
    if (!this.#open) return this.#drop(settle, "The call history is closed.");
    if (bytes > LINE_BYTES_MAX) return this.#drop(settle, `A line of ${bytes} bytes is longer than the journal takes.`);
    if (settle && this.queuedBytes + bytes > this.#bytesMax)
      this.#evictEvents(this.queuedBytes + bytes - this.#bytesMax);
    if (this.queuedBytes + bytes > this.#bytesMax) {
      return this.#drop(settle, `The queue is full: ${this.queuedBytes} of ${this.#bytesMax} bytes wait for the disk.`);
    }
    const line: Queued = { text, bytes, serial: this.accepted, sent: false, settle };
    this.queued += 1;
    this.queuedBytes += bytes;
    if (this.#held.length > 0 || !this.#send(line)) this.#held.push(line);
    if (settle) this.#unasked += 1;
    if (this.#unasked >= ASK_RECORDS) this.#ask();
    else if (settle || this.#isCrowded()) this.#askSoon();
    this.#looking ??= setTimeout(() => this.#look(), LOOK_MS);
    return line;
  }

  /** Takes back events whose call has ended meanwhile: its record says all that they say. */
  supersede(lines: readonly Queued[]): void {
    for (const line of lines) {
      if (line.text === null || line.sent) continue;
      this.#forget(line);
      this.superseded += 1;
    }
  }

  /** Resolves when nothing waits any more of what waits now: true if all of it is on disk, false if some was dropped. */
  flush(): Promise<boolean> {
    if (this.#isFlying()) this.#ask();
    return this.#goneUpTo(this.accepted, this.dropped);
  }

  /** Writes what can be written within `msMax`; whatever then still waits is settled as not durable. */
  async close(msMax: number): Promise<void> {
    if (!this.#open) return;
    this.#tellDropped();
    this.#open = false;
    clearTimeout(this.#restart);
    clearTimeout(this.#looking);
    const thread = this.#thread;
    if (thread) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#closed = resolve;
        timer = setTimeout(resolve, msMax);
        thread.keep(true);
        thread.close(this.#takeHeld());
      });
      clearTimeout(timer);
      this.#thread = null;
      await thread.terminate();
    }
    for (const line of [...this.#flight.slice(this.#flightHead), ...this.#held]) {
      if (line.text === null) continue;
      this.#forget(line);
      this.#drop(line.settle, "The call history was closed before the disk took the record.");
    }
    this.#tellDropped();
  }

  /** A line may be taken back while one before it is still on its way: each time the last one left is looked for. */
  #goneUpTo(serial: number, dropped: number): Promise<boolean> {
    const waits = (line: Queued) => line.text !== null && line.serial <= serial;
    const last = this.#held.findLast(waits) ?? this.#flight.findLast(waits);
    if (!last) return Promise.resolve(this.#open && this.dropped === dropped);
    return new Promise((resolve) => {
      last.gone ??= [];
      last.gone.push(() => resolve(this.#goneUpTo(serial, dropped)));
    });
  }

  #startThread(): void {
    try {
      const recover = this.#reported !== null;
      const options = { ...this.#options, adopted: this.#events.openLines(), gone: this.writer, recover };
      const thread = new JournalThread(options, {
        durable: (lines) => this.#settle(lines),
        hear: (message) => this.#hear(message),
        failed: (error) => this.#events.failure(`The journal's thread failed: ${error.message}`, ""),
        gone: () => this.#thread === thread && this.#threadGone(),
      });
      this.#thread = thread;
    } catch (error) {
      this.#events.failure(`The journal's thread did not start: ${String(error)}`, "");
      this.#threadGone();
    }
    // A first report that never comes must not hold up the engine.
    if (this.#reported) setTimeout(() => this.#report(), 5000).unref();
    this.#keepWhileBusy();
  }

  /** The thread is dead (out of memory, say): the next one gets what was not acknowledged and the open calls. */
  #threadGone(): void {
    this.#thread = null;
    this.#report();
    this.#closed?.();
    if (!this.#open) return;
    this.waiting = true;
    const flight = this.#flight.slice(this.#flightHead);
    for (const line of flight) line.sent = false;
    this.#held = [...flight, ...this.#held];
    this.#evictFrom = 0;
    this.#flight = [];
    this.#flightHead = 0;
    this.#flightBytes = 0;
    this.#events.failure("The journal's thread is gone; a new one is started.", "");
    this.#restart = setTimeout(() => {
      this.#startThread();
      this.#sendHeld();
    }, this.#restartMs);
    this.#restart.unref();
    this.#restartMs = Math.min(this.#restartMs * 2, RESTART_MS_MAX);
  }

  #hear(message: FromWorker): void {
    if (message.kind === "written") this.writer = message.writer;
    else if (message.kind === "ready" || message.kind === "resumed") {
      this.writer = message.writer;
      const wasWaiting = this.waiting;
      this.waiting = false;
      this.#report();
      this.#sendHeld();
      if (this.#isFlying()) this.#ask();
      if (wasWaiting) this.#events.resumed();
    } else if (message.kind === "failure") {
      this.waiting = true;
      this.#report();
      this.#events.failure(message.message, message.code);
    } else if (message.kind === "abandoned") this.#events.recovered(message.calls);
    else if (message.kind === "asked") {
      for (const request of message.requests) void this.#pass(request);
    } else this.#closed?.();
    this.#keepWhileBusy();
  }

  async #pass(request: EndRequest): Promise<void> {
    const answer = await this.#events.asked(request);
    this.#thread?.answer(request.request, answer);
  }

  #report(): void {
    this.#reported?.();
    this.#reported = null;
  }

  /** The first lines on their way are durable. */
  #settle(lines: number): void {
    for (let count = lines; count > 0; count -= 1) this.#settleFirst();
    this.#restartMs = RESTART_MS_MIN;
    this.#sendHeld();
  }

  #settleFirst(): void {
    const line = this.#flight[this.#flightHead];
    if (!line) return;
    this.#flightHead += 1;
    if (this.#flightHead > 1024 && this.#flightHead * 2 > this.#flight.length) {
      this.#flight = this.#flight.slice(this.#flightHead);
      this.#flightHead = 0;
    }
    this.#flightBytes -= line.bytes;
    this.#forget(line);
    this.written += 1;
    if (!line.settle) return;
    this.recordsWritten += 1;
    line.settle(undefined);
  }

  /** False if the line has to be held here. */
  #send(line: Queued): boolean {
    const { text } = line;
    if (!this.#thread || text === null || this.#flightBytes >= FLIGHT_BYTES_MAX) return false;
    if (!this.#thread.send(text, line.bytes - LINE_OVERHEAD_BYTES)) return false;
    this.#fly(line);
    return true;
  }

  #fly(line: Queued): void {
    line.sent = true;
    this.#flight.push(line);
    this.#flightBytes += line.bytes;
  }

  #isFlying(): boolean {
    return this.#flightHead < this.#flight.length;
  }

  /** Sends what is held, as far as there is room; more goes when that has been answered for. */
  #sendHeld(): void {
    if (this.#held.length === 0) return;
    let taken = 0;
    for (const line of this.#held) {
      if (line.text !== null && !this.#send(line)) break;
      taken += 1;
    }
    this.#held = this.#held.slice(taken);
    this.#evictFrom = Math.max(0, this.#evictFrom - taken);
    this.#ask();
  }

  /** What is held goes by another road. */
  #takeHeld(): string[] {
    const texts: string[] = [];
    for (const line of this.#held) {
      if (line.text === null) continue;
      texts.push(line.text);
      this.#fly(line);
    }
    this.#held = [];
    return texts;
  }

  /** Events that nobody waits for are asked for all the same where they fill the queue. */
  #isCrowded(): boolean {
    return this.#held.length > 0 || this.#flightBytes > ASK_BYTES || this.queuedBytes * 2 > this.#bytesMax;
  }

  /** One question for all that is added before the engine's own code has finished its turn. */
  #askSoon(): void {
    if (this.#asking) return;
    this.#asking = true;
    queueMicrotask(() => {
      this.#asking = false;
      this.#tellDropped();
      this.#ask();
    });
  }

  /** Nobody asks a thread that waits for the disk: it says by itself when it writes again, and is asked then. */
  #ask(): void {
    this.#unasked = 0;
    if (!this.#thread || this.waiting) return;
    this.#thread.ask();
    this.#keepWhileBusy();
  }

  /** What has become of events? Also keeps a process that has finished until they are on disk, unless it takes none. */
  #look(): void {
    this.#looking = undefined;
    this.#thread?.collect();
    if (this.#isFlying() && !this.waiting && this.#open) this.#looking = setTimeout(() => this.#look(), LOOK_MS);
  }

  /** An engine that has finished is kept alive while somebody waits for lines, but not by a disk that takes none. */
  #keepWhileBusy(): void {
    const isBusy = this.#reported !== null || (this.#thread?.isAsked === true && !this.waiting);
    if (isBusy || this.#open) this.#thread?.keep(isBusy);
  }

  #evictEvents(bytes: number): void {
    let left = bytes;
    while (left > 0 && this.#evictFrom < this.#held.length) {
      const line = this.#held[this.#evictFrom];
      this.#evictFrom += 1;
      if (!line || line.settle || line.text === null) continue;
      left -= line.bytes;
      this.#forget(line);
      this.#drop(null, "");
    }
  }

  #forget(line: Queued): void {
    line.text = null;
    this.queued -= 1;
    this.queuedBytes -= line.bytes;
    // After the line itself is counted as written or dropped.
    if (line.gone)
      queueMicrotask(() => {
        for (const tell of line.gone ?? []) tell();
      });
  }

  #drop(settle: Settle | null, reason: string): null {
    this.dropped += 1;
    if (settle) {
      this.recordsDropped += 1;
      this.#untoldRecords += 1;
      settle(reason);
    } else this.#untoldEvents += 1;
    if (this.#open) this.#askSoon();
    return null;
  }

  #tellDropped(): void {
    const [events, records] = [this.#untoldEvents, this.#untoldRecords];
    this.#untoldEvents = 0;
    this.#untoldRecords = 0;
    if (events + records > 0) this.#events.dropped(events, records);
  }
}
