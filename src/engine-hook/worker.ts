/** The journal's thread: commits in groups what the engine's thread sends, and tells it what is durable. */
import { setPriority } from "node:os";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { abandonedCalls } from "../store/journal/abandoned.ts";
import { answerRequest, type EndAnswer, takeRequests } from "../store/journal/control.ts";
import { writerDir } from "../store/journal/names.ts";
import { JournalWriter } from "../store/journal/writer.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./messages.ts";

const NICENESS = 10;
/** Requests to end a call are looked for this often. */
const TICK_MS = 100;
const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 5000;

class CommitLoop {
  readonly #port: MessagePort;
  readonly #dir: string;
  readonly #writer: JournalWriter;
  #pending: string[] = [];
  #waiting = false;
  #closing = false;
  #backOffMs = BACK_OFF_MS_MIN;
  #retry: NodeJS.Timeout | undefined;
  readonly #ticks: NodeJS.Timeout;

  constructor(port: MessagePort, options: WorkerOptions) {
    this.#port = port;
    this.#dir = options.dir;
    this.#writer = new JournalWriter(options);
    this.#writer.adopt(options.adopted, options.gone);
    port.on("message", (message: ToWorker) => this.#receive(message));
    this.#ticks = setInterval(() => this.#tick(), TICK_MS);
    void this.#begin(options.recover);
  }

  async #begin(recover: boolean): Promise<void> {
    if (recover) {
      try {
        const calls = await abandonedCalls(this.#dir);
        if (calls.length > 0) this.#tell({ kind: "abandoned", calls });
      } catch (error) {
        this.#tell({ kind: "failure", message: `Calls left open could not be read: ${String(error)}`, code: "" });
      }
    }
    if (this.#closing) return;
    // The first commit is empty: it makes the folder and the first segment.
    if (this.#commit()) this.#tell({ kind: "ready", writer: this.#writer.name ?? "" });
  }

  #receive(first: ToWorker): void {
    let message: ToWorker | undefined = first;
    // All that is queued goes into one group: one write, one fdatasync, one answer.
    while (message !== undefined) {
      if (message === "close") this.#closing = true;
      else if ("request" in message) this.#answer(message);
      else for (const line of message) this.#pending.push(line);
      message = receiveMessageOnPort(this.#port)?.message as ToWorker | undefined;
    }
    if (this.#pending.length > 0 ? !this.#waiting || this.#closing : this.#closing) this.#commit();
    if (this.#closing) this.#close();
  }

  /** True if everything is durable now. */
  #commit(): boolean {
    const count = this.#pending.length;
    try {
      this.#writer.write(this.#pending);
      this.#pending = [];
      const writer = this.#writer.name ?? "";
      if (this.#waiting) this.#tell({ kind: "resumed", writer });
      this.#waiting = false;
      this.#backOffMs = BACK_OFF_MS_MIN;
      if (count > 0) this.#tell({ kind: "written", count, writer });
      if (!this.#closing) this.#writer.tick();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #tick(): void {
    const name = this.#writer.name;
    if (name !== null) {
      const requests = takeRequests(writerDir(this.#dir, name));
      if (requests.length > 0) this.#tell({ kind: "asked", requests });
    }
    if (this.#waiting) return;
    try {
      this.#writer.tick();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The writer may have a new name by now: then nobody waits for the answer any more. */
  #answer({ request, answer }: { request: string; answer: EndAnswer }): void {
    const name = this.#writer.name;
    if (name !== null) answerRequest(writerDir(this.#dir, name), request, answer);
  }

  #fail(error: unknown): void {
    const { message, code } = error as NodeJS.ErrnoException;
    this.#tell({ kind: "failure", message: String(message), code: code ?? "" });
    this.#waiting = true;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#commit(), this.#backOffMs);
    this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS_MAX);
  }

  #close(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#ticks);
    this.#writer.close();
    this.#tell({ kind: "closed" });
    this.#port.close();
  }

  #tell(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

/** Live audio comes first: on Linux a thread has a niceness of its own, so this one never pushes the engine's aside. */
function standBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(NICENESS);
  } catch {
    // Not permitted: then it competes as an equal.
  }
}

if (parentPort) standBack();
if (parentPort) new CommitLoop(parentPort, workerData as WorkerOptions);
