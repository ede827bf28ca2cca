/** How each cost grows with the calls: `[--rounds N] [--processor] DIR …`, the data folders from the smallest to the largest. */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeDerived } from "../src/etl/derived.ts";
import { runJob } from "../src/etl/job.ts";
import { EVERYTHING, openCallLake } from "../src/query/index.ts";
import { DERIVED } from "../src/store/lake/derived.ts";
import { listFiles } from "../src/store/lake/listing.ts";
import { type BenchRow, median, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";
import { bytesIn, everybody, LISTS, processorMs, questionsTo, tenant, timed } from "./questions.ts";

interface Asked {
  readonly dirs: readonly string[];
  readonly rounds: number;
  /** Processor time, with the engine in this process, instead of time by the clock through the child as servers have it. */
  readonly processor: boolean;
}

interface Cost {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** One lake's costs, in the order of the table. */
interface Grown {
  readonly calls: number;
  readonly days: number;
  readonly costs: readonly Cost[];
}

const STARTS = 3;

async function grownOf(dir: string, asked: Asked): Promise<Grown> {
  const clock = asked.processor ? processorMs : () => performance.now();
  // What is kept of earlier answers would be all that is measured.
  const options = { dir, memo_bytes_max: 0, engine: asked.processor ? "in-process" : "child" } as const;
  const files = await listFiles(dir);
  const costs: Cost[] = [];
  const add = (what: string, value: number, unit = "ms") => {
    process.stderr.write(`${dir}: ${what}: ${short(value)} ${unit} (load ${loadavg()[0]?.toFixed(1)})\n`);
    costs.push({ what, value, unit });
  };
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const lake = await openCallLake(options);
    const began = clock();
    await questionsTo(lake, files).stats("");
    starts.push(clock() - began);
    await lake.close();
  }
  const lake = await openCallLake(options);
  try {
    const calls = await lake.count(EVERYTHING, everybody);
    const { last30, stats, list, facets, nextCall, nextDaysCall } = questionsTo(lake, files);
    const both = `${last30}&provider_name=deepgram&outcome=completed`;
    const ask = async (what: string, work: () => Promise<unknown>, rounds = asked.rounds) =>
      add(what, await timed(rounds, work, clock));
    await ask("dashboard, all time", () => stats(""));
    await ask("dashboard, all time, bound to a tenant", () => stats("", tenant));
    await ask("dashboard, 30 days", () => stats(last30));
    await ask("dashboard, 30 days, one provider", () => stats(`${last30}&provider_name=deepgram`));
    await ask("dashboard, 30 days, provider and outcome (a scan)", () => stats(both));
    for (const [what, filter, page] of Object.values(LISTS)) await ask(what, () => list(filter, page));
    await ask("one call by its id", await nextCall(), asked.rounds * 3);
    await ask("one call by its id, each of another day", await nextDaysCall(asked.rounds * 3 + 1), asked.rounds * 3);
    await ask("facets, 30 days", () => facets(last30));
    add("first dashboard after a start", median(starts));
    for (const kind of ["calls", ...DERIVED]) add(`bytes a call, ${kind}`, bytesIn(join(dir, kind)) / calls, "B");
    return { calls, days: new Set(files.map(({ day }) => day)).size, costs };
  } finally {
    await lake.close();
  }
}

async function measure(asked: Asked): Promise<Grown[]> {
  const grown: Grown[] = [];
  for (const dir of asked.dirs) {
    await runJob(dir, {}, (job) => makeDerived(job));
    grown.push(await grownOf(dir, asked));
  }
  return grown;
}

/** A cell for each size and, behind each but the first, the factor to the size before. */
function cellsOf(grown: readonly Grown[], at: number): string[] {
  return grown.flatMap(({ costs }, index) => {
    const cost = costs[at];
    const before = grown[index - 1]?.costs[at];
    if (!cost) return [];
    return [`${short(cost.value)} ${cost.unit}`, ...(before ? [`${short(cost.value / before.value)}x`] : [])];
  });
}

/** The table as docs/performance.md has it. */
function tableOf(grown: readonly Grown[]): string {
  const sizes = grown.flatMap(({ calls, days }, index) => [
    `${short(calls)} calls, ${days} days`,
    ...(index > 0 ? ["factor"] : []),
  ]);
  const lines = (grown[0]?.costs ?? []).map(({ what }, at) => [what, ...cellsOf(grown, at)]);
  return [["what", ...sizes], sizes.map(() => "---").concat("---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
}

/** The growth from 20,000 to 200,000 calls in 20 days, which are made in a minute. */
export async function rows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "call-lake-bench-growth-"));
  try {
    const dirs: string[] = [];
    for (const calls of [20_000, 200_000]) {
      const dir = join(folder, String(calls));
      await makeCalls({ calls, dir, days: 20, no_text: true });
      dirs.push(dir);
    }
    const [small, large] = await measure({ dirs, rounds: 7, processor: false });
    return (large?.costs ?? []).map(({ what, value, unit }, at) => {
      const before = small?.costs[at]?.value ?? Number.NaN;
      const beside = `at a tenth of the calls ${short(before)} ${unit}`;
      return { what, value, unit, bar: "", beside, ratio: value / before, ok: true };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string", default: "9" }, processor: { type: "boolean", default: false } },
  });
  if (positionals.length === 0) throw new Error("Name the data folders, the smallest first.");
  const dirs = positionals.map((dir) => resolve(dir));
  const asked = { dirs, rounds: Number(values.rounds), processor: values.processor };
  process.stdout.write(`${asked.processor ? "processor time" : "by the clock"}, load ${loadavg()[0]?.toFixed(1)}\n\n`);
  process.stdout.write(tableOf(await measure(asked)));
}
