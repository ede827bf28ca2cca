/** Waiting for the disk: what flush says is there, is there, also after a queue that was full. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { JournalFollower } from "../../src/store/journal/follower.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "call-lake-flush-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function messagesOnDisk(): Promise<(string | null)[]> {
  const follower = new JournalFollower(dir);
  await follower.poll();
  return follower.activeCalls().flatMap((call) => call.conversation.map(({ content }) => content));
}

describe("flush", () => {
  it("resolves when every event of a live call is on disk", async () => {
    const history = await openCallHistory({ dir });
    const call = history.startCall({ call_id: "1" });
    const contents = Array.from({ length: 100 }, (_, n) => `Message ${n}`);
    for (const content of contents) call.addMessage({ role: "user", content });
    expect(await history.flush()).toBe(true);
    expect(await messagesOnDisk()).toEqual(contents);
    expect(await history.flush()).toBe(true);
    await history.close();
    expect(await history.flush()).toBe(false);
  });

  it("writes again what a full queue had dropped", async () => {
    const history = await openCallHistory({ dir, queue_bytes_max: 20_000 });
    const call = history.startCall({ call_id: "1" });
    const contents = Array.from({ length: 40 }, (_, n) => `${n} ${"x".repeat(2000)}`);
    for (const content of contents) call.addMessage({ role: "user", content });
    expect(history.stats().dropped).toBeGreaterThan(0);
    expect(await history.flush()).toBe(true);
    expect(await messagesOnDisk()).toEqual(contents);
    await history.close();
  });

  it("is false where nothing is recorded", async () => {
    const history = await openCallHistory({ dir, enabled: false });
    expect(await history.flush()).toBe(false);
  });
});
