/** The parameters of the routes, described: of each table of names that the routes read, every one. */

import { DIRECTIONS, OUTCOMES } from "../../record/columns.ts";
import type { CallFilter, LiveFilterColumn } from "../contract.ts";
import { bodyParameters } from "../params.ts";
import { body } from "./naming.ts";

export interface Parameter {
  readonly name: string;
  readonly in: "query" | "path" | "header";
  readonly required?: true;
  readonly description: string;
  readonly schema: object;
  readonly example?: string | number | boolean;
}

const text = { type: "string" };
const some = (item: object = text) => ({ type: "array", items: item });

type Told = Omit<Parameter, "name" | "in">;
const query = (told: Readonly<Record<string, Told>>): Parameter[] =>
  Object.entries(told).map(([name, more]) => ({ name, in: "query" as const, ...more }));

const equal = (column: string, example: string, item: object = text): Told => ({
  description: `Calls with this ${column}; several: with one of them.`,
  schema: some(item),
  example,
});

const FILTER: { readonly [K in keyof Required<CallFilter>]: Told } = {
  start_date: {
    description: "Calls that began from then on: a date, read in tz, or an instant.",
    schema: text,
    example: "2026-11-01",
  },
  end_date: {
    description: "Calls that began until then: a date with its day, or an instant, exclusive.",
    schema: text,
    example: "2026-11-30",
  },
  tz: { description: "IANA zone in which dates are read.", schema: text, example: "Europe/Berlin" },
  caller_number: { description: "With this in it, every character literal.", schema: some(), example: "555-01" },
  caller_name: { description: "With this in it, in any case.", schema: some(), example: "ada" },
  provider_name: equal("provider_name", "openai_realtime"),
  pipeline_name: equal("pipeline_name", "local_hybrid"),
  context_name: equal("context_name", "support"),
  outcome: equal("outcome", "error", { type: "string", enum: OUTCOMES }),
  client_id: equal("client_id", "acme"),
  assistant_id: equal("assistant_id", "receptionist"),
  direction: equal("direction", "inbound", { type: "string", enum: DIRECTIONS }),
  language: equal("language", "de-DE"),
  sentiment: equal("sentiment", "negative"),
  label: { description: "Calls that bear one of them.", schema: some(), example: "vip" },
  min_duration: { description: "Seconds, inclusive.", schema: { type: "number", minimum: 0 }, example: 10 },
  max_duration: { description: "Seconds, inclusive.", schema: { type: "number", minimum: 0 }, example: 600 },
  has_tool_calls: { description: "With a tool call, or without.", schema: { type: "boolean" }, example: true },
  weekday: {
    description: "That began on one of these days of the week in tz, 1 is Monday.",
    schema: some({ type: "integer", minimum: 1, maximum: 7 }),
    example: 1,
  },
  hour: {
    description: "That began within one of these hours of the day in tz, by the clock on the wall.",
    schema: some({ type: "integer", minimum: 0, maximum: 23 }),
    example: 14,
  },
  tool_name: { description: "One tool call has one of these names.", schema: some(), example: "book_table" },
  tool_status: { description: "… and one of these statuses.", schema: some(), example: "error" },
  q: {
    description: 'With all these words and "phrases" in transcript or summary; needs calls.read_pii.',
    schema: { type: "string", maxLength: 500 },
    example: 'refund "late delivery"',
  },
  where: {
    description:
      "column:operator:value, all of which must hold; operators eq ne lt le gt ge contains starts in is_null.",
    schema: { ...some(), maxItems: 20 },
    example: "total_turns:gt:10",
  },
};
export const filter = query(FILTER);

/** The filter and the route's own parameters as a body. */
export const inBody = body("Question", bodyParameters);

const cursor: Told = { description: "next_cursor of the page before, with the same sort and filter.", schema: text };
export const page = query({
  sort: {
    description: "A column of single values, with - before it for the largest first.",
    schema: { ...text, default: "-start_time" },
    example: "-duration_seconds",
  },
  limit: { description: "Calls a page.", schema: { type: "integer", minimum: 1, maximum: 200, default: 50 } },
  cursor,
  page: { description: "Instead of cursor and limit: a page by its number.", schema: { type: "integer", minimum: 1 } },
  page_size: { description: "Calls a page, with page.", schema: { type: "integer", minimum: 1, maximum: 200 } },
  include: { description: "total, sql, or both with a comma.", schema: text, example: "total,sql" },
});
export const searchPage = query({
  sort: {
    description: "The best first, or the newest.",
    schema: { type: "string", enum: ["rank", "-start_time"], default: "rank" },
  },
  limit: { description: "Calls a page.", schema: { type: "integer", minimum: 1, maximum: 50, default: 20 } },
  cursor,
});
export const includeSql = query({
  include: { description: "sql shows the statement.", schema: { type: "string", enum: ["sql"] } },
});
export const includeTools = query({
  include: {
    description: "tool_name counts the names of tools too, which costs more than all the others.",
    schema: { type: "string", enum: ["tool_name"] },
  },
});
export const facet = query({
  prefix: { description: "How the values begin, in any case.", schema: text, example: "open" },
  limit: { description: "Values.", schema: { type: "integer", minimum: 1, maximum: 100, default: 20 } },
});
export const dryRun = query({
  dry_run: { description: "true: only counts.", schema: { type: "boolean", default: false } },
});
export const exportChoice = query({
  format: {
    description: "The file's format.",
    schema: { type: "string", enum: ["csv", "json", "ndjson", "parquet", "arrow"], default: "csv" },
  },
  columns: { description: "Columns with commas between them; default all (csv: those that are cells).", schema: text },
});
export const transcriptChoice = query({
  format: {
    description: "The file's format.",
    schema: { type: "string", enum: ["txt", "json", "csv", "pdf"], default: "txt" },
  },
  tz: { description: "IANA zone of the times; default the call's own.", schema: text, example: "Europe/Berlin" },
});
export const hits = query({
  q: { description: "Words and phrases whose places are given.", schema: { type: "string", maxLength: 500 } },
});
const LIVE: { readonly [K in LiveFilterColumn | "id"]: Told } = {
  id: { description: "Only the calls of these ids.", schema: some() },
  client_id: FILTER.client_id,
  assistant_id: FILTER.assistant_id,
  source: equal("source", "asterisk"),
  provider_name: FILTER.provider_name,
  pipeline_name: FILTER.pipeline_name,
  context_name: FILTER.context_name,
  direction: FILTER.direction,
  language: FILTER.language,
};
export const liveFilter = query(LIVE);
export const resume: Parameter[] = [
  ...query({ last_event_id: { description: "Id of the last event that is known; or by the header.", schema: text } }),
  { name: "Last-Event-ID", in: "header", description: "Id of the last event that is known.", schema: text },
];
export const source = query({
  source: { description: "Who tells of the call.", schema: { ...text, default: "http" }, example: "dialler" },
});

const path = (name: string, description: string, example: string): Parameter => ({
  name,
  in: "path",
  required: true,
  description,
  schema: text,
  example,
});
export const id = path("id", "The call's id.", "019aa5f6-1d00-7e1a-8000-000000000001");
export const callId = path("call_id", "The call's id, or the engine's name for it.", "PJSIP/100-0001");
export const column = path("column", "A column of texts, label or tool_name.", "provider_name");
export const provider = path("provider", "vapi, retell or elevenlabs.", "vapi");
