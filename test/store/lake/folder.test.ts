import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realFs } from "../../../src/store/fs.ts";
import { addFile } from "../../../src/store/lake/add-file.ts";
import { ensureDataFolder, sweepTmp, tmpPath } from "../../../src/store/lake/layout.ts";
import { listLake } from "../../../src/store/lake/listing.ts";
import { LakeIsLocked, withLakeLock } from "../../../src/store/lake/lock.ts";
import { ERASED_REV, mergeMasks, readMasks, removeMask, writeMask } from "../../../src/store/lake/masks.ts";

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "call-lake-folder-"));
  await ensureDataFolder(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const key = (first: number, last: number, generation = 0) => ({
  day: "2026-11-20",
  writer: "w-1",
  first,
  last,
  generation,
});
const copy = async (tmp: string) => writeFileSync(tmp, "rows");

describe("a data folder", () => {
  it("of a newer version is refused with both versions", async () => {
    writeFileSync(join(dir, "format.json"), '{"format":2,"record_version":1}');
    await expect(ensureDataFolder(dir)).rejects.toThrow("format 2");
  });

  it("keeps what others have in tmp until it is old", async () => {
    writeFileSync(tmpPath(dir, "parquet"), "torn");
    writeFileSync(join(dir, "tmp", "w-1-00000002.jsonl"), "rotation");
    expect(await sweepTmp(dir, Date.now())).toBe(1);
    expect(await realFs.readdir(join(dir, "tmp"))).toEqual(["w-1-00000002.jsonl"]);
    expect(await sweepTmp(dir, Date.now() + 7_200_000)).toBe(1);
  });
});

describe("adding a file", () => {
  it("happens once a name and leaves nothing in tmp", async () => {
    expect(await addFile(dir, key(1, 1), copy)).toBe(true);
    expect(await addFile(dir, key(1, 1), copy)).toBe(false);
    expect(await realFs.readdir(join(dir, "tmp"))).toEqual([]);
    expect((await listLake(dir)).files).toHaveLength(1);
  });

  it("refuses a segment below one that is there, and a range that crosses", async () => {
    await addFile(dir, key(5, 6), copy);
    await expect(addFile(dir, key(4, 4), copy)).rejects.toThrow("ascending");
    await expect(addFile(dir, key(6, 7), copy)).rejects.toThrow("cross");
    expect(await addFile(dir, key(4, 6), copy)).toBe(true);
  });
});

describe("masks", () => {
  it("merge to the highest revision, and the same replacement is the same mask", async () => {
    const ask = { reason: "supersede", ids: new Map([["a", 2]]), who: null, at: null } as const;
    const one = await writeMask(dir, ask);
    expect(await writeMask(dir, ask)).toEqual(one);
    const erasing = await writeMask(dir, { reason: "erase", ids: new Map([["a", ERASED_REV]]), who: "me", at: "now" });
    const masks = await readMasks(dir);
    expect(masks).toHaveLength(2);
    expect(mergeMasks(masks).get("a")).toBe(ERASED_REV);
    expect(masks.find((mask) => mask.reason === "erase")?.who).toBe("me");
    await removeMask(dir, erasing);
    expect((await listLake(dir)).masks.get("a")).toBe(2);
  });
});

describe("the lock", () => {
  it("lets one in at a time and says who waits for what", async () => {
    const order: string[] = [];
    const first = withLakeLock(dir, { wait_ms: 0 }, async () => {
      order.push("first in");
      await expect(withLakeLock(dir, { wait_ms: 30 }, async () => {})).rejects.toThrow(LakeIsLocked);
      order.push("first out");
    });
    await first;
    await withLakeLock(dir, { wait_ms: 0 }, async () => void order.push("second in"));
    expect(order).toEqual(["first in", "first out", "second in"]);
  });

  it("is freed when its holder is killed", async () => {
    const lock = new URL("../../../src/store/lake/lock.ts", import.meta.url).href;
    const code = `const { withLakeLock } = await import(${JSON.stringify(lock)});
      await withLakeLock(${JSON.stringify(dir)}, { wait_ms: 0 }, async () => { console.log("held"); setInterval(() => {}, 1000); await new Promise(() => {}); });`;
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await expect(withLakeLock(dir, { wait_ms: 50 }, async () => {})).rejects.toThrow(LakeIsLocked);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    await withLakeLock(dir, { wait_ms: 0 }, async () => {});
  });
});
