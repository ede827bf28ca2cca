/** One backup in a process that can be killed. */
import { backup } from "../../src/etl/index.ts";

const [dir = "", to = ""] = process.argv.slice(2);
await backup(dir, { to, keep: 2 });
