/** POST /: finished calls from outside. */
import { ingest } from "../ingest.ts";
import type { Routes } from "../parts.ts";

export const ingestRoutes: Routes = (api, { history }) => {
  api.post("/", (c) => ingest(c, history));
};
