/** The query child: DuckDB in a process of its own, so that whatever happens to it costs one restart and no host. */
import { CHUNKS_AHEAD, type FromChild, type ToChild } from "./child-messages.ts";
import { openDuckdbEngine } from "./duckdb-engine.ts";
import type { QueryEngine } from "./engine.ts";
import { StatementError } from "./errors.ts";

interface Running {
  readonly abort: AbortController;
  /** Chunks sent and not yet taken. */
  ahead: number;
  wake: () => void;
}

const RSS_LOOK_MS = 50;

const running = new Map<number, Running>();
let engine: QueryEngine | undefined;

const say = (message: FromChild) => {
  if (process.connected) process.send?.(message);
};

async function run(message: Extract<ToChild, { kind: "run" }>): Promise<void> {
  const state: Running = { abort: new AbortController(), ahead: 0, wake: () => undefined };
  running.set(message.id, state);
  try {
    if (!engine) throw new StatementError("The query child was asked before it was opened.");
    const { statement, parameters, lane } = message;
    for await (const rows of engine.run(statement, parameters, state.abort.signal, undefined, lane)) {
      say({ kind: "rows", id: message.id, rows });
      state.ahead++;
      while (state.ahead >= CHUNKS_AHEAD && !state.abort.signal.aborted) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
    }
    say({ kind: "done", id: message.id });
  } catch (error) {
    fail(message.id, error);
  } finally {
    running.delete(message.id);
  }
}

async function copy(message: Extract<ToChild, { kind: "copy" }>): Promise<void> {
  const state: Running = { abort: new AbortController(), ahead: 0, wake: () => undefined };
  running.set(message.id, state);
  try {
    if (!engine) throw new StatementError("The query child was asked before it was opened.");
    await engine.copy(message.statement, message.parameters, state.abort.signal);
    say({ kind: "done", id: message.id });
  } catch (error) {
    fail(message.id, error);
  } finally {
    running.delete(message.id);
  }
}

async function execute(message: Extract<ToChild, { kind: "execute" }>): Promise<void> {
  try {
    await engine?.execute(message.statement, message.parameters);
    say({ kind: "done", id: message.id });
  } catch (error) {
    fail(message.id, error);
  }
}

function fail(id: number, error: unknown): void {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // A fatal error invalidates DuckDB's instance for good, and reopening one in the same process can corrupt the heap.
  if (error instanceof StatementError && error.fatal) {
    process.send?.({ kind: "failed", id, name, message } satisfies FromChild, () => process.exit(70));
    return;
  }
  say({ kind: "failed", id, name, message });
}

/** DuckDB's memory_limit does not count every text a function makes; the process's own size does. */
function leaveWhenTooBig(bytesMax: number | undefined): void {
  if (bytesMax === undefined) return;
  setInterval(() => {
    if (process.memoryUsage.rss() > bytesMax) process.exit(72);
  }, RSS_LOOK_MS).unref();
}

process.on("message", (message: ToChild) => {
  switch (message.kind) {
    case "open":
      openDuckdbEngine(message.options).then(
        (opened) => {
          engine = opened;
          leaveWhenTooBig(message.options.rss_bytes_max);
          say({ kind: "ready" });
        },
        (error: unknown) => {
          console.error("The query child cannot open DuckDB:", error);
          process.exit(71);
        },
      );
      return;
    case "run":
      void run(message);
      return;
    case "copy":
      void copy(message);
      return;
    case "execute":
      void execute(message);
      return;
    case "taken": {
      const state = running.get(message.id);
      if (!state) return;
      state.ahead--;
      state.wake();
      return;
    }
    case "interrupt": {
      const state = running.get(message.id);
      state?.abort.abort();
      state?.wake();
      return;
    }
  }
});

// The parent's end is ours too; a Ctrl-C at the terminal reaches us as well, but it is the parent who decides.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined);
