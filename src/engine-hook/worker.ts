/** The journal's thread: commits in groups what the engine's thread sends, and tells it what is durable. */
import { setPriority } from "node:os";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { abandonedCalls } from "../store/journal/abandoned.ts";
import { answerRequest, type EndAnswer, takeRequests } from "../store/journal/control.ts";
import { writerDir } from "../store/journal/names.ts";
import { JournalWriter } from "../store/journal/writer.ts";
import type { FromWorker, ToWorker, WorkerOptions } from "./messages.ts";
import { RingReader } from "./ring.ts";

const NICENESS = 10;
/** Requests to end a call are looked for this often. */
const TICK_MS = 100;
/**
 * An event of a live call waits so long for others to go with it: the bench showed a commit for each of them in the
 * loop delay of the engine. A record never waits, and takes all events along.
 */
const LINGER_MS = 20;
const NEVER = Number.POSITIVE_INFINITY;
const BACK_OFF_MS_MIN = 100;
const BACK_OFF_MS_MAX = 5000;

class CommitLoop {
  readonly #port: MessagePort;
  readonly #dir: string;
  readonly #writer: JournalWriter;
  readonly #ring: RingReader;
  /** Taken from the ring and not durable yet. */
  #pending: string[] = [];
  /** Lines too long for the ring, whose place in it has not been reached yet. */
  readonly #long: string[] = [];
  /** The last question that was answered. */
  #answered = 0;
  /** The name that was told last. */
  #name = "";
  #waiting = false;
  /** The last lines, once the end has been asked for. */
  #closing: readonly string[] | null = null;
  #backOffMs = BACK_OFF_MS_MIN;
  /** When the ring is looked into by itself; never while it is empty and has been so for a while. */
  #lookAt = 0;
  #retryAt = 0;
  #tickAt = 0;

  constructor(port: MessagePort, options: WorkerOptions) {
    this.#port = port;
    this.#dir = options.dir;
    this.#ring = new RingReader(options.ring);
    this.#writer = new JournalWriter(options);
    this.#writer.adopt(options.adopted, options.gone);
  }

  /** Ends when the history is closed. From here on the thread has no turns: it rests in the ring. */
  async run(recover: boolean): Promise<void> {
    if (recover) await this.#recover();
    // The first commit is empty: it makes the folder and the first segment.
    if (this.#commit()) this.#tell({ kind: "ready", writer: this.#name });
    while (!this.#closing) this.#turn();
    this.#close(this.#closing);
  }

  async #recover(): Promise<void> {
    try {
      const calls = await abandonedCalls(this.#dir);
      if (calls.length > 0) this.#tell({ kind: "abandoned", calls });
    } catch (error) {
      this.#tell({ kind: "failure", message: `Calls left open could not be read: ${String(error)}`, code: "" });
    }
  }

  #turn(): void {
    const { bell } = this.#ring;
    this.#hear();
    if (this.#closing) return;
    const now = performance.now();
    if (this.#waiting) {
      if (now >= this.#retryAt && this.#commit()) this.#lookAt = now;
    } else if (now >= this.#lookAt || this.#ring.asked !== this.#answered) this.#look();
    if (now >= this.#tickAt) this.#tick(now);
    this.#rest(bell);
  }

  /** All that is in the ring goes into one group: one write, one fdatasync, one answer. */
  #look(): void {
    const { asked } = this.#ring;
    this.#drain();
    const wrote = this.#pending.length > 0;
    // While events go on coming, one look in 20 ms takes all of them along; after an empty one a new event has to knock.
    this.#lookAt = wrote ? performance.now() + LINGER_MS : NEVER;
    if (wrote && !this.#commit()) return;
    if (asked !== this.#answered) this.#tell({ kind: "written", asked, acked: this.#ring.acked, writer: this.#name });
    this.#answered = asked;
  }

  /** Until the bell rings, or something is due. */
  #rest(bell: number): void {
    const now = performance.now();
    if (!this.#waiting && this.#lookAt === NEVER && !this.#ring.isEmpty) this.#lookAt = now + LINGER_MS;
    const due = this.#waiting ? this.#retryAt : this.#lookAt;
    this.#ring.rest(bell, Math.min(due, this.#tickAt) - now, due === NEVER);
  }

  #drain(): void {
    this.#ring.drain((line) => this.#pending.push(line ?? this.#longLine()));
  }

  /** It was posted before its place in the ring was taken. */
  #longLine(): string {
    if (this.#long.length === 0) this.#hear();
    return this.#long.shift() ?? "";
  }

  #hear(): void {
    for (;;) {
      const message = receiveMessageOnPort(this.#port)?.message as ToWorker | undefined;
      if (message === undefined) return;
      if (typeof message === "string") this.#long.push(message);
      else if ("request" in message) this.#answer(message);
      else this.#closing = message.close;
    }
  }

  /** True if all that was taken from the ring is durable now. */
  #commit(): boolean {
    const count = this.#pending.length;
    try {
      this.#writer.write(this.#pending);
      this.#pending = [];
      this.#nameIs(this.#writer.name ?? "");
      this.#ring.ack(count);
      this.#waiting = false;
      this.#backOffMs = BACK_OFF_MS_MIN;
      if (!this.#closing) this.#writer.tick();
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** Acknowledgements under another name are not looked at before that name was heard of. */
  #nameIs(writer: string): void {
    const isNew = writer !== this.#name && this.#name !== "";
    this.#name = writer;
    if (this.#waiting) this.#tell({ kind: "resumed", writer });
    else if (isNew) this.#tell({ kind: "written", asked: this.#answered, acked: this.#ring.acked, writer });
  }

  #tick(now: number): void {
    this.#tickAt = now + TICK_MS;
    const { name } = this.#writer;
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
    const { name } = this.#writer;
    if (name !== null) answerRequest(writerDir(this.#dir, name), request, answer);
  }

  #fail(error: unknown): void {
    const { message, code } = error as NodeJS.ErrnoException;
    this.#tell({ kind: "failure", message: String(message), code: code ?? "" });
    this.#waiting = true;
    this.#retryAt = performance.now() + this.#backOffMs;
    this.#backOffMs = Math.min(this.#backOffMs * 2, BACK_OFF_MS_MAX);
  }

  #close(last: readonly string[]): void {
    this.#drain();
    for (const line of last) this.#pending.push(line);
    this.#commit();
    this.#writer.close();
    this.#tell({ kind: "closed" });
    this.#port.close();
  }

  #tell(message: FromWorker): void {
    this.#ring.tells();
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
if (parentPort) {
  const options = workerData as WorkerOptions;
  void new CommitLoop(parentPort, options).run(options.recover);
}
