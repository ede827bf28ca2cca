/** The line under the table: which rows these are, in which zone, and the pages before and after. */
import { html, type TemplateResult } from "lit";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";
import type { CallRows } from "./rows.ts";

const PAGE_SIZES = [25, 50, 100, 200];

export interface Pages {
  readonly rows: CallRows;
  readonly formats: Formats;
  readonly pageSize: number;
  /** Rows of a full page: a search gives fewer than pageSize. */
  readonly size: number;
  readonly resize: (rows: number) => void;
  readonly turn: (forward: boolean) => void;
}

export function pagesLine({ rows, formats, pageSize, size, resize, turn }: Pages): TemplateResult {
  const first = rows.pagesBefore * size + 1;
  const number = (value: number) => formats.integer(value);
  const total = rows.total === null ? null : number(rows.total);
  return html`<nav class="pages" aria-label=${words.list.paging}>
    <span class="muted">${words.list.shown(number(first), number(first + (rows.calls?.length ?? 0) - 1), total)}</span>
    <span class="muted zone">${words.list.zone(formats.timezone)}</span>
    <label class="muted"
      >${words.list.pageSize}
      <select class="field" @change=${(event: Event) => resize(Number((event.target as HTMLSelectElement).value))}>
        ${PAGE_SIZES.map((n) => html`<option value=${n} .selected=${n === pageSize}>${n}</option>`)}
      </select>
    </label>
    <button class="button" type="button" ?disabled=${rows.trail.length === 0 || rows.pending} @click=${() => turn(false)}>
      ${icon("previous")}${words.list.previous}
    </button>
    <button class="button" type="button" ?disabled=${rows.nextCursor === null || rows.pending} @click=${() => turn(true)}>
      ${words.list.next}${icon("next")}
    </button>
  </nav>`;
}
