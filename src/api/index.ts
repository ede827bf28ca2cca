/** call-lake/api: the Hono router over a call lake, for a host to mount under /api/calls. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { oneValue } from "../query/filter.ts";
import {
  type CallLake,
  FILTER_PARAMETERS,
  PAGE_PARAMETERS,
  parseFilter,
  parsePage,
  refuseUnknown,
} from "../query/index.ts";
import { isCallIdentity } from "../record/id.ts";
import type { CallTranscript } from "./contract.ts";
import { deleteMany, deleteOne, type Erase, eraseIn } from "./deletion.ts";
import { ApiError, answerOf } from "./errors.ts";
import { type ApiEnv, allowed, anonymous, type Identify, identified } from "./identity.ts";
import { ingest, type Recorder } from "./ingest.ts";

export { type CallLake, type CallLakeOptions, openCallLake } from "../query/index.ts";
export type * from "./contract.ts";
export type { Erase } from "./deletion.ts";
export type { Identify, Identity } from "./identity.ts";
export type { Recorder } from "./ingest.ts";

export interface CallHistoryApiOptions {
  readonly lake: CallLake;
  /** Says who asks and what they may do. Without it, and without allow_anonymous, every request is answered 401. */
  readonly identify?: Identify | undefined;
  /** Everybody may do everything: only for a server that listens on its own machine alone. */
  readonly allow_anonymous?: boolean | undefined;
  /** Erases calls for good. Default: the etl's, in this process, over `dir`. */
  readonly erase?: Erase | undefined;
  /** The data folder, for the default of `erase`. */
  readonly dir?: string | undefined;
  /** Takes the records of POST /. */
  readonly history?: Recorder | undefined;
  /** In which dates are read where a request has no tz. Default UTC. */
  readonly time_zone?: string | undefined;
  /** Bytes a body may have. Default 16 MiB. */
  readonly body_bytes_max?: number | undefined;
  /** Where errors go that are not told. Default console.error. */
  readonly log?: ((message: string) => void) | undefined;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** The router; see docs/api.md for its routes. */
export function createCallHistoryApi(options: CallHistoryApiOptions): Hono<ApiEnv> {
  const { lake } = options;
  const timeZone = options.time_zone ?? "UTC";
  const log = options.log ?? ((message: string) => console.error(message));
  const identify = options.identify ?? (options.allow_anonymous === true ? anonymous : null);
  const eraseGiven = options.erase ?? (options.dir === undefined ? null : eraseIn(options.dir));
  const bytesMax = options.body_bytes_max ?? BODY_BYTES_MAX;
  const erase: Erase = (ids, who) => {
    if (!eraseGiven)
      throw new ApiError(503, "unavailable", "This host erases nothing: it passed neither erase nor dir.");
    return eraseGiven(ids, who);
  };

  const api = new Hono<ApiEnv>();
  api.onError((error, c) => answerOf(error, c, log));
  api.use(async (c, next) => {
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    await next();
  });
  api.use(identified(identify));
  api.use(
    bodyLimit({
      maxSize: bytesMax,
      onError: () => {
        throw new ApiError(413, "too_large", `A body may have ${bytesMax} bytes.`);
      },
    }),
  );

  api.get("/", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = paramsOf(c.req.url, PAGE_PARAMETERS);
    return c.json(await lake.list(parseFilter(params, timeZone), parsePage(params), scope, c.req.raw.signal));
  });
  api.get("/stats", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = paramsOf(c.req.url, ["include"]);
    const include = oneValue(params, "include");
    if (include !== null && include !== "sql") {
      throw new ApiError(400, "bad_request", `include is sql here; it is ${JSON.stringify(include)}.`, "include");
    }
    const more = { sql: include === "sql", signal: c.req.raw.signal };
    return c.json(await lake.stats(parseFilter(params, timeZone), scope, more));
  });
  api.get("/facets", async (c) => {
    const { scope } = allowed(c, "calls.read");
    return c.json(await lake.facets(parseFilter(paramsOf(c.req.url), timeZone), scope, c.req.raw.signal));
  });
  api.get("/healthz", async (c) => {
    // A probe that nobody knows hears whether all is well, and no more.
    const known = c.get("asker")?.permissions.has("calls.read") === true;
    const health = await lake.health(c.req.raw.signal);
    return c.json(known ? health : { status: health.status }, health.status === "ok" ? 200 : 503);
  });
  api.get("/:id", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const id = idOf(c.req.param("id"));
    refuseUnknown(new URL(c.req.url).searchParams, []);
    const call = await lake.get(id, scope, c.req.raw.signal);
    if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
    return c.json(call);
  });
  api.get("/:id/transcript", async (c) => {
    const { scope } = allowed(c, "calls.read");
    allowed(c, "calls.read_pii");
    const id = idOf(c.req.param("id"));
    refuseUnknown(new URL(c.req.url).searchParams, []);
    const call = await lake.get(id, scope, c.req.raw.signal);
    if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
    return c.json({ id, conversation: call.conversation ?? [] } satisfies CallTranscript);
  });
  api.delete("/", (c) => deleteMany(c, lake, erase, timeZone));
  api.delete("/:id", (c) => deleteOne(c, lake, erase, idOf(c.req.param("id"))));
  api.post("/", (c) => ingest(c, options.history ?? null));
  api.all("*", (c) => {
    throw new ApiError(404, "not_found", `There is no ${c.req.method} ${c.req.path}.`);
  });
  return api;
}

function paramsOf(url: string, more: readonly string[] = []): URLSearchParams {
  const params = new URL(url).searchParams;
  refuseUnknown(params, [...FILTER_PARAMETERS, ...more]);
  return params;
}

function idOf(text: string): string {
  if (!isCallIdentity(text)) {
    throw new ApiError(
      400,
      "bad_request",
      `A call's id is a lower-case UUIDv7; it is ${JSON.stringify(text.slice(0, 80))}.`,
      "id",
    );
  }
  return text;
}
