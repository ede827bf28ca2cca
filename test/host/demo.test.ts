/** The demo's history: believable, the same each time, and never in a folder that is not its own. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/etl/index.ts";
import { shareOut, startTimes } from "../../src/host/demo/calendar.ts";
import { makeDemoCall } from "../../src/host/demo/call.ts";
import { demoFolder, makeDemoHistory } from "../../src/host/demo/history.ts";
import { Chance } from "../../src/host/demo/random.ts";
import { recordOf } from "../../src/host/demo/record.ts";
import { EVERYTHING, openCallLake, scopeOf } from "../../src/query/index.ts";
import { dayOf } from "../../src/record/index.ts";

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);
const CALLS = 900;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "call-lake-demo-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function countIn(dir: string): Promise<number> {
  const lake = await openCallLake({ dir, engine: "in-process" });
  try {
    return await lake.count(EVERYTHING, scopeOf({ read_pii: true }));
  } finally {
    await lake.close();
  }
}

describe("a demo call", () => {
  const records = Array.from({ length: 800 }, (_, n) =>
    recordOf(makeDemoCall(new Chance(`seed ${n}`), NOW, String(n)), NOW, "demo-1"),
  );

  it("is the same for the same seed", () => {
    const again = recordOf(makeDemoCall(new Chance("seed 7"), NOW, "7"), NOW, "demo-1");
    expect(again).toEqual(records[7]);
  });

  it("has nothing doubtful in it, and only numbers kept free for fiction", () => {
    for (const record of records) {
      expect(record.quality_flags).toEqual([]);
      expect(record.caller_number ?? "+12025550100").toMatch(/^\+1\d{3}55501\d\d$/);
    }
  });

  it("covers outcomes, providers, languages, failing tools and barge-ins", () => {
    const all = (column: keyof (typeof records)[number]) => new Set(records.map((record) => record[column]));
    expect(all("outcome")).toEqual(new Set(["completed", "transferred", "abandoned", "error", "no_input"]));
    expect(all("provider_name")).toEqual(new Set(["openai_realtime", "deepgram", "local", "elevenlabs"]));
    expect(all("language")).toEqual(new Set(["en", "de", "es", "fr", "ja", "ar"]));
    expect(records.some((record) => (record.tool_error_count ?? 0) > 0)).toBe(true);
    expect(records.some((record) => (record.barge_in_count ?? 0) > 0)).toBe(true);
    const text = JSON.stringify(records);
    for (const words of ["Zählerstand", "أحتاج موعد", "ダブルルーム"]) expect(text).toContain(words);
  });

  it("never leaves a slot unfilled", () => {
    const said = records.flatMap((record) => (record.conversation ?? []).map((message) => message.content));
    expect(said.filter((text) => /[{}]/.test(text ?? ""))).toEqual([]);
  });
});

describe("the calendar", () => {
  it("shares out exactly what it is given, and more to working days", () => {
    const days = shareOut(10_000, 90, NOW, "seed");
    expect(days).toHaveLength(90);
    expect(days.reduce((sum, day) => sum + day.calls, 0)).toBe(10_000);
    const on = (weekday: number) =>
      days.filter((day) => new Date(day.start).getUTCDay() === weekday).map((day) => day.calls);
    expect(Math.min(...on(2).slice(0, -1))).toBeGreaterThan(Math.max(...on(0)));
  });

  it("lets no call begin after the end", () => {
    const [today] = shareOut(500, 1, NOW, "seed");
    const times = startTimes(today ?? { start: 0, calls: 0 }, NOW, new Chance("x"));
    expect(times).toHaveLength(500);
    expect(Math.max(...times)).toBeLessThanOrEqual(NOW);
  });
});

describe("the demo's history", () => {
  it("is there as a whole, in order, and the same in another folder", async () => {
    const [one, two] = [join(root, "one"), join(root, "two")];
    await makeDemoHistory({ dir: one, calls: CALLS, days: 9, now: NOW });
    await makeDemoHistory({ dir: two, calls: CALLS, days: 9, now: NOW });
    expect(await countIn(one)).toBe(CALLS);
    expect((await verify(one)).problems).toEqual([]);
    expect(await idsIn(one)).toEqual(await idsIn(two));
    expect(await demoFolder(one)).toMatchObject({ kind: "demo", mark: { calls: CALLS, state: "done" } });
  });

  it("is finished where it was interrupted", async () => {
    const dir = join(root, "torn");
    const stop = new AbortController();
    const torn = makeDemoHistory({
      dir,
      calls: CALLS,
      days: 9,
      now: NOW,
      signal: stop.signal,
      onProgress: (done) => done > 200 && stop.abort(),
    });
    await expect(torn).rejects.toThrow();
    expect(await demoFolder(dir)).toMatchObject({ kind: "demo", mark: { state: "making" } });
    expect(await countIn(dir)).toBeLessThan(CALLS);
    await makeDemoHistory({ dir, calls: 5, now: NOW + 86_400_000 });
    expect(await idsIn(dir)).toEqual(await idsIn(join(root, "one")));
  });

  it("never touches a folder with something else in it", async () => {
    const dir = join(root, "foreign");
    await mkdir(dir);
    await writeFile(join(dir, "notes.txt"), "mine");
    await expect(makeDemoHistory({ dir, calls: 10 })).rejects.toThrow(/is not a demo of ours/);
    expect(await readdir(dir)).toEqual(["notes.txt"]);
    expect(await readFile(join(dir, "notes.txt"), "utf8")).toBe("mine");
  });
});

async function idsIn(dir: string): Promise<string[]> {
  const lake = await openCallLake({ dir, engine: "in-process" });
  try {
    const ids = await lake.ids(EVERYTHING, scopeOf({ read_pii: true }));
    expect(ids.every((id) => dayOf(id) <= "2026-11-21")).toBe(true);
    return ids.sort();
  } finally {
    await lake.close();
  }
}
