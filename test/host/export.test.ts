/** Exports as files: a slice that is a data folder, files a day, one file; whole or not there. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verify } from "../../src/etl/index.ts";
import { exportToFile, exportToFolder } from "../../src/host/export-files.ts";
import { Progress } from "../../src/host/progress.ts";
import { type CallLake, openCallLake, parseColumns, parseFilter, parseFormat, scopeOf } from "../../src/query/index.ts";
import { intoJournal, intoLake, madeCalls, madeFolder, randomOf } from "../query/made-calls.ts";

const FROM = Date.parse("2026-11-01T00:00:00Z");
const scope = scopeOf({ read_pii: true });
const calls = madeCalls(randomOf(9), 120, FROM, 4 * 86_400_000);
const wanted = calls.filter((call) => call.outcome === "completed").map((call) => call.id);
let dir: string;
let out: string;
let lake: CallLake;

beforeAll(async () => {
  dir = await madeFolder();
  out = await mkdtemp(join(tmpdir(), "call-lake-export-test-"));
  await intoLake(dir, calls.slice(0, 90), 2);
  await intoJournal(dir, "live-1", 1, calls.slice(90));
  lake = await openCallLake({ dir, engine: "in-process", log: () => {} });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
  await rm(out, { recursive: true });
});

const question = (format: string, columns: string | null = null, filter = "outcome=completed") => ({
  filter: parseFilter(new URLSearchParams(filter)),
  format: parseFormat(format),
  columns: parseColumns(columns, parseFormat(format)),
});
const exporting = (signal = new AbortController().signal, on_progress: (done: number) => void = () => {}) => ({
  lake,
  scope,
  signal,
  on_progress,
});

describe("an export", () => {
  it("of all columns as Parquet is a data folder with exactly those calls", async () => {
    const to = join(out, "slice");
    const told: number[] = [];
    const report = await exportToFolder(
      question("parquet"),
      to,
      exporting(undefined, (done) => told.push(done)),
    );
    expect(report).toMatchObject({ calls: wanted.length, files: 4 });
    expect(told.at(-1)).toBe(wanted.length);
    expect(await verify(to)).toMatchObject({ ok: true, counts: { lake_calls: wanted.length, days: 4 } });
    const slice = await openCallLake({ dir: to, engine: "in-process", log: () => {} });
    const [first = ""] = wanted;
    expect(await slice.ids(parseFilter(new URLSearchParams()), scope).then((ids) => ids.sort())).toEqual(
      [...wanted].sort(),
    );
    expect(await slice.get(first, scope)).toEqual(await lake.get(first, scope));
    await slice.close();
    await expect(exportToFolder(question("parquet"), to, exporting())).rejects.toThrow("is not empty");
  });

  it("by day keeps to the filter's times within a day", async () => {
    const to = join(out, "days");
    const filter = "start_date=2026-11-02T06:00:00Z&end_date=2026-11-03T18:00:00Z";
    const report = await exportToFolder(question("csv", "id", filter), to, exporting());
    const inside = calls.filter(
      ({ start_time: at }) => at >= "2026-11-02T06:00:00.000Z" && at < "2026-11-03T18:00:00.000Z",
    );
    expect(report.calls).toBe(inside.length);
    expect(await readdir(to)).toEqual(["2026-11-02.csv", "2026-11-03.csv"]);
    const lines = (await readFile(join(to, "2026-11-02.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("id");
    expect(lines.slice(1).sort()).toEqual(
      inside
        .filter((call) => call.start_time < "2026-11-03")
        .map((call) => call.id)
        .sort(),
    );
  });

  it("into one file is there whole or not at all", async () => {
    const to = join(out, "calls.ndjson");
    await writeFile(to, "older");
    const stop = new AbortController();
    const stopped = exportToFile(
      question("ndjson"),
      to,
      exporting(stop.signal, () => stop.abort()),
    );
    // A single window may be through before it hears of the stop: then it is whole.
    const how = await stopped.then(
      () => "whole",
      () => "stopped",
    );
    expect(await readFile(to, "utf8").then((text) => (text === "older" ? "stopped" : "whole"))).toBe(how);
    const report = await exportToFile(question("ndjson"), to, exporting());
    const rows = (await readFile(to, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string });
    expect(report.calls).toBe(wanted.length);
    expect(rows.map((row) => row.id).sort()).toEqual([...wanted].sort());
    expect((await readdir(out)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("progress", () => {
  const drawn = (sink: { isTTY?: boolean; columns?: number }) => {
    const said: string[] = [];
    const progress = new Progress("Backup", 0, "MB", { ...sink, write: (text: string) => said.push(text) });
    progress.at(1, 4);
    progress.close();
    return said;
  };

  it("is a bar that fits a terminal, and plain lines elsewhere", () => {
    const [bar = "", end = ""] = drawn({ isTTY: true, columns: 40 });
    expect(bar.startsWith("\r\x1b[KBackup ██████░")).toBe(true);
    expect(bar.length).toBeLessThanOrEqual(40 + 4);
    expect(end.startsWith("\r\x1b[KBackup: 1 MB in ")).toBe(true);
    const [line = ""] = drawn({});
    expect(line).toMatch(/^Backup(: 1 MB in| 25 %, 1 of 4 MB, [\d,]+\/s, \d+ s left\n$)/);
    expect(line).not.toContain("\x1b");
  });
});
