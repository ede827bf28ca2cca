/** Folders of other versions: what version 1 wrote is read, published, merged and raised by a later one; a newer one is refused. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const root = mkdtempSync(join(tmpdir(), "call-lake-evolution-"));
const golden = new URL("../golden/", import.meta.url).pathname;
const versions = readdirSync(golden).filter((name) => name.startsWith("lake-v"));
const later = ["--import", new URL("./as-version-2.ts", import.meta.url).href];
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Seen {
  version: number;
  add: number | string;
  look: { calls: Record<string, unknown>[]; arm: number; total: number; vad: { n: number | null }[] };
  verify: { ok: boolean; problems: unknown[]; counts: { files: number; lake_calls: number } };
  [step: string]: unknown;
}

function run(as: readonly string[], dir: string, ...steps: string[]): Seen {
  const script = new URL("./evolution-process.ts", import.meta.url).pathname;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...as, script, dir, ...steps],
    { encoding: "utf8" },
  );
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Seen;
}

function copyOf(version: string, name: string): string {
  const dir = join(root, `${version}-${name}`);
  cpSync(join(golden, version), dir, { recursive: true });
  return dir;
}

const formatOf = (dir: string) => JSON.parse(readFileSync(join(dir, "format.json"), "utf8")) as unknown;

/** What version 1 wrote, told by version 1; `added` is null in every call for a version that has more columns. */
function known(calls: Record<string, unknown>[]): unknown[] {
  return calls
    .map(({ experiment, ...call }) => {
      expect(experiment ?? null).toBeNull();
      const turns = (call["turns"] as Record<string, unknown>[] | null)?.map(({ vad_ms, ...turn }) => {
        expect(vad_ms ?? null).toBeNull();
        return turn;
      });
      return { ...call, turns: turns ?? null };
    })
    .sort((a, b) => (String((a as { id?: string }).id) < String((b as { id?: string }).id) ? -1 : 1));
}

describe.each(versions)("%s", (version) => {
  it("is read as it was written", () => {
    const { look, verify } = run([], copyOf(version, "now"), "look", "verify");
    expect(verify.problems).toEqual([]);
    expect(look.total).toBe(7);
    const call = look.calls.find((one) => one["call_id"] === "golden-3");
    expect(call).toMatchObject({
      caller_number: "+15550103",
      start_time: "2026-11-11T10:03:00.123Z",
      conversation: [
        { role: "user", content: "Grüße 3 你好" },
        { role: "assistant", interrupted: true },
      ],
      tool_calls: [{ name: "lookup", params: { order: 3 }, result: { ok: true }, duration_ms: 12 }],
      turns: [{ e2e_ms: 903, tool_ms: null }],
      turn_latencies_ms: [903],
      pipeline_components: { stt: "vosk" },
      cost_total: 0.25,
      labels: ["vip"],
      metadata: { a: [1, null] },
    });
    expect(look.calls.find((one) => one["call_id"] === "journal-1")).toMatchObject({
      conversation: [{ content: "Aus dem Journal" }],
      tool_calls: [{ status: "ok" }],
    });
  });

  it("is read the same by a later version, with nothing in what that one has more", () => {
    const dir = copyOf(version, "later");
    const now = run([], dir, "look");
    const then = run(later, dir, "look");
    expect(then.version).toBe(2);
    expect(known(then.look.calls)).toEqual(known(now.look.calls));
    expect(then.look).toMatchObject({ arm: 0, total: 7, vad: [{ n: null }] });
    // Looking changes nothing: the older version can go on.
    expect(formatOf(dir)).toMatchObject({ record_version: 1 });
  });

  it("is published, joined by new rows, merged and raised by a later version, and then refused by the older one", () => {
    const dir = copyOf(version, "raised");
    const before = run([], dir, "look");
    const { add, look, verify, ...errors } = run(later, dir, "add", "etl", "look", "verify");
    expect(errors).toEqual({ version: 2 });
    expect(add).toBe(1);
    expect(verify).toMatchObject({ ok: true, counts: { files: 4, lake_calls: 8 } });
    expect(look).toMatchObject({ arm: 1, total: 8, vad: [{ n: 30 }] });
    expect(known(look.calls.filter((call) => call["call_id"] !== "later"))).toEqual(known(before.look.calls));
    expect(formatOf(dir)).toEqual({ format: 1, record_version: 2 });
    const refused = run([], dir, "look", "recover", "etl", "add", "verify");
    for (const step of ["look", "recover", "etl", "add", "verify"])
      expect(refused[step], step).toMatch(
        /was written by a newer Call Lake \(format 1, record version 2\).*Install the newer one/,
      );
  });
});

it("refuses a newer format, and a file that is none, with a sentence", () => {
  const dir = copyOf("lake-v1", "format");
  writeFileSync(join(dir, "format.json"), '{"format":2,"record_version":1}\n');
  expect(run([], dir, "look", "recover")).toMatchObject({
    look: expect.stringContaining("written by a newer Call Lake (format 2, record version 1)"),
    recover: expect.stringContaining("Install the newer one"),
  });
  writeFileSync(join(dir, "format.json"), "{");
  expect(run([], dir, "recover")).toMatchObject({ recover: expect.stringContaining("is not the format file") });
});
