/** GET /active, /active/:call_id/transcript and /live, POST /:call_id/end: the calls that run now. */
import type { Context } from "hono";
import { z } from "zod";
import { refuseUnknown } from "../../query/index.ts";
import { isCallIdentity } from "../../record/id.ts";
import type { LiveFeed } from "../../store/journal/live-feed.ts";
import type { LiveState } from "../../store/journal/live-state.ts";
import { jsonIn } from "../body.ts";
import type { ActiveCalls, EndCallAnswer, LiveTranscript } from "../contract.ts";
import { ApiError } from "../errors.ts";
import { type ApiEnv, type Asker, allowed } from "../identity.ts";
import { checked } from "../ingest/refusal.ts";
import { refuseTooMany } from "../live/frames.ts";
import { parseLiveFilter, Sight } from "../live/sight.ts";
import { upgradeOf } from "../live/socket.ts";
import { sseOf } from "../live/sse.ts";
import type { ApiParts, Routes } from "../parts.ts";

const END_WAIT_MS = 5000;

/** The body of POST /:call_id/end, which may be empty. */
export const endRequest = z.strictObject({
  reason: z.string("reason is a text.").max(500, "reason has at most 500 characters.").default(""),
});

export const liveRoutes: Routes = (api, parts) => {
  const { live } = parts.lake;
  api.get("/active", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const sight = new Sight(scope, parseLiveFilter(new URL(c.req.url).searchParams));
    await live.refresh();
    return c.json({ at: new Date().toISOString(), calls: sight.callsOf(live.calls()) } satisfies ActiveCalls);
  });
  api.get("/active/:call_id/transcript", async (c) => {
    const asker = allowed(c, "calls.read");
    allowed(c, "calls.read_pii");
    refuseUnknown(new URL(c.req.url).searchParams, []);
    const call = await runningCall(live, c.req.param("call_id"), asker);
    if (!call) throw new ApiError(404, "not_found", `${named(c)} is not running.`, "call_id");
    return c.json((await live.transcript(call)) satisfies LiveTranscript);
  });
  api.get("/live", (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = new URL(c.req.url).searchParams;
    const sight = new Sight(scope, parseLiveFilter(params, ["last_event_id"]));
    const last_id = c.req.header("last-event-id") || params.get("last_event_id") || null;
    refuseTooMany(live);
    const reading = { feed: live, sight, last_id };
    const upgrade = upgradeOf(c);
    if (upgrade) {
      upgrade(reading);
      return c.body(null, 204);
    }
    return c.body(sseOf(reading, c.req.raw.signal), 200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "X-Accel-Buffering": "no",
    });
  });
  api.post("/:call_id/end", (c) => endCall(c, parts));
};

async function endCall(c: Context<ApiEnv, "/:call_id/end">, { lake }: ApiParts): Promise<Response> {
  const asker = allowed(c, "calls.control");
  const { live } = lake;
  const name = c.req.param("call_id");
  const reason = await reasonOf(c);
  const call = await runningCall(live, name, asker);
  if (!call) {
    const ended = live.findEnded(name).some((columns) => new Sight(asker.scope).sees(columns));
    const known = ended || (isCallIdentity(name) && (await lake.get(name, asker.scope, c.req.raw.signal)) !== null);
    if (known) throw new ApiError(409, "conflict", `${named(c)} has ended already.`, "call_id");
    throw new ApiError(404, "not_found", `${named(c)} is not running.`, "call_id");
  }
  if (!call.can_end) {
    throw new ApiError(409, "conflict", `${named(c)} cannot be ended: its engine gave no way to hang up.`, "call_id");
  }
  const result = await live.end(call, { who: asker.subject, reason }, END_WAIT_MS);
  if (!result.ok) throw new ApiError(409, "conflict", `${named(c)} was not ended. ${result.message}`, "call_id");
  return c.json({ id: call.id, call_id: call.columns.call_id, accepted: true } satisfies EndCallAnswer, 202);
}

/** The running call of that id or name within the asker's scope. Throws a 409 when the name is that of several. */
async function runningCall(live: LiveFeed, name: string, { scope }: Asker): Promise<LiveState | null> {
  await live.refresh();
  const sight = new Sight(scope);
  const calls = live.find(name).filter((call) => sight.sees(call.columns));
  if (calls.length > 1) {
    const ids = calls.map(({ id }) => id).join(", ");
    throw new ApiError(409, "conflict", `${calls.length} calls are called so; name one by its id: ${ids}.`, "call_id");
  }
  return calls[0] ?? null;
}

async function reasonOf(c: Context): Promise<string> {
  const text = await c.req.text();
  if (text === "") return "";
  return checked(endRequest, jsonIn(new TextEncoder().encode(text)), "a reason").reason;
}

const named = (c: Context): string => `The call ${JSON.stringify(c.req.param("call_id")?.slice(0, 100))}`;
