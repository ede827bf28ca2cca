/** A backend as a process of its own, that a test kills: `node backend-process.ts DIR PORT [TENANT]`. */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createCallHistoryApi, createReportApi } from "../../src/api/index.ts";
import { openCallHistory } from "../../src/engine-hook/index.ts";
import { openCallLake } from "../../src/query/index.ts";

const [dir = "", port = "0", tenant] = process.argv.slice(2);
const history = await openCallHistory({ dir });
const lake = await openCallLake({ dir, engine: "in-process" });
const report = { secret: "fleet-1", device: () => ({ assistant_id: "storyteller", client_id: "acme" }) };
const identify = () => ({
  subject: "engine",
  permissions: ["calls.read", "calls.read_pii", "calls.ingest"],
  client_id: tenant,
});
const api = createCallHistoryApi({ lake, history, identify, report });
const app = new Hono()
  .route("/api/calls", api)
  .route("/agent/chat-history/report", createReportApi({ lake, history, report }));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(port) }, (info) => console.log(`port ${info.port}`));
