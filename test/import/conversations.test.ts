/** Conversations of elsewhere: what goes in comes out, once, in order, with its times. */
import { existsSync, globSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runEtl, verify } from "../../src/etl/index.ts";
import { importCalls } from "../../src/host/import/import-calls.ts";
import { type CallLake, EVERYTHING, openCallLake, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";

const shared = resolve(import.meta.dirname, "../../../shared/data/conversations");
const scope = scopeOf({ read_pii: true });
let root: string;
let files: string[];

const OWN = [
  {
    source: "own",
    source_id: "dated",
    language: "pl",
    messages: [
      { role: "assistant", content: "Dzień dobry, w czym mogę pomóc?", offset_ms: 0 },
      { role: "user", content: "Chcę sprawdzić zamówienie.", offset_ms: 4000 },
      { role: "assistant", content: "Już sprawdzam.", offset_ms: 9500 },
    ],
    tool_calls: [
      { name: "greet", params: {}, result: null, success: null, after_message: -1 },
      {
        name: "get_order",
        params: { order_id: "W-1" },
        result: '{"status":"pending"}',
        success: true,
        after_message: 1,
        duration_ms: 120,
      },
      { name: "cancel", params: { order_id: "W-1" }, result: "Error: not allowed", success: false, after_message: 2 },
    ],
    meta: { start_unix: 1_780_000_000, duration_s: 31.5, domains: ["orders"], completion: "Complete" },
  },
  {
    source: "own",
    source_id: "undated",
    language: "zh",
    messages: [
      { role: "user", content: "你好，我想订一个房间。", offset_ms: null },
      { role: "assistant", content: "好的，请问几位？", offset_ms: null },
    ],
    tool_calls: [],
    meta: { agent_model: "a-model", agent_cost_usd: 0.0125 },
  },
  {
    source: "other",
    source_id: "undated",
    language: "en",
    messages: [],
    tool_calls: [],
    meta: { start_time: "2026-03-01T23:59:59.500000" },
  },
];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "call-lake-import-"));
  files = [join(root, "a.ndjson"), join(root, "b.ndjson.gz")];
  const lines = OWN.map((one) => JSON.stringify(one));
  await writeFile(files[0] ?? "", `${lines[0]}\n\n`);
  await writeFile(files[1] ?? "", gzipSync(`${lines[1]}\r\n${lines[2]}`));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const importConversations = ({ dir, files }: { dir: string; files: string[] }) =>
  importCalls({ dir, kind: "conversations", from: files });

async function withLake<T>(dir: string, ask: (lake: CallLake) => Promise<T>): Promise<T> {
  const lake = await openCallLake({ dir, engine: "in-process" });
  try {
    return await ask(lake);
  } finally {
    await lake.close();
  }
}

function rows(dir: string, statement: string): Promise<Record<string, unknown>[]> {
  return withLake(dir, async (lake) => {
    const all: Record<string, unknown>[] = [];
    for await (const row of (await lake.sql(statement)).rows) all.push(row);
    return all;
  });
}

/** A record as the API gives it. */
async function recordOf(dir: string, source: string, callId: string): Promise<CallRecord> {
  const [row] = await rows(dir, `SELECT id FROM calls WHERE source = '${source}' AND call_id = '${callId}'`);
  const record = await withLake(dir, (lake) => lake.get(String(row?.["id"]), scope));
  if (!record) throw new Error(`There is no ${callId}.`);
  return record;
}

describe("importing conversations", () => {
  it("keeps every message, tool and time", async () => {
    const dir = join(root, "data");
    const report = await importConversations({ dir, files });
    expect(report).toMatchObject({ rows_read: 3, calls: 3, added: 3, problems: [], rows_rejected: 0 });
    const dated = await recordOf(dir, "import:own", "dated");
    expect(dated).toMatchObject({
      source: "import:own",
      start_time: new Date(1_780_000_000_000).toISOString(),
      duration_seconds: 31.5,
      language: "pl",
      context_name: "orders",
      ended_reason: "Complete",
      outcome: "completed",
      tool_call_count: 3,
      tool_ok_count: 1,
      tool_error_count: 1,
      quality_flags: [],
    });
    expect(dated.conversation?.map((m) => [m.role, m.content, m.offset_ms])).toEqual(
      OWN[0]?.messages.map((m) => [m.role, m.content, m.offset_ms]),
    );
    expect(dated.tool_calls?.map((t) => [t.name, t.status, t.result])).toEqual([
      ["greet", null, null],
      ["get_order", "ok", '{"status":"pending"}'],
      ["cancel", "error", "Error: not allowed"],
    ]);
  });

  it("makes up times where there are none: rising, and the same each time", async () => {
    const undated = await recordOf(join(root, "data"), "import:own", "undated");
    const offsets = undated.conversation?.map((message) => message.offset_ms ?? -1) ?? [];
    expect(offsets[0]).toBe(0);
    expect(offsets[1]).toBeGreaterThan(0);
    expect(undated).toMatchObject({ pipeline_components: { llm: "a-model" }, cost_total: 0.0125, currency: "USD" });
    expect(await recordOf(join(root, "data"), "import:other", "undated")).toMatchObject({
      start_time: "2026-03-01T23:59:59.500Z",
      outcome: "abandoned",
    });
  });

  it("changes nothing the second time, before and after the etl", async () => {
    const dir = join(root, "data");
    const ids = () => rows(dir, "SELECT id, rev FROM calls ORDER BY id");
    const first = await ids();
    expect(await importConversations({ dir, files })).toMatchObject({ calls: 3, added: 0, updated: 0, unchanged: 3 });
    expect(await ids()).toEqual(first);
    await runEtl({ dir, once: true });
    await importConversations({ dir, files });
    expect(await ids()).toEqual(first);
    await runEtl({ dir, once: true });
    expect(await ids()).toEqual(first);
    expect((await verify(dir)).problems).toEqual([]);
  });

  it("tells which line is no conversation, and imports the rest", async () => {
    const file = join(root, "torn.ndjson");
    await writeFile(file, `${JSON.stringify(OWN[1])}\n{"source":"own"}\n{"sour`);
    const report = await importConversations({ dir: join(root, "torn"), files: [file] });
    expect(report).toMatchObject({ rows_read: 3, calls: 1, added: 1, rows_rejected: 2 });
    expect(report.problems[0]).toContain("torn.ndjson:2: A conversation needs the texts source and source_id.");
    expect(report.problems[1]).toContain("torn.ndjson:3:");
  });

  it("fails with a sentence for a file that is not there", async () => {
    await expect(importConversations({ dir: join(root, "none"), files: [join(root, "no.ndjson.gz")] })).rejects.toThrow(
      /ENOENT/,
    );
  });
});

describe("all conversations of the shared folder", () => {
  it("are there once, in the list, in SQL and in plain Parquet (where the folder is there)", async () => {
    if (!existsSync(shared)) {
      console.log(
        `The folder of shared conversations is not here: ${shared}; its 10,286 conversations were not imported.`,
      );
      return;
    }
    const dir = join(root, "all");
    const all = globSync("*.ndjson.gz", { cwd: shared }).map((name) => join(shared, name));
    const report = await importConversations({ dir, files: all });
    expect(report).toMatchObject({ rows_read: 10_286, calls: 10_286, added: 10_286, rows_rejected: 0 });
    await runEtl({ dir, once: true });
    expect((await verify(dir)).counts).toMatchObject({ lake_calls: 10_286, journal_calls: 0 });
    expect(await withLake(dir, (lake) => lake.count(EVERYTHING, scope))).toBe(10_286);
    const [sums] = await rows(
      dir,
      "SELECT count(*) AS calls, sum(len(conversation)) AS said, sum(tool_call_count) AS tools FROM calls",
    );
    expect(sums).toEqual({ calls: 10_286, said: 142_186, tools: 33_893 });
    const plain = `SELECT count(*) AS calls, count(DISTINCT id) AS ids FROM read_parquet('${dir}/calls/*/*.parquet', union_by_name=true, hive_partitioning=true)`;
    const { openLakeDb } = await import("../../src/etl/duckdb.ts");
    const db = await openLakeDb({ temp_dir: join(root, "spill"), memory_limit: "512MB", threads: 2 });
    try {
      expect((await db.rows(plain)).map((row) => [Number(row["calls"]), Number(row["ids"])])).toEqual([
        [10_286, 10_286],
      ]);
    } finally {
      db.close();
    }
    const chinese = await recordOf(dir, "import:crosswoz", "val-9274");
    expect(chinese.conversation?.[1]?.content).toBe("推荐您去北京欢乐谷游玩。");
    expect(await rows(dir, "SELECT count(*) AS n FROM calls WHERE language = 'pl'")).toEqual([{ n: 1272 }]);
    const [tool] = await rows(
      dir,
      "SELECT result FROM tool_calls t JOIN calls c USING (id) WHERE c.source = 'import:taskmaster-4' AND t.name = 'finish_order' LIMIT 1",
    );
    expect(String(tool?.["result"])).toContain("success");
  }, 300_000);
});
