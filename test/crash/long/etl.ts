/** The etl of the long run: retention starts again with each process, compaction and rollups between. */
import { runEtl } from "../../../src/etl/index.ts";

const [dir = ""] = process.argv.slice(2);
console.info("started");
await runEtl({ dir, publish_seconds: 1, log: (line) => /failed/.test(line) && console.error(line) });
