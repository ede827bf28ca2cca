/** Reading a request's parameters, in its URL or its body: unknown ones and ids that are none are refused by name. */
import type { Context } from "hono";
import { z } from "zod";
import { FILTER_PARAMETERS, refuseUnknown } from "../query/index.ts";
import { isCallIdentity } from "../record/id.ts";
import { jsonOf } from "./body.ts";
import { ApiError } from "./errors.ts";

/** The query's parameters, which are those of the filter and `more`. Throws a 400 that names another one. */
export function paramsOf(url: string, more: readonly string[] = []): URLSearchParams {
  return known(new URL(url).searchParams, more);
}

const value = z.union([z.string(), z.number(), z.boolean()]);
/** Parameters in a body of JSON: each a value, or several in a list. */
export const bodyParameters = z.record(z.string(), z.union([value, z.array(value)]));

/**
 * The same out of the body: a form (application/x-www-form-urlencoded), or an object of JSON with lists for what is
 * repeated. Throws a 400 that names a parameter that is none, or stands in the URL beside a body.
 */
export async function bodyParamsOf(c: Context, more: readonly string[] = []): Promise<URLSearchParams> {
  const [stray] = new URL(c.req.url).searchParams.keys();
  if (stray !== undefined) {
    throw new ApiError(400, "bad_request", `The parameters are in the body; ${stray} is in the URL.`, stray);
  }
  const form = c.req.header("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  return known(form ? new URLSearchParams(await c.req.text()) : paramsIn(await jsonOf(c)), more);
}

function paramsIn(json: unknown): URLSearchParams {
  const parsed = bodyParameters.safeParse(json);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path[0];
    const name = field === undefined ? null : String(field);
    const sentence =
      name === null
        ? "The body is an object of parameters."
        : `${name} is a text, a number, true or false, or a list of these.`;
    throw new ApiError(400, "bad_request", sentence, name);
  }
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(parsed.data)) {
    for (const one of Array.isArray(values) ? values : [values]) params.append(name, String(one));
  }
  return params;
}

function known(params: URLSearchParams, more: readonly string[]): URLSearchParams {
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
