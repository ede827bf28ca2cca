/** A history in a data folder of its own, and what a reader finds in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CallHistory, type CallHistoryOptions, openCallHistory } from "../../src/engine-hook/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { JournalFollower } from "../../src/store/journal/index.ts";

export function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "call-lake-hook-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function newHistory(more: CallHistoryOptions = {}): Promise<{ history: CallHistory; dir: string }> {
  const dir = more.dir ?? newDir();
  const history = await openCallHistory({ dir, host: "test", ...more });
  onTestFinished(() => history.close());
  return { history, dir };
}

/** The records of all journals, the highest revision of each, by call_id. */
export async function recordsIn(dir: string): Promise<Map<string, CallRecord>> {
  const follower = new JournalFollower(dir);
  await follower.poll();
  const records = new Map<string, CallRecord>();
  for (const { record } of follower.rows()) {
    const known = records.get(record.call_id);
    if (!known || known.rev < record.rev) records.set(record.call_id, record);
  }
  return records;
}

/** Waits until something is so; the test's own time limit is the end of it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
