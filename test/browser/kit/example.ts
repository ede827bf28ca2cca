/** An example of ours that serves: started as a person starts it, found by the address it prints. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export interface Example {
  readonly url: string;
  /** Asks it to end, and waits until it has: then nobody writes into its folder any more. */
  close(): Promise<void>;
}

/** `name` is a file under examples/, `dir` its data folder. Rejects with what it said when it ends before it serves. */
export async function startExample(name: string, dir: string): Promise<Example> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "../../../examples", name)], {
    env: { ...process.env, NODE_ENV: "production", NODE_OPTIONS: "", CALL_HISTORY_DIR: dir, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let said = "";
  const url = await new Promise<string>((found, failed) => {
    // It is listened to until its end: a pipe that nobody reads would stop it.
    const hear = (chunk: unknown) => {
      said += String(chunk);
      const address = /http:\S+(?=\s)/.exec(said);
      if (address) found(address[0]);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then(() => failed(new Error(`${name} ended without an address: ${said}`)), failed);
  });
  return {
    url,
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
