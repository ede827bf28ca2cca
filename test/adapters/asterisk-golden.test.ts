/** Every recorded scenario of a real Asterisk gives its golden records, and they agree with Asterisk's own CDR. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { recordsIn } from "../engine-hook/kit.ts";
import {
  channelIds,
  disagreements,
  heldOf,
  playSide,
  readCdr,
  readGolden,
  SIDES,
  type Side,
} from "../kit/ari-golden.ts";
import { scenarios, viewsOf } from "../kit/ari-recording.ts";

const cdr = readCdr();
const records = new Map<Side, CallRecord[]>();
const open = new Map<string, number>();

beforeAll(async () => {
  for (const side of SIDES) {
    const dir = mkdtempSync(join(tmpdir(), "call-lake-ari-"));
    const history = await openCallHistory({ dir, host: "test" });
    for (const scenario of scenarios()) open.set(`${scenario} ${side}`, playSide(history, viewsOf(scenario), side));
    await history.close();
    // Calls that are open when the history closes are recorded as lost, with revision 0.
    const ended = [...(await recordsIn(dir)).values()].filter(({ rev }) => rev > 0);
    ended.sort((a, b) => a.start_time.localeCompare(b.start_time) || a.call_id.localeCompare(b.call_id));
    records.set(side, ended);
    rmSync(dir, { recursive: true });
  }
});

test.each(scenarios())("%s", (scenario) => {
  const golden = readGolden(scenario);
  const channels = channelIds(viewsOf(scenario));
  const ids = new Set([...channels.values()].flat());
  const differing: string[] = [];
  for (const side of SIDES) {
    const held = (records.get(side) ?? []).filter(({ call_id }) => ids.has(call_id)).map(heldOf);
    expect(held).toEqual(golden.records[side]);
    expect(open.get(`${scenario} ${side}`)).toBe(golden.open[side]);
    differing.push(...disagreements(side, held, channels, cdr));
  }
  expect(differing.sort(), "a disagreement with the CDR has its reason in the golden file").toEqual(
    Object.keys(golden.why).sort(),
  );
  for (const [key, why] of Object.entries(golden.why)) expect(why, key).toMatch(/^\S.{20,}\.$/s);
});

test("no record comes from anywhere else", () => {
  const ids = new Set(scenarios().flatMap((scenario) => [...channelIds(viewsOf(scenario)).values()].flat()));
  for (const side of SIDES) expect(records.get(side)?.filter(({ call_id }) => !ids.has(call_id))).toEqual([]);
});

test("a wrong record would be found", () => {
  const row = { uniqueid: "1", duration: 9, billsec: 5, disposition: "BUSY", answered: false };
  const answer_time = "2026-11-21T10:00:00.000Z";
  const record = { call_id: "1", duration_seconds: 3, outcome: "completed" as const, answer_time };
  const channels = new Map([["PJSIP/a-1", ["1"]]]);
  const found = ["1 both answer", "1 both duration", "1 both outcome"];
  expect(disagreements("both", [record], channels, new Map([["1", row]]))).toEqual(found);
  expect(disagreements("both", [], channels, new Map([["1", row]]))).toEqual(["1 both missing"]);
  expect(disagreements("both", [record, record], channels, new Map())).toEqual(["1 both no CDR", "1 both twice"]);
});

test("the corpus is the whole one", () => {
  expect(scenarios()).toHaveLength(28);
  expect(cdr.size).toBeGreaterThan(800);
});
