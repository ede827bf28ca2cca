/** Changes are asked for by the host's own pages: what a form on another site sends along with a cookie is refused. */
import type { Context, MiddlewareHandler } from "hono";
import { ApiError } from "./errors.ts";

/**
 * Refuses, with 403, what a page of another site can send without asking: a POST as a form, as plain text or without a
 * body. JSON is let through, since browsers ask first whether a page elsewhere may send it (the host's CORS), and so is
 * whoever is no browser. `Sec-Fetch-Site` says where a request is from; over plain HTTP, where it is absent, `Origin` does.
 */
export const fromOwnPages: MiddlewareHandler = async (c, next) => {
  if (c.req.method === "POST" && !isJson(c) && isElsewhere(c)) {
    throw new ApiError(403, "forbidden", "A page of another site may send JSON only (content-type: application/json).");
  }
  await next();
};

function isJson(c: Context): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(c.req.header("content-type") ?? "");
}

function isElsewhere(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("origin");
  // The host's name alone: behind a proxy the scheme may be another one.
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== c.req.header("host"));
}
