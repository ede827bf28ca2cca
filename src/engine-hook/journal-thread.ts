/** The journal's thread as the engine's thread sees it: lines go into a ring, and come back as a count of durable ones. */
import { Worker } from "node:worker_threads";
import type { EndAnswer } from "../store/journal/control.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./messages.ts";
import { RingWriter } from "./ring.ts";

interface ThreadEvents {
  /** So many lines more are durable, in the order in which they were sent. */
  durable(lines: number): void;
  hear(message: FromWorker): void;
  failed(error: Error): void;
  gone(): void;
}

export class JournalThread {
  readonly #worker: Worker;
  readonly #ring = new RingWriter();
  readonly #events: ThreadEvents;
  /** Durable lines that were told of. */
  #acked = 0;
  /** Messages heard. */
  #heard = 0;
  /** Numbers of the last question and of the last answer. */
  #asked = 0;
  #answered = 0;
  #kept = true;

  /** Throws where no thread can be started. */
  constructor(options: Omit<WorkerOptions, "ring">, events: ThreadEvents) {
    const url = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
    const workerData: WorkerOptions = { ...options, ring: this.#ring.shared };
    // The flags the engine was started with (a debugger, --input-type, preloaded modules) are no concern of this thread.
    const worker = new Worker(url, { workerData, name: "call-lake-journal", execArgv: [] });
    this.#worker = worker;
    this.#events = events;
    worker.on("message", (message: FromWorker) => this.#hear(message));
    worker.on("error", (error: Error) => events.failed(error));
    worker.on("exit", () => {
      this.collect();
      events.gone();
    });
  }

  /** Whether a question has no answer yet. */
  get isAsked(): boolean {
    return this.#asked !== this.#answered;
  }

  /** Sends a line of so many bytes of UTF-8; false where there is no room for it now. */
  send(text: string, bytes: number): boolean {
    return this.#ring.push(text, bytes) || this.#ring.pushMark(() => this.#post(text));
  }

  /** Everything sent is to be written now; `durable` is called for all of it, later, in a turn of its own. */
  ask(): void {
    this.#asked = this.#ring.ask();
  }

  /** Calls `durable` for what nobody has asked for, unless the thread has said something that must be heard first. */
  collect(): void {
    if (this.#ring.told === this.#heard) this.#settle(this.#ring.acked);
  }

  /** What became of a request to end a call. */
  answer(request: string, answer: EndAnswer): void {
    this.#post({ request, answer });
    this.#ring.wake();
  }

  /** Writes all that was sent and the last lines, which had no room, once, and ends. */
  close(last: readonly string[]): void {
    this.#post({ close: last });
    this.#ring.wake();
  }

  /** Whether the thread keeps the process alive. */
  keep(kept: boolean): void {
    if (kept === this.#kept) return;
    this.#kept = kept;
    if (kept) this.#worker.ref();
    else this.#worker.unref();
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    this.#heard += 1;
    if (message.kind === "written") {
      this.#answered = message.asked;
      this.#settle(message.acked);
    } else this.collect();
    this.#events.hear(message);
  }

  #settle(acked: number): void {
    const lines = (acked - this.#acked) | 0;
    this.#acked = acked;
    if (lines > 0) this.#events.durable(lines);
  }
}
