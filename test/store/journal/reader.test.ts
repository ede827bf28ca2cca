/** Reading segments, and telling a living writer from one that is gone. */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as journal from "../../../src/store/journal/index.ts";
import { segmentFile, writerDir, writerFile } from "../../../src/store/journal/names.ts";
import { ended, message, newDir, newWriter, started } from "./kit.ts";

test("a segment cut at any byte gives its whole lines and the size of the torn tail", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  writer.write([started("a"), message("a", 2, "hello"), ended("a", 3)]);
  const name = writer.name ?? "";
  const path = segmentFile(dir, name, 1);
  const whole = readFileSync(path);
  const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
  for (let size = whole.length; size >= 0; size -= 1) {
    truncateSync(path, size);
    const part = await journal.readSegment(dir, name, 1);
    const lines = ends.filter((end) => end <= size).length;
    expect([part.lines.length, part.invalid, part.nextByte + part.tornBytes]).toEqual([lines, 0, size]);
    expect(part.nextByte).toBe(lines === 0 ? 0 : ends[lines - 1]);
  }
});

test("an altered line is counted and skipped, and reading goes on where it stopped", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  writer.write([started("a")]);
  const name = writer.name ?? "";
  appendFileSync(segmentFile(dir, name, 1), '{"k":"message","c":"x","n":1,"t":"t","b":{},"crc":"00000000"}\n');
  const first = await journal.readSegment(dir, name, 1);
  expect([first.lines.length, first.invalid]).toEqual([2, 1]);
  writer.write([message("a", 2, "hello")]);
  const second = await journal.readSegment(dir, name, 1, first.nextByte);
  expect(second.lines.map((line) => line.k)).toEqual(["message"]);
});

test("a writer is gone when its process is, or when it was silent for two minutes elsewhere", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  const name = writer.name ?? "";
  expect(await journal.listWriters(dir)).toEqual([name]);
  expect(await journal.writerIsGone(dir, name)).toBe(false);
  const file = JSON.parse(readFileSync(writerFile(dir, name), "utf8"));
  const put = (change: object) => writeFileSync(writerFile(dir, name), JSON.stringify({ ...file, ...change }));

  put({ pid: spawnSync("true").pid });
  expect(await journal.writerIsGone(dir, name)).toBe(true);
  put({ pid_start: "another-boot:1" });
  expect(await journal.writerIsGone(dir, name)).toBe(true);

  for (const elsewhere of [{ host: "another-machine" }, { pid_namespace: "pid:[1]" }]) {
    put(elsewhere);
    expect(await journal.writerIsGone(dir, name)).toBe(false);
    expect(await journal.writerIsGone(dir, name, Date.now() + 119_000)).toBe(false);
    expect(await journal.writerIsGone(dir, name, Date.now() + 121_000)).toBe(true);
  }
});

test("a folder without a whole writer.json is gone once it is two minutes old", async () => {
  const dir = newDir();
  mkdirSync(writerDir(dir, "test-1"), { recursive: true });
  expect(await journal.writerIsGone(dir, "test-1")).toBe(false);
  writeFileSync(writerFile(dir, "test-1"), '{"format":1,"wri');
  const old = new Date(Date.now() - 121_000);
  utimesSync(writerDir(dir, "test-1"), old, old);
  expect(await journal.writerIsGone(dir, "test-1")).toBe(true);
});

test("a sealed writer is removed whole, twice if need be", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  const name = writer.name ?? "";
  await journal.sealWriter(dir, name);
  await journal.sealWriter(dir, name);
  expect(await journal.isSealed(dir, name)).toBe(true);
  await journal.removeSegment(dir, name, 1);
  await journal.removeSegment(dir, name, 1);
  await journal.removeWriter(dir, name);
  await journal.removeWriter(dir, name);
  expect(existsSync(writerDir(dir, name))).toBe(false);
  await journal.requestRotation(dir, name);
  expect(await journal.listSegments(dir, name)).toEqual([]);
});
