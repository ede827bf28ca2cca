/** `call-lake serve`: the panel and the etl over a data folder that engines write to. */
import { type Command, EXIT, print, stopSignal, tell } from "../command.ts";
import { servePanel } from "../serve.ts";

export const command: Command = {
  summary: "show a data folder in the admin panel, and run the etl beside it",
  usage: `call-lake serve [--dir DIR]

Listens on HOST (127.0.0.1) and PORT (8787); another address needs CALL_HISTORY_PASSWORD.
Runs until Ctrl-C or SIGTERM. With --json the first line is {"url": …}.`,
  options: {},
  async run(given) {
    given.noPositionals();
    const stop = stopSignal();
    const served = await servePanel({ config: given.config, log: tell });
    print(given.json ? JSON.stringify({ url: served.url }) : `The panel is at ${served.url} (Ctrl-C stops it).`);
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve));
    await served.close();
    return EXIT.ok;
  },
};
