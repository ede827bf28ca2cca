/** The machine under events in any order, broken events, and ten thousand calls. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AriCalls } from "../../src/engine-hook/adapters/asterisk/ari-calls.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { newHistory, recordsIn, until } from "../engine-hook/kit.ts";
import { readGolden } from "../kit/ari-golden.ts";
import { scenarios, viewsOf } from "../kit/ari-recording.ts";

type Event = Record<string, unknown>;

const eventsOf = (scenario: string): Event[][] =>
  viewsOf(scenario).map(({ lines }) => lines.flatMap(({ event }) => (event ? [event] : [])));

/** What must not depend on which socket is faster. */
const ORDERLESS = ["outcome", "ended_by", "transfer_destination", "direction", "context_name", "graceful"] as const;
const orderless = (record: Partial<CallRecord> | undefined) => ORDERLESS.map((name) => record?.[name] ?? null);

/** Scenarios whose gaps are no matter of order. */
const GAPS = new Set(["ws-reconnect", "observer-reconnect", "asterisk-killed"]);

test.each([0, 0.003, 0.03, 0.3, 1])("sockets that change turns with probability %d tell the same", async (changes) => {
  const { history, dir } = await newHistory();
  const wanted = new Map<string, Partial<CallRecord>>();
  for (const scenario of scenarios().filter((name) => !GAPS.has(name))) {
    for (const record of readGolden(scenario).records.both) wanted.set(record.call_id ?? "", record);
    const calls = new AriCalls(history);
    const queues = eventsOf(scenario);
    if (Math.random() < 0.5) queues.reverse();
    let turn = 0;
    while (queues.some((queue) => queue.length > 0)) {
      if (Math.random() < changes) turn = Math.floor(Math.random() * queues.length);
      const queue = queues[turn]?.length ? queues[turn] : queues.find(({ length }) => length > 0);
      calls.take(queue?.shift());
    }
    expect(calls.stats()).toMatchObject({ open_calls: 0, malformed: 0 });
  }
  await history.close();
  const records = await recordsIn(dir);
  expect([...records.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [id, record] of wanted) expect([id, ...orderless(records.get(id))]).toEqual([id, ...orderless(record)]);
});

const value = fc.oneof(
  fc.constantFrom(null, undefined, "", 0, -1, Number.NaN, true, [], {}, "Stasis", "Local/x;1", "Local/x;2", "2026"),
  fc.string(),
  fc.array(fc.anything()),
  fc.dictionary(fc.string(), fc.anything()),
);

/** Every path to a member of an event. */
function paths(object: unknown, at: string[] = []): string[][] {
  if (typeof object !== "object" || object === null) return [];
  return Object.entries(object).flatMap(([name, member]) => [[...at, name], ...paths(member, [...at, name])]);
}

function mutated(event: Event, path: readonly string[], to: unknown): Event {
  const copy = structuredClone(event);
  let at: Event = copy;
  for (const name of path.slice(0, -1)) at = at[name] as Event;
  at[path.at(-1) ?? ""] = to;
  return copy;
}

test("recorded events with anything in any place never throw, and the next call is recorded", async () => {
  const { history, dir } = await newHistory();
  const all = scenarios()
    .filter((name) => name !== "many-50")
    .flatMap((name) => eventsOf(name).flat());
  const calls = new AriCalls(history);
  const broken = fc
    .nat(all.length - 1)
    .map((index) => all[index] ?? {})
    .chain((event) => fc.tuple(fc.constantFrom(...paths(event)), value).map(([path, to]) => mutated(event, path, to)));
  const recorded = fc.nat(all.length - 1).map((index) => all[index]);
  fc.assert(
    fc.property(fc.array(fc.oneof(broken, recorded, fc.anything()), { maxLength: 60 }), (events) => {
      for (const event of events) calls.take(event);
    }),
    { numRuns: 300 },
  );
  const throwing = {
    type: "StasisStart",
    get channel(): never {
      throw new Error("a getter that throws");
    },
  };
  const before = calls.stats().malformed;
  expect(before).toBeGreaterThan(0);
  calls.take(throwing);
  calls.reconcile("no list", { mark: 0, lostMs: null, restarted: false, apps: null });
  expect(calls.stats().malformed).toBe(before + 2);
  // A name of its own: what was broken above may have opened, and wrongly ended, the call of the recording.
  const text = JSON.stringify(eventsOf("sip-caller-hangup").flat());
  const last = JSON.parse(text.replaceAll("1795256999.0", "1795256999.77")) as Event[];
  const afterwards = new AriCalls(history);
  for (const event of last) afterwards.take(event);
  expect(history.stats()).toMatchObject({ failed: 0 });
  await history.close();
  expect((await recordsIn(dir)).get("1795256999.77")?.ended_by).toBe("caller");
});

test("10,000 calls leave no more behind than 1,000", { timeout: 240_000 }, async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { history } = await newHistory();
  const calls = new AriCalls(history);
  const template = JSON.stringify(eventsOf("caller-hangup").flat());
  let number = 0;
  const call = async (count: number) => {
    for (let done = 0; done < count; done += 1) {
      number += 1;
      const text = template.replaceAll("1795256376.", `${number}.`).replaceAll("test-00000000", `test-${number}`);
      for (const event of JSON.parse(text) as Event[]) calls.take(event);
      if (done % 200 === 0) await until(() => history.stats().queued < 1000);
    }
    await until(() => history.stats().queued === 0);
    collect();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  await call(1000);
  const before = await call(1000);
  const after = await call(8000);
  expect(calls.stats()).toMatchObject({ ended_calls: 10_000, open_calls: 0, malformed: 0 });
  expect(history.stats().open_calls).toBe(0);
  // MiB. 8,000 calls that stayed would be more than 60.
  expect(after - before).toBeLessThan(6);
});
