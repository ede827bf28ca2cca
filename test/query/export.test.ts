/** The export: every format holds the calls under the filter, no more, no less, as the list has them. */
import { mkdtempSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi } from "../../src/api/index.ts";
import { type CallLake, openCallLake } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCall, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const random = randomOf(31);
const START = Date.parse("2026-09-01T00:00:00Z");
const NAMES = [
  "=1+1",
  "+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(A1)",
  "\t=1",
  " =1",
  "＝1+1",
  'a,b\n"c"',
  "",
  "O'Brien",
  "+15550100",
];
const calls = [
  ...madeCalls(random, 400, START, 30 * 86_400_000),
  ...NAMES.map((name, index) =>
    madeCall(random, 5000 + index, START + index, { caller_name: name, context_name: "formulas", client_id: "acme" }),
  ),
];
let dir = "";
let lake: CallLake;
// Exports of other test files, which run beside this one, have their folders elsewhere.
const own = mkdtempSync(join(tmpdir(), "call-lake-exports-"));
process.env["TMPDIR"] = own;
const leftovers = async () => (await readdir(tmpdir())).filter((name) => name.startsWith("call-lake-export-"));

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls.slice(0, 300), 2);
  await intoJournal(dir, "live-1", 1, calls.slice(300));
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  await rm(own, { recursive: true });
});

const apiFor = (permissions: string[], client_id?: string) =>
  createCallHistoryApi({ lake, dir, log: () => {}, identify: () => ({ subject: "t", permissions, client_id }) });
const all = () => apiFor(["calls.read", "calls.read_pii", "calls.export"]);
const get = async (query: string, api = all()) => {
  const response = await api.request(`/export?${query}`);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};
const newestFirst = (records: readonly CallRecord[]) =>
  records.toSorted((a, b) => b.start_time.localeCompare(a.start_time) || b.id.localeCompare(a.id));

describe("an export", () => {
  it("holds in JSON what the calls are, newest first", async () => {
    const { response, bytes } = await get("format=json");
    expect(response.headers.get("X-Total-Count")).toBe(String(calls.length));
    expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="calls.json"');
    const rows = JSON.parse(bytes.toString()) as CallRecord[];
    expect(rows.map((row) => row.id)).toEqual(newestFirst(calls).map((call) => call.id));
    const byId = new Map(calls.map((call) => [call.id, call]));
    for (const row of rows) expect(row).toEqual(byId.get(row.id));
  });

  it("is the same in NDJSON", async () => {
    const json = JSON.parse((await get("format=json")).bytes.toString()) as unknown[];
    const lines = (await get("format=ndjson")).bytes.toString().split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json);
  });

  it("is CSV that another reader reads, with no formula in a cell", async () => {
    const { bytes } = await get(
      "format=csv&columns=id,caller_name,start_time,duration_seconds,tool_calls&context_name=formulas",
    );
    const file = join(dir, "out.csv");
    await writeFile(file, bytes);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_csv('${file}', header = true, all_varchar = true, nullstr = '\\N')`,
    );
    const rows = reader.getRowObjectsJson();
    connection.closeSync();
    instance.closeSync();
    expect(rows).toHaveLength(NAMES.length);
    const names = new Set(rows.map((row) => row["caller_name"]));
    expect(names).toEqual(
      new Set([
        "'=1+1",
        "'+cmd|' /C calc'!A0",
        "'-2+3",
        "'@SUM(A1)",
        "'\t=1",
        "' =1",
        "'＝1+1",
        'a,b\n"c"',
        "",
        "O'Brien",
        "+15550100",
      ]),
    );
    const call = calls.find((made) => made.id === rows[0]?.["id"]);
    expect(rows[0]?.["start_time"]).toBe(call?.start_time);
    // What is not known is an empty cell.
    expect(bytes.toString().split("\n")[0]).toBe("id,caller_name,start_time,duration_seconds,tool_calls");
    const unknown = calls.filter((made) => made.caller_name === null).map(({ id }) => id);
    expect(unknown.length).toBeGreaterThan(0);
    const lines = (await get("format=csv&columns=caller_name,id")).bytes.toString().split("\n");
    for (const id of unknown) expect(lines).toContain(`,${id}`);
    expect(JSON.parse(String(rows[0]?.["tool_calls"]))).toHaveLength(call?.tool_calls?.length ?? 0);
  });

  it("is Parquet with the lake's own types", async () => {
    const { response, bytes } = await get("format=parquet&client_id=acme");
    const file = join(dir, "out.parquet");
    await writeFile(file, bytes);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const own = calls.filter((call) => call.client_id === "acme");
    const reader = await connection.runAndReadAll(
      `SELECT count(*)::INT AS n, sum(len(tool_calls))::INT AS tools, sum(cost_total)::VARCHAR AS cost FROM '${file}'`,
    );
    const cost = own.reduce((sum, call) => sum + Math.round((call.cost_total ?? 0) * 1e6), 0) / 1e6;
    expect(reader.getRowObjectsJson()).toEqual([
      {
        n: own.length,
        tools: own.reduce((sum, call) => sum + (call.tool_calls?.length ?? 0), 0),
        cost: cost.toFixed(6),
      },
    ]);
    expect(response.headers.get("X-Total-Count")).toBe(String(own.length));
    connection.closeSync();
    instance.closeSync();
  });

  it("counts what it holds under any filter", async () => {
    for (const filter of [
      "outcome=error",
      "min_duration=100&provider_name=local",
      "start_date=2026-09-10&end_date=2026-09-11&tz=Asia/Tokyo",
      "context_name=nowhere",
    ]) {
      for (const format of ["csv", "json", "ndjson"]) {
        const { response, bytes } = await get(`format=${format}&columns=id&${filter}`);
        const ids = bytes.toString().match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
        expect(String(ids.length)).toBe(response.headers.get("X-Total-Count"));
        expect(new Set(ids).size).toBe(ids.length);
      }
      const { response } = await get(`format=parquet&${filter}`);
      expect(response.status).toBe(200);
    }
    expect(JSON.parse((await get("format=json&context_name=nowhere")).bytes.toString())).toEqual([]);
  });

  it("keeps to the scope and hides what is personal", async () => {
    const masked = apiFor(["calls.export"], "acme");
    for (const format of ["json", "csv", "ndjson", "parquet"]) {
      const { response, bytes } = await get(`format=${format}`, masked);
      expect(response.headers.get("X-Total-Count")).toBe(
        String(calls.filter((call) => call.client_id === "acme").length),
      );
      expect(bytes.toString("latin1")).not.toMatch(/globex|5550100|Guten Tag|O'Brien/);
    }
    expect((await apiFor(["calls.read"]).request("/export")).status).toBe(403);
    expect((await get("format=csv&caller_number=555", masked)).response.status).toBe(403);
  });

  it("says what is wrong with a question", async () => {
    for (const [query, field] of [
      ["format=xls", "format"],
      ["columns=id,nothing", "columns"],
      ["colour=red", "colour"],
      ["format=csv&format=json", "format"],
    ]) {
      const { response, bytes } = await get(query ?? "");
      expect([response.status, JSON.parse(bytes.toString()).error.field]).toEqual([400, field]);
    }
  });

  it("has the p95 that the list computes, in every format", async () => {
    const query = "columns=id,p95_turn_latency_ms,outcome";
    const rows = JSON.parse((await get(`format=json&${query}`)).bytes.toString()) as CallRecord[];
    const wanted = new Map<string, unknown>(rows.map((row) => [row.id, Object.values(row)[1]]));
    expect(Object.keys(rows[0] ?? {})).toEqual(["id", "p95_turn_latency_ms", "outcome"]);
    const one = calls.find((call) => call.turn_latencies_ms?.length === 1);
    expect(wanted.get(one?.id ?? "")).toBe(one?.turn_latencies_ms?.[0]);
    const csv = (await get(`format=csv&${query}`)).bytes.toString().trimEnd().split("\n").slice(1);
    for (const [id = "", p95] of csv.map((line) => line.split(",")))
      expect(p95 === "" ? null : Number(p95)).toBe(wanted.get(id));
    for (const format of ["parquet", "arrow"])
      expect((await get(`format=${format}&${query}`)).response.status).toBe(200);
  });

  it("takes its parameters from a body too, and thousands of ids there", async () => {
    const chosen = calls.slice(50, 250).map((call) => call.id);
    // Others that are no calls, up to what one condition takes.
    const more = Array.from({ length: 9800 }, (_, n) => `019aa5f6-1d00-7e1a-8000-${String(n).padStart(12, "0")}`);
    const where = `id:in:${[...chosen, ...more].join(",")}`;
    const post = (body: string | URLSearchParams, type = "application/json", path = "/export", api = all()) =>
      api.request(path, { method: "POST", body: String(body), headers: { "content-type": type } });
    const form = "application/x-www-form-urlencoded";
    for (const response of [
      await post(new URLSearchParams({ where, format: "ndjson", columns: "id,outcome" }), form),
      await post(JSON.stringify({ where: [where], format: "ndjson", columns: "id,outcome" })),
    ]) {
      expect([response.status, response.headers.get("X-Total-Count")]).toEqual([200, "200"]);
      const rows = (await response.text()).trimEnd().split("\n");
      expect(rows.map((row) => (JSON.parse(row) as CallRecord).id).sort()).toEqual([...chosen].sort());
    }
    const some = await post(JSON.stringify({ outcome: ["error", "lost"], min_duration: 10, has_tool_calls: true }));
    const asked = await get("outcome=error&outcome=lost&min_duration=10&has_tool_calls=true");
    expect(await some.text()).toBe(asked.bytes.toString());
    for (const [response, field] of [
      [await post(JSON.stringify({ where: `${where},${more[0]}` })), "where"],
      [await get(`where=${where}`).then(({ response, bytes }) => new Response(bytes, response)), "where"],
      [await post("colour=red", form), "colour"],
      [await post(JSON.stringify({ outcome: { eq: "error" } })), "outcome"],
      [await post("[]"), null],
      [await post("format=json", "application/json"), null],
      [await post("{}", "application/json", "/export?outcome=error"), "outcome"],
    ] as const) {
      expect([response.status, ((await response.json()) as { error: object }).error]).toMatchObject([400, { field }]);
    }
    const masked = await post(
      JSON.stringify({ where }),
      "application/json",
      "/export",
      apiFor(["calls.export"], "acme"),
    );
    const own = calls.slice(50, 250).filter((call) => call.client_id === "acme");
    expect(masked.headers.get("X-Total-Count")).toBe(String(own.length));
    await masked.body?.cancel();
    expect((await post("{}", form, "/export", apiFor(["calls.read"]))).status).toBe(403);
  });

  it("stops when the client leaves, and leaves nothing on the disk", async () => {
    const response = await all().request("/export?format=ndjson");
    const reader = response.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await reader?.cancel();
    await lake.count(
      (await import("../../src/query/index.ts")).EVERYTHING,
      (await import("../../src/query/index.ts")).scopeOf({ read_pii: true }),
    );
    await expect.poll(leftovers, { timeout: 30_000 }).toEqual([]);
  });
});
