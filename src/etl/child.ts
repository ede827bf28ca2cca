/** The etl's process: runs the loop, does what its parent asks, and ends with it. */
import type { FromChild, ToChild } from "./child-messages.ts";
import { erase } from "./erase.ts";
import { checkEtlOptions, type EtlOptions, publishNow, runEtl } from "./run.ts";

const stop = new AbortController();
const tell = (message: FromChild) => {
  if (process.connected) process.send?.(message);
};
const log = (line: string) => tell({ kind: "log", line });
let settings: EtlOptions | undefined;

async function start(options: EtlOptions): Promise<void> {
  settings = options;
  tell({ kind: "ready" });
  // A spoilt DuckDB stays spoilt in this process: the parent starts another one.
  await runEtl({ ...options, log, signal: stop.signal, on_fatal: () => process.exit(70) });
  process.exit(0);
}

async function work(message: ToChild & { kind: "task" }): Promise<void> {
  const { number } = message;
  try {
    if (settings === undefined) throw new Error("The etl process was asked before it was started.");
    const { dir, retention_days, retention_rules } = settings;
    const options = { log, retention_rules, ...(retention_days === undefined ? {} : { retention_days }) };
    const answer =
      message.task === "erase"
        ? await erase(dir, message.given.request, { who: message.given.who }, options)
        : await publishNow(dir, { ...options, seal_grace_ms: checkEtlOptions(settings).sealGraceMs });
    tell({ kind: "answer", number, answer });
  } catch (error) {
    tell({ kind: "failed", number, message: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (message: ToChild) => {
  if (message.kind === "close") stop.abort();
  else if (message.kind === "task") void work(message);
  else
    start(message.settings).catch((error: unknown) => {
      log(`The etl process ends: ${String(error)}`);
      process.exit(1);
    });
});
// Without its parent nobody would stop it. Every step survives a kill, so it need not wait for one.
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => stop.abort());
// Ctrl-C reaches the whole group; the parent closes us when it is done.
process.on("SIGINT", () => {});
