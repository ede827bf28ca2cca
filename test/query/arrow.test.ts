/** Arrow: exports and SQL answers, read back by apache-arrow's own reader. */
import { rm } from "node:fs/promises";
import { RecordBatchReader, type Table, tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { parseDuckType } from "../../src/query/arrow/duck-type.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const START = Date.parse("2026-09-01T00:00:00Z");
const calls = madeCalls(randomOf(37), 3000, START, 20 * 86_400_000);
let dir = "";
let lake: CallLake;
beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls.slice(0, 2900), 2);
  await intoJournal(dir, "live-1", 1, calls.slice(2900));
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const apiFor = (permissions: string[]) =>
  createCallHistoryApi({ lake, dir, log: () => {}, identify: () => ({ subject: "t", permissions }) });
const all = {
  request: (path: string, init?: RequestInit) =>
    apiFor(["calls.read", "calls.read_pii", "calls.export", "calls.sql"]).request(path, init),
};
const exported = async (
  query: string,
  api: { request(path: string, init?: RequestInit): Response | Promise<Response> } = all,
) => {
  const response = await api.request(`/export?format=arrow&${query}`);
  expect(response.status).toBe(200);
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
};
const asked = async (sql: string, limit = 1000) => {
  const response = await all.request("/sql", {
    method: "POST",
    headers: { accept: "application/vnd.apache.arrow.stream" },
    body: JSON.stringify({ sql, limit }),
  });
  if (!response.ok) throw new Error(await response.text());
  return { response, table: tableFromIPC(new Uint8Array(await response.arrayBuffer())) };
};
/** A cell as the record has it: Arrow's own objects as plain ones, times as ISO texts. */
function plain(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type.startsWith("Timestamp"))
    return new Date(Number(value)).toISOString().slice(0, type.includes("UTC") ? 24 : 23);
  if (type.startsWith("Decimal")) return decimal(value as Uint32Array, Number(/e\+(\d+)/.exec(type)?.[1] ?? 0));
  if (typeof value === "bigint") return Number(value);
  return value;
}
function decimal(words: Uint32Array, scale: number): number {
  const units = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return Number(BigInt.asIntN(128, units)) / 10 ** scale;
}
const types = (table: Table) => Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]));

describe("an export as Arrow", () => {
  it("holds every call with the types of the record", async () => {
    const { response, bytes } = await exported("");
    expect(response.headers.get("content-type")).toBe("application/vnd.apache.arrow.stream");
    expect(response.headers.get("X-Total-Count")).toBe("3000");
    const table = tableFromIPC(bytes);
    expect(table.numRows).toBe(3000);
    expect(types(table)).toMatchObject({
      id: "Utf8",
      rev: "Int64",
      start_time: "Timestamp<MILLISECOND, UTC>",
      duration_seconds: "Float64",
      graceful: "Bool",
      metadata: "Utf8",
      labels: "List<Utf8>",
    });
    expect(types(table)["cost_total"]).toMatch(/^Decimal\[12e\+6\]/);
    expect(types(table)["conversation"]).toContain("Struct<{role:Utf8");
    const byId = new Map(calls.map((call) => [call.id, call]));
    const order = calls
      .map((call) => call.id)
      .sort((a, b) => {
        const [one, other] = [byId.get(a), byId.get(b)];
        return (other?.start_time ?? "").localeCompare(one?.start_time ?? "") || b.localeCompare(a);
      });
    const fields = table.schema.fields;
    for (const [index, row] of [...table].entries()) {
      const call = byId.get(row["id"] as string) as CallRecord;
      expect(call.id).toBe(order[index]);
      for (const { name, type } of fields) {
        const wanted = call[name as keyof CallRecord];
        const text = String(type);
        const value: unknown = row[name];
        if (["metadata", "evaluations", "server_messages"].includes(name)) {
          expect(value === null ? null : JSON.parse(String(value))).toEqual(wanted);
        } else if (!/^(List|Map|Struct)/.test(text)) expect(plain(value, text)).toEqual(wanted);
        else if (name === "labels" || name === "agents_used") {
          expect(value === null ? null : [...(value as Iterable<string>)]).toEqual(wanted);
        }
      }
      const said = row["conversation"] as Iterable<Record<string, unknown>> | null;
      expect(
        said === null
          ? null
          : [...said].map((one) => [
              one["role"],
              one["content"],
              plain(one["at"], "Timestamp UTC"),
              plain(one["offset_ms"], ""),
            ]),
      ).toEqual(call.conversation?.map((one) => [one.role, one.content, one.at, one.offset_ms]) ?? null);
      const tools = row["tool_calls"] as Iterable<Record<string, unknown>> | null;
      expect(
        tools === null
          ? null
          : [...tools].map((one) => (one["params"] === null ? null : JSON.parse(String(one["params"])))),
      ).toEqual(call.tool_calls?.map((one) => one.params) ?? null);
      const usage = row["usage"] as { toJSON(): unknown } | null;
      expect(usage === null ? null : usage.toJSON()).toEqual(call.usage);
    }
  });

  it("comes in batches", async () => {
    const { bytes } = await exported("");
    const reader = RecordBatchReader.from(bytes);
    const sizes = [...reader].map((batch) => batch.numRows);
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3000);
  });

  it("of nothing is a schema without rows", async () => {
    const { bytes } = await exported("context_name=nowhere&columns=id,cost_total");
    const table = tableFromIPC(bytes);
    expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([0, ["id", "cost_total"]]);
  });

  it("hides what is personal, with its type", async () => {
    const { bytes } = await exported("columns=id,caller_number,conversation", apiFor(["calls.export"]));
    const table = tableFromIPC(bytes);
    expect(table.getChild("caller_number")?.nullCount).toBe(3000);
    expect(table.getChild("conversation")?.nullCount).toBe(3000);
    expect(types(table)["conversation"]).toContain("List<Struct");
  });
});

describe("a SQL answer as Arrow", () => {
  it("has DuckDB's types", async () => {
    const { table } = await asked(`SELECT 1::TINYINT AS a, 70000::UINTEGER AS b, 9007199254740993 AS c,
      170141183460469231731687303715884105727::HUGEINT % 1000000000000000000000000000000 AS d, -1.5::DECIMAL(4,2) AS e,
      TIMESTAMPTZ '2026-11-21 10:00:00.123456+01' AS f, TIMESTAMP '2026-11-21 10:00:00.5' AS g, DATE '1969-12-31' AS h,
      'x"é😀' AS i, true AS j, 0.5::FLOAT AS k, INTERVAL 90 MINUTES AS l, NULL AS m, [1, NULL, 3] AS n,
      {'a b': 'x', t: TIMESTAMPTZ '2026-11-21 10:00:00+00', l: [{z: 1.25::DECIMAL(5,3)}]} AS o,
      MAP {'k': 1, 'l': NULL} AS p, MAP {1: 'x'} AS q, '{"a": [1]}'::JSON AS r, 'nan'::DOUBLE AS s`);
    const row = table.get(0)?.toJSON() ?? {};
    expect(types(table)).toMatchObject({
      a: "Int8",
      b: "Uint32",
      c: "Int64",
      f: "Timestamp<MILLISECOND, UTC>",
      g: "Timestamp<MILLISECOND>",
      h: "Date32<DAY>",
      j: "Bool",
      k: "Float32",
      l: "Utf8",
      p: "Map<{key:Utf8, value:Int32}>",
      q: "Utf8",
      r: "Utf8",
    });
    expect(row).toMatchObject({
      a: 1,
      b: 70000,
      c: 9007199254740993n,
      i: 'x"é😀',
      j: true,
      k: 0.5,
      l: "01:30:00",
      m: null,
      s: null,
    });
    expect(String(row["d"])).toBe("460469231731687303715884105727");
    expect(decimal(row["e"], 2)).toBe(-1.5);
    expect(Number(row["f"])).toBe(Date.parse("2026-11-21T09:00:00.123Z"));
    expect(Number(row["g"])).toBe(Date.parse("2026-11-21T10:00:00.500Z"));
    expect(Number(row["h"])).toBe(-86_400_000);
    expect([...row["n"]]).toEqual([1, null, 3]);
    expect(row["o"]["a b"]).toBe("x");
    expect(Number(row["o"]["t"])).toBe(Date.parse("2026-11-21T10:00:00Z"));
    expect(decimal(row["o"]["l"].get(0)["z"], 3)).toBe(1.25);
    expect(row["p"].toJSON()).toEqual({ k: 1, l: null });
    expect(JSON.parse(row["q"])).toEqual({ 1: "x" });
    expect(JSON.parse(row["r"])).toEqual({ a: [1] });
  });

  it("says whether there is more, and answers errors as JSON", async () => {
    const { response, table } = await asked("SELECT id FROM calls", 2500);
    expect([table.numRows, table.batches.length]).toEqual([2500, 2]);
    expect(response.headers.get("x-truncated")).toBe("true");
    expect(table.schema.metadata.get("truncated")).toBe("true");
    await expect(asked("SELECT nothing FROM calls")).rejects.toThrow(/"field":"sql"/);
  });
});

it("DuckDB's types are read as it writes them", () => {
  expect(parseDuckType(`STRUCT("a""b, c" VARCHAR, d DECIMAL(12,6)[], e ENUM('x, (y', 'z'))[3]`)).toEqual({
    kind: "list",
    of: {
      kind: "struct",
      fields: [
        ['a"b, c', { kind: "plain", name: "VARCHAR" }],
        ["d", { kind: "list", of: { kind: "decimal", precision: 12, scale: 6 } }],
        ["e", { kind: "plain", name: "ENUM('x, (y', 'z')" }],
      ],
    },
  });
});
