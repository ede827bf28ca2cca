/** The scope: no statement without one, and nothing personal by any way of asking. */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CallLake,
  openCallLake,
  parseFacet,
  parseFilter,
  parsePage,
  type Scope,
  scopeOf,
} from "../../src/query/index.ts";
import { COLUMN_NAMES, COLUMNS } from "../../src/record/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const FROM = Date.parse("2026-11-01T00:00:00Z");
const masked = scopeOf({ read_pii: false });
const open = scopeOf({ read_pii: true });
const personal = COLUMN_NAMES.filter((name) => "pii" in COLUMNS[name]);

let dir: string;
let lake: CallLake;

beforeAll(async () => {
  dir = await madeFolder();
  const calls = madeCalls(randomOf(31), 60, FROM, 86_400_000);
  await intoLake(dir, calls.slice(0, 50));
  await intoJournal(dir, "host-1", 1, calls.slice(50));
  lake = await openCallLake({ dir, engine: "in-process" });
});

afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const filterOf = (query: string) => parseFilter(new URLSearchParams(query));
const pageOf = (query: string) => parsePage(new URLSearchParams(query));

/** Every way to ask by a filter. */
const ways: readonly [string, (query: string, scope: Scope) => Promise<unknown>][] = [
  ["list", (query, scope) => lake.list(filterOf(query), pageOf(""), scope)],
  ["count", (query, scope) => lake.count(filterOf(query), scope)],
  ["ids", (query, scope) => lake.ids(filterOf(query), scope)],
  ["stats", (query, scope) => lake.stats(filterOf(query), scope)],
  ["facets", (query, scope) => lake.facets(filterOf(query), scope)],
  ["facet", (query, scope) => lake.facet(filterOf(query), parseFacet("outcome", new URLSearchParams()), scope)],
];

describe("every statement", () => {
  it.each(ways)("of %s needs a scope that scopeOf made", async (_, ask) => {
    for (const forged of [{ read_pii: true }, { ...open }, {}, Object.create(open)]) {
      await expect(ask("", forged as Scope)).rejects.toThrow("scopeOf");
    }
    await expect(ask("", open)).resolves.toBeDefined();
  });

  it("that reads calls is put together beside the scope's condition", () => {
    const root = join(import.meta.dirname, "../../src/query");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const reading = files.filter((name) => {
      const text = readFileSync(join(root, name), "utf8");
      return (
        /import \{[^}]*\b(sourceOf|partsOf|rowsOf|callsOf|callParts)\b[^}]*\} from "\.{1,2}\/view\.ts"/.test(text) &&
        !/\b(whereOf|conditionOf|underOf)\(/.test(text)
      );
    });
    // The operator's health and command line, and what recorders ask about the calls they record.
    expect(reading.sort()).toEqual(["find.ts", "free-sql.ts", "health.ts"]);
  });
});

describe("without calls.read_pii", () => {
  it.each(ways)("%s refuses to ask by what is hidden, and names the permission", async (_, ask) => {
    const queries = [
      ...personal.filter((name) => name !== "tool_calls").map((name) => [`where=${name}:is_null:true`, "where"]),
      ["where=tool_calls:is_null:true", "where"],
      ["where=tool_calls.params.index:eq:1", "where"],
      ["where=tool_calls.result:contains:ok", "where"],
      ["where=tool_calls.error:starts:x", "where"],
      ["where=conversation.content:contains:Guten", "where"],
      ["where=conversation.role:eq:user", "where"],
      ["where=metadata.a:ne:1", "where"],
      ["where=recordings.url:starts:http", "where"],
      ["caller_number=555", "caller_number"],
      ["caller_name=a", "caller_name"],
      ["q=Guten", "q"],
    ];
    for (const [query = "", field = ""] of queries) {
      await expect(ask(query, masked), query).rejects.toMatchObject({
        name: "ForbiddenError",
        field,
        message: expect.stringContaining("calls.read_pii"),
      });
      await expect(ask(query, open), query).resolves.toBeDefined();
    }
  });

  it.each(ways)("%s may ask which tools ran", async (_, ask) => {
    for (const query of ["tool_name=lookup", "tool_status=ok", "where=tool_calls.duration_ms:gt:5"]) {
      await expect(ask(query, masked), query).resolves.toEqual(
        await ask(query, open).then((answer) => withoutPersons(answer)),
      );
    }
  });

  it("neither sorts nor offers values by what is hidden", async () => {
    const texts = personal.filter((name) => COLUMNS[name].shape.kind === "text");
    expect(texts).toContain("caller_number");
    for (const column of texts) {
      const listed = lake.list(filterOf(""), pageOf(`sort=-${column}`), masked);
      await expect(listed, column).rejects.toMatchObject({ name: "ForbiddenError", field: "sort" });
      const offered = lake.facet(filterOf(""), parseFacet(column, new URLSearchParams()), masked);
      await expect(offered, column).rejects.toMatchObject({ name: "ForbiddenError", field: "column" });
    }
  });

  it("shows null in each hidden column of the list, the detail and the shown SQL", async () => {
    const { calls, sql } = await lake.list(filterOf(""), pageOf("limit=5&include=sql"), masked);
    for (const { id } of calls) {
      const record = await lake.get(id, masked);
      const whole = await lake.get(id, open);
      for (const name of personal) expect(record?.[name], name).toBeNull();
      expect(whole?.conversation).not.toBeNull();
    }
    for (const name of personal) expect(sql).not.toContain(`"${name}"`);
  });
});

/** What hides from whom may not see persons: rows of the list and the callers. */
function withoutPersons(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return answer;
  const all = { ...answer } as Record<string, unknown>;
  if ("top_callers" in all) all["top_callers"] = [];
  if (Array.isArray(all["calls"])) {
    const nulls = Object.fromEntries(personal.map((name) => [name, null]));
    all["calls"] = all["calls"].map((row: object) => ({
      ...row,
      ...Object.fromEntries(Object.entries(nulls).filter(([name]) => name in row)),
    }));
  }
  return all;
}
