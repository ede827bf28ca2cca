/** GET /openapi.json: what this router answers, for programs. */
import type { Routes } from "../parts.ts";

export const openApiRoutes: Routes = (api) => {
  api.get("/openapi.json", async (c) => {
    // Its schemas are of use to nobody else: they are made when somebody asks for them.
    const { openApi } = await import("../openapi/document.ts");
    const { pathname } = new URL(c.req.url);
    return c.json(openApi(pathname.slice(0, -"/openapi.json".length) || "/"));
  });
};
