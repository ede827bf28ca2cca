/** The command line as a person calls it: verbs, help, formats and exit codes, in processes of their own. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";

const cli = resolve(import.meta.dirname, "../../src/host/cli.ts");
const verbs = [
  "serve",
  "etl",
  "sql",
  "import",
  "erase",
  "subject-export",
  "hold",
  "retain",
  "compact",
  "export",
  "backup",
  "restore",
  "doctor",
  "verify",
  "demo",
];
let dir: string;
let id: string;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", cli, ...args],
    {
      encoding: "utf8",
      env: { ...process.env, CALL_HISTORY_DIR: dir, NODE_OPTIONS: "" },
    },
  );
  return { status, stdout, stderr };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "call-lake-cli-"));
  const history = await openCallHistory({ dir });
  const call = history.startCall({
    call_id: "a,1",
    caller_number: "+12025550101",
    context_name: 'say "hi"',
    language: "ja",
  });
  call.addMessage({ role: "user", content: "予約を\nお願いします" });
  id = (await call.end({ ended_reason: "bye" })).id;
  await history.startCall({ call_id: "b", caller_number: "+12025550102", user_id: "u7" }).end();
  await history.close();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("call-lake", () => {
  it("lists its verbs, and each has a help", () => {
    const { stdout, status } = run("--help");
    expect(status).toBe(0);
    for (const verb of verbs) expect(stdout).toContain(`  ${verb}`);
  });

  it.each(verbs)("%s --help tells its exit codes", (verb) => {
    const { stdout, status } = run(verb, "--help");
    expect(status).toBe(0);
    expect(stdout).toContain(`call-lake ${verb}`);
    expect(stdout).toContain("Exit codes: 0 done, 1 failed or found something wrong, 2 called wrongly.");
  });

  it.each([
    [[]],
    [["fly"]],
    [["constructor"]],
    [["etl", "--frob"]],
    [["verify", "extra"]],
    [["sql", "SELECT", "1"]],
    [["sql", "--csv", "--json", "SELECT 1"]],
    [["backup"]],
    [["restore", "--from", "x"]],
    [["export"]],
    [["export", "--to", "x.csv", "--outcome", "nope"]],
    [["compact", "--memory", "lots"]],
    [["sql", "--remote", "ftp://x", "SELECT 1"]],
    [["erase"]],
    [["erase", "--id", "x", "--yes"]],
    [["retain", "--days", "many"]],
    [["hold", "keep"]],
    [["hold", "add", "--where", "client", "--why", "x"]],
    [["hold", "add", "--where", '{"summary": "x"}', "--why", "x"]],
    [["subject-export", "--to", "x"]],
    [["import", "faxes", "x"]],
    [["demo", "--calls", "3"]],
  ])("%j is called wrongly: 2", (args) => {
    const { status, stderr, stdout } = run(...args);
    expect(status).toBe(2);
    expect(stderr + stdout).not.toMatch(/\n {4}at /);
  });

  it("stops a bad setting with its sentence", () => {
    const { status, stderr } = spawnSync(process.execPath, [cli, "verify"], {
      encoding: "utf8",
      env: { ...process.env, CALL_HISTORY_RETENTION_DAYS: "ten" },
    });
    expect(status).toBe(2);
    expect(stderr).toContain(
      'CALL_HISTORY_RETENTION_DAYS must be a whole number of days from 0 to 36500; it is "ten".',
    );
  });

  it("does not make a folder of a mistyped name", () => {
    expect(run("verify", "--dir", join(dir, "nope"))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("There is no data folder at"),
    });
  });

  it("sql answers as a table, CSV and JSON, with rows that are in the journal only", () => {
    const statement = "SELECT call_id, context_name, language, user_messages FROM calls ORDER BY call_id";
    expect(run("sql", statement).stdout).toBe(
      [
        "call_id │ context_name │ language │ user_messages",
        "────────┼──────────────┼──────────┼──────────────",
        'a,1     │ say "hi"     │ ja       │             1',
        "b       │              │          │             0",
        "(2 rows)",
        "",
      ].join("\n"),
    );
    expect(run("sql", "--csv", statement).stdout).toBe(
      'call_id,context_name,language,user_messages\n"a,1","say ""hi""",ja,1\nb,,,0\n',
    );
    expect(JSON.parse(run("sql", "--json", statement).stdout.split("\n")[0] ?? "")).toEqual({
      call_id: "a,1",
      context_name: 'say "hi"',
      language: "ja",
      user_messages: 1,
    });
    expect(run("sql", "SELECT content FROM messages").stdout).toContain("予約を お願いします");
  });

  it("sql refuses what is not one SELECT", () => {
    for (const statement of ["DROP TABLE calls", "SELECT 1; SELECT 2", "COPY calls TO '/tmp/x'"]) {
      expect(run("sql", statement)).toMatchObject({ status: 1, stdout: "" });
    }
  });

  it("publishes once, verifies, erases with a receipt and compacts", () => {
    expect(run("etl", "--once")).toMatchObject({ status: 0 });
    expect(JSON.parse(run("verify", "--json").stdout)).toMatchObject({ ok: true, counts: { lake_calls: 2 } });
    expect(run("erase", "--id", id)).toMatchObject({ status: 2 });
    expect(JSON.parse(run("erase", "--id", id, "--yes", "--who", "test", "--json").stdout)).toMatchObject({
      deleted: 1,
      pending: 0,
      who: "test",
    });
    expect(run("sql", "--csv", "SELECT count(*) AS n FROM calls").stdout).toBe("n\n1\n");
    expect(run("compact").status).toBe(0);
    expect(run("retain", "--days", "30").status).toBe(0);
    expect(run("retain", "--days", "30", "--dry-run").stdout).toContain("Nothing has expired.");
    expect(run("verify")).toMatchObject({ status: 0, stdout: expect.stringContaining("Everything is in order.") });
  });

  it("holds a call, hands out a person's, and says that all is well", () => {
    const other = run("sql", "--csv", "SELECT id FROM calls").stdout.split("\n")[1] ?? "";
    const where = JSON.stringify({ call_id: "b" });
    const hold = JSON.parse(run("hold", "add", "--where", where, "--why", "case 17", "--json").stdout) as {
      id: string;
    };
    expect(run("hold", "list").stdout).toContain("case 17");
    expect(run("erase", "--id", other, "--yes")).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("1 are held"),
    });
    expect(run("hold", "remove", hold.id)).toMatchObject({ status: 0 });
    expect(run("hold", "remove", hold.id)).toMatchObject({ status: 1 });
    const to = join(dir, "..", `person-${process.pid}.json`);
    try {
      expect(run("subject-export", "--user", "u7", "--to", to)).toMatchObject({ status: 0 });
      expect(statSync(to).mode & 0o077).toBe(0);
      expect(JSON.parse(readFileSync(to, "utf8"))).toMatchObject([{ id: other, call_id: "b" }]);
      expect(run("subject-export", "--user", "u7", "--to", to).stderr).toContain("is there already");
    } finally {
      rmSync(to, { force: true });
    }
    expect(run("doctor")).toMatchObject({ status: 0, stdout: expect.stringContaining("All is well.") });
    expect(JSON.parse(run("doctor", "--json").stdout)).toMatchObject({ ok: true });
  });
});
