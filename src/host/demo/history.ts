/** The demo's history: the same calls for the same seed and end, written straight to Parquet, day by day. */
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addRecords } from "../../etl/index.ts";
import type { CallRecord } from "../../record/index.ts";
import { shareOut, startTimes } from "./calendar.ts";
import { makeDemoCall } from "./call.ts";
import { Chance } from "./random.ts";
import { recordOf } from "./record.ts";

const MARKER = "demo.json";
const DAYS = 90;
/** Rows of one Parquet file at most, so that a large demo stays within a small memory. */
const ROWS_MAX = 20_000;
/** Calls of the history begin at least so long before it is made: all of them have ended. */
const QUIET_MS = 3 * 60_000;

export interface DemoMark {
  readonly demo: 1;
  readonly seed: string;
  readonly calls: number;
  readonly days: number;
  /** The history ends here, ms since 1970. */
  readonly until: number;
  readonly state: "making" | "done";
}

/** What a data folder is to the demo: nothing there yet, its own, or somebody else's. */
export async function demoFolder(
  dir: string,
): Promise<{ kind: "new" } | { kind: "demo"; mark: DemoMark } | { kind: "foreign" }> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { kind: "new" };
    throw error;
  }
  if (names.includes(MARKER)) {
    const mark = JSON.parse(await readFile(join(dir, MARKER), "utf8")) as DemoMark;
    if (mark.demo === 1 && Number.isSafeInteger(mark.until)) return { kind: "demo", mark };
    return { kind: "foreign" };
  }
  return names.length === 0 ? { kind: "new" } : { kind: "foreign" };
}

export interface HistoryOptions {
  readonly dir: string;
  readonly calls: number;
  readonly seed?: string;
  /** UTC days the history covers; 90 by default. */
  readonly days?: number;
  /** Now, ms since 1970; the history ends shortly before. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
}

/**
 * Makes the history in a new folder, or finishes one that was interrupted: each file has a name of its own that is
 * written once, so days that are there are not written again.
 * @throws Error if the folder is somebody else's.
 */
export async function makeDemoHistory(options: HistoryOptions): Promise<DemoMark> {
  const { dir } = options;
  const folder = await demoFolder(dir);
  if (folder.kind === "foreign") {
    throw new Error(`${dir} holds data that is not a demo of ours; choose an empty folder for the demo.`);
  }
  if (folder.kind === "demo" && folder.mark.state === "done") return folder.mark;
  const mark: DemoMark =
    folder.kind === "demo"
      ? folder.mark
      : {
          demo: 1,
          seed: options.seed ?? "call-lake",
          calls: options.calls,
          days: options.days ?? DAYS,
          until: (options.now ?? Date.now()) - QUIET_MS,
          state: "making",
        };
  await writeMark(dir, mark);
  await writeDays(dir, mark, options);
  const done: DemoMark = { ...mark, state: "done" };
  await writeMark(dir, done);
  return done;
}

async function writeDays(dir: string, mark: DemoMark, { signal, onProgress }: HistoryOptions): Promise<void> {
  const writer = `demo-${mark.until}`;
  let segment = 0;
  let before = 0;
  for (const day of shareOut(mark.calls, mark.days, mark.until, mark.seed)) {
    const chance = new Chance(`${mark.seed} ${mark.calls} ${day.start}`);
    const times = startTimes(day, mark.until, chance);
    for (let from = 0; from < times.length; from += ROWS_MAX) {
      signal?.throwIfAborted();
      segment += 1;
      await addRecords(dir, writer, segment, records(times, from, chance, writer));
      onProgress?.(before + Math.min(times.length, from + ROWS_MAX));
    }
    before += times.length;
  }
}

/** One file's records; `chance` goes on from file to file of a day, hence it must be drawn from even if the file is there. */
function records(times: readonly number[], from: number, chance: Chance, writer: string): CallRecord[] {
  return times
    .slice(from, from + ROWS_MAX)
    .map((start, index) => recordOf(makeDemoCall(chance, start, String(from + index + 1)), start, writer));
}

async function writeMark(dir: string, mark: DemoMark): Promise<void> {
  await mkdir(dir, { recursive: true });
  const next = join(dir, `${MARKER}.next`);
  await writeFile(next, `${JSON.stringify(mark, null, 2)}\n`);
  await rename(next, join(dir, MARKER));
}
