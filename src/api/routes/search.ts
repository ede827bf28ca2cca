/** GET /search: calls by what was said in them, with the places where it was said. */
import { parseFilter, parseSearchPage, SEARCH_PARAMETERS } from "../../query/index.ts";
import { allowed } from "../identity.ts";
import { paramsOf } from "../params.ts";
import type { Routes } from "../parts.ts";

export const searchRoutes: Routes = (api, { lake, timeZone }) => {
  api.get("/search", async (c) => {
    const { scope } = allowed(c, "calls.read");
    allowed(c, "calls.read_pii");
    const params = paramsOf(c.req.url, SEARCH_PARAMETERS);
    const page = parseSearchPage(params);
    return c.json(await lake.search(parseFilter(params, timeZone), page, scope, c.req.raw.signal));
  });
};
