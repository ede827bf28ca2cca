/** GET /healthz: a real question, asked of the lake; GET /livez: none. */
import { missingOf } from "../../query/index.ts";
import type { Health } from "../contract.ts";
import type { OpenRoutes, Routes } from "../parts.ts";

export const healthRoutes: Routes = (api, { lake }) => {
  api.get("/healthz", async (c) => {
    const asker = c.get("asker");
    const health = await lake.health(c.req.raw.signal);
    // Where calls are missing all others are answered, and no other server of this data folder would have them.
    const status = health.status === "down" ? 503 : 200;
    // A probe that nobody knows hears whether all is well, and no more.
    if (asker?.permissions.has("calls.read") !== true) return c.json({ status: health.status }, status);
    const { unreadable, ...rest } = health;
    const told = unreadable && { unreadable: missingOf(unreadable, () => true, asker.scope) };
    return c.json({ ...rest, ...told } satisfies Health, status);
  });
};

/** The query child comes back by itself: whoever restarts what does not answer must not ask it, nor the host's accounts. */
export const livenessRoutes: OpenRoutes = (api) => {
  api.get("/livez", (c) => c.json({ status: "ok" } satisfies Pick<Health, "status">));
};
