// A host that mounts the router and serves the elements: node examples/panel.mjs, then http://127.0.0.1:8080
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { createCallHistoryApi, openCallLake } from "call-lake/api";
import { startEtlProcess } from "call-lake/etl";
import { Hono } from "hono";

const dir = process.env.CALL_HISTORY_DIR ?? "data";
const lake = await openCallLake({ dir });
const etl = await startEtlProcess({ dir });

const app = new Hono();
app.route(
  "/api/calls",
  createCallHistoryApi({
    lake,
    identify: (_c) => ({ subject: "admin", permissions: ["calls.read", "calls.read_pii", "calls.delete"] }),
    erase: (ids, who) => etl.erase({ ids: [...ids] }, { who }),
  }),
);
app.get("/elements/*", async (c) => {
  const file = new URL(c.req.path.slice("/elements/".length), import.meta.resolve("call-lake/ui"));
  return c.body(await readFile(fileURLToPath(file)), 200, { "content-type": "text/javascript" });
});
app.get("/", (c) =>
  c.html(`<!doctype html>
    <script type="module" src="/elements/call-lake.js"></script>
    <call-history api="/api/calls"></call-history>`),
);

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 8080) }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
process.on("SIGTERM", async () => {
  server.close();
  await etl.close();
  await lake.close();
});
