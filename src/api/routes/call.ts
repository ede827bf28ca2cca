/** GET /:id and /:id/transcript: one call. */
import { oneValue } from "../../query/filter.ts";
import { matchesText, parseText, refuseUnknown } from "../../query/index.ts";
import type { CallDetail, CallTranscript } from "../contract.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import { idOf } from "../params.ts";
import type { Routes } from "../parts.ts";

export const callRoutes: Routes = (api, { lake, expiry }) => {
  api.get("/:id", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const id = idOf(c.req.param("id"));
    refuseUnknown(new URL(c.req.url).searchParams, []);
    const call = await lake.get(id, scope, c.req.raw.signal);
    if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
    if (expiry === null) return c.json(call);
    return c.json({ ...call, ...(await expiry(call, scope.read_pii)) } satisfies CallDetail);
  });
  api.get("/:id/transcript", async (c) => {
    const { scope } = allowed(c, "calls.read");
    allowed(c, "calls.read_pii");
    const id = idOf(c.req.param("id"));
    const params = new URL(c.req.url).searchParams;
    refuseUnknown(params, ["q"]);
    const text = oneValue(params, "q");
    const q = text === null ? null : parseText(text);
    const call = await lake.get(id, scope, c.req.raw.signal);
    if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
    const conversation = call.conversation ?? [];
    const hits = q === null ? undefined : (matchesText(q, call) ?? []);
    return c.json({ id, conversation, ...(hits ? { hits } : {}) } satisfies CallTranscript);
  });
};
