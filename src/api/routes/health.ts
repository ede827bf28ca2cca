/** GET /healthz: a real question, asked of the lake. */
import { missingOf } from "../../query/index.ts";
import type { Health } from "../contract.ts";
import type { Routes } from "../parts.ts";

export const healthRoutes: Routes = (api, { lake }) => {
  api.get("/healthz", async (c) => {
    // A probe that nobody knows hears whether all is well, and no more.
    const asker = c.get("asker");
    const health = await lake.health(c.req.raw.signal);
    const status = health.status === "ok" ? 200 : 503;
    if (asker?.permissions.has("calls.read") !== true) return c.json({ status: health.status }, status);
    const { unreadable, ...rest } = health;
    const told = unreadable && { unreadable: missingOf(unreadable, () => true, asker.scope) };
    return c.json({ ...rest, ...told } satisfies Health, status);
  });
};
