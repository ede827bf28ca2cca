/** Each kind's golden source gives the expected records, the same the second time, and every row is accounted for. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/etl/index.ts";
import { type ImportOptions, importCalls, sampleCalls } from "../../src/host/import/import-calls.ts";
import { GOLDEN, knownOf, recordsOf, sqliteOf } from "./kit.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "call-lake-golden-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Kind = ImportOptions["kind"];
const SOURCES: readonly [kind: Kind, file: string, rows: number, rejected: number, calls: number][] = [
  ["ava", "ava.sql", 4, 1, 3],
  ["cosmos", "cosmos.txt", 6, 3, 3],
  ["chat-history", "chat-history.csv", 12, 5, 3],
  ["chat-history", "chat-history-dump.sql", 5, 1, 2],
  ["user-sessions", "user-sessions.csv", 6, 2, 4],
  ["asterisk-cdr", "asterisk-cdr.csv", 9, 2, 5],
  ["vapi", "vapi.json", 3, 1, 2],
  ["retell", "retell.ndjson", 4, 2, 2],
];

function fileOf(kind: Kind, file: string): string {
  if (kind !== "ava") return join(GOLDEN, file);
  const path = join(root, `${file}.db`);
  return existsSync(path) ? path : sqliteOf(file, path);
}

describe.each(SOURCES)("%s from %s", (kind, file, rows_read, rows_rejected, calls) => {
  it("gives the expected records, and a line for every reject", async () => {
    const dir = join(root, file);
    const from = [fileOf(kind, file)];
    const rejects_file = join(root, `${file}.rejects`);
    const report = await importCalls({ dir, kind, from, rejects_file });
    const counts = { rows_read, rows_rejected, calls, added: calls, updated: 0, unchanged: 0, repeated: 0 };
    expect(report).toMatchObject({ ...counts, interrupted: false, rejects_file });
    const rejects = readFileSync(rejects_file, "utf8").trim().split("\n");
    expect(rejects).toHaveLength(rows_rejected);
    for (const line of rejects)
      expect(JSON.parse(line)).toEqual({
        file: from[0],
        line: expect.any(Number),
        reason: expect.stringMatching(/\.$/),
      });
    const records = (await recordsOf(dir)).map(knownOf);
    const expected = join(GOLDEN, `${file.replace(/\.\w+$/, "")}.expected.json`);
    if (process.env["UPDATE_GOLDEN"]) writeFileSync(expected, `${JSON.stringify(records, null, 2)}\n`);
    expect(records).toEqual(JSON.parse(readFileSync(expected, "utf8")));
    expect((await verify(dir)).problems).toEqual([]);
  });

  it("changes nothing the second time", async () => {
    const dir = join(root, file);
    const before = await recordsOf(dir);
    const report = await importCalls({ dir, kind, from: [fileOf(kind, file)] });
    expect(report).toMatchObject({ rows_read, calls, added: 0, updated: 0, unchanged: calls });
    expect(await recordsOf(dir)).toEqual(before);
  });
});

describe("a packed source", () => {
  it.each([
    [".gz", gzipSync],
    [".zst", zstdCompressSync],
  ] as const)("is read from %s", async (ending, pack) => {
    const path = join(root, `packed.csv${ending}`);
    writeFileSync(path, pack(readFileSync(join(GOLDEN, "chat-history.csv"))));
    const dir = join(root, `packed${ending}`);
    expect(await importCalls({ dir, kind: "chat-history", from: [path] })).toMatchObject({ rows_read: 12, added: 3 });
  });

  it("is refused with a sentence when it is cut off", async () => {
    const path = join(root, "cut.txt.gz");
    writeFileSync(path, gzipSync(readFileSync(join(GOLDEN, "cosmos.txt"))).subarray(0, 300));
    const importing = importCalls({ dir: join(root, "cut"), kind: "cosmos", from: [path] });
    await expect(importing).rejects.toThrow(/cut\.txt\.gz is damaged or not complete/);
  });
});

describe("a dry run", () => {
  it("gives ten sample records at most and writes nothing", async () => {
    const dir = join(root, "dry");
    for (const [kind, file, , , calls] of SOURCES) {
      const { records, problems } = await sampleCalls({ dir, kind, from: [fileOf(kind, file)] });
      expect([kind, records.length]).toEqual([kind, Math.min(10, calls)]);
      expect(problems.length).toBeGreaterThan(0);
    }
    expect(existsSync(dir)).toBe(false);
  });
});
