/** An engine in another process, writing through the real hook into a server's folder, for tests of one file. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Order } from "../../api/live-engine.ts";

export interface LiveEngine {
  tell(order: Order): Promise<void>;
  kill(): Promise<void>;
}

/** Whoever starts it ends it. */
export async function startEngine(dir: string): Promise<LiveEngine> {
  const child: ChildProcess = fork(new URL("../../api/live-engine.ts", import.meta.url), [dir], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await once(child, "message");
  return {
    tell: async (order) => {
      const done = once(child, "message");
      child.send(order);
      await done;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
