/** The live feed against a model: whatever the writers do between two looks, every open call is known whole, once. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { removeSegment, requestRotation } from "../../../src/store/journal/index.ts";
import { LiveFeed } from "../../../src/store/journal/live-feed.ts";
import { listSegments } from "../../../src/store/journal/reader.ts";
import { JournalWriter } from "../../../src/store/journal/writer.ts";
import { ended, message, newDir, started } from "./kit.ts";

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("say" as const), call: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("end" as const), call: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.constant({ do: "look" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "rotate" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "publish" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "move" as const }) },
);

interface Model {
  name: string;
  lines: string[];
  said: string[];
}

test("is right after any story of writing, rotating, publishing and moving to a new writer", {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const dir = newDir();
      const options = { dir, host: "test", segment_bytes_max: 1e6, publish_ms: 1e6 };
      const feed = new LiveFeed(dir, { linger_ms: 1e9 });
      let writer = new JournalWriter(options);
      writer.write([]);
      const open = new Map<number, Model>();
      let made = 0;
      try {
        await feed.refresh();
        for (const one of steps) {
          if (one.do === "look") await feed.refresh();
          else if (one.do === "say") {
            const call = open.get(one.call) ?? { name: `call-${++made}`, lines: [], said: [] };
            const lines = open.has(one.call) ? [] : [started(call.name)];
            const content = `${call.said.length + 1} of ${call.name}`;
            lines.push(message(call.name, call.said.length + 2, content));
            writer.write(lines);
            call.lines.push(...lines);
            call.said.push(content);
            open.set(one.call, call);
          } else if (one.do === "end") {
            const call = open.get(one.call);
            open.delete(one.call);
            if (call) writer.write([ended(call.name, call.said.length + 2)]);
          } else if (one.do === "rotate") {
            await requestRotation(dir, writer.name ?? "");
            writer.tick();
          } else if (one.do === "publish") {
            const numbers = await listSegments(dir, writer.name ?? "");
            for (const number of numbers.slice(0, -1)) await removeSegment(dir, writer.name ?? "", number);
          } else {
            // The journal's thread died, or the writer was sealed: a new one carries what is open.
            const gone = writer.name ?? "";
            writer = new JournalWriter(options);
            writer.adopt(
              [...open.values()].flatMap(({ lines }) => lines),
              gone,
            );
            writer.write([]);
          }
        }
        await feed.refresh();
        const known = [...feed.calls()].map((call) => [
          call.columns.call_id,
          call.transcript().conversation.map(({ content }) => content),
        ]);
        expect(known.sort()).toEqual([...open.values()].map(({ name, said }) => [name, said]).sort());
        expectEachOnce(feed);
      } finally {
        feed.close();
        writer.close();
      }
    }),
    { numRuns: 60 },
  );
});

/** Every stretch from `started` to `ended` has each message at most once, in order, and nothing outside a stretch. */
function expectEachOnce(feed: LiveFeed): void {
  const running = new Map<string, number>();
  for (const { event } of feed.events.since(0, 100_000) ?? []) {
    const id = "call" in event ? event.call.id : event.id;
    const last = running.get(id);
    if (event.type === "started") {
      expect(last).toBeUndefined();
      running.set(id, 0);
    } else {
      expect(last).toBeDefined();
      if (event.type === "message") {
        expect(event.message.n).toBeGreaterThan(last ?? 0);
        running.set(id, event.message.n);
      } else if (event.type === "ended") running.delete(id);
    }
  }
  expect(running.size).toBe([...feed.calls()].length);
}
