/** Disks that are full, folders that go away and come back, seals on the living: the engine goes on. */
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statfsSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { listWriters, sealWriter } from "../../src/store/journal/index.ts";
import { newDir, newHistory, recordsIn, until } from "./kit.ts";

test("folder gone, a file in its place, and back: everything waits and is written", async () => {
  const { history, dir } = await newHistory();
  const told: string[] = [];
  history.on("failure", ({ message }) => void told.push(`failure: ${message}`));
  history.on("resumed", () => void told.push("resumed"));
  history.on("failure", () => {
    throw new Error("a listener's mistake");
  });
  history.on("failure", (async () => {
    throw new Error("a listener's later mistake");
  }) as () => void);
  const before = await history.startCall({ call_id: "before" }).end();
  const open = history.startCall({ call_id: "open" });
  open.addMessage({ role: "user", content: "one" });
  await until(() => history.stats().queued === 0);

  renameSync(dir, `${dir}.away`);
  onTestFinished(() => rmSync(`${dir}.away`, { recursive: true, force: true }));
  writeFileSync(dir, "a file in its place");
  const during = history.startCall({ call_id: "during" });
  during.addMessage({ role: "user", content: "hello" });
  await until(() => history.stats().state === "waiting");
  during.addMessage({ role: "user", content: "still here" });
  open.addMessage({ role: "user", content: "two" });
  const receipt = during.end();
  expect(history.stats()).toMatchObject({ dropped: 0, state: "waiting", records_written: 1 });

  unlinkSync(dir);
  expect([before.durable, (await receipt).durable]).toEqual([true, true]);
  await open.end();
  expect(history.stats()).toMatchObject({ state: "writing", dropped: 0, queued: 0, queued_bytes: 0 });
  const records = await recordsIn(dir);
  expect(records.get("during")?.user_messages).toBe(2);
  expect(records.get("open")?.conversation?.map((said) => said.content)).toEqual(["one", "two"]);
  expect((await recordsIn(`${dir}.away`)).has("before")).toBe(true);
  expect(told.at(-1)).toBe("resumed");
  expect(told[0]).toMatch(/^failure: /);
  await history.close();
});

test("an engine may open its history while the folder cannot be made", async () => {
  const dir = newDir();
  writeFileSync(join(dir, "data"), "a file in its place");
  const { history } = await newHistory({ dir: join(dir, "data") });
  expect(history.stats()).toMatchObject({ state: "waiting", failed: 1 });
  const receipt = history.startCall({ call_id: "early" }).end();
  unlinkSync(join(dir, "data"));
  expect((await receipt).durable).toBe(true);
});

test("when the buffer is full, events of live calls go first, then records; both are counted and told", async () => {
  const dir = newDir();
  writeFileSync(join(dir, "data"), "a file in its place");
  const bytes = 12 * 1024 * 1024;
  const { history } = await newHistory({ dir: join(dir, "data"), queue_bytes_max: bytes });
  const dropped = { events: 0, records: 0 };
  history.on("dropped", ({ events, records }) => {
    dropped.events += events;
    dropped.records += records;
  });
  const [live, other] = [history.startCall({ call_id: "live" }), history.startCall({ call_id: "other" })];
  const content = "x".repeat(100_000);
  for (let number = 0; number < 65; number += 1) {
    live.addMessage({ role: "user", content });
    other.addMessage({ role: "user", content });
  }
  await until(() => dropped.events > 0);
  expect(history.stats().records_dropped).toBe(0);
  expect(history.stats().queued_bytes).toBeLessThanOrEqual(bytes);
  const receipts = Array.from({ length: 80 }, (_, number) =>
    history.addRecord({ call_id: `record-${number}`, start_time: Date.now(), summary: content }),
  );
  await until(() => dropped.records > 0);
  const { accepted, written, superseded, queued, queued_bytes, ...stats } = history.stats();
  expect(queued_bytes).toBeLessThanOrEqual(bytes);
  expect(written + stats.dropped + superseded + queued).toBe(accepted);
  expect([stats.dropped, stats.records_dropped]).toEqual([dropped.events + dropped.records, dropped.records]);
  unlinkSync(join(dir, "data"));
  const durable = (await Promise.all(receipts)).filter((receipt) => receipt.durable).length;
  expect(durable).toBe(80 - dropped.records);
  // The record holds what was dropped of its events.
  expect((await live.end()).durable && (await other.end()).durable).toBe(true);
  const records = await recordsIn(join(dir, "data"));
  expect([records.size, records.get("live")?.user_messages]).toEqual([durable + 2, 65]);
});

test("a history that is closed while the disk takes nothing says so of each record", async () => {
  const dir = newDir();
  writeFileSync(join(dir, "data"), "a file in its place");
  const { history } = await newHistory({ dir: join(dir, "data"), close_ms_max: 200 });
  const receipt = history.startCall({ call_id: "late" }).end();
  await history.close();
  expect(await receipt).toMatchObject({ durable: false, reason: expect.stringContaining("closed before the disk") });
  expect(history.stats()).toMatchObject({ queued: 0, queued_bytes: 0, records_dropped: 1 });
});

test("a writer that is sealed while it lives goes on under a new name, its open calls whole", async () => {
  const { history, dir } = await newHistory();
  const call = history.startCall({ call_id: "paused" });
  call.addMessage({ role: "user", content: "one" });
  await until(() => history.stats().queued === 0 && history.stats().written > 0);
  const { writer } = history.stats();
  await sealWriter(dir, writer);
  expect((await recordsIn(dir)).get("paused")?.outcome).toBe("lost");
  call.addMessage({ role: "user", content: "two" });
  expect((await call.end()).durable).toBe(true);
  expect(history.stats().writer).not.toBe(writer);
  expect((await listWriters(dir)).length).toBe(2);
  expect((await recordsIn(dir)).get("paused")).toMatchObject({ outcome: "completed", rev: 1, user_messages: 2 });
});

/** A file system of 1 MiB of its own, or null where this process may not mount one. */
function smallDisk(): string | null {
  const dir = newDir();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir], { stdio: "ignore" });
  if (status !== 0) return null;
  onTestFinished(() => void spawnSync("umount", ["-l", dir]));
  return statfsSync(dir).blocks * statfsSync(dir).bsize <= 1024 * 1024 ? dir : null;
}

test("a full disk: records wait and are written when there is room again", async () => {
  // Where nothing may be mounted, a file in the journal's place refuses the writes instead.
  const disk = smallDisk();
  const dir = disk ?? newDir();
  const { history } = await newHistory({ dir: join(dir, "data") });
  const fill = join(dir, disk ? "ballast" : "data.away");
  if (!disk) {
    renameSync(join(dir, "data"), fill);
    writeFileSync(join(dir, "data"), "a file in its place");
  } else writeBallast(fill);
  const receipts = Array.from({ length: 20 }, (_, number) =>
    history.addRecord({ call_id: `call-${number}`, start_time: Date.now(), summary: "s".repeat(10_000) }),
  );
  await until(() => history.stats().state === "waiting");
  if (disk) expect(history.stats().last_failure).toMatch(/ENOSPC/);
  if (!disk) unlinkSync(join(dir, "data"));
  rmSync(fill, { recursive: true });
  expect((await Promise.all(receipts)).every((receipt) => receipt.durable)).toBe(true);
  expect((await recordsIn(join(dir, "data"))).size).toBe(20);
  await history.close();
});

function writeBallast(path: string): void {
  mkdirSync(path);
  for (let number = 0, size = 65_536; size >= 4096; number += 1) {
    try {
      writeFileSync(join(path, String(number)), Buffer.alloc(size));
    } catch {
      size /= 2;
    }
  }
}
