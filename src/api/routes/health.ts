/** GET /healthz: a real question, asked of the lake. */
import type { Routes } from "../parts.ts";

export const healthRoutes: Routes = (api, { lake }) => {
  api.get("/healthz", async (c) => {
    // A probe that nobody knows hears whether all is well, and no more.
    const known = c.get("asker")?.permissions.has("calls.read") === true;
    const health = await lake.health(c.req.raw.signal);
    return c.json(known ? health : { status: health.status }, health.status === "ok" ? 200 : 503);
  });
};
