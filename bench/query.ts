/** What questions cost, against the bars: `--calls N --dir DIR --no-text --rounds N`; SQLite beside it up to a million calls. */
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeDerived } from "../src/etl/derived.ts";
import { runJob } from "../src/etl/job.ts";
import { openDuckdbEngine } from "../src/query/duckdb-engine.ts";
import type { QueryEngine } from "../src/query/engine.ts";
import { type CallLake, EVERYTHING, openCallLake } from "../src/query/index.ts";
import { DERIVED } from "../src/store/lake/derived.ts";
import { listFiles } from "../src/store/lake/listing.ts";
import type { LakeFile } from "../src/store/lake/names.ts";
import { parquetSource } from "../src/store/lake/sql.ts";
import { type BenchRow, printRows, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";
import { bytesIn, everybody, LISTS, questionsTo, tenant, timed, untilOf } from "./questions.ts";
import { openSeed, type Seed } from "./seed.ts";

const SQLITE_CALLS_MAX = 1_000_000;
const DAY_MS = 86_400_000;
interface Asked {
  readonly calls: number;
  readonly dir: string;
  readonly no_text: boolean;
  readonly rounds: number;
}

/** The same numbers as 30 days of statistics without callers, by hand: what DuckDB needs for them at least. */
async function byHand(engine: QueryEngine, files: readonly LakeFile[], where: string): Promise<void> {
  const from = untilOf(files) - 30 * DAY_MS;
  const calls = `${parquetSource(
    files.filter((file) => Date.parse(`${file.day}T00:00:00Z`) >= from),
    true,
  )} WHERE ${where}`;
  const columns = "outcome, provider_name, pipeline_name, context_name, initial_agent, language, direction";
  const statements = [
    `SELECT count(*), sum(duration_seconds), sum(tool_call_count), sum(tool_ok_count), sum(tool_error_count), sum(barge_in_count),
      sum(list_sum(turn_latencies_ms)), sum(len(turn_latencies_ms)), sum(cost_total), epoch_ms(start_time) // 3600000 FROM ${calls} GROUP BY ALL`,
    `SELECT quantile_cont(ms, [0.5, 0.95, 0.99]) FROM (SELECT unnest(turn_latencies_ms) AS ms FROM ${calls})`,
    `SELECT ${columns}, count(*) FROM ${calls} GROUP BY GROUPING SETS (${columns
      .split(", ")
      .map((column) => `(${column})`)
      .join(", ")})`,
    `SELECT t.name, count(*), count(*) FILTER (t.status = 'ok'), quantile_cont(t.duration_ms, [0.5, 0.95]) FROM (SELECT unnest(tool_calls) AS t FROM ${calls} AND tool_call_count > 0) GROUP BY 1`,
    `SELECT caller_number, count(*) AS n, sum(duration_seconds) FROM ${calls} AND caller_number IS NOT NULL GROUP BY 1 ORDER BY n DESC LIMIT 10`,
  ];
  await Promise.all(
    statements.map(async (statement) => {
      for await (const _ of engine.run(statement, []));
    }),
  );
}

function row(what: string, value: number, max: number | null, beside = "", ratio: number | null = null): BenchRow {
  const bar = max === null ? "" : `<= ${max}`;
  process.stderr.write(`${what}: ${short(value)} ms ${beside}\n`);
  return { what, value, unit: "ms", bar, beside, ratio, ok: max === null || value <= max };
}

async function rowsOf(lake: CallLake, asked: Asked, seed: Seed | null): Promise<BenchRow[]> {
  const { rounds } = asked;
  const out: BenchRow[] = [];
  const files = await listFiles(asked.dir);
  const { last30, stats, list, facets, nextCall } = questionsTo(lake, files);
  const engine = await openDuckdbEngine({
    memory_limit: "1GB",
    temp_directory: join(tmpdir(), `call-lake-bench-${process.pid}`),
    threads: Math.min(availableParallelism(), 4),
    queries_max: 4,
  });
  const against = async (ours: number, question: (() => unknown) | null): Promise<[string, number | null]> => {
    if (!seed || !question) return ["", null];
    const theirs = await timed(Math.min(rounds, 3), question);
    return [`SQLite ${short(theirs)} ms`, ours / theirs];
  };

  const first = performance.now();
  await stats("");
  out.push(row("statistics, all time, the first after a start", performance.now() - first, null));
  const all = await timed(rounds, () => stats(""));
  out.push(row("statistics, all time", all, 60, ...(await against(all, () => seed?.dashboard("")))));
  const berlin = await timed(rounds, () => stats("tz=Asia/Kolkata"));
  out.push(row("statistics, all time, in a zone of half hours", berlin, 60));
  out.push(row("statistics, all time, bound to a tenant", await timed(rounds, () => stats("", tenant)), 60));
  for (const [name, query, where] of [
    ["30 days", "", "true"],
    ["30 days, one provider", "&provider_name=deepgram", "provider_name = 'deepgram'"],
    [
      "30 days, provider and outcome",
      "&provider_name=deepgram&outcome=completed",
      "provider_name = 'deepgram' AND outcome = 'completed'",
    ],
    ["30 days, at least a minute", "&min_duration=60", "duration_seconds >= 60"],
  ] as const) {
    const ours = await timed(rounds, () => stats(last30 + query));
    const theirs = await timed(rounds, () => byHand(engine, files, where));
    // Ours has the period before as well.
    out.push(row(`statistics, ${name}`, ours, 150, `DuckDB by hand ${short(theirs)} ms`, ours / theirs));
  }
  const pages: [string, string, string, number, (() => unknown) | null][] = [
    [...LISTS.first, 25, () => seed?.page("", 0)],
    [...LISTS.thousandth, 25, () => seed?.page("", 49_950)],
    ["list, page 1, one provider and outcome", "provider_name=deepgram&outcome=error", "limit=50", 25, null],
    [...LISTS.nowhere, 120, () => seed?.page("777777777777", 0)],
  ];
  for (const [what, query, page, max, question] of pages) {
    const ours = await timed(rounds, () => list(query, page));
    out.push(row(what, ours, max, ...(await against(ours, question))));
  }
  const one = await timed(rounds * 3, await nextCall());
  const { calls: some } = await list("", "limit=50");
  let at = 0;
  const theirs = () => seed?.one(some[at++ % some.length]?.id ?? "");
  out.push(row("one call by its id", one, 20, ...(await against(one, theirs))));
  out.push(row("facets, 30 days", await timed(rounds, () => facets(last30)), null));
  // Without an index a search is a scan of all that was said: `call-lake etl --once` builds it.
  if (!asked.no_text && existsSync(join(asked.dir, "search"))) {
    for (const [what, words] of [
      ["words that many calls have", "refund insurance"],
      ["a phrase", '"vielen Dank"'],
      ["a word that is nowhere", "zzyzx"],
    ] as const) {
      const ours = await timed(rounds, () => list(`q=${encodeURIComponent(words)}`, "limit=50"));
      out.push(
        row(`search, ${what}`, ours, 60, ...(await against(ours, () => seed?.words(words.replaceAll('"', ""))))),
      );
    }
  }
  // The export of CSV against DuckDB's COPY belongs here.
  const bytes = files.reduce((sum, file) => sum + statSync(file.path).size, 0) / asked.calls;
  out.push({
    what: "bytes of a call on disk",
    value: bytes,
    unit: "B",
    bar: "<= 1/5",
    beside: seed ? `SQLite ${short(seed.bytes / seed.calls)} B` : "",
    ratio: seed ? bytes / (seed.bytes / seed.calls) : null,
    ok: !seed || bytes <= seed.bytes / seed.calls / 5,
  });
  for (const kind of DERIVED) {
    const value = bytesIn(join(asked.dir, kind)) / asked.calls;
    out.push({ what: `and of ${kind}`, value, unit: "B", bar: "", beside: "", ratio: null, ok: true });
  }
  await engine.close();
  return out;
}

async function measure(asked: Asked): Promise<BenchRow[]> {
  if (!existsSync(join(asked.dir, "calls"))) {
    mkdirSync(asked.dir, { recursive: true });
    await makeCalls(asked);
  }
  await runJob(asked.dir, {}, (job) => makeDerived(job));
  // What is kept of earlier answers would be all that is measured.
  const lake = await openCallLake({ dir: asked.dir, memo_bytes_max: 0 });
  // A lake that was there may hold another number of calls, such as imported real ones.
  const calls = await lake.count(EVERYTHING, everybody);
  const seed = calls <= SQLITE_CALLS_MAX ? await openSeed(`${asked.dir}.sqlite`, asked.dir) : null;
  try {
    return await rowsOf(lake, { ...asked, calls }, seed);
  } finally {
    await lake.close();
    seed?.close();
  }
}

/** The rows of this bench, at a size that is made in a minute. */
export async function rows(): Promise<BenchRow[]> {
  const dir = join(tmpdir(), `call-lake-bench-query-${process.pid}`);
  try {
    return await measure({ calls: 100_000, dir, no_text: false, rounds: 7 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
    rmSync(`${dir}.sqlite`, { force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "1000000" },
      dir: { type: "string" },
      "no-text": { type: "boolean", default: false },
      rounds: { type: "string", default: "9" },
    },
  });
  const calls = Number(values.calls);
  const dir = resolve(values.dir ?? join(tmpdir(), `call-lake-bench-${calls}`));
  const asked = { calls, dir, no_text: values["no-text"], rounds: Number(values.rounds) };
  printRows(`Questions to ${dir}`, await measure(asked));
}
