/** A journal line: every torn or altered one is told from a whole one. */
import { expect, test } from "vitest";
import { callIdentity } from "../../../src/record/index.ts";
import { CallFold, decodeLine, encodeLine, type JournalLine } from "../../../src/store/journal/index.ts";
import { headOf, openLine, sealLine } from "../../../src/store/journal/line.ts";

const line: JournalLine = {
  k: "message",
  c: "c1",
  n: 3,
  t: "2026-11-21T10:00:00.000Z",
  b: { content: 'Zażółć 你好 🙂 "\n' },
};

test("what is encoded is decoded, and stays JSON in one line", () => {
  const text = encodeLine(line);
  expect(decodeLine(Buffer.from(text))).toMatchObject(line);
  expect(JSON.parse(text)).toMatchObject(line);
  expect(text.indexOf("\n")).toBe(text.length - 1);
  expect(sealLine(openLine("message", "c1", 3, line.t, JSON.stringify(line.b)))).toBe(text);
  expect(headOf(text)).toEqual({ kind: "message", callKey: "c1" });
});

test("a line that is torn at any byte is invalid", () => {
  const bytes = Buffer.from(encodeLine(line));
  for (let end = 0; end < bytes.length; end += 1) expect(decodeLine(bytes.subarray(0, end))).toBeNull();
});

test("a line in which any bit is flipped is invalid", () => {
  const whole = Buffer.from(encodeLine(line));
  for (let bit = 0; bit < whole.length * 8; bit += 1) {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(decodeLine(bytes)).toBeNull();
  }
});

test("JSON of another kind is no line, even with a CRC that is right", () => {
  for (const text of ['{"k":7,"c":"c","n":1,"t":"t","b":{}', '{"k":"message","t":"t","b":{}', '{"k":"message"']) {
    expect(decodeLine(Buffer.from(sealLine(text)))).toBeNull();
  }
});

test("a kind of a later format is a line, and a fold passes over it", () => {
  const line = decodeLine(Buffer.from(sealLine('{"k":"later","c":"c","n":1,"t":"t","b":{"call_id":"x"}')));
  expect(line).toMatchObject({ k: "later" });
  const fold = new CallFold();
  const id = callIdentity("engine", "x", 0);
  if (line) fold.apply({ ...line, c: id });
  expect([fold.open.get(id)?.started, fold.ended.size]).toEqual([{}, 0]);
});
