/** The engine the API uses: a supervised query child that is started again at once, whatever happened to it. */
import { type ChildProcess, fork } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { FromChild, ToChild } from "./child-messages.ts";
import type { EngineOptions, Lane, QueryEngine } from "./engine.ts";
import { abortError, EngineBusyError, EngineLostError, StatementError } from "./errors.ts";
import type { Parameter } from "./statement.ts";

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url);
/** A statement that has not stopped this long after its interrupt takes the child with it. */
const INTERRUPT_GRACE_MS = 2000;
/** A child that dies this young is started again with a pause, which doubles up to RESTART_PAUSE_MAX_MS. */
const YOUNG_MS = 1000;
const RESTART_PAUSE_MAX_MS = 5000;
const START_MAX_MS = 30_000;

interface Question {
  rows(rows: string[]): void;
  done(): void;
  failed(error: Error): void;
}

/** Starts the child and waits until it answers. Throws when it cannot be started at all. */
export async function openChildEngine(options: EngineOptions): Promise<ChildEngine> {
  const engine = new ChildEngine(options);
  await engine.ready();
  return engine;
}

export class ChildEngine implements QueryEngine {
  readonly kind = "child";
  readonly #options: EngineOptions;
  readonly #questions = new Map<number, Question>();
  #generation = 1;
  #ids = 0;
  #child: ChildProcess | undefined;
  #ready: Promise<void>;
  #pauseMs = 0;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#ready = this.#start();
    this.#ready.catch(() => undefined);
  }

  get generation(): number {
    return this.#generation;
  }

  /** Process id of the child, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Waits for a child that answers. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  async *run(
    statement: string,
    parameters: readonly Parameter[],
    signal?: AbortSignal,
    generation?: number,
    lane: Lane = "quick",
  ): AsyncIterable<string[]> {
    await this.#enter(generation);
    if (signal?.aborted) throw abortError();
    const id = ++this.#ids;
    const child = this.#child;
    const chunks: string[][] = [];
    let end: Error | "done" | null = null;
    let wake: () => void = () => undefined;
    this.#questions.set(id, {
      rows: (rows) => {
        chunks.push(rows);
        wake();
      },
      done: () => {
        end = "done";
        wake();
      },
      failed: (error) => {
        end = error;
        wake();
      },
    });
    const stop = () => {
      this.#interrupt(id, child);
      end ??= abortError();
      wake();
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      this.#say({ kind: "run", id, statement, parameters: [...parameters], lane });
      for (;;) {
        const chunk = chunks.shift();
        const ended = end as Error | "done" | null;
        if (signal?.aborted) throw abortError();
        if (chunk) {
          this.#say({ kind: "taken", id });
          yield chunk;
        } else if (ended === "done") return;
        else if (ended) throw ended;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      signal?.removeEventListener("abort", stop);
      // A reader that leaves in the middle of the answer has no more use for the rest of it.
      if (end === null) this.#interrupt(id, child);
    }
  }

  async copy(
    statement: string,
    parameters: readonly Parameter[],
    signal?: AbortSignal,
    generation?: number,
  ): Promise<void> {
    await this.#enter(generation);
    if (signal?.aborted) throw abortError();
    const id = ++this.#ids;
    const child = this.#child;
    let stop = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        this.#questions.set(id, { rows: () => undefined, done: resolve, failed: reject });
        stop = () => {
          this.#interrupt(id, child);
          reject(abortError());
        };
        signal?.addEventListener("abort", stop, { once: true });
        this.#say({ kind: "copy", id, statement, parameters: [...parameters] });
      });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  async execute(statement: string, parameters: readonly Parameter[], generation?: number): Promise<void> {
    await this.#enter(generation);
    const id = ++this.#ids;
    await new Promise<void>((resolve, reject) => {
      this.#questions.set(id, { rows: () => undefined, done: resolve, failed: reject });
      this.#say({ kind: "execute", id, statement, parameters: [...parameters] });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return this.#sweep();
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.disconnect();
    const late = setTimeout(() => child.kill("SIGKILL"), INTERRUPT_GRACE_MS);
    await gone;
    clearTimeout(late);
    await this.#sweep();
  }

  /** What a child that was killed has spilt, nobody else would remove. */
  #sweep(): Promise<void> {
    return rm(this.#options.temp_directory, { recursive: true, force: true });
  }

  /** Waits for the child; throws if it is another one than the caller has in mind. */
  async #enter(generation: number | undefined): Promise<void> {
    if (this.#closed) throw new EngineLostError("The query engine is closed.");
    try {
      await this.#ready;
    } catch (error) {
      throw new EngineLostError(error instanceof Error ? error.message : String(error));
    }
    if (generation !== undefined && generation !== this.#generation) {
      throw new EngineLostError("The query child was started anew.");
    }
  }

  #say(message: ToChild): void {
    // A failing send is followed by the exit event, which fails every open question.
    this.#child?.send(message, () => undefined);
  }

  /** Asks the child to stop a statement, and stops the child if it does not. */
  #interrupt(id: number, child: ChildProcess | undefined): void {
    const question = this.#questions.get(id);
    if (!question || child !== this.#child) return;
    const late = setTimeout(() => child?.kill("SIGKILL"), INTERRUPT_GRACE_MS);
    const over = () => clearTimeout(late);
    this.#questions.set(id, { rows: () => undefined, done: over, failed: over });
    this.#say({ kind: "interrupt", id });
  }

  async #start(): Promise<void> {
    await this.#sweep();
    const bornAt = performance.now();
    const child = fork(fileURLToPath(ENTRY), [], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => child.kill("SIGKILL"), START_MAX_MS);
      child.on("message", (message: FromChild) => {
        if (message.kind === "ready") {
          clearTimeout(late);
          resolve();
        } else this.#hear(message);
      });
      child.once("error", (error) =>
        reject(new EngineLostError(`The query child cannot be started: ${error.message}`)),
      );
      child.once("exit", (code, signal) => {
        clearTimeout(late);
        const error = new EngineLostError(`The query child went away (${signal ?? `exit code ${code}`}).`);
        reject(error);
        this.#lost(error, performance.now() - bornAt);
      });
      child.send({ kind: "open", options: this.#options } satisfies ToChild, () => undefined);
    });
  }

  #lost(error: EngineLostError, ageMs: number): void {
    const open = [...this.#questions.values()];
    this.#questions.clear();
    // From now on, not from the next start on: who asks again meanwhile must not believe the old memory still there.
    this.#generation++;
    if (!this.#closed) {
      this.#pauseMs = ageMs > YOUNG_MS ? 0 : Math.min(this.#pauseMs * 2 || 50, RESTART_PAUSE_MAX_MS);
      const pause = new Promise<void>((resolve) => setTimeout(resolve, this.#pauseMs).unref());
      this.#ready = pause.then(() => {
        if (this.#closed) throw new EngineLostError("The query engine is closed.");
        return this.#start();
      });
      this.#ready.catch(() => undefined);
    }
    for (const question of open) question.failed(error);
  }

  #hear(message: Exclude<FromChild, { kind: "ready" }>): void {
    const question = this.#questions.get(message.id);
    if (!question) return;
    if (message.kind === "rows") {
      question.rows(message.rows);
      return;
    }
    this.#questions.delete(message.id);
    if (message.kind === "done") question.done();
    else question.failed(errorOf(message.name, message.message));
  }
}

function errorOf(name: string, message: string): Error {
  if (name === "AbortError") return abortError();
  if (name === "EngineBusyError") return new EngineBusyError(message);
  if (name === "EngineLostError") return new EngineLostError(message);
  return new StatementError(message);
}
