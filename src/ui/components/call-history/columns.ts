/** The columns that the table can have: how each is sorted, exported and shown. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallSummary } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none, outcomeMark, recordText } from "../parts.ts";

type Cell = TemplateResult | string | typeof nothing;

export interface Column {
  readonly key: keyof typeof words.list.columns;
  /** The record's column it is sorted by; the largest first at the first click where `down`. */
  readonly sort: string | null;
  readonly down?: boolean;
  /** Whether sorting by it says something personal. */
  readonly personal?: boolean;
  readonly class: string;
  /** The record's columns it shows, as an export names them. */
  readonly fields: readonly (keyof CallSummary)[];
  readonly title?: (call: CallSummary, formats: Formats) => string | null;
  readonly cell: (call: CallSummary, formats: Formats) => Cell;
}

/** A text of the record, by its own name. */
const text = (key: Column["key"] & keyof CallSummary, personal = false): Column => ({
  key,
  sort: key,
  personal,
  class: "text",
  fields: [key],
  title: (call) => call[key] as string | null,
  cell: (call) => recordText(call[key] as string | null),
});

const number = (
  key: Column["key"] & keyof CallSummary,
  format: (value: number, formats: Formats) => string,
  name = "",
): Column => ({
  key,
  sort: key,
  down: true,
  class: `number ${name}`,
  fields: [key],
  cell: (call, formats) => {
    const value = call[key] as number | null;
    return value === null ? missing() : html`<bdi>${format(value, formats)}</bdi>`;
  },
});

const integer = (value: number, formats: Formats) => formats.integer(value);

const ALL: readonly Column[] = [
  {
    key: "start_time",
    sort: "start_time",
    down: true,
    class: "time",
    fields: ["start_time"],
    cell: () => nothing,
  },
  {
    key: "caller",
    sort: "caller_number",
    personal: true,
    class: "caller",
    fields: ["caller_number", "caller_name"],
    title: (call) => [call.caller_number, call.caller_name].filter(Boolean).join(" "),
    cell: caller,
  },
  { key: "direction", sort: "direction", class: "direction", fields: ["direction"], cell: direction },
  number("duration_seconds", (seconds, formats) => formats.duration(seconds), "duration"),
  {
    key: "outcome",
    sort: "outcome",
    class: "result",
    fields: ["outcome"],
    title: (call) => call.error_message ?? call.ended_reason,
    cell: (call) => outcomeMark(call.outcome),
  },
  {
    key: "provider",
    sort: "provider_name",
    class: "provider",
    fields: ["provider_name", "pipeline_name"],
    title: (call) => [call.provider_name, call.pipeline_name].filter(Boolean).join(" · "),
    cell: (call) =>
      html`<span class="parts"
        >${recordText(call.provider_name)}${
          call.pipeline_name
            ? html`<span class="muted parts pipeline">·<bdi>${call.pipeline_name}</bdi></span>`
            : nothing
        }</span
      >`,
  },
  {
    key: "context",
    sort: "context_name",
    class: "context",
    fields: ["context_name"],
    title: (call) => call.context_name,
    cell: (call) => recordText(call.context_name),
  },
  number("total_turns", integer, "turns"),
  { ...number("p95_turn_latency_ms", (ms, formats) => formats.latency(ms), "latency"), sort: null },
  number("avg_turn_latency_ms", (ms, formats) => formats.latency(ms), "latency"),
  number("max_turn_latency_ms", (ms, formats) => formats.latency(ms), "latency"),
  {
    key: "tools",
    sort: "tool_error_count",
    down: true,
    class: "number tools",
    fields: ["tool_call_count", "tool_ok_count", "tool_error_count"],
    cell: tools,
  },
  number("barge_in_count", integer),
  {
    key: "cost_total",
    sort: "cost_total",
    down: true,
    class: "number cost",
    fields: ["cost_total", "currency"],
    cell: (call, formats) =>
      call.cost_total === null ? missing() : html`<bdi>${formats.money(Number(call.cost_total), call.currency)}</bdi>`,
  },
  {
    key: "labels",
    sort: null,
    class: "text labels",
    fields: ["labels"],
    title: (call) => call.labels?.join(", ") ?? null,
    cell: (call) => html`${(call.labels ?? []).map((label) => html`<bdi class="tag">${label}</bdi>`)}`,
  },
  text("called_number", true),
  text("language"),
  text("assistant_id"),
  text("client_id"),
  text("ended_reason"),
  text("transfer_destination", true),
  text("source"),
  text("call_id"),
  { ...text("summary", true), sort: null },
];

/** Shown until somebody chooses others. */
const DELIVERED: readonly Column["key"][] = [
  "start_time",
  "caller",
  "direction",
  "duration_seconds",
  "outcome",
  "provider",
  "context",
  "total_turns",
  "p95_turn_latency_ms",
  "tools",
  "cost_total",
];

export const COLUMN_KEYS: readonly Column["key"][] = ALL.map((column) => column.key);

const made = new WeakMap<readonly string[], Map<string, readonly Column[]>>();

/**
 * The columns of these keys in their order; the time always stands first, since it opens the call. What the rows are
 * sorted by is among them: an order that nobody sees is a riddle. The same list of keys gives the same columns, so that a
 * table knows that nothing has changed.
 */
export function columnsOf(keys: readonly string[] | undefined, sort = ""): readonly Column[] {
  const wanted = keys ?? DELIVERED;
  const bySort = made.get(wanted) ?? new Map<string, readonly Column[]>();
  const columns = bySort.get(sort) ?? make(wanted, sort.replace(/^-/, ""));
  made.set(wanted, bySort.set(sort, columns));
  return columns;
}

function make(keys: readonly string[], sort: string): readonly Column[] {
  const chosen = ["start_time", ...keys.filter((key) => key !== "start_time")];
  const columns = [...new Set(chosen)].flatMap((key) => ALL.find((column) => column.key === key) ?? []);
  const sorted = ALL.find((column) => column.sort === sort);
  if (!sorted || columns.includes(sorted)) return columns;
  // After the last that comes before it when all are shown; where nobody has chosen columns instead of that one, so that
  // the others keep their room.
  const before = columns.findLastIndex((column) => ALL.indexOf(column) < ALL.indexOf(sorted));
  return keys === DELIVERED ? columns.with(before, sorted) : columns.toSpliced(before + 1, 0, sorted);
}

function caller(call: CallSummary): TemplateResult {
  if (!call.caller_number && !call.caller_name) return none();
  return html`<span class="parts"
    >${call.caller_number ? html`<bdi>${call.caller_number}</bdi>` : nothing}${
      call.caller_name ? html`<bdi class=${call.caller_number ? "muted" : ""}>${call.caller_name}</bdi>` : nothing
    }</span
  >`;
}

function direction(call: CallSummary): TemplateResult {
  if (!call.direction) return missing();
  const known = Object.hasOwn(words.directions, call.direction);
  const word = known ? words.directions[call.direction] : call.direction;
  return html`<span class="way" title=${word}
    >${icon(known ? call.direction : "internal")}<span class="hidden">${word}</span></span
  >`;
}

function tools(call: CallSummary, formats: Formats): TemplateResult {
  if (call.tool_call_count === null) return missing();
  const failed = call.tool_error_count ?? 0;
  return html`${
    failed > 0
      ? html`<span class="failed">${icon("alert")}${words.list.failed(formats.integer(failed))}</span> `
      : nothing
  }${formats.integer(call.tool_call_count)}`;
}

/** A dash for the eye, a word for the ear. */
function missing(): TemplateResult {
  return html`<span class="none" title=${words.notRecorded}
    ><span aria-hidden="true">–</span><span class="hidden">${words.notRecorded}</span></span
  >`;
}
