/** POST /labels: labels that people give to calls, each a new revision of its record. */
import type { Context } from "hono";
import { z } from "zod";
import type { RecordInput } from "../engine-hook/index.ts";
import { type CallLake, FILTER_PARAMETERS, parseFilter, refuseUnknown, scopeOf } from "../query/index.ts";
import { isCallIdentity } from "../record/id.ts";
import { jsonOf } from "./body.ts";
import type { LabelsAnswer } from "./contract.ts";
import { ApiError } from "./errors.ts";
import { type ApiEnv, type Asker, allowed } from "./identity.ts";
import type { Intake } from "./ingest/intake.ts";

/** Each label costs a revision of the whole record: whoever wants to label a whole history should import it so. */
const CALLS_MAX = 10_000;
/** Calls of one day that are asked for together are read together, and what comes together is on disk together. */
const AT_ONCE = 100;
const LABELS_MAX = 50;

const label = z.string().trim().min(1).max(100);
/** The body of POST /labels. */
export const labelChange = z
  .strictObject({
    ids: z.array(z.string().refine(isCallIdentity, "is no id of a call")).min(1).max(CALLS_MAX).optional(),
    filter: z.string().max(20_000).optional(),
    add: z.array(label).max(LABELS_MAX).default([]),
    remove: z.array(label).max(LABELS_MAX).default([]),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), "Either ids or filter is needed.")
  .refine(({ add, remove }) => add.length + remove.length > 0, "Something to add or to remove is needed.");

export async function setLabels(
  c: Context<ApiEnv>,
  lake: CallLake,
  intake: Intake | null,
  timeZone: string,
): Promise<Response> {
  const asker = allowed(c, "calls.label");
  if (!intake) throw new ApiError(503, "unavailable", "This host records nothing: it passed no history.");
  const parsed = labelChange.safeParse(await jsonOf(c));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ApiError(400, "bad_request", issue?.message ?? "This names no labels.", issue?.path.join(".") || null);
  }
  const { ids: given, filter, add, remove } = parsed.data;
  const params = given ? new URLSearchParams([["where", `id:in:${given.join(",")}`]]) : new URLSearchParams(filter);
  // A few are looked up one by one; of many it is asked at once which there are.
  const few = given && given.length <= AT_ONCE ? [...new Set(given)] : null;
  const ids = few ?? (await idsUnder(lake, params, asker, timeZone, c.req.raw.signal));
  // The whole record is written again, so all of it must be read; the asker sees none of it.
  const { client_id, assistant_id } = asker;
  const scope = scopeOf({ client_id, assistant_id, read_pii: true });
  let labelled = 0;
  // Ids in their order are days in their order. After a failure the others leave off as well.
  const left = inTurn(ids.sort(), c.req.raw.signal);
  const line = async () => {
    for (const id of left) if (await labelOne(lake, intake, id, scope, add, remove)) labelled++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return c.json({ labelled } satisfies LabelsAnswer);
}

/** One iterator for several loops: the first that is left by an error ends it for all. */
function* inTurn<T>(things: readonly T[], signal: AbortSignal): Generator<T, void> {
  for (const thing of things) {
    signal.throwIfAborted();
    yield thing;
  }
}

/** False where there is nothing to change, or no such call. */
async function labelOne(
  lake: CallLake,
  intake: Intake,
  id: string,
  scope: ReturnType<typeof scopeOf>,
  add: readonly string[],
  remove: readonly string[],
): Promise<boolean> {
  const seen = await lake.get(id, scope);
  if (!seen) return false;
  return intake.alone(seen, async () => {
    const call = await lake.get(id, scope);
    if (!call) return false;
    const before = call.labels ?? [];
    const labels = [...new Set([...before, ...add])].filter((one) => !remove.includes(one));
    if (labels.length === before.length && labels.every((one) => before.includes(one))) return false;
    const next = { ...call, rev: call.rev + 1, labels };
    const receipt = await intake.inTime(intake.history.addRecord(next as RecordInput));
    if (!receipt.durable) throw new ApiError(503, "unavailable", `The label is not on disk: ${receipt.reason ?? ""}.`);
    return true;
  });
}

async function idsUnder(
  lake: CallLake,
  params: URLSearchParams,
  { scope }: Asker,
  timeZone: string,
  signal: AbortSignal,
): Promise<string[]> {
  refuseUnknown(params, FILTER_PARAMETERS);
  const filter = parseFilter(params, timeZone, CALLS_MAX);
  const count = await lake.count(filter, scope, signal);
  if (count > CALLS_MAX) {
    throw new ApiError(
      400,
      "bad_request",
      `${count} calls match; at most ${CALLS_MAX} are labelled at a time. Narrow the filter.`,
      "filter",
    );
  }
  return lake.ids(filter, scope, signal);
}
