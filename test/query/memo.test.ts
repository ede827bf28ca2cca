/** Answers that are kept: the same as answers that are asked afresh, whatever happens to the lake, and gone with its files. */
import { rm } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { compact, erase, publish } from "../../src/etl/index.ts";
import { type CallLake, EVERYTHING, FIRST_PAGE, openCallLake, parseFilter, scopeOf } from "../../src/query/index.ts";
import { Memo } from "../../src/query/memo.ts";
import { SharedQuestions } from "../../src/query/shared-questions.ts";
import type { View } from "../../src/query/view.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { listWriters, requestRotation } from "../../src/store/journal/reader.ts";
import { parseLakeFile } from "../../src/store/lake/names.ts";
import { intoLake, madeCalls, madeFolder, pick, type Random, randomOf } from "./made-calls.ts";

const everyone = scopeOf({ read_pii: true });
const SCOPES = [everyone, scopeOf({ read_pii: false }), scopeOf({ client_id: "acme", read_pii: true })];
const FILTERS = [
  "",
  "outcome=error",
  "client_id=globex",
  "start_date=2026-11-18&end_date=2026-11-19",
  "q=guten",
  "min_duration=200",
];

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

/** One question of any kind; asked of a lake it gives what can be compared. */
function anyQuestion(random: Random, ids: readonly string[]): (lake: CallLake) => Promise<unknown> {
  const asked = pick(random, FILTERS);
  const filter = parseFilter(new URLSearchParams(asked), "UTC");
  // What was said is personal.
  const scope = asked.startsWith("q=") ? everyone : pick(random, SCOPES);
  const id = pick(random, ids);
  const kind = pick(random, ["list", "list", "get", "get", "stats", "facets", "count"]);
  return async (lake) => {
    switch (kind) {
      case "list":
        return lake.list(filter, { ...FIRST_PAGE, limit: 20, include_total: true }, scope);
      case "get":
        return lake.get(id, scope);
      case "stats":
        return lake.stats(filter, scope);
      case "facets":
        return lake.facets(filter, scope);
      default:
        return lake.count(filter, scope);
    }
  };
}

describe("a lake that keeps answers", () => {
  it("answers as one that keeps none, while calls are added, published, merged and erased", async () => {
    const dir = await madeFolder();
    const start = Date.parse("2026-11-17T00:00:00Z");
    const before = madeCalls(randomOf(61), 200, start, 3 * 86_400_000);
    await intoLake(dir, before, 3);
    const history = await openCallHistory({ dir });
    const log = () => {};
    const [keeping, keepingNone] = await Promise.all([
      openCallLake({ dir, engine: "in-process", log }),
      openCallLake({ dir, engine: "in-process", log, memo_bytes_max: 0 }),
    ]);
    close = async () => {
      await Promise.all([history.close(), keeping.close(), keepingNone.close()]);
      await rm(dir, { recursive: true });
    };
    const random = randomOf(62);
    const alive: CallRecord[] = [...before];
    const more = madeCalls(randomOf(63), 60, start + 86_400_000, 2 * 86_400_000, 1000);
    const steps = [
      async () => {
        for (const call of more.splice(0, 6)) {
          const { id: _, record_version: __, writer: ___, ...given } = call;
          expect((await history.addRecord(given)).durable).toBe(true);
          alive.push(call);
        }
      },
      async () => {
        for (const writer of await listWriters(dir)) await requestRotation(dir, writer);
        await publish(dir);
      },
      () => compact(dir),
      async () => {
        // One that was never an engine's: nobody is to be waited for.
        const [gone] = alive.splice(Math.floor(random() * 100), 1);
        await erase(dir, { ids: [gone?.id ?? ""] }, { who: "test" });
        expect(await keeping.get(gone?.id ?? "", everyone)).toBeNull();
      },
      async () => {},
    ];
    for (let round = 0; round < 10; round++) {
      await steps[round % steps.length]?.();
      const ids = alive.map((call) => call.id).slice(-8);
      const questions = Array.from({ length: 4 }, () => anyQuestion(random, ids));
      for (const question of [...questions, ...questions]) {
        const [kept, asked] = await Promise.all([question(keeping), question(keepingNone)]);
        expect(kept).toEqual(asked);
      }
      expect(await keeping.count(EVERYTHING, everyone)).toBe(alive.length);
    }
    expect(keeping.memo.hits).toBeGreaterThan(20);
    expect(keepingNone.memo).toMatchObject({ hits: 0, bytes: 0 });
  }, 240_000);
});

const never = new AbortController().signal;
const file = (day: string) =>
  parseLakeFile("/data", day, "w.00000001-00000001.g0.parquet") ?? expect.unreachable("a name of a file");

function viewOf(days: readonly string[], ranges: View["ranges"] = [], generation = 1): View {
  return {
    generation,
    files: days.map(file),
    ranges,
    hidden: new Map(),
    likeness: () => "whole",
    tailRows: 0,
    fresh: new Map(),
    unreadable: [],
  };
}

describe("what is kept", () => {
  const answer = async () => ({ rows: [{ caller_number: "+15550100" }], characters: 30 });
  const textOf = (day: string) => `SELECT caller_number FROM read_parquet(['${file(day).path}'])`;
  const TAIL = "SELECT caller_number FROM tail WHERE (tail_group = 1 AND tail_number BETWEEN 1 AND 3)";
  const SUMS = "SELECT sum(calls) FROM rollup_totals WHERE file BETWEEN 1 AND 2";

  it("is forgotten when its files, its rows of the tail or its engine have gone", async () => {
    const memo = new Memo(1_000_000);
    const ranges = [{ day: "2026-11-19", group: 1, from: 1, to: 3 }];
    const both = viewOf(["2026-11-18", "2026-11-17"], ranges);
    memo.see(both);
    for (const text of [textOf("2026-11-18"), textOf("2026-11-17"), TAIL, SUMS]) {
      await memo.rows(both, text, [], "quick", never, answer);
    }
    const asked = async (view: View, text: string) => {
      const before = memo.counts.misses;
      await memo.rows(view, text, [], "quick", never, answer);
      return memo.counts.misses > before;
    };
    for (const text of [textOf("2026-11-18"), TAIL, SUMS]) expect(await asked(both, text)).toBe(false);
    // A file more: nothing of it is in what is kept.
    const grown = viewOf(["2026-11-19", "2026-11-18", "2026-11-17"], ranges);
    memo.see(grown);
    for (const text of [textOf("2026-11-18"), TAIL, SUMS]) expect(await asked(grown, text)).toBe(false);
    // A row of the tail is erased, then a file.
    const fewer = viewOf(["2026-11-19", "2026-11-18", "2026-11-17"], [{ day: "2026-11-19", group: 1, from: 1, to: 2 }]);
    memo.see(fewer);
    expect(await asked(fewer, TAIL)).toBe(true);
    const left = viewOf(["2026-11-19", "2026-11-17"]);
    memo.see(left);
    expect(await asked(left, textOf("2026-11-17"))).toBe(false);
    expect(await asked(left, SUMS)).toBe(true);
    memo.see(viewOf([]));
    expect(memo.counts.bytes).toBe(0);
    // An older question may end now: its rows are not kept any more.
    await memo.rows(both, textOf("2026-11-18"), [], "quick", never, answer);
    await memo.rows(both, TAIL, [], "quick", never, answer);
    await memo.rows(both, SUMS, [], "quick", never, answer);
    expect(memo.counts.bytes).toBe(0);
    memo.clear();
  });

  it("stays within its bytes, the least used going first", async () => {
    const memo = new Memo(20_000);
    const view = viewOf(["2026-11-18"]);
    memo.see(view);
    const text = (n: number) => `${textOf("2026-11-18")} LIMIT ${n}`;
    for (let n = 0; n < 200; n++) {
      await memo.rows(view, text(n), [], "quick", never, answer);
      await memo.rows(view, text(0), [], "quick", never, answer);
      expect(memo.counts.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(memo.counts).toMatchObject({ hits: 200, misses: 200 });
    memo.clear();
  });

  it("has other parameters, other texts and grown lists of callers apart", async () => {
    const memo = new Memo(1_000_000);
    const view = viewOf(["2026-11-18"]);
    memo.see(view);
    const callers = "SELECT * FROM rollup_caller";
    const engine = memo.over({
      kind: "in-process",
      generation: 1,
      run: () => expect.unreachable(),
      copy: () => expect.unreachable(),
      execute: async () => {},
      close: async () => {},
    });
    await memo.rows(view, textOf("2026-11-18"), ["a"], "quick", never, answer);
    await memo.rows(view, textOf("2026-11-18"), ["b"], "quick", never, answer);
    await memo.rows(view, callers, [], "quick", never, answer);
    await memo.rows(view, callers, [], "quick", never, answer);
    expect(memo.counts).toMatchObject({ hits: 1, misses: 3 });
    await engine.execute("INSERT INTO rollup_caller SELECT 1", []);
    await memo.rows(view, callers, [], "quick", never, answer);
    expect(memo.counts).toMatchObject({ hits: 1, misses: 4 });
    memo.clear();
  });

  it("is asked once by those who ask at once, until the last of them has left", async () => {
    const memo = new Memo(1_000_000);
    const view = viewOf(["2026-11-18"]);
    memo.see(view);
    let runs = 0;
    let stopped = 0;
    const open: (() => void)[] = [];
    const slow = (stop: AbortSignal) =>
      new Promise<Awaited<ReturnType<typeof answer>>>((resolve, reject) => {
        runs++;
        stop.addEventListener("abort", () => {
          stopped++;
          reject(stop.reason);
        });
        open.push(() => resolve(answer()));
      });
    const leaving = new AbortController();
    const ask = (signal: AbortSignal) => memo.rows(view, "SELECT slow", [], "quick", signal, slow);
    const [one, two] = [ask(leaving.signal), ask(never)];
    leaving.abort();
    await expect(one).rejects.toMatchObject({ name: "AbortError" });
    open[0]?.();
    expect(await two).toHaveLength(1);
    expect([runs, stopped]).toEqual([1, 0]);
    memo.clear();

    const all = [new AbortController(), new AbortController()];
    const asked = all.map(({ signal }) => ask(signal));
    for (const { abort } of all.map((one) => ({ abort: () => one.abort() }))) abort();
    for (const gone of asked) await expect(gone).rejects.toMatchObject({ name: "AbortError" });
    expect([runs, stopped]).toEqual([2, 1]);
    const again = ask(never);
    open[2]?.();
    expect(await again).toHaveLength(1);
    memo.clear();
  });
});

describe("a question that many ask", () => {
  it("is answered to latecomers by a run that begins after they asked", async () => {
    const crowd = new SharedQuestions(60_000);
    const open: (() => void)[] = [];
    let begun = 0;
    const run = () => {
      const number = ++begun;
      return new Promise<number>((resolve) => {
        open.push(() => resolve(number));
      });
    };
    const ask = (signal?: AbortSignal) => crowd.ask(["list"], everyone, signal, run);
    const first = ask();
    const late = [ask(), ask()];
    const leaving = new AbortController();
    const gone = ask(leaving.signal);
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ name: "AbortError" });
    expect(begun).toBe(1);
    open[0]?.();
    expect(await first).toBe(1);
    await expect.poll(() => begun, { timeout: 30_000 }).toBe(2);
    const later = ask();
    open[1]?.();
    expect(await Promise.all(late)).toEqual([2, 2]);
    await expect.poll(() => begun, { timeout: 30_000 }).toBe(3);
    open[2]?.();
    expect(await later).toBe(3);
  });

  it("is another one for another scope", async () => {
    const crowd = new SharedQuestions(60_000);
    const seen: string[] = [];
    const ask = (name: string, scope: typeof everyone) =>
      crowd.ask(["list"], scope, undefined, async () => {
        seen.push(name);
        return name;
      });
    const asked = [
      ask("all", everyone),
      ask("masked", scopeOf({ read_pii: false })),
      ask("acme", scopeOf({ client_id: "acme", read_pii: true })),
      ask("assistant", scopeOf({ assistant_id: "acme", read_pii: true })),
    ];
    expect(await Promise.all(asked)).toEqual(["all", "masked", "acme", "assistant"]);
    await expect(ask("made up", { ...everyone })).rejects.toThrow("scopeOf");
  });

  it("does not begin for those who have left, and is stopped when all have", async () => {
    const crowd = new SharedQuestions(60_000);
    let begun = 0;
    let stopped = 0;
    const run = (stop: AbortSignal) => {
      begun++;
      return new Promise<never>((_, reject) => {
        stop.addEventListener("abort", () => {
          stopped++;
          reject(stop.reason);
        });
      });
    };
    const leave = new AbortController();
    const asked = Array.from({ length: 3 }, () => crowd.ask(["stats"], everyone, leave.signal, run));
    leave.abort();
    for (const one of asked) await expect(one).rejects.toMatchObject({ name: "AbortError" });
    expect(await crowd.ask(["stats"], everyone, undefined, async () => "anew")).toBe("anew");
    expect([begun, stopped]).toEqual([1, 1]);
  });
});
