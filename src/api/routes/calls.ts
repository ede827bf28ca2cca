/** GET /, /facets and /facets/:column: the list, and the values to filter it by. */
import { oneValue } from "../../query/filter.ts";
import { FACET_PARAMETERS, PAGE_PARAMETERS, parseFacet, parseFilter, parsePage } from "../../query/index.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import { paramsOf } from "../params.ts";
import type { Routes } from "../parts.ts";

export const callsRoutes: Routes = (api, { lake, timeZone }) => {
  api.get("/", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = paramsOf(c.req.url, PAGE_PARAMETERS);
    return c.json(await lake.list(parseFilter(params, timeZone), parsePage(params), scope, c.req.raw.signal));
  });
  api.get("/facets", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = paramsOf(c.req.url, ["include"]);
    const include = oneValue(params, "include");
    if (include !== null && include !== "tool_name") {
      throw new ApiError(400, "bad_request", `include is tool_name here; it is ${JSON.stringify(include)}.`, "include");
    }
    return c.json(await lake.facets(parseFilter(params, timeZone), scope, c.req.raw.signal, include !== null));
  });
  api.get("/facets/:column", async (c) => {
    const { scope } = allowed(c, "calls.read");
    const params = paramsOf(c.req.url, FACET_PARAMETERS);
    const question = parseFacet(c.req.param("column"), params);
    return c.json(await lake.facet(parseFilter(params, timeZone), question, scope, c.req.raw.signal));
  });
};
