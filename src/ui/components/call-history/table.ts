/** The table of calls: dense rows, each a link that shows its call, and under it the places that were searched for. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { CallSummary, FoundCallSummary } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { callerText, icon } from "../parts.ts";
import { hrefOf, snippetLine } from "../snippet.ts";
import type { Column } from "./columns.ts";
import { resizer } from "./resizer.ts";
import { isSelected, type Selection } from "./selection.ts";

/** Characters of "21 Nov 17:50:48". */
const ENGLISH_TIME = 15;

export interface CallTable {
  readonly calls: readonly (CallSummary | FoundCallSummary)[];
  readonly columns: readonly Column[];
  /** Pixels by the column's key; the others share the rest. */
  readonly widths: { readonly [key: string]: number };
  readonly formats: Formats;
  readonly route: string;
  readonly q: string | null;
  readonly sort: string;
  readonly peek: string | null;
  /** Rows that have just come in. */
  readonly arrived: ReadonlySet<string>;
  /** Null where there is nothing to do with selected calls. */
  readonly selection: Selection | null;
  readonly personal: boolean;
  readonly sortBy: (column: Column) => void;
  /** Look at the call beside the list. */
  readonly look: (id: string) => void;
  /** Go to the call's page. */
  readonly open: (id: string, query: string) => void;
  readonly select: (id: string | null, on: boolean, range: boolean) => void;
  readonly resize: (key: string, pixels: number) => void;
}

export function callTable(table: CallTable): TemplateResult {
  return html`<table part="table" aria-label=${words.list.label} aria-rowcount=${-1}>
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

function head(table: CallTable): TemplateResult {
  return html`<thead>
    <tr>
      ${table.selection ? selectPage(table, table.selection) : nothing}
      ${table.columns.map((column) => header(column, table))}
    </tr>
  </thead>`;
}

function header(column: Column, table: CallTable): TemplateResult {
  const label = words.list.columns[column.key];
  const width = table.widths[column.key];
  const sortable = column.sort !== null && (table.personal || !column.personal);
  const down = sortable && table.sort === `-${column.sort}`;
  const up = sortable && table.sort === column.sort;
  return html`<th
    scope="col"
    class=${column.class}
    data-key=${column.key}
    title=${words.list.titles[column.key] ?? nothing}
    aria-sort=${sortable ? (down ? "descending" : up ? "ascending" : "none") : nothing}
    .style=${width === undefined ? (column.key === "start_time" ? roomForTime(table.formats) : "") : `width: ${width}px`}
  >
    ${
      sortable
        ? html`<button type="button" class="sort" @click=${() => table.sortBy(column)}>
            ${
              column.key === "direction"
                ? html`${down || up ? nothing : icon("internal")}<span class="hidden">${label}</span>`
                : html`<span>${label}</span>`
            }${down || up ? icon(down ? "down" : "up") : nothing}
          </button>`
        : label
    }${resizer(column.key, label, table.resize)}
  </th>`;
}

/** Months are longer in some languages than in English, for which the column is made. */
function roomForTime(formats: Formats): string {
  const now = new Date();
  const sample = new Date(now.getFullYear(), 10, 21, 17, 50, 48).toISOString();
  return `--more: ${Math.max(0, formats.time(sample).length - ENGLISH_TIME) * 7}px`;
}

function selectPage(table: CallTable, selection: Selection): TemplateResult {
  const chosen = table.calls.filter((call) => isSelected(selection, call.id)).length;
  return html`<th scope="col" class="box">
    <label><input
      type="checkbox"
      aria-label=${words.list.selectPage}
      .checked=${chosen > 0 && chosen === table.calls.length}
      .indeterminate=${chosen > 0 && chosen < table.calls.length}
      @change=${(event: Event) => table.select(null, (event.target as HTMLInputElement).checked, false)}
    /></label>
  </th>`;
}

function row(call: CallSummary | FoundCallSummary, table: CallTable): TemplateResult {
  const { formats, selection } = table;
  const looked = table.peek === call.id;
  const selected = selection !== null && isSelected(selection, call.id);
  return html`<tr
      part="row"
      class="${looked ? "looked" : ""} ${selected ? "selected" : ""} ${table.arrived.has(call.id) ? "arrived" : ""}"
      data-id=${call.id}
      aria-current=${looked ? "true" : nothing}
    >
      ${selection ? html`<td class="box">${box(call, table, selected)}</td>` : nothing}
      ${table.columns.map((column) =>
        column.key === "start_time"
          ? html`<td class="time">${opener(call, table)}</td>`
          : html`<td class=${column.class} title=${column.title?.(call, formats) || nothing}>
              ${column.cell(call, formats)}
            </td>`,
      )}
    </tr>
    ${"snippets" in call ? hits(call, table) : nothing}`;
}

function box(call: CallSummary, table: CallTable, selected: boolean): TemplateResult {
  return html`<label><input
    type="checkbox"
    aria-label=${words.list.select(table.formats.time(call.start_time), callerText(call))}
    .checked=${selected}
    @click=${(event: MouseEvent) => table.select(call.id, (event.target as HTMLInputElement).checked, event.shiftKey)}
  /></label>`;
}

/** The seconds apart, for which a narrow table has no room. */
function clock(time: string): TemplateResult {
  const [, minutes = time, seconds = ""] = /^(.*\d\d:\d\d)(:\d\d)$/.exec(time) ?? [];
  return html`<bdi>${minutes}<span class="seconds">${seconds}</span></bdi>`;
}

function opener(call: CallSummary, table: CallTable): TemplateResult {
  const time = table.formats.time(call.start_time);
  const label = words.list.open(time, callerText(call));
  const title = table.formats.fullTime(call.start_time);
  if (!table.route) {
    return html`<button class="open" type="button" aria-label=${label} title=${title} @click=${() => table.look(call.id)}>
      ${clock(time)}
    </button>`;
  }
  return html`<a
    class="open"
    href=${hrefOf(table.route, call.id, table.q ? `q=${encodeURIComponent(table.q)}` : "")}
    aria-label=${label}
    title=${title}
    @click=${(event: MouseEvent) => {
      // A new tab or window is the browser's business.
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      table.look(call.id);
    }}
    >${clock(time)}</a
  >`;
}

function hits(call: FoundCallSummary, table: CallTable): TemplateResult | typeof nothing {
  if (call.snippets.length === 0) return nothing;
  const span = table.columns.length;
  return html`<tr class="hits">
    ${table.selection ? html`<td class="box"></td>` : nothing}
    <td colspan=${span}>
      ${call.snippets.map((snippet) => snippetLine(snippet, { ...table, id: call.id, q: table.q ?? "" }))}
    </td>
  </tr>`;
}

/** The shape of the table while the first answer is on its way. */
export function skeletonTable(columns: readonly Column[], boxes: boolean): TemplateResult {
  return html`<div class="scroll" role="status" aria-label=${words.list.loading}>
    <table class="skeleton" aria-hidden="true">
      <thead>
        <tr>
          ${boxes ? html`<th class="box"></th>` : nothing}
          ${columns.map(({ key, class: name }) => html`<th class=${name}>${words.list.columns[key]}</th>`)}
        </tr>
      </thead>
      <tbody>
        <tr>
          <td class="bones" colspan=${columns.length + (boxes ? 1 : 0)}></td>
        </tr>
      </tbody>
    </table>
  </div>`;
}
