/** GET /stats: the statistics of the calls under a filter. */
import { oneValue } from "../../query/filter.ts";
import { parseFilter } from "../../query/index.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import { paramsOf } from "../params.ts";
import type { Routes } from "../parts.ts";

export const statsRoutes: Routes = (api, { lake, timeZone }) => {
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
};
