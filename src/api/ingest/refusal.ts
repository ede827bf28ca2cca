/** The first thing a schema found wrong, as an answer that names the field. */
import type { z } from "zod";
import { ApiError } from "../errors.ts";

/** What the schema read. Throws a 400; `where` comes before the field's name, such as `events.3`. */
export function checked<S extends z.ZodType>(schema: S, value: unknown, what: string, where = ""): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys : [];
  const path = [...(where === "" ? [] : [where]), ...(issue?.path ?? []), ...unknown.slice(0, 1)].map(String);
  const field = path.join(".").slice(0, 200);
  throw new ApiError(400, "bad_request", issue?.message.slice(0, 500) ?? `This is not ${what}.`, field || null);
}
