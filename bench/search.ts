/** Words in transcripts, all time: building the index and asking it, beside SQLite's LIKE. `--calls N --dir DIR --rounds N`. */
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { indexNext } from "../src/etl/search.ts";
import { openCallLake, parseFilter, parsePage, parseSearchPage, scopeOf } from "../src/query/index.ts";
import { type BenchRow, median, printRows, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";
import { openSeed } from "./seed.ts";

const everybody = scopeOf({ read_pii: true });
const BAR_MS = 60;
const QUESTIONS = [
  ["a frequent word", "the"],
  ["a medium word", "refund"],
  ["a rare word", "A1234567"],
  ["a word that is nowhere", "zzqqzz"],
  ["two words", "refund order"],
  ["a phrase", '"refund order"'],
  ["an accent left out", "munchen"],
  ["an accent typed", "münchen"],
  ["two Chinese characters", "订单"],
] as const;

/** Builds the index and asks it; `dir` is made if it is not there. */
export async function rows(calls = 100_000, dir = join(tmpdir(), `call-lake-bench-search-${calls}`), rounds = 7) {
  if (!existsSync(join(dir, "format.json"))) {
    mkdirSync(dir, { recursive: true });
    await makeCalls({ calls, dir });
  }
  const results: BenchRow[] = [await buildRow(dir, calls)];
  const lake = await openCallLake({ dir, engine: "child", memo_bytes_max: 0 });
  const seed = calls <= 100_000 ? await openSeed(join(dir, "seed.sqlite"), dir) : null;
  for (const [what, q] of QUESTIONS) {
    const filter = parseFilter(new URLSearchParams({ q }));
    const found = await lake.count(filter, everybody);
    const page = parsePage(new URLSearchParams());
    const newest = await timed(rounds, () => lake.list(filter, page, everybody));
    const best = await timed(3, () => lake.search(filter, parseSearchPage(new URLSearchParams()), everybody));
    const like = seed ? await timed(3, () => seed.words(q.replaceAll('"', ""))) : null;
    const beside = like === null ? "" : `SQLite LIKE ${short(like)} ms`;
    results.push({
      what: `first page, newest first: ${what} (${q}), in ${found.toLocaleString("en-US")} calls`,
      value: newest,
      unit: "ms",
      bar: `<= ${BAR_MS}`,
      beside: `${beside}${beside && ", "}ranked with snippets ${short(best)} ms`,
      ratio: like === null ? null : newest / like,
      ok: newest <= BAR_MS,
    });
  }
  seed?.close();
  await lake.close();
  return results;
}

async function buildRow(dir: string, calls: number): Promise<BenchRow> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let [parts, longest] = [0, 0];
  for (let began = performance.now(); await indexNext(dir); began = performance.now()) {
    parts++;
    longest = Math.max(longest, performance.now() - began);
  }
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  const bytes = sizeOf(join(dir, "search"));
  return {
    what: `index of ${calls.toLocaleString("en-US")} calls: ${parts} parts built, the longest in ${short(longest / 1000)} s`,
    value: bytes / calls,
    unit: "bytes a call",
    bar: "",
    beside: `${short(seconds)} s, ${short((used.user + used.system) / 1e6)} s of CPU, ${short(process.memoryUsage().rss / 2 ** 20)} MB at its end; data ${short(sizeOf(join(dir, "calls")) / calls)} bytes a call`,
    ratio: null,
    ok: true,
  };
}

function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

async function timed(rounds: number, work: () => Promise<unknown> | unknown): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { calls: { type: "string" }, dir: { type: "string" }, rounds: { type: "string" } },
  });
  const calls = Number(values.calls ?? 100_000);
  printRows("search", await rows(calls, values.dir, Number(values.rounds ?? 7)));
}
