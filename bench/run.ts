/** `npm run bench`: every bench beside this file that has rows(), one after the other, under the machine and the date. */
import { readdirSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { type BenchRow, printRows } from "./kit.ts";

const asked = process.argv.slice(2);
const names = readdirSync(import.meta.dirname)
  .filter(
    (name) =>
      name.endsWith(".ts") &&
      !["run.ts", "kit.ts", "words.ts", "seed.ts", "questions.ts", "make-calls.ts"].includes(name),
  )
  .map((name) => name.replace(/\.ts$/, ""))
  .filter((name) => asked.length === 0 || asked.includes(name));

const [cpu] = cpus();
console.log(
  `${new Date().toISOString().slice(0, 16)}Z, ${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${(totalmem() / 2 ** 30).toFixed(1)} GiB, ` +
    `Linux ${release()}, Node ${process.version}`,
);
if (names.length === 0) {
  console.error(`There is no bench called ${asked.join(" or ")}.`);
  process.exitCode = 2;
}
for (const name of names) {
  const bench = (await import(`./${name}.ts`)) as { rows?: () => Promise<BenchRow[]> };
  if (bench.rows) printRows(name, await bench.rows());
}
