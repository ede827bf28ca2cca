// A notebook over a data folder: node examples/notebook/server.mjs, then http://127.0.0.1:8081
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { createCallHistoryApi, openCallLake } from "call-lake/api";
import { Hono } from "hono";

const lake = await openCallLake({ dir: process.env.CALL_HISTORY_DIR ?? "data" });
const plot = fileURLToPath(import.meta.resolve("@observablehq/plot"));
// D3 comes with Plot.
const d3 = createRequire(plot).resolve("d3");
const files = {
  "/": [join(import.meta.dirname, "index.html"), "text/html"],
  "/notebook.js": [join(import.meta.dirname, "notebook.js"), "text/javascript"],
  "/plot.js": [join(dirname(plot), "../dist/plot.umd.min.js"), "text/javascript"],
  "/d3.js": [join(dirname(d3), "../dist/d3.min.js"), "text/javascript"],
};

const app = new Hono();
// Without calls.read_pii the personal columns are null: enough for statistics.
const identify = () => ({ subject: "notebook", permissions: ["calls.read", "calls.sql"] });
app.route("/api/calls", createCallHistoryApi({ lake, identify, erase: () => Promise.reject(new Error("read only")) }));
for (const [path, [file, type]] of Object.entries(files)) {
  app.get(path, (c) =>
    c.body(Readable.toWeb(createReadStream(file)), 200, { "content-type": `${type}; charset=utf-8` }),
  );
}

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 8081) }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
process.on("SIGTERM", async () => {
  server.close();
  await lake.close();
});
