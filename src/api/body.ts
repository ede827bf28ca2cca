/** Reads a request's body: its bytes as they came, and the JSON in them, bounded in depth. The only place that does. */
import type { Context } from "hono";
import { ApiError } from "./errors.ts";

/** Deeper than any call's data; walking it must not overflow the stack. */
const DEPTH_MAX = 64;

export async function bytesOf(c: Context): Promise<Uint8Array> {
  return new Uint8Array(await c.req.arrayBuffer());
}

/** The body as JSON. Throws a 400 for what is none, or is nested without end. */
export async function jsonOf(c: Context): Promise<unknown> {
  return jsonIn(await bytesOf(c));
}

/** The JSON in bytes. Throws a 400 for what is none, or is nested without end. */
export function jsonIn(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ApiError(400, "bad_request", "The body is not JSON.");
  }
  refuseDeep(value);
  return value;
}

function refuseDeep(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX)
      throw new ApiError(400, "bad_request", `The body is nested deeper than ${DEPTH_MAX} levels.`);
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== "object" || one === null) continue;
      for (const inner of Object.values(one)) if (typeof inner === "object" && inner !== null) next.push(inner);
    }
    level = next;
  }
}
