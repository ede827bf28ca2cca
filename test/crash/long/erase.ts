/** The erasures of the long run: takes calls that are known to be there, and writes down before and after. */
import { constants, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { erase } from "../../../src/etl/index.ts";

const [dir = "", acknowledged = "", , ...makers] = process.argv.slice(2);
const file = openSync(acknowledged, constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND | constants.O_SYNC);

console.info("started");
for (;;) {
  const lines = makers.filter((path) => existsSync(path)).flatMap((path) => readFileSync(path, "utf8").split("\n"));
  const known = lines.filter((line) => line.length === 36);
  const ids = [...new Set(Array.from({ length: 3 }, () => known[Math.floor(Math.random() * known.length)] ?? ""))];
  const named = ids.filter((id) => id !== "");
  for (const id of named) writeSync(file, `${id} begun\n`);
  if (named.length > 0) {
    const receipt = await erase(dir, { ids: named }, { who: "test" });
    // Pending ones are hidden as well: nobody may see them again.
    if (receipt.deleted + receipt.pending > 0) for (const id of named) writeSync(file, `${id} erased\n`);
  }
  await sleep(300);
}
