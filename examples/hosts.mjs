// Three hosts before one API, under a strict CSP: node examples/hosts.mjs, then http://127.0.0.1:8080/plain/, /react/ and /vue/
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { createCallHistoryApi, openCallLake } from "call-lake/api";
import { Hono } from "hono";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const elements = dirname(fileURLToPath(import.meta.resolve("call-lake/ui")));
const built = join(here, "../node_modules/.cache/call-lake/examples");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css" };

for (const name of ["react", "vue"]) {
  await build({
    root: join(here, name),
    base: `/${name}/`,
    configFile: false,
    logLevel: "warn",
    // As the package's own exports say; a host that has it from npm needs none of this.
    resolve: {
      alias: [{ find: /^call-lake\/ui(\/\w+)?$/, replacement: join(elements, "call-lake.js") }],
    },
    define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false" },
    build: { outDir: join(built, name), emptyOutDir: true, target: "es2023", modulePreload: { polyfill: false } },
  });
}

const lake = await openCallLake({ dir: process.env.CALL_HISTORY_DIR ?? "data" });
// The host's login: whoever loads a page is somebody with this token.
const token = randomUUID();
const permissions = ["calls.read", "calls.read_pii"];

const app = new Hono();
app.use(async (c, next) => {
  await next();
  c.header("content-security-policy", "default-src 'self'; object-src 'none'; base-uri 'none'");
});
app.get("/session.json", (c) => c.json({ token, permissions, timezone: "Europe/Berlin" }));
app.route(
  "/api/calls",
  createCallHistoryApi({
    lake,
    identify: (c) => (c.req.header("authorization") === `Bearer ${token}` ? { subject: "ada", permissions } : null),
  }),
);
const files = (folder, prefix) => async (c) => {
  const path = c.req.path.slice(prefix.length) || "index.html";
  const type = TYPES[extname(path)];
  if (!type || path.includes("..")) return c.notFound();
  return c.body(await readFile(join(folder, path)), 200, { "content-type": type });
};
app.get("/elements/*", files(elements, "/elements/"));
app.get("/plain/*", files(join(here, "plain"), "/plain/"));
for (const name of ["react", "vue"]) app.get(`/${name}/*`, files(join(built, name), `/${name}/`));
app.onError((error, c) => (error.code === "ENOENT" ? c.notFound() : c.text(error.message, 500)));

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 8080) }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
process.on("SIGTERM", async () => {
  server.close();
  server.closeAllConnections();
  await lake.close();
});
