/** Folding lines into calls: each event once, the highest revision, a lost call from what was said. */
import { expect, test } from "vitest";
import { CallFold, decodeLine, lostRecord } from "../../../src/store/journal/index.ts";
import { openLine, sealLine } from "../../../src/store/journal/line.ts";
import { ended, idOf, LATER, message, START, started } from "./kit.ts";

function fold(...lines: string[]): CallFold {
  const result = new CallFold();
  for (const line of lines) {
    const decoded = decodeLine(Buffer.from(sealLine(line)));
    if (decoded) result.apply(decoded);
  }
  return result;
}

test("an event that comes twice counts once, and one that comes late finds its place", () => {
  const one = message("a", 2, "one");
  const { open } = fold(started("a"), message("a", 4, "three"), one, message("a", 3, "two"), one, started("a"));
  expect(open.get(idOf("a"))?.conversation.map((said) => said.content)).toEqual(["one", "two", "three"]);
});

test("an ended call is not open any more, whatever comes after", () => {
  const calls = fold(started("a"), ended("a", 2), message("a", 3, "late"), started("a"));
  expect([calls.ended.size, calls.open.size]).toEqual([1, 0]);
});

test("the highest revision wins in either order", () => {
  const [first, second] = [ended("a", 2), ended("a", 3, { rev: 2, language: "pl" })];
  for (const lines of [
    [first, second],
    [second, first],
  ]) {
    expect(fold(...lines).ended.get(idOf("a"))).toMatchObject({ rev: 2, language: "pl" });
  }
});

test("a lost call keeps what was said, and is the same record each time it is made", () => {
  const set = openLine("set", idOf("a"), 3, LATER, '{"language":"de"}');
  const bargeIn = openLine("barge_in", idOf("a"), 4, LATER, `{"at":"${LATER}"}`);
  const turn = openLine("turn", idOf("a"), 5, LATER, '{"index":0,"e2e_ms":900}');
  const make = () => {
    const call = fold(started("a"), message("a", 2, "help"), set, bargeIn, turn).open.get(idOf("a"));
    return call && lostRecord(call, "test-1");
  };
  expect(make()).toEqual(make());
  expect(make()).toMatchObject({
    id: idOf("a"),
    rev: 0,
    call_id: "a",
    outcome: "lost",
    start_time: START,
    end_time: LATER,
    duration_seconds: 5,
    language: "de",
    barge_in_count: 1,
    avg_turn_latency_ms: 900,
    user_messages: 1,
    writer: "test-1",
    quality_flags: [],
  });
});

test("a lost call whose beginning was dropped still has its id, its day and its words", () => {
  const call = fold(message("a", 2, "help")).open.get(idOf("a"));
  const record = call && lostRecord(call, "test-1");
  expect(record).toMatchObject({ id: idOf("a"), start_time: START, quality_flags: ["start_not_recorded"] });
});
