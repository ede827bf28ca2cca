/** Asterisk's own CDR of the recorded scenarios: calls that were captured live are known again, and no line is lost. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importCalls } from "../../src/host/import/import-calls.ts";
import { readCdr, readGolden } from "../kit/ari-golden.ts";
import { callIdsOf } from "./kit.ts";

const ARI = join(import.meta.dirname, "../golden/ari");
const files = ["ground-truth.cdr.csv.gz", "sip-ground-truth.cdr.csv.gz"].map((name) => join(ARI, name));
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "call-lake-cdr-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("takes every line into a call, both halves of a Local channel into one", async () => {
  const dir = join(root, "alone");
  const first = await importCalls({ dir, kind: "asterisk-cdr", from: files });
  expect(first).toMatchObject({ rows_rejected: 0, added: first.calls, repeated: 0 });
  expect(first.rows_read).toBeGreaterThan(first.calls);
  const known = readCdr();
  const ids = await callIdsOf(dir);
  expect([ids.length, new Set(ids).size]).toEqual([first.calls, first.calls]);
  expect(ids.filter((id) => !known.has(id))).toEqual([]);
});

it("finds the calls that were captured live, to the second, and adds the others beside them", async () => {
  const dir = join(root, "beside");
  const scenarios = readdirSync(ARI).flatMap((name) => /^(.*)\.expected\.json$/.exec(name)?.[1] ?? []);
  const live = new Map(
    scenarios.flatMap((name) => readGolden(name).records.both.map((record) => [record.call_id, record])),
  );
  const lines = join(root, "live.ndjson");
  writeFileSync(
    lines,
    [...live.values()].map((record) => `${JSON.stringify({ ...record, source: "asterisk" })}\n`).join(""),
  );
  await importCalls({ dir, kind: "ndjson", from: [lines] });
  const alone = new Set(await callIdsOf(join(root, "alone")));
  const cdr = readCdr();
  const both = [...live.keys()].filter((id) => cdr.has(id ?? ""));
  expect(both.filter((id) => !alone.has(id ?? ""))).toEqual([]);
  expect(both.length).toBeGreaterThan(80);
  const report = await importCalls({ dir, kind: "asterisk-cdr", from: files });
  expect(report.recorded_already + report.updated).toBe(both.length);
  const ids = await callIdsOf(dir);
  expect(ids.length).toBe(new Set(ids).size);
  expect(new Set(ids)).toEqual(new Set([...alone, ...live.keys()]));
});
