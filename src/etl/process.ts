/** The etl as a supervised child process: a crash of DuckDB or of a merge costs one restart, never the host. */
import { type ChildProcess, fork } from "node:child_process";
import type { EtlSettings, EtlTask, EtlTasks, FromChild, ToChild } from "./child-messages.ts";
import type { EraseReceipt, EraseRequest } from "./erase.ts";
import type { PublishReport } from "./publish.ts";
import { checkEtlOptions } from "./run.ts";

export interface EtlProcessOptions extends EtlSettings {
  readonly log?: (line: string) => void;
}

export interface EtlProcess {
  /** Of the child that runs now; undefined between two. */
  readonly pid: number | undefined;
  /** Erases for good; rejects if the child dies meanwhile, and its successor then finishes what was begun. */
  erase(request: EraseRequest, by: { who: string }): Promise<EraseReceipt>;
  /** Publishes all that can be published at once. */
  publishNow(): Promise<PublishReport>;
  /** Ends the child after the step it is in. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

const BACK_OFF_MS = { min: 100, max: 10_000, calm_after: 60_000 };
const CLOSE_MS_MAX = 10_000;
const entry = new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url);

/** Starts the etl in a child process and resolves when it runs. Throws a sentence for an option out of range. */
export async function startEtlProcess(options: EtlProcessOptions): Promise<EtlProcess> {
  checkEtlOptions(options);
  const child = new Supervised(options);
  await child.ready();
  return child;
}

class Supervised implements EtlProcess {
  readonly #options: EtlProcessOptions;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #number = 0;
  #backOff = BACK_OFF_MS.min;
  #restart: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: EtlProcessOptions) {
    this.#options = options;
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  erase(request: EraseRequest, by: { who: string }): Promise<EraseReceipt> {
    return this.#ask("erase", { request, who: by.who });
  }

  publishNow(): Promise<PublishReport> {
    return this.#ask("publish", null);
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#restart);
    // Nobody may be waiting for it: then the rejection is nobody's.
    this.#ready.promise.catch(() => {});
    this.#ready.reject(new Error("The etl process is closed."));
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    // Every step survives a kill: one that takes too long is cut off.
    const kill = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS_MAX);
    this.#tell({ kind: "close" });
    await gone;
    clearTimeout(kill);
  }

  #start(): void {
    const started = performance.now();
    const child = fork(entry, [], {
      // Memory that the etl does not need at the moment is the host's: a small nursery, and few arenas.
      execArgv: ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=4"],
      env: { MALLOC_ARENA_MAX: "2", ...process.env },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (message: FromChild) => this.#hear(message));
    child.on("error", (error) => this.#options.log?.(`The etl process: ${error.message}`));
    child.on("exit", (code, signal) => this.#ended(code, signal, performance.now() - started));
    const { dir, publish_seconds, retention_days, retention_rules, seal_grace_seconds } = this.#options;
    const settings = {
      dir,
      ...(retention_rules === undefined ? {} : { retention_rules }),
      ...(publish_seconds === undefined ? {} : { publish_seconds }),
      ...(retention_days === undefined ? {} : { retention_days }),
      ...(seal_grace_seconds === undefined ? {} : { seal_grace_seconds }),
    };
    this.#tell({ kind: "start", settings });
  }

  #hear(message: FromChild): void {
    if (message.kind === "ready") {
      this.#isReady = true;
      this.#ready.resolve();
    } else if (message.kind === "log") this.#options.log?.(message.line);
    else this.#settle(message);
  }

  #settle(message: FromChild & { kind: "answer" | "failed" }): void {
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === "answer") waiting?.resolve(message.answer as never);
    else waiting?.reject(new Error(message.message));
  }

  #ended(code: number | null, signal: string | null, lived_ms: number): void {
    this.#child = undefined;
    const why = `The etl process ended (${signal ?? `exit code ${code}`}); what it had begun is finished by its successor.`;
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(why));
    this.#waiting.clear();
    if (this.#closing) return;
    // A `ready` that has resolved was the dead child's; whoever waits for one that has not goes on waiting.
    if (this.#isReady) this.#ready = Promise.withResolvers();
    this.#isReady = false;
    this.#backOff = lived_ms > BACK_OFF_MS.calm_after ? BACK_OFF_MS.min : this.#backOff;
    this.#options.log?.(`${why} The next one starts in ${this.#backOff} ms.`);
    this.#restart = setTimeout(() => this.#start(), this.#backOff);
    this.#backOff = Math.min(this.#backOff * 2, BACK_OFF_MS.max);
  }

  #tell(message: ToChild): void {
    this.#child?.send(message, () => {
      // A child that died before it heard us is reported by its `exit`.
    });
  }

  async #ask<T extends EtlTask>(task: T, given: EtlTasks[T]["given"]): Promise<EtlTasks[T]["answer"]> {
    if (this.#closing) throw new Error("The etl process is closed.");
    await this.#ready.promise;
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      if (this.#child === undefined) return reject(new Error("The etl process is being restarted; ask again."));
      this.#waiting.set(number, { resolve: resolve as (answer: never) => void, reject });
      this.#tell({ kind: "task", number, task, given } as ToChild);
    });
  }
}
