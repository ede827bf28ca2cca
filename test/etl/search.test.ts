/** The search index: its terms are the text's, and it goes with the files it describes, whatever kills it. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LakeDb, openLakeDb } from "../../src/etl/duckdb.ts";
import { addRecords, compact, erase, recover, retain } from "../../src/etl/index.ts";
import type { JobOptions } from "../../src/etl/job.ts";
import { indexAll, indexNext } from "../../src/etl/search.ts";
import { type CallRecord, callIdentity, emptyRecord, RECORD_VERSION } from "../../src/record/index.ts";
import { termsIn } from "../../src/record/words/terms.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { indexKey, listIndexedMonths, listParts, type SearchPart, servedBy } from "../../src/store/lake/search.ts";
import { quote } from "../../src/store/lake/sql.ts";
import { Kill, killing, pointsOf } from "../crash/killing-fs.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const now = () => NOW;
const root = mkdtempSync(join(tmpdir(), "call-lake-search-"));
let db: LakeDb;
let folders = 0;

beforeAll(async () => {
  db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 1 });
});
afterAll(() => {
  db.close();
  rmSync(root, { recursive: true, force: true });
});

const folder = () => join(root, `lake-${++folders}`);

function call(
  number: number,
  start: string,
  texts: readonly (string | null)[],
  summary: string | null = null,
): CallRecord {
  const message = { role: "user", at: null, offset_ms: null, interrupted: null, agent: null };
  const start_time = new Date(start).toISOString();
  return {
    ...emptyRecord(),
    id: callIdentity("engine", `call-${number}`, Date.parse(start_time)),
    rev: 1,
    record_version: RECORD_VERSION,
    outcome: "completed",
    call_id: `call-${number}`,
    source: "engine",
    start_time,
    created_at: start_time,
    conversation: texts.map((content) => ({ ...message, content })),
    summary,
  };
}

async function partsOf(dir: string): Promise<SearchPart[]> {
  const months = await listIndexedMonths(dir);
  return (await Promise.all(months.map((month) => listParts(dir, month)))).flat();
}

/** term -> how often, over all rows that the index serves. */
async function termsOfIndex(dir: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const part of await partsOf(dir)) {
    const rows = await db.rows(
      `SELECT term, CAST(sum(frequency) AS DOUBLE) AS n FROM read_parquet(${quote(part.terms)}) GROUP BY term`,
    );
    for (const row of rows) counts.set(String(row["term"]), (counts.get(String(row["term"])) ?? 0) + Number(row["n"]));
  }
  return counts;
}

const DAYS = ["2026-09-30", "2026-10-01", "2026-10-02", "2026-11-02"];

/** Four settled days of two files each, and today. */
async function madeLake(): Promise<string> {
  const dir = folder();
  for (const [index, day] of DAYS.entries()) {
    for (const half of [0, 1]) {
      const number = index * 2 + half;
      const texts = [`Hello number${number} München`, number % 2 ? "手机坏了" : null];
      await addRecords(dir, "engine-1", number + 1, [call(number, `${day}T1${half}:00:00Z`, texts, "café")], {
        db,
        now,
      });
    }
  }
  await addRecords(dir, "engine-1", 90, [call(90, "2026-11-21T09:00:00Z", ["today"])], { db, now });
  return dir;
}

const text = fc.array(
  fc.constantFrom(..."aBzßSı İéłŁ\u0308\u0301 .-\n_0②手机が\u304b\u3099서ก็👍🏽אשׁमि\u001e\u200d", "ab"),
  {
    maxLength: 25,
  },
);

describe("the search index", () => {
  it("has exactly the words that plain TypeScript reads in the same texts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (texts) => {
        const dir = folder();
        const records = texts.map((characters, index) => call(index, "2026-10-05T10:00:00Z", [characters.join("")]));
        await addRecords(dir, "engine-1", 1, records, { db, now });
        await indexAll(dir, { db, now });
        const wanted = new Map<string, number>();
        for (const characters of texts) {
          for (const term of termsIn(characters.join(""))) wanted.set(term, (wanted.get(term) ?? 0) + 1);
        }
        expect(await termsOfIndex(dir)).toEqual(wanted);
        rmSync(dir, { recursive: true });
      }),
      { numRuns: 10 },
    );
  });

  it("is of settled days only, a part a month, and is not built twice", async () => {
    const dir = await madeLake();
    await indexAll(dir, { db, now });
    const parts = await partsOf(dir);
    expect(parts.map((part) => [part.month, part.calls])).toEqual([
      ["2026-11", 2],
      ["2026-10", 4],
      ["2026-09", 2],
    ]);
    const terms = await termsOfIndex(dir);
    expect(terms.get("munchen")).toBe(8);
    expect(terms.get("机坏")).toBe(4);
    expect(terms.has("today")).toBe(false);
    expect(await indexNext(dir, { db, now })).toBe(false);
    expect(await partsOf(dir)).toEqual(parts);
  });

  it("is built again where files were merged, and the old part goes", async () => {
    const dir = await madeLake();
    await indexAll(dir, { db, now });
    await compact(dir, { db, now });
    const files = new Set((await listFiles(dir)).map(indexKey));
    const before = await partsOf(dir);
    expect(before.every((part) => part.files.some((file) => files.has(`${file.day}/${file.name}`)))).toBe(false);
    await indexAll(dir, { db, now });
    const after = await partsOf(dir);
    expect(after.some((part) => before.some((old) => old.terms === part.terms))).toBe(false);
    expect(after.flatMap((part) => part.files).every((file) => files.has(`${file.day}/${file.name}`))).toBe(true);
    expect(after.reduce((sum, part) => sum + part.calls, 0)).toBe(8);
    expect((await termsOfIndex(dir)).get("munchen")).toBe(8);
  });

  it("has no word of an erased call when the erasure returns, nor after it is built again", async () => {
    const dir = await madeLake();
    await indexAll(dir, { db, now });
    await erase(dir, { ids: [call(3, "2026-10-01T11:00:00Z", []).id] }, { who: "test" }, { db, now });
    // The month's part is gone with both of its files; the others stay.
    expect((await partsOf(dir)).map((part) => part.month)).toEqual(["2026-11", "2026-09"]);
    expect(readdirSync(join(dir, "search", "month=2026-10"))).toEqual([]);
    await indexAll(dir, { db, now });
    const terms = await termsOfIndex(dir);
    expect(terms.has("number3")).toBe(false);
    expect(terms.has("number2")).toBe(true);
  });

  it("is not added where a file was erased while it was built", async () => {
    const dir = await madeLake();
    let erased = false;
    // The first thing the job does under the lock is to look at the files again: the erasure comes just before.
    const during: LakeDb = {
      ...db,
      run: async (statement) => {
        await db.run(statement);
        if (!statement.startsWith("DROP TABLE IF EXISTS terms") || erased) return;
        erased = true;
        await erase(dir, { ids: [call(7, "2026-11-02T11:00:00Z", []).id] }, { who: "test" }, { db, now });
      },
    };
    await indexNext(dir, { db: during, now });
    expect(erased).toBe(true);
    expect(await partsOf(dir)).toEqual([]);
    expect(readdirSync(join(dir, "tmp"))).toEqual([]);
    await indexAll(dir, { db, now });
    expect((await termsOfIndex(dir)).has("number7")).toBe(false);
  });

  it("leaves with the days that retention takes", async () => {
    const dir = await madeLake();
    await indexAll(dir, { db, now });
    await retain(dir, { days: 50 }, { db, now });
    expect((await partsOf(dir)).map((part) => part.month)).toEqual(["2026-11"]);
    await indexAll(dir, { db, now });
    const terms = await termsOfIndex(dir);
    expect(terms.has("number3")).toBe(false);
    expect(terms.has("number4")).toBe(true);
  });

  it("makes small parts of a month into one", async () => {
    const dir = folder();
    for (const day of [1, 2, 3, 4, 5, 6]) {
      await addRecords(dir, "engine-1", day, [call(day, `2026-10-0${day}T10:00:00Z`, [`day${day}`])], { db, now });
      await indexAll(dir, { db, now });
    }
    const parts = await partsOf(dir);
    expect(parts.length).toBeLessThan(4);
    expect(parts.reduce((sum, part) => sum + part.calls, 0)).toBe(6);
    expect((await termsOfIndex(dir)).size).toBe(6);
  });

  /** Every part that a reader sees serves only rows that are there, under their right numbers. */
  async function wrongIn(dir: string): Promise<string[]> {
    const wrong: string[] = [];
    const files = new Map((await listFiles(dir)).map((file) => [indexKey(file), file]));
    for (const [key, { part, number }] of servedBy(await partsOf(dir))) {
      const file = files.get(key);
      if (file === undefined) continue;
      if (!existsSync(part.terms) || !existsSync(part.docs)) {
        wrong.push(`${key}: its part has lost a file`);
        continue;
      }
      const rows = await db.rows(
        `SELECT count(*)::DOUBLE AS n FROM read_parquet(${quote(file.path)}) AS c ANTI JOIN (SELECT "row" FROM read_parquet(${quote(part.terms)}) WHERE term = 'hello' AND file = ${number}) AS t ON t."row" = c.file_row_number WHERE c.call_id <> 'call-90'`,
      );
      if (rows[0]?.["n"] !== 0) wrong.push(`${key}: ${String(rows[0]?.["n"])} rows have no term`);
    }
    return wrong;
  }

  const scenes: readonly (readonly [string, (dir: string, options: JobOptions) => Promise<unknown>])[] = [
    ["building", (dir, options) => indexAll(dir, options)],
    [
      "erasing",
      (dir, options) => erase(dir, { ids: [call(3, "2026-10-01T11:00:00Z", []).id] }, { who: "test" }, options),
    ],
    ["retaining", (dir, options) => retain(dir, { days: 50 }, options)],
  ];

  it.each(scenes)(
    "killed at every step of %s, serves no wrong row and is whole after it is built again",
    { timeout: 240_000 },
    async (what, run) => {
      const dir = await madeLake();
      if (what === "building") await compact(dir, { db, now });
      else await indexAll(dir, { db, now });
      const whole = folder();
      cpSync(dir, whole, { recursive: true });
      const counted = killing(db, null);
      await run(whole, { fs: counted.fs, db: counted.db, now });
      await indexAll(whole, { db, now });
      const wanted = await termsOfIndex(whole);
      const points = pointsOf(counted.steps);
      expect(points.length).toBeGreaterThan(10);
      for (const point of points) {
        const copy = folder();
        cpSync(dir, copy, { recursive: true });
        const dying = killing(db, point);
        const at = `${point.mode} ${point.at}`;
        const killed = await run(copy, { fs: dying.fs, db: dying.db, now }).catch((error: unknown) => error);
        if (killed !== undefined && killed instanceof Error) expect(killed, at).toBeInstanceOf(Kill);
        expect(await wrongIn(copy), `${at}, before recovery`).toEqual([]);
        await recover(copy, { db, now });
        if (what === "erasing" && existsSync(join(copy, "audit.jsonl"))) {
          expect((await termsOfIndex(copy)).has("number3"), at).toBe(false);
        }
        await run(copy, { db, now });
        await indexAll(copy, { db, now });
        expect(await wrongIn(copy), `${at}, after recovery`).toEqual([]);
        expect(await termsOfIndex(copy), at).toEqual(wanted);
        rmSync(copy, { recursive: true });
      }
    },
  );
});
