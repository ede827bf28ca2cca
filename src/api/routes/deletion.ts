/** DELETE / and /:id, POST /deletions: calls that must go. */
import { BODY_VALUES_MAX, parseFilter } from "../../query/filter.ts";
import { deleteMany, deleteOne } from "../deletion.ts";
import { bodyParamsOf, idOf, paramsOf } from "../params.ts";
import type { Routes } from "../parts.ts";

const CHOICE = ["dry_run"];

export const deletionRoutes: Routes = (api, { lake, erase, timeZone }) => {
  api.delete("/", (c) => deleteMany(c, lake, erase, async () => of(paramsOf(c.req.url, CHOICE))));
  // The same with room for calls that somebody has chosen one by one: they are erased by one act, with one receipt.
  api.post("/deletions", (c) =>
    deleteMany(c, lake, erase, async () => of(await bodyParamsOf(c, CHOICE), BODY_VALUES_MAX)),
  );
  api.delete("/:id", (c) => deleteOne(c, lake, erase, idOf(c.req.param("id"))));

  const of = (params: URLSearchParams, valuesMax?: number) => ({
    params,
    filter: parseFilter(params, timeZone, valuesMax),
  });
};
