/** SQL for analysts: the cookbook on demo data, the prompt, completion, tables that fit, and a server's answers. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COOKBOOK } from "../../scripts/sql-cookbook.ts";
import { createCallHistoryApi, type Permission } from "../../src/api/index.ts";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { completer } from "../../src/host/sql-completion.ts";
import { printRows } from "../../src/host/sql-print.ts";
import { endsStatement, historyFile, runPrompt, schemaText } from "../../src/host/sql-prompt.ts";
import { openFolder, openRemote, type SqlSource } from "../../src/host/sql-source.ts";
import { TextTable } from "../../src/host/text-table.ts";
import { type CallLake, openCallLake, scopeOf, sqlSchema } from "../../src/query/index.ts";

let dir: string;
let source: SqlSource;
let lake: CallLake;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "call-lake-sql-"));
  await makeDemoHistory({ dir, calls: 3000, days: 21, now: Date.parse("2026-11-21T12:00:00Z") });
  source = await openFolder(dir, () => {});
  lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
}, 120_000);
afterAll(async () => {
  await source.close();
  await lake.close();
  await rm(dir, { recursive: true, force: true });
});

const never = () => new AbortController().signal;
const schema = sqlSchema(scopeOf({ read_pii: true }));

async function rowsOf(from: SqlSource, statement: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of (await from.ask(statement, never())).rows) rows.push(row);
  return rows;
}

describe("the cookbook", () => {
  it("has thirty questions, and its page is made from them", () => {
    expect(COOKBOOK).toHaveLength(30);
    const script = new URL("../../scripts/sql-page.ts", import.meta.url).pathname;
    const run = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", script, "--check"], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
  });

  it.each(COOKBOOK.map(({ question, sql }) => [question, sql]))("answers: %s", async (_, sql) => {
    const here = await rowsOf(source, sql);
    expect(here.length).toBeGreaterThan(0);
    // Something is said in every column of some row.
    const said = Object.keys(here[0] ?? {}).filter((column) =>
      here.some((row) => (row as Record<string, unknown>)[column] !== null),
    );
    expect(said).toEqual(Object.keys(here[0] ?? {}));
    // The same statement is allowed to analysts over the API.
    const there = await lake.analyse({ sql, limit: 1000, timeout_ms: 30_000 }, scopeOf({ read_pii: true }));
    expect(there.rows).toHaveLength(here.length);
  });
});

describe("the prompt", () => {
  const typed = async (text: string, history_file?: string): Promise<string> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const said: Buffer[] = [];
    output.on("data", (chunk: Buffer) => said.push(chunk));
    const done = runPrompt({ source, input, output, terminal: false, history_file });
    input.end(text);
    await done;
    return Buffer.concat(said).toString();
  };

  it("answers over several lines, shows its commands, and goes on after an error", async () => {
    const said = await typed(
      "SELECT count(*) AS n\n  -- all; of them\nFROM calls;\n.mode csv\nSELECT 1 AS x, ';' AS y;\nSELECT nope FROM calls;\n.schema turns\n.frob\n.mode\nSELECT 2 AS z;\n",
    );
    expect(said).toMatch(/ {3}n\n────\n3000\n\(1 row\)/);
    expect(said).toContain("x,y\n1,;\n");
    expect(said).toMatch(/Binder Error: .*nope/);
    expect(said).not.toContain("LINE ");
    expect(said).toMatch(/e2e_ms +BIGINT/);
    expect(said).toContain("There is no command .frob");
    expect(said).toContain("The mode is csv");
    expect(said).toContain("z\n2\n");
  });

  it("leaves at .quit, and remembers statements where only their writer reads them", async () => {
    const file = historyFile({ XDG_STATE_HOME: join(dir, "state") });
    expect(await typed("SELECT 1\n  AS x;\n.quit\nSELECT 2 AS never;\n", file)).not.toContain("never");
    expect(await readFile(file, "utf8")).toBe("SELECT 1 AS x;\n");
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it.each([
    ["SELECT 1;", true],
    ["SELECT 1; ", true],
    ["SELECT 1", false],
    ["SELECT ';", false],
    ["SELECT ';' -- ;", false],
    ["SELECT 'it''s;';", true],
    ["SELECT 1 /* ; ", false],
    ['SELECT 1 AS "a;', false],
  ])("%j ends: %j", (text, ends) => expect(endsStatement(text)).toBe(ends));

  it("completes views, columns of an alias, words, functions and commands", () => {
    const complete = completer(schema);
    expect(complete("SELECT * FROM tool_")[0]).toContain("tool_calls");
    expect(complete("SELECT t.dur")[0]).toEqual(["duration_seconds", "duration_ms"]);
    expect(complete("FROM tool_calls t WHERE t.dur")[0]).toEqual(["duration_ms"]);
    expect(complete("sel")[0]).toContain("select");
    expect(complete("SEL")[0]).toEqual(["SELECT"]);
    expect(complete("SELECT quantile_c")).toEqual([["quantile_cont("], "quantile_c"]);
    expect(complete(".sch")).toEqual([[".schema"], ".sch"]);
    expect(complete(".schema tu")).toEqual([["turns"], "tu"]);
    expect(complete("SELECT ").at(0)).toContain("calls");
  });

  it("tells a view's columns with their meaning", () => {
    expect(schemaText(schema)).toMatch(/^calls .*One row a call/m);
    expect(schemaText(schema, "calls")).toMatch(/^conversation +STRUCT …\[\] +What was said/m);
    expect(schemaText(schema, "nope")).toContain("There is no view nope");
  });
});

describe("a table", () => {
  const columns = ["id", "a long text", "n"].map((name) => ({ name, type: name === "n" ? "BIGINT" : "VARCHAR" }));
  const drawn = (width: number | undefined, ...rows: (string | number)[][]) => {
    const lines: string[] = [];
    const table = new TextTable(columns, (line) => lines.push(line), width);
    for (const row of rows) table.add(row);
    table.close();
    return lines;
  };

  it("fits the terminal by cutting its widest columns first", () => {
    for (const width of [24, 30, 40, 55]) {
      const lines = drawn(width, ["a1", "word ".repeat(20), 12], ["b2", "短い日本語のテキスト".repeat(4), 7]);
      for (const line of lines.slice(0, -1)) expect([...line].length).toBeLessThanOrEqual(width);
      expect(lines.join()).toContain("a1 │");
      expect(lines.join()).toContain("12");
    }
  });

  it("leaves out the last columns where there is no room, and says so", () => {
    const lines = drawn(14, ["a", "word ".repeat(20), 12]);
    expect(lines.at(-1)).toBe("(1 row, 1 of 3 columns have no room: name those you want)");
    expect(drawn(undefined, ["a", "b", 1]).at(-1)).toBe("(1 row)");
  });
});

it("a server answers the same as the folder, for who may ask", async () => {
  let permissions: Permission[] = ["calls.read", "calls.read_pii", "calls.sql"];
  const api = createCallHistoryApi({
    lake,
    identify: (c) =>
      c.req.header("authorization") === `Basic ${btoa("admin:correct horse")}` || c.req.header("x-key") === "k"
        ? { subject: "test", permissions }
        : null,
  });
  const server = serve({ fetch: api.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  try {
    const remote = openRemote({ url, headers: [], user: "admin", password: "correct horse" });
    const statement = "SELECT outcome, count(*) AS n FROM calls GROUP BY outcome ORDER BY outcome";
    expect(await rowsOf(remote, statement)).toEqual(await rowsOf(source, statement));
    const lines: string[] = [];
    const many = await remote.ask("SELECT range AS n FROM range(10001)", never());
    expect(await printRows(many, "csv", (line) => lines.push(line))).toBe(10_000);
    expect(many.truncated).toBe(true);
    expect((await remote.schema()).views.map((view) => view.name)).toContain("messages");
    const keyed = openRemote({ url, headers: ["X-Key: k"], user: "admin", password: undefined });
    expect(await rowsOf(keyed, "SELECT 1 AS x")).toEqual([{ x: 1 }]);
    permissions = ["calls.read"];
    await expect(rowsOf(keyed, "SELECT 1 AS x")).rejects.toThrow(/calls\.sql/);
    const nobody = openRemote({ url, headers: [], user: "admin", password: undefined });
    await expect(rowsOf(nobody, "SELECT 1 AS x")).rejects.toMatchObject({ status: 401 });
    expect(() => openRemote({ url, headers: ["nonsense"], user: "admin", password: undefined })).toThrow("name: value");
  } finally {
    server.close();
  }
});
