/** POST /: one finished call from outside, answered when it is durable. */
import type { Context } from "hono";
import type { CallHistory, RecordInput } from "../engine-hook/index.ts";
import type { IngestAnswer } from "./contract.ts";
import { ApiError } from "./errors.ts";
import { type ApiEnv, allowed } from "./identity.ts";
import { recordSchema } from "./record-schema.ts";

/** What of the hook is needed: a host passes its `openCallHistory(…)`. */
export type Recorder = Pick<CallHistory, "addRecord">;

/** 202 only when the record is on disk; 503 when it is not. */
export async function ingest(c: Context<ApiEnv>, recorder: Recorder | null): Promise<Response> {
  const asker = allowed(c, "calls.ingest");
  if (!recorder) throw new ApiError(503, "unavailable", "This host takes no records over HTTP.");
  const parsed = recordSchema.safeParse(await bodyOf(c));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const unknown = issue?.code === "unrecognized_keys" ? issue.keys : [];
    const field = [...(issue?.path ?? []), ...unknown.slice(0, 1)].join(".");
    throw new ApiError(400, "bad_request", issue?.message ?? "This is not a record.", field || null);
  }
  // Whoever is bound to a tenant or an assistant records for that one.
  const bound = {
    ...(asker.client_id === undefined ? {} : { client_id: asker.client_id }),
    ...(asker.assistant_id === undefined ? {} : { assistant_id: asker.assistant_id }),
  };
  const receipt = await recorder.addRecord({ ...parsed.data, ...bound } as RecordInput);
  if (!receipt.durable) {
    throw new ApiError(503, "unavailable", `The record is not on disk: ${receipt.reason ?? "the reason is unknown"}.`);
  }
  return c.json({ id: receipt.id, durable: true } satisfies IngestAnswer, 202);
}

async function bodyOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    throw new ApiError(400, "bad_request", "The body is not JSON.");
  }
}
