/** GET /:id/export: one call as a file to read. */
import { oneValue } from "../../query/filter.ts";
import { BadQuestionError, refuseUnknown } from "../../query/index.ts";
import { isTimeZone } from "../../record/time.ts";
import type { TranscriptFormat } from "../contract.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import { idOf } from "../params.ts";
import type { Routes } from "../parts.ts";
import { pdfOf } from "../transcript/pdf.ts";
import { scriptOf } from "../transcript/script.ts";
import { tableOf, textOf } from "../transcript/text.ts";

const MEDIA_TYPES: Readonly<Record<TranscriptFormat, string>> = {
  txt: "text/plain; charset=utf-8",
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  pdf: "application/pdf",
};
const FORMATS = Object.keys(MEDIA_TYPES) as TranscriptFormat[];

export const callExportRoutes: Routes = (api, { lake, timeZone, pdfFonts }) => {
  api.get("/:id/export", async (c) => {
    const { scope } = allowed(c, "calls.export");
    const id = idOf(c.req.param("id"));
    const params = new URL(c.req.url).searchParams;
    refuseUnknown(params, ["format", "tz"]);
    const format = formatOf(oneValue(params, "format") ?? "txt");
    const tz = oneValue(params, "tz");
    if (tz !== null && !isTimeZone(tz)) {
      throw new BadQuestionError(`tz is an IANA time zone such as Europe/Berlin; it is ${JSON.stringify(tz)}.`, "tz");
    }
    const call = await lake.get(id, scope, c.req.raw.signal);
    if (!call) throw new ApiError(404, "not_found", `There is no call ${id}.`, "id");
    c.header("Content-Type", MEDIA_TYPES[format]);
    c.header("Content-Disposition", `attachment; filename="call-${id}.${format}"`);
    if (format === "json") return c.body(`${JSON.stringify(call, null, 2)}\n`);
    const own = call.time_zone !== null && isTimeZone(call.time_zone) ? call.time_zone : null;
    const script = scriptOf(call, tz ?? own ?? timeZone, scope.read_pii);
    if (format === "pdf") return c.body(await pdfOf(script, pdfFonts));
    return c.body(format === "txt" ? textOf(script) : tableOf(script));
  });
};

function formatOf(text: string): TranscriptFormat {
  const format = FORMATS.find((known) => known === text);
  if (format) return format;
  throw new BadQuestionError(`format is one of ${FORMATS.join(", ")}; it is ${JSON.stringify(text)}.`, "format");
}
