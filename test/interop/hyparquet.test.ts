/** The lake is open: a second Parquet reader, which shares no code with DuckDB, finds the same calls. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, it } from "vitest";
import { addRecords } from "../../src/etl/index.ts";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { openCallLake } from "../../src/query/index.ts";
import { normaliseRecord } from "../../src/record/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { SUMS, SUMS_SQL } from "./sums.ts";

async function rowsOf(dir: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const file of await listFiles(dir)) {
    const bytes = await readFile(file.path);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    rows.push(...(await parquetReadObjects({ file: buffer, compressors })));
  }
  return rows;
}

it("gives hyparquet the counts and sums that DuckDB has over the demo history, nested columns included", async () => {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-interop-"));
  try {
    await makeDemoHistory({ dir, calls: 600, days: 8, now: Date.parse("2026-11-21T12:00:00Z") });
    const lake = await openCallLake({ dir, engine: "in-process" });
    const expected: unknown[] = [];
    for await (const row of (await lake.sql(SUMS_SQL)).rows) expected.push(row);
    await lake.close();
    const found = SUMS.map(
      ({ name, of }) =>
        [name, (rows: readonly Record<string, unknown>[]) => rows.reduce((sum, row) => sum + of(row), 0)] as const,
    );
    const rows = await rowsOf(dir);
    const sums = Object.fromEntries(found.map(([name, sum]) => [name, Math.round(sum(rows) * 1000) / 1000]));
    expect([sums]).toEqual(expected);
    for (const { name } of SUMS) expect(sums[name], name).toBeGreaterThan(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it("is read by hyparquet, nested columns included", async () => {
  const dir = await mkdtemp(join(tmpdir(), "call-lake-interop-"));
  try {
    const records = Array.from({ length: 40 }, (_, i) =>
      normaliseRecord({
        call_id: `call-${i}`,
        source: "interop",
        start_time: `2026-11-2${i % 2}T10:00:00.123Z`,
        end_time: `2026-11-2${i % 2}T10:01:00.123Z`,
        caller_number: "+1 555 0100",
        pipeline_components: { stt: "vosk", llm: "ollama" },
        conversation: [{ role: "user", content: `Grüße aus München, 你好 ${i}`, at: "2026-11-20T10:00:01.000Z" }],
        tool_calls: [{ name: "lookup", params: { order: i }, result: { ok: true }, status: "ok", duration_ms: 12 }],
        turns: [{ e2e_ms: 900 + i }],
        cost_total: 0.125,
      }),
    );
    expect(await addRecords(dir, "interop-1", 1, records)).toBe(40);
    const rows = await rowsOf(dir);
    expect(new Set(rows.map((row) => row["id"]))).toEqual(new Set(records.map((record) => record.id)));
    const seventh = rows.find((row) => row["call_id"] === "call-7");
    expect(seventh?.["conversation"]).toMatchObject([{ role: "user", content: "Grüße aus München, 你好 7" }]);
    expect(seventh?.["start_time"]).toEqual(new Date("2026-11-21T10:00:00.123Z"));
    expect(seventh?.["cost_total"]).toBe(0.125);
    expect(seventh?.["turn_latencies_ms"]).toEqual([907n]);
    expect(seventh?.["tool_calls"]).toMatchObject([{ name: "lookup", params: { order: 7 }, duration_ms: 12n }]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
