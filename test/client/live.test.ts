/** Following the live calls through the client: over a real socket, through cuts, refusals and silence. */
import { expect, it, onTestFinished } from "vitest";
import { CallHistoryError, createCallHistoryClient, type FollowedEvent } from "../../src/client/index.ts";
import { newBackend, newDir, newEngine } from "../api/live-kit.ts";

/** What a view would hold: the messages of each call, in the order they were told. */
function viewOf(events: readonly FollowedEvent[]): string[] {
  return events.flatMap((event) => (event.type === "message" ? [event.message.content ?? ""] : []));
}

it("goes on after a cut where it was, nothing lost and nothing twice", async () => {
  const dir = await newDir();
  const backend = await newBackend(dir);
  const engine = await newEngine(dir);
  await engine.tell({ do: "start", call_id: "a" });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let cut = new AbortController();
  const resumed: (string | null)[] = [];
  const states: string[] = [];
  const client = createCallHistoryClient({
    api: backend.url,
    fetch: (url, init) => {
      resumed.push(new Headers(init.headers).get("last-event-id"));
      cut = new AbortController();
      return fetch(url, { ...init, signal: AbortSignal.any([init.signal ?? cut.signal, cut.signal]) });
    },
  });
  const events: FollowedEvent[] = [];
  const options = { signal: stop.signal, retry_ms: 5, onConnection: (state: string) => void states.push(state) };
  let said = 0;
  for await (const event of client.live({}, options)) {
    events.push(event);
    // Whatever is said between the cut and the next connection must come by it.
    if (event.type === "message" && said % 5 === 0) cut.abort();
    if (said === 20 && viewOf(events).at(-1) === "20") break;
    if (event.type === "snapshot" || event.type === "message") {
      said += 1;
      await engine.tell({ do: "message", call_id: "a", role: "user", content: String(said) });
    }
  }
  expect(viewOf(events)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 1)));
  expect(events.filter(({ type }) => type === "snapshot")).toHaveLength(1);
  expect(resumed.length).toBeGreaterThan(2);
  expect(resumed.slice(1).every((id) => id !== null)).toBe(true);
  expect(states).toContain("waiting");
});

it("lets go of the feed when the reading is left, or its signal fires", async () => {
  const backend = await newBackend(await newDir());
  const client = createCallHistoryClient({ api: backend.url });
  for await (const event of client.live()) {
    expect(event.type).toBe("snapshot");
    break;
  }
  const stop = new AbortController();
  for await (const event of client.live({}, { signal: stop.signal })) {
    expect(event.type).toBe("snapshot");
    stop.abort();
  }
  await expect.poll(() => backend.lake.live.watchers, { timeout: 30_000 }).toBe(0);
});

it("tries again what may get better, and throws what will not", async () => {
  const backend = await newBackend(await newDir());
  let answers = 0;
  const flaky = createCallHistoryClient({
    api: backend.url,
    fetch: (url, init) => {
      answers += 1;
      if (answers === 1) throw new TypeError("refused");
      if (answers === 2) return new Response("<html>", { status: 502 });
      return fetch(url, init);
    },
  });
  const errors: (CallHistoryError | null)[] = [];
  const onConnection = (_: string, error: CallHistoryError | null) => void errors.push(error);
  for await (const { type } of flaky.live({}, { retry_ms: 1, onConnection })) {
    expect(type).toBe("snapshot");
    break;
  }
  expect(errors.map((error) => error?.status ?? null)).toEqual([0, 502, null]);

  backend.as({ permissions: [] });
  const refused = createCallHistoryClient({ api: backend.url }).live();
  await expect(refused.next()).rejects.toBeInstanceOf(CallHistoryError);
  backend.as({});
  const wrong = createCallHistoryClient({ api: backend.url }).live({ nothing: "x" } as never);
  await expect(wrong.next()).rejects.toMatchObject({ status: 400, field: "nothing" });
});
