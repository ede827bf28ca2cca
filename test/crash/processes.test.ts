/** Four engines and one etl loop as real processes, killed with SIGKILL at random: no acknowledged call is lost or doubled. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { recover, verify } from "../../src/etl/index.ts";
import { ensureDataFolder } from "../../src/store/lake/layout.ts";
import { type Answer, plainAnswer, snapshotAnswer } from "./answers.ts";

const SECONDS = Number(process.env["CRASH_SECONDS"] ?? 30);
const SEED = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
const WRITERS = ["alpha", "beta", "gamma", "delta"];
const root = mkdtempSync(join(tmpdir(), "call-lake-processes-"));
const dir = join(root, "data");
let db: LakeDb;

beforeAll(async () => {
  await ensureDataFolder(dir);
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

/** Park and Miller's generator: the same seed kills at the same times. */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const acknowledgedFile = (name: string) => join(root, `${name}.ids`);

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function acknowledged(): Set<string> {
  const files = WRITERS.map(acknowledgedFile).filter((path) => existsSync(path));
  // The last line may be torn by the kill; an id has 36 characters.
  return new Set(files.flatMap((path) => readFileSync(path, "utf8").split("\n")).filter((id) => id.length === 36));
}

/**
 * Starts a process again and again, each time killing it a random while after it has begun to work, however long a busy
 * machine needs for that; one in four while it starts. Resolves to the number of kills.
 */
async function killAgainAndAgain(
  start: () => ChildProcess,
  until: number,
  life: () => number,
  works: () => unknown = () => null,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    const idle = works();
    const child = start();
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (kills % 4 !== 3) while (works() === idle && idle !== null && performance.now() < until) await sleep(50);
    await sleep(Math.max(0, Math.min(life(), until - performance.now())));
    child.kill("SIGKILL");
    await gone;
    if (performance.now() >= until) return kills + 1;
  }
}

/** A reader that finds a file gone takes a new snapshot, as every reader does. */
async function answerNow(): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await snapshotAnswer(dir, db);
    } catch (error) {
      if (tries >= 20 || !/No such file|No files found|ENOENT/.test(String(error))) throw error;
    }
  }
}

async function watch(until: number): Promise<{ reads: number; found: string[] }> {
  const found: string[] = [];
  let reads = 0;
  for (; performance.now() < until; reads++) {
    const ids = acknowledged();
    const answer = await answerNow();
    found.push(...answer.twice, ...[...ids].filter((id) => !answer.calls.has(id)).map((id) => `${id} is missing`));
    await sleep(400);
  }
  return { reads, found };
}

it(`keeps every acknowledged call exactly once over ${SECONDS} s of SIGKILL`, {
  timeout: SECONDS * 1000 + 120_000,
}, async () => {
  const random = randomFrom(SEED);
  const run = (script: string, ...given: string[]) =>
    spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, script), ...given], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  const until = performance.now() + SECONDS * 1000;
  const [watched, etlKills, ...writerKills] = await Promise.all([
    watch(until),
    killAgainAndAgain(
      () => run("etl-process.ts", dir),
      until,
      () => 700 + random() * 4000,
    ),
    ...WRITERS.map((name) =>
      killAgainAndAgain(
        () => run("writer-process.ts", dir, acknowledgedFile(name), name),
        until,
        () => random() * 2500,
        () => sizeOf(acknowledgedFile(name)),
      ),
    ),
  ]);
  const ids = acknowledged();
  const told = `seed ${SEED}, ${ids.size} calls, ${writerKills.join("+")} writers and ${etlKills} etl processes killed, ${watched.reads} reads`;
  console.info(told);
  const missing = (answer: Answer) => [...ids].filter((id) => !answer.calls.has(id));
  expect(watched.found, `while it ran: ${told}`).toEqual([]);

  const before = await snapshotAnswer(dir, db);
  expect([...before.twice, ...missing(before)], `before recovery: ${told}`).toEqual([]);
  const { published } = await recover(dir, { db });
  expect(published.failures, told).toEqual([]);
  const after = await snapshotAnswer(dir, db);
  expect([...after.twice, ...missing(after)], `after recovery: ${told}`).toEqual([]);
  const plain = await plainAnswer(dir, db);
  expect([...plain.twice, ...missing(plain)], `plain Parquet: ${told}`).toEqual([]);
  expect(plain.calls).toEqual(after.calls);
  expect((await verify(dir, { db })).problems, told).toEqual([]);
  expect(ids.size, told).toBeGreaterThan(SECONDS);
});
