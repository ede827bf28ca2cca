/** GET and POST /export: all calls under a filter, streamed as a file. */
import type { Context } from "hono";
import { BODY_VALUES_MAX, oneValue } from "../../query/filter.ts";
import { MEDIA_TYPES, parseColumns, parseFilter, parseFormat } from "../../query/index.ts";
import { type ApiEnv, allowed } from "../identity.ts";
import { bodyParamsOf, paramsOf } from "../params.ts";
import type { Routes } from "../parts.ts";

const CHOICE = ["format", "columns"];

export const exportRoutes: Routes = (api, { lake, timeZone, log }) => {
  api.get("/export", (c) => {
    allowed(c, "calls.export");
    return file(c, paramsOf(c.req.url, CHOICE));
  });
  api.post("/export", async (c) => {
    allowed(c, "calls.export");
    return file(c, await bodyParamsOf(c, CHOICE), BODY_VALUES_MAX);
  });

  async function file(c: Context<ApiEnv>, params: URLSearchParams, valuesMax?: number): Promise<Response> {
    const { scope } = allowed(c, "calls.export");
    const format = parseFormat(oneValue(params, "format") ?? "csv");
    const columns = parseColumns(oneValue(params, "columns", COLUMNS_LENGTH_MAX), format);
    const filter = parseFilter(params, timeZone, valuesMax);
    const { total, unreadable, bytes } = await lake.export({ filter, format, columns }, scope, c.req.raw.signal);
    c.header("Content-Type", MEDIA_TYPES[format]);
    c.header("Content-Disposition", `attachment; filename="calls.${format}"`);
    c.header("X-Total-Count", String(total));
    const days = [...new Set(unreadable.map(({ day }) => day))];
    if (days.length > 0) c.header("X-Unreadable-Days", days.join(","));
    return c.body(streamOf(bytes, log));
  }
};

const COLUMNS_LENGTH_MAX = 4000;

/** A stream that takes the next piece when the client has room for it; a client that leaves ends the export. */
function streamOf(bytes: AsyncIterable<Uint8Array>, log: (message: string) => void): ReadableStream<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  let left = false;
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await pieces.next();
        if (left) return;
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        if (left) return;
        // The status is sent already: a connection that breaks off is how the client learns that this is not all.
        log(`An export broke off: ${error instanceof Error ? error.message : String(error)}`);
        controller.error(error);
      }
    },
    cancel: async () => {
      left = true;
      await pieces.return?.();
    },
  });
}
