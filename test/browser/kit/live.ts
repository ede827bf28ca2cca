/** An engine in another process, writing through the real hook into a server's folder, for tests of one file. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Order } from "../../api/live-engine.ts";

export interface LiveEngine {
  /** Resolves when all of them have been carried out. */
  tell(...orders: Order[]): Promise<void>;
  kill(): Promise<void>;
}

/** Whoever starts it ends it. */
export async function startEngine(dir: string): Promise<LiveEngine> {
  const child: ChildProcess = fork(new URL("../../api/live-engine.ts", import.meta.url), [dir], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  await once(child, "message");
  return {
    tell: async (...orders) => {
      let left = orders.length;
      const done = new Promise<void>((resolve) => {
        child.on("message", function heard() {
          left -= 1;
          if (left > 0) return;
          child.off("message", heard);
          resolve();
        });
      });
      for (const order of orders) child.send(order);
      await done;
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
