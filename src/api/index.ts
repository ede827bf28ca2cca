/** call-lake/api: the Hono router over a call lake, for a host to mount under /api/calls. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { CallLake } from "../query/index.ts";
import { type Erase, eraseIn } from "./deletion.ts";
import { ApiError, answerOf } from "./errors.ts";
import { type ApiEnv, anonymous, type Identify, identified } from "./identity.ts";
import { intakeOf, type Recorder } from "./ingest/intake.ts";
import { providersOf, type WebhookOptions } from "./ingest/providers.ts";
import { type ReportOptions, reportOptions } from "./ingest/report-options.ts";
import { fromOwnPages } from "./own-pages.ts";
import type { ApiParts, Expiry, OpenRoutes, Routes } from "./parts.ts";
import { callRoutes } from "./routes/call.ts";
import { callExportRoutes } from "./routes/call-export.ts";
import { callsRoutes } from "./routes/calls.ts";
import { deletionRoutes } from "./routes/deletion.ts";
import { eventRoutes } from "./routes/events.ts";
import { exportRoutes } from "./routes/export.ts";
import { healthRoutes, livenessRoutes } from "./routes/health.ts";
import { ingestRoutes } from "./routes/ingest.ts";
import { labelRoutes } from "./routes/labels.ts";
import { liveRoutes } from "./routes/live.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { openApiRoutes } from "./routes/openapi.ts";
import { reportRoutes } from "./routes/report.ts";
import { searchRoutes } from "./routes/search.ts";
import { sqlRoutes } from "./routes/sql.ts";
import { statsRoutes } from "./routes/stats.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import type { PdfFont } from "./transcript/fonts.ts";

export { type CallLake, type CallLakeOptions, openCallLake } from "../query/index.ts";
export type * from "./contract.ts";
export type { Erase } from "./deletion.ts";
export type { Identify, Identity } from "./identity.ts";
export type { Recorder } from "./ingest/intake.ts";
export type { WebhookOptions, WebhookOwner } from "./ingest/providers.ts";
export type { AudioClip, Device, ReportOptions } from "./ingest/report-options.ts";
export { attachLiveFeed, type LiveSocketOptions } from "./live/socket.ts";
export { createReportApi, type ReportApiOptions } from "./routes/report.ts";
export type { PdfFont } from "./transcript/fonts.ts";

export interface CallHistoryApiOptions {
  readonly lake: CallLake;
  /** Says who asks and what they may do. Without it, and without allow_anonymous, every request is answered 401. */
  readonly identify?: Identify | undefined;
  /** Everybody may do everything: only for a server that listens on its own machine alone. */
  readonly allow_anonymous?: boolean | undefined;
  /** Erases calls for good. Default: the etl's, in this process, over `dir`. */
  readonly erase?: Erase | undefined;
  /** Says when a call leaves: `expiryIn` of call-lake/etl, with the host's rules. */
  readonly expiry?: Expiry | undefined;
  /** The data folder, for the default of `erase`. */
  readonly dir?: string | undefined;
  /** Takes what is told of calls: POST /, /:call_id/events, /webhooks/:provider and /report. */
  readonly history?: Recorder | undefined;
  /** Providers whose webhooks are taken, each with its secret. */
  readonly webhooks?: WebhookOptions | undefined;
  /** How devices report what was said. */
  readonly report?: ReportOptions | undefined;
  /** In which dates are read where a request has no tz. Default UTC. */
  readonly time_zone?: string | undefined;
  /** Fonts for calls as PDF, by file: for scripts that neither our own font nor the system's have. */
  readonly pdf_fonts?: readonly PdfFont[] | undefined;
  /** Bytes a body may have. Default 16 MiB. */
  readonly body_bytes_max?: number | undefined;
  /** Where errors go that are not told. Default console.error. */
  readonly log?: ((message: string) => void) | undefined;
}

const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** In this order: paths with a name of their own come before /:id. */
const ROUTES: readonly Routes[] = [
  callsRoutes,
  searchRoutes,
  statsRoutes,
  healthRoutes,
  metricsRoutes,
  openApiRoutes,
  ingestRoutes,
  eventRoutes,
  sqlRoutes,
  exportRoutes,
  labelRoutes,
  liveRoutes,
  deletionRoutes,
  callExportRoutes,
  callRoutes,
];

/** They have a secret of their own, or say nothing, and never ask the host who it is. */
const OPEN_ROUTES: readonly OpenRoutes[] = [livenessRoutes, webhookRoutes, reportRoutes];

/** The router; see docs/api.md for its routes. */
export function createCallHistoryApi(options: CallHistoryApiOptions): Hono<ApiEnv> {
  const { lake } = options;
  const timeZone = options.time_zone ?? "UTC";
  const log = options.log ?? ((message: string) => console.error(message));
  const identify = options.identify ?? (options.allow_anonymous === true ? anonymous : null);
  const eraseGiven = options.erase ?? (options.dir === undefined ? null : eraseIn(options.dir));
  const bytesMax = options.body_bytes_max ?? BODY_BYTES_MAX;
  const erase: Erase = (ids, who) => {
    if (!eraseGiven)
      throw new ApiError(503, "unavailable", "This host erases nothing: it passed neither erase nor dir.");
    return eraseGiven(ids, who);
  };

  const api = new Hono<ApiEnv>();
  api.onError((error, c) => answerOf(error, c, log));
  api.use(async (c, next) => {
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    await next();
  });
  api.use(
    bodyLimit({
      maxSize: bytesMax,
      onError: () => {
        throw new ApiError(413, "too_large", `A body may have ${bytesMax} bytes.`);
      },
    }),
  );

  const parts: ApiParts = {
    lake,
    intake: options.history ? intakeOf(options.history, lake) : null,
    providers: providersOf(options.webhooks ?? {}),
    report: options.report ? reportOptions(options.report) : null,
    erase,
    expiry: options.expiry ?? null,
    timeZone,
    pdfFonts: options.pdf_fonts ?? [],
    log,
  };
  for (const add of OPEN_ROUTES) add(api, parts);
  api.use(fromOwnPages);
  api.use(identified(identify));
  for (const add of ROUTES) add(api, parts);
  api.all("*", (c) => {
    throw new ApiError(404, "not_found", `There is no ${c.req.method} ${c.req.path}.`);
  });
  return api;
}
