/** The demo host's admin panel: its pages, the plug-in's elements, and the plug-in's router at its mount path. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import { createCallHistoryApi, createReportApi } from "../api/index.ts";
import type { CallHistory, HistoryStats } from "../engine-hook/index.ts";
import { type EtlProcess, expiryIn } from "../etl/index.ts";
import type { CallLake } from "../query/index.ts";
import { type Config, rulesIn } from "./config.ts";
import type { EngineState } from "./demo/engine-process.ts";
import { guard, securityHeaders } from "./guard.ts";
import { FLEET_PATH, reportOf, webhooksOf } from "./ingest-options.ts";
import { PACKAGE_ROOT, type PluginManifest } from "./package-root.ts";
import { aboutHost, panelPages } from "./panel-pages.ts";
import { panelShell } from "./panel-shell.ts";
import { identityOf, ROLE_COOKIE, roleIn } from "./roles.ts";
import { StaticFiles } from "./static-files.ts";

export interface PanelOptions {
  readonly config: Config;
  readonly manifest: PluginManifest;
  readonly lake: CallLake;
  readonly etl: EtlProcess;
  /** Takes what is told of calls over HTTP; null where nothing is recorded. */
  readonly history: CallHistory | null;
  /** The engine, if this host runs one. */
  readonly engine: () => { state: EngineState; hook: HistoryStats | null } | null;
}

/** The panel as one Hono app. */
export function createPanel(options: PanelOptions): Hono {
  const { config, manifest, lake, etl, history } = options;
  const folder = fileURLToPath(new URL("./panel/", import.meta.url));
  const panel = { folder, files: new StaticFiles(folder) };
  const built = join(PACKAGE_ROOT, "dist", "ui");
  const elements = { folder: built, files: new StaticFiles(built) };
  const permissions = manifest.permissions.map(({ id }) => id);

  const retention = { days: config.retention_days, rules: rulesIn(config) };
  const report = reportOf(config);

  const app = new Hono();
  app.use(securityHeaders(manifest), guard(config, manifest.router.mount));
  app.route(
    manifest.router.mount,
    createCallHistoryApi({
      lake,
      time_zone: config.time_zone,
      identify: (c) => identityOf(roleIn(getCookie(c, ROLE_COOKIE)), permissions),
      erase: (ids: readonly string[], who: string) => etl.erase({ ids: [...ids] }, { who }),
      expiry: (call, pii) => expiryIn(config.dir, retention, call, pii),
      history: history ?? undefined,
      webhooks: webhooksOf(config),
      report,
    }),
  );
  if (report && history) app.route(FLEET_PATH, createReportApi({ lake, history, report }));
  app.get("/plugin.json", (c) => c.json(manifest));
  const pages = { config, lake, etl, permissions, engine: options.engine };
  const about = (c: Context) => aboutHost(pages, roleIn(getCookie(c, ROLE_COOKIE)));
  app.route("/panel", panelPages(pages));
  app.get("/panel/:file", (c) => panel.files.serve(c, c.req.param("file")));
  app.get("/elements/*", (c) => elements.files.serve(c, c.req.path.slice("/elements/".length)));
  app.get("/api/*", (c) =>
    c.json({ error: { code: "not_found", message: `There is nothing at ${c.req.path}.`, field: null } }, 404),
  );
  // Every other path is a page of the panel: the browser's script knows which.
  const answer = (c: Context, url: string, signal: AbortSignal) =>
    app.request(new Request(new URL(url, c.req.url), { headers: c.req.raw.headers, signal }));
  const shell = panelShell({ manifest, time_zone: config.time_zone, panel, elements, about, answer });
  app.get("/*", (c) => (/\.\w+$/.test(c.req.path) ? c.notFound() : shell(c)));
  app.onError((error, c) => {
    console.error(`${c.req.method} ${c.req.path}: ${error.message}`);
    return c.text("Something failed here; the log of the panel says what.", 500);
  });
  return app;
}
