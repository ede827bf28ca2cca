/** Deletion: one call, or all calls under a filter; physically gone when answered. */
import type { Context } from "hono";
import { erase as eraseFrom } from "../etl/index.ts";
import { type Filter, parseBoolean } from "../query/filter.ts";
import { type CallLake, isEverything } from "../query/index.ts";
import type { DeleteAnswer, DeleteDryRun } from "./contract.ts";
import { ApiError } from "./errors.ts";
import { type ApiEnv, allowed } from "./identity.ts";

/** Erases calls for good; a host passes its etl's, so that one process alone does it. */
export type Erase = (
  ids: readonly string[],
  who: string,
) => Promise<{ deleted: number; pending?: number; held?: number }>;

/** The erasure of the etl in this process, over a data folder. */
export function eraseIn(dir: string): Erase {
  return (ids, who) => eraseFrom(dir, { ids }, { who });
}

export async function deleteOne(c: Context<ApiEnv>, lake: CallLake, erase: Erase, id: string): Promise<Response> {
  const { scope, subject } = allowed(c, "calls.delete");
  const call = await lake.get(id, scope, c.req.raw.signal);
  if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
  const done = await erase([id], subject);
  if (done.held) throw new ApiError(409, "conflict", `The call ${id} is held: remove the hold first.`, "id");
  return c.json(answerOf(done));
}

/** `read` gives what the request asks for, wherever it stands; it is read of nobody who may not delete. */
export async function deleteMany(
  c: Context<ApiEnv>,
  lake: CallLake,
  erase: Erase,
  read: () => Promise<{ params: URLSearchParams; filter: Filter }>,
): Promise<Response> {
  const { scope, subject } = allowed(c, "calls.delete");
  const { params, filter } = await read();
  if (isEverything(filter)) {
    throw new ApiError(400, "bad_request", "A filter is needed, such as end_date: all calls are not deleted at once.");
  }
  if (parseBoolean(params, "dry_run") === true) {
    return c.json({ would_delete: await lake.count(filter, scope, c.req.raw.signal) } satisfies DeleteDryRun);
  }
  const ids = await lake.ids(filter, scope, c.req.raw.signal);
  return c.json(ids.length === 0 ? { deleted: 0 } : answerOf(await erase(ids, subject)));
}

function answerOf({ deleted, pending, held }: Awaited<ReturnType<Erase>>): DeleteAnswer {
  return { deleted, ...(pending ? { pending } : {}), ...(held ? { held } : {}) };
}
