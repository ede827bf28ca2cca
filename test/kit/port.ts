/** Ports for what is stopped and started again under the same address. */
import { createServer } from "node:net";

/** Below the ports that a system gives out by itself: meanwhile nobody else is given it, as a server or as a caller. */
const [FIRST, COUNT] = [12_000, 8000];

/** A port of 127.0.0.1 on which nobody listens, and that stays free while its owner is away. */
export async function lastingPort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
