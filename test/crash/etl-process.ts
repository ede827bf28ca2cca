/** The etl's loop for the process test, in a process that can be killed. */
import { runEtl } from "../../src/etl/index.ts";

const [dir = ""] = process.argv.slice(2);
await runEtl({ dir, publish_seconds: 1, log: (line) => /failed/.test(line) && console.error(line) });
