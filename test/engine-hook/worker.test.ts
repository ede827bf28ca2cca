/** The journal's thread dies, again and again: nothing acknowledged is lost, nothing is there twice, calls go on. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { JournalFollower, listSegments, listWriters, readSegment, sealWriter } from "../../src/store/journal/index.ts";
import { takeSnapshot } from "../../src/store/snapshot.ts";
import { newHistory, until } from "./kit.ts";

/** The threads that are started from now on, as Node itself tells of them. */
function watchWorkers(): Worker[] {
  const workers: Worker[] = [];
  const hear = (message: unknown) => void workers.push((message as { worker: Worker }).worker);
  subscribe("worker_threads", hear);
  onTestFinished(() => void unsubscribe("worker_threads", hear));
  return workers;
}

test("terminated while records and events are on their way", async () => {
  const workers = watchWorkers();
  const { history, dir } = await newHistory({ segment_bytes_max: 64 * 1024 });
  const talking = history.startCall({ call_id: "talking" });
  const receipts: Promise<{ id: string; durable: boolean }>[] = [];
  let words = 0;
  for (let deaths = 1; deaths <= 5; deaths += 1) {
    for (let number = 0; number < 200; number += 1) {
      words += 1;
      talking.addMessage({ role: "user", content: `word ${words}` });
      receipts.push(history.addRecord({ call_id: `record-${deaths}-${number}`, start_time: Date.now() }));
      const call = history.startCall({ call_id: `call-${deaths}-${number}` });
      call.addMessage({ role: "user", content: "hello" });
      receipts.push(call.end());
      if (number % 20 === 0) await receipts[receipts.length - 40];
    }
    expect(workers.length).toBe(deaths);
    const { writer } = history.stats();
    // In the middle of it: some of these are written, some are not, and of some only the thread knows.
    await workers[deaths - 1]?.terminate();
    expect(history.stats().state).toBe("waiting");
    await until(() => history.stats().state === "writing" && history.stats().writer !== writer);
  }
  const all = await Promise.all(receipts);
  expect(all.filter(({ durable }) => !durable)).toEqual([]);
  receipts.push(talking.end());
  await history.close();
  expect(history.stats()).toMatchObject({ dropped: 0, queued: 0, records_written: receipts.length });

  for (const writer of await listWriters(dir)) await sealWriter(dir, writer);
  const { fresh } = await takeSnapshot(dir, new JournalFollower(dir));
  expect(fresh.length).toBe(receipts.length);
  expect(new Set(fresh.map(({ id }) => id)).size).toBe(receipts.length);
  expect(fresh.filter(({ rev, record }) => rev !== 1 || record.outcome === "lost")).toEqual([]);
  const call = fresh.find(({ record }) => record.call_id === "talking")?.record;
  expect(call?.conversation?.map(({ content }) => content)).toEqual(
    Array.from({ length: words }, (_, index) => `word ${index + 1}`),
  );
  // Each death left a torn line at most: what stands there whole is right.
  for (const writer of await listWriters(dir))
    for (const segment of await listSegments(dir, writer))
      expect((await readSegment(dir, writer, segment)).invalid).toBe(0);
});
