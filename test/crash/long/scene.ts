/** Everything at once for a while: engines, etl, imports, erasures and questions as processes, killed at random. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { LakeDb } from "../../../src/etl/duckdb.ts";
import { recover, retain, verify } from "../../../src/etl/index.ts";
import { ensureDataFolder } from "../../../src/store/lake/layout.ts";
import { plainAnswer, snapshotAnswer } from "../answers.ts";

/** Calls of the client `short` are kept a day, and what was said two days. */
export const RULES = [
  { where: { client_id: "short" }, days: 1 },
  { what: "transcript", days: 2 },
];

export interface LongReport {
  readonly seconds: number;
  readonly acknowledged: number;
  readonly erased: number;
  readonly expired: number;
  readonly emptied: number;
  readonly reads: number;
  readonly kills: Readonly<Record<string, number>>;
  /** Sentences about what was wrong; none if all held. */
  readonly wrong: string[];
}

/** What a process told before it was killed: a line `id` or `id what`; a torn last line does not count. */
function told(path: string): string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.length >= 36);
}

const idsIn = (paths: readonly string[], mark = "") =>
  paths.flatMap(told).flatMap((line) => (line.slice(37) === mark ? [line.slice(0, 36)] : []));

/** Runs it in `root` (an empty folder) and compares with the model at every read and at the end. */
export async function everythingAtOnce(root: string, db: LakeDb, seconds: number, seed: number): Promise<LongReport> {
  const dir = join(root, "data");
  await ensureDataFolder(dir);
  writeFileSync(join(dir, "retention.json"), JSON.stringify(RULES));
  const random = randomFrom(seed);
  const path = (name: string) => join(root, `${name}.ids`);
  const makers = ["alpha", "beta", "import"].map(path);
  const kept = () => idsIn(makers);
  const erased = () => idsIn([path("erase")], "erased");
  const started = () => new Set(idsIn([path("erase")], "begun"));
  const wrong: string[] = [];
  let reads = 0;
  const began = performance.now();
  // On a busy machine a process may take seconds to start: it goes on until each has done something.
  const isOver = () => {
    const ran = performance.now() - began;
    const worked = erased().length > 0 && makers.every((maker) => told(maker).length > 0);
    return ran >= seconds * 1000 && (worked || ran >= 4_000 * seconds);
  };
  const watch = async () => {
    for (; !isOver(); reads++) {
      const [must, gone] = [kept(), erased()];
      const answer = await reading(() => snapshotAnswer(dir, db));
      // Read after the answer: an erasure that began meanwhile may have taken its call already.
      const taken = started();
      wrong.push(...answer.twice);
      wrong.push(...must.filter((id) => !answer.calls.has(id) && !taken.has(id)).map((id) => `${id} is missing`));
      wrong.push(...gone.filter((id) => answer.calls.has(id)).map((id) => `${id} is erased and shown`));
      await sleep(300);
    }
  };
  const kills: Record<string, number> = {};
  let patience = 0;
  const run = async (script: string, name: string, life: () => number) => {
    kills[name] = await killAgainAndAgain(() => start(script, dir, path(name), name, makers), isOver, life);
  };
  await Promise.all([
    watch(),
    run("etl.ts", "etl", () => 1_500 + random() * 5_000),
    run("engine.ts", "alpha", () => 800 + random() * 4_000),
    run("engine.ts", "beta", () => 800 + random() * 4_000),
    // Until one import has come to its end, each lives longer than the one before: the machine may be slow.
    run("import.ts", "import", () => (1_000 + random() * 5_000) * (told(path("import")).length > 0 ? 1 : ++patience)),
    run("erase.ts", "erase", () => 4_000 + random() * 20_000),
  ]);
  const gone = new Set(erased());
  const model = kept().filter((id) => !started().has(id));
  const check = async (when: string) => {
    const { calls, twice } = await snapshotAnswer(dir, db);
    wrong.push(...twice.map((what) => `${when}: ${what}`));
    wrong.push(...model.filter((id) => !calls.has(id)).map((id) => `${when}: ${id} is missing`));
    wrong.push(...[...gone].filter((id) => calls.has(id)).map((id) => `${when}: ${id} is erased and shown`));
    return calls;
  };
  await check("before recovery");
  const { published } = await recover(dir, { db });
  wrong.push(...published.failures);
  // The loop may have been killed before each run's end; this one says what is left.
  await retain(dir, { days: 0, yes: true }, { db });
  const calls = await check("at the end");
  const plain = await plainAnswer(dir, db);
  if (plain.calls.size !== calls.size) wrong.push(`plain Parquet has ${plain.calls.size} calls, not ${calls.size}`);
  const expired = idsIn(makers, "expires").filter((id) => calls.has(id));
  wrong.push(...expired.map((id) => `${id} has expired and is shown`));
  const said = await db.rows(
    `SELECT id FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name=true) WHERE len(conversation) > 0 AND epoch_ms(start_time) < epoch_ms(now()) - 3 * 86400000`,
  );
  wrong.push(...said.map((row) => `${String(row["id"])} has its transcript still`));
  const emptied = await db.rows(
    `SELECT CAST(count(*) AS DOUBLE) AS n FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name=true) WHERE list_contains(quality_flags, 'transcript_expired')`,
  );
  const { problems } = await verify(dir, { db });
  wrong.push(...problems.map(({ where, what }) => `${where}: ${what}`));
  return {
    seconds,
    acknowledged: kept().length,
    erased: gone.size,
    expired: idsIn(makers, "expires").length,
    emptied: Number(emptied[0]?.["n"]),
    reads,
    kills,
    wrong: wrong.slice(0, 20),
  };
}

function start(script: string, dir: string, acknowledged: string, name: string, makers: readonly string[]) {
  const file = join(import.meta.dirname, script);
  const given = [file, dir, acknowledged, name, ...makers];
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...given], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** A life begins when the process says that it has started. Resolves to the number of kills. */
async function killAgainAndAgain(
  begin: () => ChildProcess,
  isOver: () => boolean,
  life: () => number,
): Promise<number> {
  for (let kills = 1; ; kills++) {
    const child = begin();
    const gone = new Promise((resolve) => child.once("exit", resolve));
    await Promise.race([gone, new Promise((resolve) => child.stdout?.once("data", resolve))]);
    const ends = performance.now() + life();
    while (performance.now() < ends && !isOver()) await sleep(100);
    child.kill("SIGKILL");
    await gone;
    if (isOver()) return kills;
  }
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (tries >= 20 || !/No such file|No files found|ENOENT/.test(String(error))) throw error;
    }
  }
}

/** Park and Miller's generator: the same seed kills at the same times. */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
