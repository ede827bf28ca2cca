/** SQL of analysts: what is refused, what is bounded, and what a tenant sees. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallLake, openCallLake, scopeOf } from "../../src/query/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { listFiles } from "../../src/store/lake/listing.ts";
import { ENDLESS, hostileStatements } from "./hostile-sql.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const random = randomOf(77);
const calls = madeCalls(random, 300, Date.parse("2026-10-01T00:00:00Z"), 20 * 86_400_000);
const everyone = scopeOf({ read_pii: true });
const acme = scopeOf({ client_id: "acme", read_pii: true });
const masked = scopeOf({ read_pii: false });
let dir = "";
let lake: CallLake;
const logged: string[] = [];

beforeAll(async () => {
  dir = await madeFolder();
  await intoLake(dir, calls.slice(0, 200), 3);
  await intoJournal(dir, "live-1", 1, calls.slice(200));
  lake = await openCallLake({ dir, engine: "child", log: (line) => logged.push(line) });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const ask = (sql: string, scope = everyone, limit = 1000, timeout_ms = 20_000) =>
  lake.analyse({ sql, limit, timeout_ms }, scope);
const oneValue = async (sql: string, scope = everyone) => Object.values((await ask(sql, scope)).rows[0] ?? {})[0];
const ofAcme = (call: CallRecord) => call.client_id === "acme";

describe("statements of analysts", () => {
  it("answer over all calls, published or fresh", async () => {
    expect(await oneValue("SELECT count(*) FROM calls")).toBe(300);
    expect(await oneValue("SELECT count(*) FROM messages")).toBe(300);
    const tools = calls.reduce((sum, call) => sum + (call.tool_calls?.length ?? 0), 0);
    expect(await oneValue("SELECT count(name) FROM tool_calls")).toBe(tools);
  });

  it("take what analysts write", async () => {
    const fine = [
      "FROM calls",
      "SELECT outcome, count(*) AS n FROM calls GROUP BY ALL ORDER BY n DESC LIMIT 3;",
      "WITH long AS (SELECT * FROM calls WHERE duration_seconds > 100) SELECT median(duration_seconds) FROM long -- the long ones",
      "SELECT date_trunc('day', start_time) AS day, quantile_cont(avg_turn_latency_ms, 0.95) FROM calls GROUP BY 1",
      "SELECT id, row_number() OVER (PARTITION BY provider_name ORDER BY start_time) FROM calls QUALIFY row_number() OVER () < 5",
      "SELECT c.id, t.name FROM calls c JOIN tool_calls t USING (id) WHERE t.status = 'error'",
      "SELECT list_transform(tool_calls, t -> t.name) FROM calls WHERE len(tool_calls) > 0",
      "SELECT cost_breakdown['llm'], usage['input_tokens'], metadata->>'$.a' FROM calls",
      "SELECT strftime(start_time AT TIME ZONE 'Europe/Berlin', '%H') AS hour, count(*) FROM calls GROUP BY hour",
      "SUMMARIZE SELECT duration_seconds FROM calls",
      "DESCRIBE calls",
      "SELECT * EXCLUDE (conversation) FROM calls WHERE caller_number LIKE '+1555%' ESCAPE '!'",
      "SELECT * FROM (SELECT outcome, direction FROM calls) PIVOT (count(*) FOR direction IN ('inbound', 'outbound'))",
      "WITH RECURSIVE d(day) AS (SELECT DATE '2026-10-01' UNION ALL SELECT day + 1 FROM d WHERE day < DATE '2026-10-20') SELECT d.day, count(c.id) FROM d LEFT JOIN calls c ON c.day = d.day GROUP BY ALL ORDER BY 1",
      "SELECT DISTINCT ON (outcome) outcome, id FROM calls ORDER BY outcome, start_time",
      "SELECT grouping(outcome), outcome, count(*) FROM calls GROUP BY ROLLUP (outcome)",
      "SELECT i, j FROM range(3) a(i), generate_series(1, 2) b(j)",
      "SELECT id, id FROM calls LIMIT 1",
      "SELECT try_cast('x' AS INT), current_date, now(), coalesce(NULL, 1), 'a' || 'b', NOT true, 5 // 2, [1, 2][1]",
      "SELECT unnest(agents_used) FROM calls",
      "SELECT arg_max(caller_name, duration_seconds), histogram(outcome) FROM calls",
      "WITH calls AS (SELECT 1 AS x) SELECT x FROM calls",
      "VALUES (1, 'a'), (2, 'b')",
    ];
    for (const statement of fine) await expect(ask(statement), statement).resolves.toBeDefined();
  });

  it("give columns, rows, limits and exact numbers", async () => {
    const answer = await ask(
      "SELECT id, start_time, 9007199254740993 AS big, 7::HUGEINT AS small FROM calls ORDER BY start_time",
      everyone,
      2,
    );
    expect(answer.columns).toEqual([
      { name: "id", type: "VARCHAR" },
      { name: "start_time", type: "TIMESTAMP WITH TIME ZONE" },
      { name: "big", type: "BIGINT" },
      { name: "small", type: "HUGEINT" },
    ]);
    const first = calls.toSorted((a, b) => a.start_time.localeCompare(b.start_time))[0];
    expect(answer.rows[0]).toEqual({ id: first?.id, start_time: first?.start_time, big: "9007199254740993", small: 7 });
    expect(answer).toMatchObject({ truncated: true, rows: { length: 2 } });
    expect((await ask("SELECT 1", everyone, 1)).truncated).toBe(false);
  });
});

describe("errors of a statement", () => {
  it.each([
    ["SELEC 1", 1, 1],
    ["SELECT '👋' AS a,\n  count(* FROM calls", 2, 11],
    ["SELECT 1 AS foo,\n  foe FROM calls", 2, 3],
    ["SELECT id FROM calls -- foe\nWHERE foe = 1", 2, 7],
    ["SELECT 'x'::INT FROM range(3)", 1, 11],
    [`SELECT ${"id, ".repeat(60)}foe\nFROM calls`, 1, 248],
  ])("say where: %s", async (statement, line, column) => {
    await expect(ask(statement)).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`\\(line ${line}, column ${column}\\)$`)),
      position: { line, column },
    });
  });
});

describe("hostile statements", () => {
  it("are refused, all of them, and change nothing", async () => {
    await mkdir(join(dir, "secret"), { recursive: true });
    await writeFile(join(dir, "secret", "plan.csv"), "a,b\n1,TOPSECRET\n");
    const [file] = await listFiles(dir);
    const statements = hostileStatements(file?.path ?? "", dir);
    expect(statements.length).toBeGreaterThanOrEqual(200);
    const before = await readdir(dir, { recursive: true });
    const passed: string[] = [];
    for (const statement of [...statements, `SELECT * FROM '${dir}/secret/plan.csv'`]) {
      const error = await ask(statement).then(
        () => null,
        (refused: unknown) => refused,
      );
      if (!(error instanceof Error) || error.name !== "BadQuestionError")
        passed.push(`${statement} => ${String(error)}`);
      else expect(error.message).not.toMatch(/TOPSECRET|root:/);
    }
    expect(passed).toEqual([]);
    expect(await readdir(dir, { recursive: true })).toEqual(before);
    expect(await oneValue("SELECT count(*) FROM calls")).toBe(300);
  });

  // Without a limit none of them would end within the test's own time.
  it("cannot run for ever, or take all memory", { timeout: 240_000 }, async () => {
    for (const statement of ENDLESS) {
      const error = await ask(statement, everyone, 10_000, 1500).then(
        () => null,
        (refused: unknown) => refused,
      );
      expect(["TimeoutError", "BadQuestionError"], statement).toContain((error as Error | null)?.name);
    }
    expect(await oneValue("SELECT count(*) FROM calls")).toBe(300);
    // The list's engine is another one, and has heard nothing of all this.
    expect((await lake.health()).engine_restarts).toBe(0);
  });

  it("stop when the client leaves", async () => {
    const leave = new AbortController();
    const asked = lake.analyse({ sql: ENDLESS[0], limit: 1, timeout_ms: 60_000 }, everyone, leave.signal);
    setTimeout(() => leave.abort(), 200);
    await expect(asked).rejects.toMatchObject({ name: "AbortError" });
    expect(await oneValue("SELECT 1")).toBe(1);
  });
});

describe("the scope of a statement", () => {
  it("is one tenant's calls", async () => {
    const own = calls.filter(ofAcme);
    expect(await oneValue("SELECT count(*) FROM calls", acme)).toBe(own.length);
    expect(await oneValue("SELECT count(DISTINCT client_id) FROM calls", acme)).toBe(1);
    expect(await oneValue("SELECT count(*) FROM calls WHERE client_id <> 'acme' OR client_id IS NULL", acme)).toBe(0);
    const tools = own.reduce((sum, call) => sum + (call.tool_calls?.length ?? 0), 0);
    expect(await oneValue("SELECT count(name) FROM tool_calls", acme)).toBe(tools);
    const other = calls.find((call) => call.client_id === "globex")?.id ?? "";
    expect(await oneValue(`SELECT count(*) FROM calls WHERE id = '${other}'`, acme)).toBe(0);
  });

  it("is not told by errors of rows that are not seen", async () => {
    const other = calls.find((call) => call.client_id === "globex")?.id ?? "";
    const spies = [
      `SELECT count(*) FROM calls WHERE CASE WHEN id = '${other}' THEN error(caller_number) ELSE true END`,
      `SELECT count(*) FROM calls WHERE 1 / (CASE WHEN client_id = 'globex' THEN 0 ELSE 1 END) > 0 AND coalesce(client_id, error(id)) <> ''`,
      "SELECT count(*) FROM calls WHERE CASE WHEN client_id IS DISTINCT FROM 'acme' THEN CAST('x' || id AS INT) = 1 ELSE true END",
      `SELECT count(*) FROM messages WHERE CASE WHEN id = '${other}' THEN error(content) ELSE true END`,
    ];
    const own = calls.filter(ofAcme).length;
    for (const spy of spies) {
      const seen = await oneValue(spy, acme).catch((error: Error) => error.message);
      expect([own], `${spy} => ${seen}`).toContain(seen);
    }
    // Errors of one's own rows do not quote what they hold.
    await expect(ask("SELECT CAST(id AS INT) FROM calls", acme)).rejects.toThrow(/cannot be computed/);
  });

  it("hides what is personal, in every view", async () => {
    expect(
      await oneValue(
        "SELECT count(*) FROM calls WHERE caller_number IS NOT NULL OR conversation IS NOT NULL OR metadata IS NOT NULL",
        masked,
      ),
    ).toBe(0);
    expect(await oneValue("SELECT count(*) FROM calls", masked)).toBe(300);
    expect(await oneValue("SELECT count(*) FROM messages", masked)).toBe(0);
    expect(await oneValue("SELECT count(*) FROM tool_calls", masked)).toBe(0);
  });
});
