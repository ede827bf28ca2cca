/** POST /: finished calls from outside. */
import { ingest } from "../ingest.ts";
import type { Routes } from "../parts.ts";

export const ingestRoutes: Routes = (api, { intake }) => {
  api.post("/", (c) => ingest(c, intake));
};
