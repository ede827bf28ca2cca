/** POST /labels: what people call the calls. */
import { setLabels } from "../labels.ts";
import type { Routes } from "../parts.ts";

export const labelRoutes: Routes = (api, { lake, intake, timeZone }) => {
  api.post("/labels", (c) => setLabels(c, lake, intake, timeZone));
};
