/** Reading a request's path and query: unknown parameters and ids that are none are refused by name. */
import type { Context } from "hono";
import { FILTER_PARAMETERS, refuseUnknown } from "../query/index.ts";
import { isCallIdentity } from "../record/id.ts";
import { ApiError } from "./errors.ts";

/** The query's parameters, which are those of the filter and `more`. Throws a 400 that names another one. */
export function paramsOf(url: string, more: readonly string[] = []): URLSearchParams {
  const params = new URL(url).searchParams;
  refuseUnknown(params, [...FILTER_PARAMETERS, ...more]);
  return params;
}

/** The id of a call as a path has it. Throws a 400 for what is no id. */
export function idOf(text: string): string {
  if (!isCallIdentity(text)) {
    throw new ApiError(
      400,
      "bad_request",
      `A call's id is a lower-case UUIDv7; it is ${JSON.stringify(text.slice(0, 80))}.`,
      "id",
    );
  }
  return text;
}

/** The body as JSON. Throws a 400 for what is none. */
export async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    throw new ApiError(400, "bad_request", "The body is not JSON.");
  }
}
