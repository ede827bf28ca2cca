/** The questions that the benches of one lake and of lakes of several sizes share, with the clocks they are timed by. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CallLake, parseFilter, parsePage, type Scope, scopeOf } from "../src/query/index.ts";
import type { LakeFile } from "../src/store/lake/names.ts";
import { median } from "./kit.ts";

const DAY_MS = 86_400_000;
export const everybody = scopeOf({ read_pii: true });
export const tenant = scopeOf({ read_pii: true, client_id: "initech" });

const paramsOf = (text: string) => new URLSearchParams(text);

/** The first instant after the lake's last day, in ms. */
export const untilOf = (files: readonly LakeFile[]) =>
  Date.parse(`${files[0]?.day ?? "2026-11-20"}T00:00:00Z`) + DAY_MS;

/** Milliseconds of this process's processor time: of DuckDB's threads too, where the lake's engine is in this process. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The median in ms of a clock; endless where a question fails, which is told. */
export async function timed(
  rounds: number,
  work: () => Promise<unknown> | unknown,
  clock: () => number = () => performance.now(),
): Promise<number> {
  const times: number[] = [];
  try {
    // The first time pays for metadata and rollups; it is told apart where it matters.
    await work();
    for (let round = 0; round < rounds; round++) {
      const start = clock();
      await work();
      times.push(clock() - start);
    }
    return median(times);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return Number.POSITIVE_INFINITY;
  }
}

/** What is asked of one lake, whose files are given newest day first. */
export interface Questions {
  /** The last 30 days as a filter's text. */
  readonly last30: string;
  stats(filter: string, scope?: Scope): Promise<unknown>;
  facets(filter: string): Promise<unknown>;
  list(filter: string, page: string): ReturnType<CallLake["list"]>;
  /** Asks for a whole call: of the newest page and of one from the middle of the lake's days by turns. */
  nextCall(): Promise<() => Promise<unknown>>;
  /** The same, of `count` days spread over the lake, each time another day, so that hardly anything is known of its file. */
  nextDaysCall(count: number): Promise<() => Promise<unknown>>;
}

export function questionsTo(lake: CallLake, files: readonly LakeFile[]): Questions {
  const dayAt = (back: number) => new Date(untilOf(files) - back * DAY_MS).toISOString().slice(0, 10);
  const list = (filter: string, page: string) =>
    lake.list(parseFilter(paramsOf(filter)), parsePage(paramsOf(page)), everybody);
  const one = (ids: readonly string[]) => {
    let at = 0;
    return () => lake.get(ids[at++ % ids.length] ?? "", everybody);
  };
  return {
    last30: `start_date=${dayAt(30)}&end_date=${dayAt(1)}`,
    stats: (filter, scope = everybody) => lake.stats(parseFilter(paramsOf(filter)), scope),
    facets: (filter) => lake.facets(parseFilter(paramsOf(filter)), everybody),
    list,
    nextCall: async () => {
      const middle = files[files.length >> 1]?.day ?? dayAt(1);
      const [newest, old] = await Promise.all([list("", "limit=50"), list(`end_date=${middle}`, "limit=50")]);
      return one(newest.calls.flatMap(({ id }, index) => [id, old.calls[index]?.id ?? id]));
    },
    nextDaysCall: async (count) => {
      const days = Array.from({ length: count }, (_, index) => files[Math.floor((index * files.length) / count)]?.day);
      const pages = await Promise.all(days.map((day) => list(`start_date=${day}&end_date=${day}`, "limit=20")));
      return one(pages.flatMap(({ calls }) => calls.at(-1)?.id ?? []));
    },
  };
}

/** Lists that both benches ask for: what, filter, page. */
export const LISTS = {
  first: ["list, page 1", "", "limit=50"],
  thousandth: ["list, page 1000", "", "page=1000&page_size=50"],
  nowhere: ["list, part of a number that is nowhere", "caller_number=777777777777", "limit=50"],
} as const;

/** Bytes of the files in a folder; 0 where there is none. */
export function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
