/** The live feed as server-sent events: pulled by the reader's connection, so that nothing piles up here. */
import { type LiveReading, liveFrames, textOf } from "./frames.ts";

/** A browser that lost the connection tries again after so long. */
const RETRY_MS = 1000;

/** The answer's body. Its end, from either side, lets go of the feed. */
export function sseOf(reading: Omit<LiveReading, "signal">, signal: AbortSignal): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const frames = liveFrames({ ...reading, signal: AbortSignal.any([signal, left.signal]) });
  const bytes = new TextEncoder();
  let begun = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await frames.next();
        if (done) {
          if (!left.signal.aborted) controller.close();
          return;
        }
        let text = begun ? "" : `retry: ${RETRY_MS}\n\n`;
        begun = true;
        for (const { id, event } of value) {
          // Without data nothing is dispatched, but the browser remembers the id.
          if (event === null) text += `: quiet\nid: ${id}\n\n`;
          else text += `id: ${id}\nevent: ${event.type}\ndata: ${textOf(event)}\n\n`;
        }
        controller.enqueue(bytes.encode(text));
      },
      async cancel() {
        left.abort();
        await frames.return();
      },
    },
    { highWaterMark: 0 },
  );
}
