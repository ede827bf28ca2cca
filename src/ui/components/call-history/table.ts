/** The table of calls: dense rows, each a link (or button) that opens its call. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CallSummary } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { callerText, icon, none, outcomeMark, recordText } from "../parts.ts";

export const NEWEST_FIRST = "-start_time";
const SKELETON_ROWS = 12;

const COLUMNS = [
  { key: "start_time", sortable: true, class: "time" },
  { key: "caller", sortable: false, class: "caller" },
  { key: "direction", sortable: false, class: "direction" },
  { key: "duration_seconds", sortable: true, class: "number" },
  { key: "outcome", sortable: true, class: "result" },
  { key: "provider", sortable: false, class: "provider" },
  { key: "context", sortable: false, class: "context" },
  { key: "total_turns", sortable: true, class: "number turns" },
  { key: "avg_turn_latency_ms", sortable: true, class: "number latency" },
  { key: "tools", sortable: false, class: "number tools" },
] as const;

export interface CallTable {
  readonly calls: readonly CallSummary[];
  readonly formats: Formats;
  readonly route: string;
  readonly sort: string;
  readonly sortBy: (column: string) => void;
  readonly open: (id: string) => void;
}

export function callTable(table: CallTable): TemplateResult {
  return html`<table part="table" aria-label=${words.list.label}>
    ${head(table)}
    <tbody>
      ${repeat(
        table.calls,
        (call) => call.id,
        (call) => row(call, table),
      )}
    </tbody>
  </table>`;
}

function head(table: Pick<CallTable, "sort" | "sortBy"> | null): TemplateResult {
  return html`<thead>
    <tr>
      ${COLUMNS.map((column) => {
        const label = words.list.columns[column.key];
        if (column.key === "direction") {
          return html`<th scope="col" class="direction"><span class="hidden">${label}</span></th>`;
        }
        const title = column.key === "avg_turn_latency_ms" ? words.list.latencyTitle : nothing;
        if (!table || !column.sortable) return html`<th scope="col" class=${column.class} title=${title}>${label}</th>`;
        const down = table.sort === `-${column.key}`;
        const up = table.sort === column.key;
        return html`<th
          scope="col"
          class=${column.class}
          title=${title}
          aria-sort=${down ? "descending" : up ? "ascending" : "none"}
        >
          <button type="button" class="sort" @click=${() => table.sortBy(column.key)}>
            <span>${label}</span>${down || up ? icon(down ? "down" : "up") : nothing}
          </button>
        </th>`;
      })}
    </tr>
  </thead>`;
}

function row(call: CallSummary, table: CallTable): TemplateResult {
  const { formats } = table;
  return html`<tr part="row">
    <td class="time">${opener(call, table)}</td>
    <td class="caller" title=${[call.caller_number, call.caller_name].filter(Boolean).join(" ") || nothing}>${caller(call)}</td>
    <td class="direction">
      ${
        call.direction
          ? html`<span class="way" title=${words.directions[call.direction] ?? call.direction}>
              ${icon(call.direction in words.directions ? call.direction : "internal")}<span class="hidden"
                >${words.directions[call.direction] ?? call.direction}</span
              >
            </span>`
          : html`<span class="none" title=${words.notRecorded}
              ><span aria-hidden="true">–</span><span class="hidden">${words.notRecorded}</span></span
            >`
      }
    </td>
    <td class="number">${numberOrNone(call.duration_seconds, formats.duration)}</td>
    <td class="result" title=${call.error_message ?? call.ended_reason ?? nothing}>${outcomeMark(call.outcome)}</td>
    <td class="provider" title=${[call.provider_name, call.pipeline_name].filter(Boolean).join(" · ") || nothing}>
      ${recordText(call.provider_name)}${
        call.pipeline_name ? html`<span class="muted pipeline"> · <bdi>${call.pipeline_name}</bdi></span>` : nothing
      }
    </td>
    <td class="context" title=${call.context_name ?? nothing}>${recordText(call.context_name)}</td>
    <td class="number turns">${numberOrNone(call.total_turns, formats.integer)}</td>
    <td class="number latency">${numberOrNone(call.avg_turn_latency_ms, formats.latency)}</td>
    <td class="number tools">${tools(call, formats)}</td>
  </tr>`;
}

function opener(call: CallSummary, table: CallTable): TemplateResult {
  const time = table.formats.time(call.start_time);
  const label = words.list.open(time, callerText(call));
  const title = table.formats.fullTime(call.start_time);
  if (!table.route) {
    return html`<button class="open" type="button" aria-label=${label} title=${title} @click=${() => table.open(call.id)}>
      ${time}
    </button>`;
  }
  const href = `${table.route.replace(/\/+$/, "")}/${encodeURIComponent(call.id)}`;
  return html`<a
    class="open"
    href=${href}
    aria-label=${label}
    title=${title}
    @click=${(event: MouseEvent) => {
      // A new tab or window is the browser's business.
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      table.open(call.id);
    }}
    >${time}</a
  >`;
}

function caller(call: CallSummary): TemplateResult {
  if (!call.caller_number && !call.caller_name) return none();
  return html`${call.caller_number ? html`<bdi>${call.caller_number}</bdi>` : nothing}${
    call.caller_name ? html` <bdi class=${call.caller_number ? "muted" : ""}>${call.caller_name}</bdi>` : nothing
  }`;
}

function tools(call: CallSummary, formats: Formats): TemplateResult {
  if (call.tool_call_count === null) return none();
  const failed = call.tool_error_count ?? 0;
  return html`${
    failed > 0
      ? html`<span class="failed">${icon("alert")}${words.list.failed(formats.integer(failed))}</span> `
      : nothing
  }${formats.integer(call.tool_call_count)}`;
}

function numberOrNone(value: number | null, format: (value: number) => string): TemplateResult | string {
  return value === null
    ? html`<span class="none" title=${words.notRecorded}
        ><span aria-hidden="true">–</span><span class="hidden">${words.notRecorded}</span></span
      >`
    : format(value);
}

/** The shape of the table while the first answer is on its way. */
export function skeletonTable(): TemplateResult {
  return html`<div class="scroll" role="status" aria-label=${words.list.loading}>
    <table class="skeleton" aria-hidden="true">
      ${head(null)}
      <tbody>
        ${Array.from(
          { length: SKELETON_ROWS },
          () => html`<tr>
            ${COLUMNS.map((column) => html`<td class=${column.class}><span class="bone"></span></td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
