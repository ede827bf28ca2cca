/** Starts and kills a backend that is a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface Backend {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: nothing is tidied up. */
  kill(): Promise<void>;
}

/** Resolves when it listens. `port` 0 takes a free one. */
export async function startBackend(dir: string, port = 0): Promise<Backend> {
  const args = [
    "--disable-warning=ExperimentalWarning",
    join(import.meta.dirname, "backend-process.ts"),
    dir,
    String(port),
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  const listening = new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`The backend ended with code ${code}: ${out}`)));
    child.stdout?.on("data", (bytes: Buffer) => {
      out += bytes.toString();
      const told = /port (\d+)/.exec(out)?.[1];
      if (told) resolve(Number(told));
    });
  });
  const taken = await listening;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

export async function post(url: string, json: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(json), headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
