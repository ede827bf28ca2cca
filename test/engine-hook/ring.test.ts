/** The ring between the two threads: every line once, whole and in order, however full it is. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RingReader, RingWriter } from "../../src/engine-hook/ring.ts";
import { JournalFollower } from "../../src/store/journal/index.ts";
import { newHistory, until } from "./kit.ts";

const bytesOf = (text: string) => Buffer.byteLength(text);

test("lines come out as they went in, around the end of the ring, whoever is faster", () => {
  const ring = new RingWriter();
  const reader = new RingReader(ring.shared);
  const text = fc.tuple(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom(1, 30, 3000, 12_000));
  let number = 0;
  // One ring for all runs: each begins at another place of it.
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 4, arbitrary: text }, { weight: 1, arbitrary: fc.constant(null) })),
      (steps) => {
        const sent: string[] = [];
        const byMessage: string[] = [];
        const taken: string[] = [];
        const drain = () => reader.drain((line) => taken.push(line ?? byMessage.shift() ?? "missing"));
        for (const step of steps) {
          if (step === null) drain();
          else {
            number += 1;
            const line = `${number} ${step[0].repeat(step[1])}`;
            const gone = ring.push(line, bytesOf(line)) || ring.pushMark(() => byMessage.push(line));
            expect(gone).toBe(true);
            sent.push(line);
          }
        }
        drain();
        expect(taken).toEqual(sent);
        expect([reader.isEmpty, byMessage.length]).toEqual([true, 0]);
      },
    ),
    { numRuns: 500 },
  );
});

test("a full ring has room for marks, then for nothing, and for all again once it is read", () => {
  const ring = new RingWriter();
  const reader = new RingReader(ring.shared);
  const line = "x".repeat(1000);
  let lines = 0;
  while (ring.push(line, 1000)) lines += 1;
  expect(lines).toBeGreaterThan(1900);
  let marks = 0;
  while (ring.pushMark(() => {})) marks += 1;
  expect(marks).toBeGreaterThan(16_000);
  expect(ring.push("y", 1)).toBe(false);
  const taken: (string | null)[] = [];
  reader.drain((one) => taken.push(one));
  expect(taken.filter((one) => one === line).length).toBe(lines);
  expect(taken.slice(lines)).toEqual(Array.from({ length: marks }, () => null));
  expect(ring.push("y", 1)).toBe(true);
});

test("more than the ring holds, in one turn, with lines that are longer than any ring takes", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "long" });
  const contents = Array.from({ length: 60 }, (_, n) => `${n} ${"ü".repeat(n % 7 === 0 ? 400_000 : 30_000)}`);
  for (const content of contents) call.addMessage({ role: "user", content });
  expect(await history.flush()).toBe(true);
  expect(history.stats()).toMatchObject({ dropped: 0, queued: 0, queued_bytes: 0 });
  const follower = new JournalFollower(dir);
  await follower.poll();
  const [open] = follower.activeCalls();
  expect(open?.conversation.map(({ content }) => content)).toEqual(contents);
});

test("events of a call that goes on are acknowledged though nobody asks", async () => {
  const { history } = await newHistory();
  const call = history.startCall({ call_id: "slow" });
  for (let number = 1; number <= 5; number += 1) {
    call.addMessage({ role: "user", content: `word ${number}` });
    // Long enough for the journal's thread to fall asleep now and then.
    await until(() => history.stats().queued === 0);
    if (number === 3) await new Promise((resolve) => setTimeout(resolve, 150));
  }
  expect(history.stats()).toMatchObject({ written: 6, accepted: 6, dropped: 0 });
});
