/** POST /report: what a device of a fleet heard and said, one message or a list; its bearer's token is its authentication. */
import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { CallLake } from "../../query/index.ts";
import { jsonOf } from "../body.ts";
import type { ErrorBody, ReportAnswer, ReportResult } from "../contract.ts";
import { ApiError, answerOf, tellable } from "../errors.ts";
import type { ApiEnv } from "../identity.ts";
import { type Intake, intakeOf, type Recorder } from "../ingest/intake.ts";
import { checked } from "../ingest/refusal.ts";
import { type ReportOptions, reportOptions } from "../ingest/report-options.ts";
import { type Report, reportSchema } from "../ingest/report-schema.ts";
import { Reports } from "../ingest/reports.ts";
import { sameSecret } from "../ingest/signatures.ts";
import type { OpenRoutes } from "../parts.ts";

const BATCH_MAX = 500;
const BODY_BYTES_MAX = 16 * 1024 * 1024;

export const reportRoutes: OpenRoutes = (api, { intake, report, log }) => {
  const reports = intake && report ? reportsOf(intake, report, log) : null;
  api.post("/report", (c) => answer(c, reports, report));
};

export interface ReportApiOptions {
  readonly lake: CallLake;
  readonly history: Recorder;
  readonly report: ReportOptions;
  /** Where errors go that are not told. Default console.error. */
  readonly log?: ((message: string) => void) | undefined;
}

/**
 * The route alone, for another path: `app.route("/agent/chat-history/report", createReportApi({lake, history, report}))`.
 * Give it the `report` that createCallHistoryApi has, and both are one.
 */
export function createReportApi({ lake, history, report, log = console.error }: ReportApiOptions): Hono<ApiEnv> {
  const api = new Hono<ApiEnv>();
  const options = reportOptions(report);
  const reports = reportsOf(intakeOf(history, lake), options, log);
  api.onError((error, c) => answerOf(error, c, log));
  api.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: () => {
        throw new ApiError(413, "too_large", `A body may have ${BODY_BYTES_MAX} bytes.`);
      },
    }),
  );
  api.post("/", (c) => answer(c, reports, options));
  return api;
}

/** The sessions of one intake are in one place, whichever path a message comes by. */
const known = new WeakMap<Intake, Reports>();
function reportsOf(intake: Intake, options: ReportOptions, log: (message: string) => void): Reports {
  const reports = known.get(intake) ?? new Reports(intake, options, log);
  known.set(intake, reports);
  return reports;
}

async function answer(c: Context, reports: Reports | null, options: ReportOptions | null): Promise<Response> {
  if (!options)
    throw new ApiError(404, "not_found", "This host takes no reports of devices: no secret is set for them.");
  if (!reports) throw new ApiError(503, "unavailable", "This host takes no records over HTTP.");
  const token = /^bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1]?.trim() ?? "";
  if (!sameSecret(token, options.secret))
    throw new ApiError(401, "unauthorized", "The bearer's token is not that of the fleet.");
  const body = await jsonOf(c);
  const list = Array.isArray(body) ? body : [body];
  if (list.length === 0 || list.length > BATCH_MAX)
    throw new ApiError(400, "bad_request", `A list has 1 to ${BATCH_MAX} messages; it has ${list.length}.`);
  const results: ReportResult[] = [];
  const good: { place: number; report: Report }[] = [];
  for (const [place, one] of list.entries()) {
    try {
      good.push({ place, report: checked(reportSchema, one, "a message") });
    } catch (error) {
      const told = tellable(error);
      if (!told) throw error;
      results[place] = { error: { code: told.code, message: told.message, field: told.field } };
    }
  }
  const taken = await reports.take(good.map(({ report }) => report));
  for (const [n, { place }] of good.entries()) results[place] = taken[n] as ReportResult;
  const failed = results.filter((result): result is ErrorBody => "error" in result);
  // A message that can never be taken must not make its sender send the others for ever.
  if (failed.length < results.length) return c.json({ results } satisfies ReportAnswer, 202);
  const { code, message, field } = (failed[0] as ErrorBody).error;
  throw new ApiError(code === "not_found" ? 404 : code === "conflict" ? 409 : 400, code, message, field);
}
