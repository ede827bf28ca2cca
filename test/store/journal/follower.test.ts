/** Following journals while they grow, rotate, are sealed, and go away. */
import { appendFileSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  JournalFollower,
  removeSegment,
  removeWriter,
  requestRotation,
  sealWriter,
} from "../../../src/store/journal/index.ts";
import { sealLine } from "../../../src/store/journal/line.ts";
import { segmentFile } from "../../../src/store/journal/names.ts";
import { ended, idOf, message, newDir, newWriter, started } from "./kit.ts";

const view = (follower: JournalFollower) => ({
  rows: follower.rows().map((row) => `${row.segment} ${row.record.call_id} ${row.rev} ${row.record.outcome}`),
  active: follower.activeCalls().map((call) => `${call.started.call_id} ${call.conversation.length}`),
});

test("rows and live calls follow growth, rotation, publishing and sealing", async () => {
  const dir = newDir();
  const follower = new JournalFollower(dir);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: [], active: [] });

  const writer = newWriter(dir);
  const name = writer.name ?? "";
  writer.write([started("a"), started("b"), message("b", 2, "one")]);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: [], active: ["a 0", "b 1"] });

  writer.write([ended("a", 2)]);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: ["1 a 1 abandoned"], active: ["b 1"] });

  await requestRotation(dir, name);
  writer.tick();
  writer.write([message("b", 3, "two")]);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: ["1 a 1 abandoned"], active: ["b 2"] });

  await removeSegment(dir, name, 1);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: [], active: ["b 2"] });

  await sealWriter(dir, name);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: ["2 b 0 lost"], active: [] });
  expect(follower.rows()[0]).toMatchObject({ writer: name, day: "2026-11-21", id: idOf("b") });

  await removeWriter(dir, name);
  await follower.poll();
  expect(view(follower)).toEqual({ rows: [], active: [] });
});

test("a line that is being written is seen when its last byte is there", async () => {
  const dir = newDir();
  const name = newWriter(dir).name ?? "";
  const path = segmentFile(dir, name, 1);
  const bytes = Buffer.from(sealLine(ended("a", 1, { caller_name: "Zażółć" })));
  const follower = new JournalFollower(dir);
  const header = readFileSync(path).length;
  for (const byte of bytes) {
    expect(follower.rows()).toEqual([]);
    appendFileSync(path, Buffer.of(byte));
    if (byte === 10 || byte % 16 === 0 || byte > 127) await follower.poll();
  }
  expect(follower.rows().map((row) => row.record.caller_name)).toEqual(["Zażółć"]);
  expect(readFileSync(path).length).toBe(header + bytes.length);
});

test("callers at the same time each see what was durable when they called", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  const follower = new JournalFollower(dir);
  for (let number = 1; number <= 20; number += 1) {
    const early = follower.poll();
    writer.write([ended(`call-${number}`, 1)]);
    await Promise.all([follower.poll(), follower.poll()]);
    expect(follower.rows().length).toBe(number);
    await early;
  }
});
