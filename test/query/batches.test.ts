/** Calls that are asked for at once are read together, and each is the same as if it had been asked for alone. */
import { rm } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { Batches, type ReadMany } from "../../src/query/batches.ts";
import { EVERYTHING, FIRST_PAGE, openCallLake, scopeOf } from "../../src/query/index.ts";
import { callIdentity } from "../../src/record/index.ts";
import { intoLake, madeCalls, madeFolder, randomOf } from "./made-calls.ts";

const never = new AbortController().signal;

/** A reader that answers when it is told to. */
function slowReader() {
  const reads: { ids: readonly string[]; signal: AbortSignal; answer: () => void; fail: (error: Error) => void }[] = [];
  const read: ReadMany<string> = (ids, signal) =>
    new Promise((resolve, reject) => {
      const answer = () => resolve(new Map(ids.filter((id) => id !== "none").map((id) => [id, id.toUpperCase()])));
      reads.push({ ids, signal, answer, fail: reject });
    });
  return { read, reads };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("batches", () => {
  it("read at once what was asked for while they were reading", async () => {
    const { read, reads } = slowReader();
    const batches = new Batches<string>();
    const asked = ["a", "b", "c", "b", "none"].map((id) => batches.ask("day", id, never, read));
    const other = batches.ask("other day", "d", never, read);
    expect(reads.map(({ ids }) => ids)).toEqual([["a"], ["d"]]);
    reads[0]?.answer();
    await turn();
    expect(reads.at(-1)?.ids).toEqual(["b", "c", "none"]);
    for (const { answer } of reads) answer();
    expect(await Promise.all(asked)).toEqual(["A", "B", "C", "B", undefined]);
    expect(await other).toBe("D");
    const again = batches.ask("day", "e", never, read);
    expect(reads.at(-1)?.ids).toEqual(["e"]);
    reads.at(-1)?.answer();
    expect(await again).toBe("E");
  });

  it("go on when a batch before has failed", async () => {
    const { read, reads } = slowReader();
    const batches = new Batches<string>();
    const first = batches.ask("day", "a", never, read);
    const second = batches.ask("day", "b", never, read);
    reads[0]?.fail(new Error("The disk is gone."));
    await expect(first).rejects.toThrow("The disk is gone.");
    reads[1]?.answer();
    expect(await second).toBe("B");
  });

  it("begin anew for who comes after all who waited have left", async () => {
    const { read, reads } = slowReader();
    const batches = new Batches<string>();
    const first = batches.ask("day", "a", never, read);
    const left = new AbortController();
    const second = batches.ask("day", "b", left.signal, read);
    left.abort();
    await expect(second).rejects.toThrow("taken back");
    const third = batches.ask("day", "c", never, read);
    reads[0]?.answer();
    expect(await first).toBe("A");
    await turn();
    expect(reads[1]?.ids).toEqual(["c"]);
    reads[1]?.answer();
    expect(await third).toBe("C");
  });

  it("go on for who stays, stop when nobody does, and do not begin for nobody", async () => {
    const { read, reads } = slowReader();
    const batches = new Batches<string>();
    const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()];
    const asked = [
      batches.ask("day", "a", one.signal, read),
      batches.ask("day", "b", two.signal, read),
      batches.ask("day", "c", never, read),
      batches.ask("day 2", "x", never, read),
      batches.ask("day 2", "y", three.signal, read),
    ].map((answer) => answer.catch((error: Error) => error.name));
    for (const stop of [one, two, three]) stop.abort();
    expect(reads[0]?.signal.aborted).toBe(true);
    for (const { answer } of [...reads]) answer();
    await turn();
    expect(reads.slice(2).map(({ ids, signal }) => [ids, signal.aborted])).toEqual([[["b", "c"], false]]);
    reads[2]?.answer();
    expect(await Promise.all(asked)).toEqual(["AbortError", "AbortError", "C", "X", "AbortError"]);
  });
});

let close = async () => {};
afterEach(() => close());

describe("calls by their ids", () => {
  it("are the same asked for together as alone: stored, fresh, hidden from the scope, and not there", async () => {
    const dir = await madeFolder();
    const start = Date.parse("2026-11-17T00:00:00Z");
    const stored = madeCalls(randomOf(5), 60, start, 2 * 86_400_000);
    await intoLake(dir, stored, 3);
    const history = await openCallHistory({ dir });
    for (const { id: _, record_version: __, writer: ___, ...call } of madeCalls(randomOf(6), 6, start, 86_400_000, 500))
      await history.addRecord(call);
    // A later revision of a stored call: its row in the files is hidden.
    const [{ id: revised, record_version: _, writer: __, ...first }] = stored as [(typeof stored)[0]];
    await history.addRecord({ ...first, rev: first.rev + 1, summary: "Told again." });
    const options = { dir, engine: "in-process", log: () => {} } as const;
    const [together, alone] = [await openCallLake(options), await openCallLake({ ...options, memo_bytes_max: 0 })];
    close = async () => {
      await Promise.all([history.close(), together.close(), alone.close()]);
      await rm(dir, { recursive: true });
    };
    const missing = callIdentity("nobody", "nothing", start);
    for (const scope of [scopeOf({ read_pii: true }), scopeOf({ client_id: "acme", read_pii: false })]) {
      const list = await alone.list(EVERYTHING, { ...FIRST_PAGE, limit: 200 }, scopeOf({ read_pii: true }));
      const ids = [...list.calls.map(({ id }) => id), missing];
      expect(ids.length).toBe(67);
      const answers = await Promise.all(ids.map((id) => together.get(id, scope)));
      for (const [index, id] of ids.entries()) expect(answers[index]).toEqual(await alone.get(id, scope));
      expect(answers.at(-1)).toBeNull();
      if (scope.client_id === undefined) expect(answers[ids.indexOf(revised)]?.summary).toBe("Told again.");
      else expect(answers.filter((call) => call !== null).every((call) => call.client_id === "acme")).toBe(true);
    }
    await expect(together.get("no id", scopeOf({ read_pii: true }))).rejects.toThrow(RangeError);
  });
});
