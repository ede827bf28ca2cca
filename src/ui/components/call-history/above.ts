/** The line above the table: how many calls, what is wrong, what can be done with those that are selected. */
import { html, nothing, type TemplateResult } from "lit";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { partialNotice } from "../partial.ts";
import { errorText, icon } from "../parts.ts";
import { BEST_FIRST, type CallRows, NEWEST_FIRST } from "./rows.ts";
import { CHOSEN_MAX, isEmpty, type Selection } from "./selection.ts";

export type Dialog = "columns" | "help" | "export" | "label" | "delete";

export interface Above {
  readonly rows: CallRows;
  readonly formats: Formats;
  readonly selection: Selection;
  /** What may be done with selected calls. */
  readonly actions: readonly ("export" | "label" | "delete")[];
  /** What has been done, to be told once. */
  readonly said: string;
  /** The order that can be chosen; null where the text is not searched for. */
  readonly sort: string | null;
  readonly order: (sort: string) => void;
  readonly showFresh: (byKey: boolean) => void;
  readonly refresh: () => void;
  readonly selectAll: () => void;
  readonly clearSelection: () => void;
  readonly open: (dialog: Dialog) => void;
}

export function aboveLine(line: Above): TemplateResult {
  const selecting = !isEmpty(line.selection);
  return html`<div class="above">
    <div class="left">${selecting ? selected(line) : state(line)}${pill(line)}</div>
    <div class="tools">
      ${order(line)}
      <button class="button plain" type="button" aria-haspopup="dialog" @click=${() => line.open("columns")}>
        ${words.list.chooseColumns}
      </button>
      <button class="button plain" type="button" aria-haspopup="dialog" aria-keyshortcuts="?" @click=${() => line.open("help")}>
        ${words.list.help}
      </button>
      <button class="button plain refresh" type="button" ?disabled=${line.rows.pending} @click=${line.refresh}>
        ${icon("refresh")}${words.list.refresh}
      </button>
    </div>
  </div>
  ${partialNotice(line.rows.unreadable, line.formats)}`;
}

function state(line: Above): TemplateResult {
  const { rows } = line;
  const shown = rows.calls !== null;
  if (rows.slow) {
    return html`<span role="status">${words.states.slow}</span>
      <button class="button" type="button" @click=${() => rows.cancel()}>${words.states.cancel}</button>`;
  }
  if (rows.cancelled) {
    const text = shown ? `${words.states.cancelled} ${words.states.stale}` : words.states.cancelled;
    return html`<span role="status">${text}</span>
      <button class="button" type="button" @click=${line.refresh}>${words.states.retry}</button>`;
  }
  if (!rows.online) return html`<span class="wrong" role="status">${icon("alert")}${words.states.offline}</span>`;
  if (rows.error && shown) {
    return html`<span class="wrong" role="alert">${icon("alert")}<bdi>${errorText(rows.error)}</bdi> ${words.states.stale}</span>
      <button class="button" type="button" @click=${line.refresh}>${words.states.retry}</button>`;
  }
  return html`<span class="muted" role="status">${line.said ? `${line.said} ` : nothing}${count(line)}${came(line)}</span>`;
}

function count({ rows, formats }: Above): string | typeof nothing {
  if (!rows.calls) return nothing;
  if (rows.total === null) return rows.pending ? nothing : words.list.counting;
  return rows.total === 1 ? words.list.oneCall : words.list.count(formats.integer(rows.total));
}

/** Rows that came in by themselves, told politely. */
function came({ rows, formats }: Above): TemplateResult | typeof nothing {
  const { size } = rows.arrived;
  if (size === 0) return nothing;
  const text = formats.integer(size);
  return html` <span class="came"
    >${words.list.newCalls(size, size === rows.calls?.length ? words.list.more(text) : text)}</span
  >`;
}

function pill({ rows, formats, showFresh }: Above): TemplateResult | typeof nothing {
  if (!rows.fresh) return nothing;
  const { added, calls } = rows.fresh;
  const text = formats.integer(added);
  const label = words.list.newCalls(added, added === calls.length ? words.list.more(text) : text);
  return html`<button class="pill" type="button" part="new-calls" @click=${(event: MouseEvent) => showFresh(event.detail === 0)}>${icon("up")}${label}</button>`;
}

function order({ sort, order: choose }: Above): TemplateResult | typeof nothing {
  if (sort === null) return nothing;
  const options: [string, string][] = [
    [NEWEST_FIRST, words.list.newest],
    [BEST_FIRST, words.list.best],
  ];
  return html`<select
    class="field"
    aria-label=${words.list.order}
    @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
  >
    ${options.map(([value, text]) => html`<option value=${value} .selected=${value === sort}>${text}</option>`)}
  </select>`;
}

function selected(line: Above): TemplateResult {
  const { rows, selection, formats } = line;
  const w = words.bulk;
  const total = rows.total === null ? null : formats.integer(rows.total);
  const { size } = selection.ids;
  const text = selection.all ? w.allSelected(total) : size === 1 ? w.oneSelected : w.selected(formats.integer(size));
  const more = !selection.all && (rows.total ?? Number.POSITIVE_INFINITY) > size;
  return html`<div class="bulk" role="region" aria-label=${w.region}>
    <strong role="status">${text}</strong>
    ${size >= CHOSEN_MAX ? html`<span class="muted">${w.full(formats.integer(CHOSEN_MAX))}</span>` : nothing}
    ${more ? html`<button class="button plain" type="button" @click=${line.selectAll}>${w.selectAll(total)}</button>` : nothing}
    ${line.actions.map(
      (action) => html`<button
        class="button ${action === "delete" ? "danger" : ""}"
        type="button"
        aria-haspopup="dialog"
        @click=${() => line.open(action)}
      >
        ${w[action]}
      </button>`,
    )}
    <button class="button plain" type="button" @click=${line.clearSelection}>${w.clear}</button>
  </div>`;
}
