/** The lake is open: a second Parquet reader, which shares no code with DuckDB, finds the same calls. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { expect, it } from "vitest";
import { addRecords } from "../../src/etl/index.ts";
import { normaliseRecord } from "../../src/record/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";

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
    const rows: Record<string, unknown>[] = [];
    for (const file of await listFiles(dir)) {
      const bytes = await readFile(file.path);
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      rows.push(...(await parquetReadObjects({ file: buffer, compressors })));
    }
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
