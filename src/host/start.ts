/** `npm start`: a demo history on the first start, the panel, and a demo engine that keeps making calls. */
import { type Config, ConfigError, readConfig } from "./config.ts";
import { DemoEngine } from "./demo/engine-process.ts";
import { demoFolder, makeDemoHistory } from "./demo/history.ts";
import { Progress } from "./progress.ts";
import { type Served, servePanel } from "./serve.ts";

const log = (line: string) => console.log(line);
const stop = new AbortController();
// A second Ctrl-C ends at once: everything on disk survives that as well.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));

try {
  await run();
} catch (error) {
  if (stop.signal.aborted) {
    log("Stopped. What is there of the demo history is kept; the next start finishes it.");
  } else {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}
// Nothing may hold the process once all parts are closed.
process.exit();

async function run(): Promise<void> {
  const config = readConfig({ ...process.env, CALL_HISTORY_DIR: process.env["CALL_HISTORY_DIR"] || "demo-data" });
  const ours = await prepareHistory(config);
  let engine: DemoEngine | null = null;
  const served = await servePanel({ config, log, engine: () => engine });
  if (ours && config.enabled) {
    const { dir, publish_seconds, session_timeout_minutes } = config;
    engine = new DemoEngine({ dir, publish_seconds, session_timeout_minutes }, log);
  }
  log(`The panel is at ${served.url} (Ctrl-C stops it).`);
  if (engine) log("A demo engine runs as a process of its own; its calls appear as they end.");
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
  await closeAll(engine, served);
}

/** Makes the demo's history where the folder is new or half made; true if the folder is the demo's own. */
async function prepareHistory(config: Config): Promise<boolean> {
  const { dir, demo_calls } = config;
  const folder = await demoFolder(dir);
  if (folder.kind === "foreign") {
    log(`${dir} holds calls that are not the demo's: it is shown as it is, without demo history and demo engine.`);
    return false;
  }
  if (folder.kind === "demo" && folder.mark.state === "done") {
    if (process.env["DEMO_CALLS"] && folder.mark.calls !== demo_calls) {
      log(
        `${dir} holds a demo history of ${folder.mark.calls} calls already; remove the folder to get one of ${demo_calls}.`,
      );
    }
    return true;
  }
  const calls = folder.kind === "demo" ? folder.mark.calls : demo_calls;
  if (folder.kind === "demo") log(`The demo history in ${dir} was not finished; it is finished now.`);
  else if (calls > 0) log(`First start: making a demo history of ${calls} calls in ${dir}.`);
  const progress = new Progress("Demo history", calls, "calls");
  await makeDemoHistory({ dir, calls, signal: stop.signal, onProgress: (done) => progress.at(done) });
  if (calls > 0) progress.close();
  return true;
}

async function closeAll(engine: DemoEngine | null, served: Served): Promise<void> {
  log("Stopping: the engine ends its calls, then the panel closes.");
  const last = await engine?.close();
  await served.close();
  log(last ? `Stopped. ${last.calls_begun} calls were made, ${last.calls_durable} are durable.` : "Stopped.");
}
