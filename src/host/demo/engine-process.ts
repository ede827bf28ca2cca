/** Supervises the demo engine's process: starts it, starts it again when it dies, keeps what it told last. */
import { type ChildProcess, fork } from "node:child_process";
import type { HistoryStats } from "../../engine-hook/index.ts";

export interface EngineSettings {
  readonly dir: string;
  readonly publish_seconds: number;
  readonly session_timeout_minutes: number;
}

/** What the engine tells its host. */
export type EngineReport =
  | { kind: "report"; calls_begun: number; calls_durable: number; active_calls: number; hook: HistoryStats }
  | { kind: "trouble"; message: string };

export interface EngineState {
  readonly state: "none" | "running" | "restarting" | "stopped";
  /** The state as a sentence. */
  readonly words: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly active_calls: number;
  readonly calls_begun: number;
  readonly calls_durable: number;
}

const RESTART_MS = 1_000;
const CLOSE_MS_MAX = 15_000;
const entry = new URL(import.meta.url.endsWith(".ts") ? "./engine.ts" : "./engine.js", import.meta.url);

/** The engine as its host sees it. */
export class DemoEngine {
  readonly #settings: EngineSettings;
  readonly #log: (line: string) => void;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #report: Extract<EngineReport, { kind: "report" }> | undefined;
  /** What engines before this one did. */
  #before = { calls_begun: 0, calls_durable: 0 };
  #restarts = 0;
  #closing = false;

  constructor(settings: EngineSettings, log: (line: string) => void) {
    this.#settings = settings;
    this.#log = log;
    this.#start();
  }

  /** What is known of it now. */
  get state(): EngineState {
    const { calls_begun = 0, calls_durable = 0, active_calls = 0 } = this.#report ?? {};
    const pid = this.#child?.pid ?? null;
    const state = this.#closing ? "stopped" : pid === null ? "restarting" : "running";
    const words = {
      running: `The demo engine runs as process ${pid} and records its calls through the hook.`,
      restarting: "The demo engine ended unexpectedly and is being started again; its open calls become lost.",
      stopped: "The demo engine is stopped.",
    }[state];
    return {
      state,
      words,
      pid,
      restarts: this.#restarts,
      active_calls: pid ? active_calls : 0,
      calls_begun: this.#before.calls_begun + calls_begun,
      calls_durable: this.#before.calls_durable + calls_durable,
    };
  }

  /** The counters of its hook, once it has told them. */
  get hook(): HistoryStats | null {
    return this.#report?.hook ?? null;
  }

  /** Asks it to end its calls and waits until it is gone; a process that hangs is killed. Resolves to its last counts. */
  async close(): Promise<EngineState> {
    this.#closing = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      // Its last counts may be read after its exit is known, but never after its channel has ended.
      const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const heard = new Promise<void>((resolve) => {
        if (child.connected) child.once("disconnect", () => resolve());
        else resolve();
      });
      const kill = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS_MAX);
      if (child.connected) child.send("close", () => {});
      else child.kill("SIGTERM");
      await Promise.all([exited, heard]);
      clearTimeout(kill);
    }
    return this.state;
  }

  #start(): void {
    const child = fork(entry, [], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, CALL_LAKE_DEMO_ENGINE: JSON.stringify(this.#settings) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    child.on("message", (message: EngineReport) => {
      if (message.kind === "trouble") this.#log(`The demo engine's hook: ${message.message}`);
      else this.#report = message;
    });
    child.on("error", (error) => this.#log(`The demo engine: ${error.message}`));
    child.on("exit", (code, signal) => {
      this.#child = undefined;
      if (this.#closing) return;
      this.#restarts += 1;
      this.#before = { calls_begun: this.state.calls_begun, calls_durable: this.state.calls_durable };
      this.#report = undefined;
      this.#log(
        `The demo engine ended unexpectedly (${signal ?? `exit code ${code}`}); it is started again. The calls it had open become lost.`,
      );
      this.#timer = setTimeout(() => this.#start(), RESTART_MS);
    });
  }
}
