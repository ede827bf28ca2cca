/** DELETE / and /:id: calls that must go. */
import { deleteMany, deleteOne } from "../deletion.ts";
import { idOf } from "../params.ts";
import type { Routes } from "../parts.ts";

export const deletionRoutes: Routes = (api, { lake, erase, timeZone }) => {
  api.delete("/", (c) => deleteMany(c, lake, erase, timeZone));
  api.delete("/:id", (c) => deleteOne(c, lake, erase, idOf(c.req.param("id"))));
};
