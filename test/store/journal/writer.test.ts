/** The writer's promises: carried calls, seals, folders that go away, disks that are full. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CallFold, listSegments, readSegment, requestRotation, sealWriter } from "../../../src/store/journal/index.ts";
import { segmentFile, writerDir, writerFile } from "../../../src/store/journal/names.ts";
import { ended, idOf, message, newDir, newWriter, started } from "./kit.ts";

async function foldOf(dir: string, writer: string, segment: number): Promise<CallFold> {
  const fold = new CallFold();
  for (const line of (await readSegment(dir, writer, segment)).lines) fold.apply(line);
  return fold;
}

test("a rotation carries the open calls over, so that the closed segment can go", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  const name = writer.name ?? "";
  writer.write([started("open"), message("open", 2, "one"), started("done"), ended("done", 2)]);
  await requestRotation(dir, name);
  writer.tick();
  expect(await listSegments(dir, name)).toEqual([1, 2]);
  expect(existsSync(join(writerDir(dir, name), "rotate"))).toBe(false);
  expect(readdirSync(join(dir, "tmp"))).toEqual([]);
  writer.write([message("open", 3, "two")]);
  rmSync(segmentFile(dir, name, 1));
  const fold = await foldOf(dir, name, 2);
  expect(fold.ended.size).toBe(0);
  expect(fold.open.get(idOf("open"))?.conversation.map((said) => said.content)).toEqual(["one", "two"]);
  writer.write([ended("open", 4)]);
  writer.tick(Date.now() + 2e6);
  expect((await foldOf(dir, name, 3)).open.size).toBe(0);
});

test("a segment is closed by size and by age, but not while there is nothing to publish", async () => {
  const dir = newDir();
  const writer = newWriter(dir, { segment_bytes_max: 2000, publish_ms: 60_000 });
  const name = writer.name ?? "";
  writer.write([started("a")]);
  writer.tick(Date.now() + 120_000);
  expect(await listSegments(dir, name)).toEqual([1]);
  writer.write([message("a", 2, "x".repeat(2000))]);
  writer.tick();
  writer.tick();
  // What was carried does not count: else each look would close a segment that holds one long call.
  expect(await listSegments(dir, name)).toEqual([1, 2]);
  writer.write([ended("a", 3)]);
  writer.tick(Date.now() + 120_000);
  expect(await listSegments(dir, name)).toEqual([1, 2, 3]);
});

test("a sealed writer acknowledges nothing: what it had goes to a new writer", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  const name = writer.name ?? "";
  writer.write([started("a")]);
  await sealWriter(dir, name);
  expect(() => writer.write([message("a", 2, "one")])).toThrow(/sealed/);
  writer.write([message("a", 2, "one")]);
  expect(writer.name).not.toBe(name);
  const call = (await foldOf(dir, writer.name ?? "", 1)).open.get(idOf("a"));
  expect([call?.started.call_id, call?.conversation.length]).toEqual(["a", 1]);
});

test("a folder that is gone, sealed and published or not, is noticed before anything is acknowledged", async () => {
  const dir = newDir();
  const writer = newWriter(dir);
  writer.write([started("a")]);
  rmSync(join(dir, "journal"), { recursive: true });
  expect(() => writer.write([message("a", 2, "one")])).toThrow(/gone/);
  writer.write([message("a", 2, "one")]);
  renameSync(dir, `${dir}.away`);
  writeFileSync(dir, "a file in its place");
  expect(() => writer.write([message("a", 3, "two")])).toThrow();
  expect(() => writer.write([message("a", 3, "two")])).toThrow(/EEXIST|ENOTDIR/);
  rmSync(dir);
  writer.write([message("a", 3, "two")]);
  const call = (await foldOf(dir, writer.name ?? "", 1)).open.get(idOf("a"));
  expect(call?.conversation.map((said) => said.content)).toEqual(["one", "two"]);
  rmSync(`${dir}.away`, { recursive: true });
});

test("two writers of one host and one moment get different names, and the heartbeat is a touch of writer.json", () => {
  const dir = newDir();
  const [one, two] = [newWriter(dir), newWriter(dir)];
  expect(one.name).not.toBe(two.name);
  const file = writerFile(dir, one.name ?? "");
  utimesSync(file, 1, 1);
  one.tick(Date.now() + 10_000);
  expect(statSync(file).mtimeMs).toBeGreaterThan(Date.now());
  mkdirSync(join(dir, "journal", "Not A Writer"));
});
