import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { openLakeDb } from "../../src/etl/duckdb.ts";
import { readReceipts, runEtl, startEtlProcess } from "../../src/etl/index.ts";
import { realFs } from "../../src/store/fs.ts";
import { plainAnswer } from "../crash/answers.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "call-lake-loop-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function idsInParquet(): Promise<string[]> {
  const db = await openLakeDb({ temp_dir: join(dir, "tmp", "spill"), memory_limit: "256MB", threads: 1 });
  try {
    return [...(await plainAnswer(dir, db)).calls.keys()];
  } finally {
    db.close();
  }
}

async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await check())) await sleep(50);
}

describe("the loop", () => {
  it("with `once` publishes what a live engine has in its open segment", async () => {
    const history = await openCallHistory({ dir });
    const receipt = await history.startCall({ call_id: "one" }).end();
    // On a busy machine the engine may take longer to close its segment than the etl waits: then it is asked again.
    await until(async () => {
      await runEtl({ dir, once: true });
      return (await idsInParquet()).length > 0;
    });
    expect(await idsInParquet()).toEqual([receipt.id]);
    await history.close();
  });

  it("publishes by the clock until it is stopped", async () => {
    const history = await openCallHistory({ dir });
    const receipt = await history.startCall({ call_id: "two" }).end();
    const stop = new AbortController();
    const loop = runEtl({ dir, publish_seconds: 0.2, signal: stop.signal });
    await until(async () => (await idsInParquet()).includes(receipt.id));
    stop.abort();
    await loop;
    await history.close();
  });

  it.each([0, -1, Number.NaN])("refuses to publish every %s seconds", (publish_seconds) =>
    expect(runEtl({ dir, publish_seconds })).rejects.toThrow("CALL_HISTORY_PUBLISH_SECONDS"),
  );
});

describe("the etl process", () => {
  it("publishes and erases on request, and is started again when it is killed", async () => {
    const history = await openCallHistory({ dir });
    const [kept, erased] = await Promise.all(["a", "b"].map((call_id) => history.startCall({ call_id }).end()));
    const etl = await startEtlProcess({ dir });
    try {
      // The loop beside it may take the closed segment first; then it is the loop that counts its rows.
      expect((await etl.publishNow()).failures).toEqual([]);
      await until(async () => (await idsInParquet()).length === 2);
      const first = etl.pid ?? 0;
      process.kill(first, "SIGKILL");
      await until(() => etl.pid !== undefined && etl.pid !== first);
      const late = await history.startCall({ call_id: "c" }).end();
      const receipt = await etl.erase({ ids: [erased?.id ?? "", late.id] }, { who: "test" });
      expect(receipt).toMatchObject({ deleted: expect.any(Number), who: "test" });
      // On a busy machine the engine may take longer to close its segment than the erasure waits: then the etl finishes it.
      expect(receipt.deleted + receipt.pending).toBe(2);
      await until(async () => (await readReceipts(dir, realFs)).length > 0);
      expect(await idsInParquet()).toEqual([kept?.id]);
    } finally {
      await etl.close();
      await history.close();
    }
    expect(etl.pid).toBeUndefined();
    await expect(etl.publishNow()).rejects.toThrow("closed");
  });

  it("refuses options out of range before it starts", () =>
    expect(startEtlProcess({ dir, retention_days: -3 })).rejects.toThrow("it is -3"));
});
