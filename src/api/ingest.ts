/** POST /: finished calls from outside, one or a list of them, each answered when it is durable. */
import type { Context } from "hono";
import type { RecordInput } from "../engine-hook/index.ts";
import { callIdentity } from "../record/id.ts";
import { instantMs } from "../record/time.ts";
import { jsonOf } from "./body.ts";
import type { IngestAnswer, IngestBatchAnswer } from "./contract.ts";
import { ApiError, tellable } from "./errors.ts";
import { type ApiEnv, allowed } from "./identity.ts";
import type { Intake } from "./ingest/intake.ts";
import { type Binding, bound, isBound, refuseForeign } from "./ingest/ownership.ts";
import { checked } from "./ingest/refusal.ts";
import { recordSchema } from "./record-schema.ts";

const BATCH_MAX = 1000;

/** 202 only when a record is on disk; of a list, when one at least is, with an answer for each. */
export async function ingest(c: Context<ApiEnv>, intake: Intake | null): Promise<Response> {
  const asker = allowed(c, "calls.ingest");
  if (!intake) throw new ApiError(503, "unavailable", "This host takes no records over HTTP.");
  const body = await jsonOf(c);
  if (!Array.isArray(body)) return c.json((await take(intake, body, asker)) satisfies IngestAnswer, 202);
  if (body.length === 0 || body.length > BATCH_MAX)
    throw new ApiError(400, "bad_request", `A list has 1 to ${BATCH_MAX} records; it has ${body.length}.`);
  const errors: ApiError[] = [];
  const results = await Promise.all(
    body.map((one) =>
      take(intake, one, asker).catch((error: unknown) => {
        const told = tellable(error);
        if (!told) throw error;
        errors.push(told);
        return { error: { code: told.code, message: told.message, field: told.field } };
      }),
    ),
  );
  const [first] = errors;
  if (first && errors.length === body.length) throw errors.find(({ status }) => status === 503) ?? first;
  return c.json({ results } satisfies IngestBatchAnswer, 202);
}

async function take(intake: Intake, body: unknown, binding: Binding): Promise<IngestAnswer> {
  const record = checked(recordSchema, body, "a record") as RecordInput;
  // Whoever is bound to a tenant or an assistant records for that one, and no call of another's is theirs to revise.
  const told = { ...record, ...bound(binding) };
  const name = { source: record.source ?? "engine", call_id: record.call_id };
  const receipt = await intake.alone(name, async () => {
    if (isBound(binding)) await refuseOthers(intake, name, instantMs(record.start_time) ?? 0, binding);
    return intake.revise(null, told);
  });
  return { id: receipt.id, durable: true };
}

async function refuseOthers(
  intake: Intake,
  name: { source: string; call_id: string },
  start: number,
  binding: Binding,
): Promise<void> {
  const { record, open } = await intake.find(name, start);
  const id = callIdentity(name.source, name.call_id, start);
  if (record?.id === id) refuseForeign(record, binding, name.call_id);
  if (open?.id === id) refuseForeign(open.started, binding, name.call_id);
}
