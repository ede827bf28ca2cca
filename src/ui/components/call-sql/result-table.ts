/** `<call-lake-sql-table>` (internal): an answer of up to 10,000 rows, of which only those in sight are in the page. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { SqlResult } from "../../../api/contract.ts";
import { formatsFor } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon } from "../parts.ts";
import "../call-detail/json.ts";
import { tableStyles } from "./table-styles.ts";
import { type Kind, kindOf, textOf } from "./types.ts";

const ROW_PX = 28;
const ROWS_BEYOND = 12;
/** Longer texts are cut, and are shown whole in a dialog. */
const CELL_CHARACTERS = 80;
const MEASURED_ROWS = 200;
const CH_PX = 7.3;

interface Cell {
  readonly column: string;
  readonly row: number;
  readonly value: unknown;
}

export class ResultTable extends SpeakingElement {
  static override styles = [...shared, tableStyles];

  @property({ attribute: false }) result: SqlResult | null = null;
  @property() theme = "auto";

  @state() private first = 0;
  @state() private inSight = 30;
  @state() private cell: Cell | null = null;

  #widths: readonly number[] = [];
  #sizes = new ResizeObserver(() => this.#look());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!changed.has("result")) return;
    this.first = 0;
    this.cell = null;
    this.#widths = this.result ? widthsOf(this.result) : [];
    const scroll = this.renderRoot?.querySelector(".scroll");
    if (scroll) scroll.scrollTop = 0;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("cell") && this.cell) this.renderRoot.querySelector("dialog")?.showModal();
  }

  #look(): void {
    const scroll = this.renderRoot.querySelector(".scroll");
    if (!scroll) return;
    this.inSight = Math.ceil(scroll.clientHeight / ROW_PX) + 1;
    this.first = Math.max(0, Math.floor(scroll.scrollTop / ROW_PX) - ROWS_BEYOND);
  }

  override render(): TemplateResult {
    if (!this.result) return html``;
    const { columns, rows } = this.result;
    const last = Math.min(rows.length, this.first + this.inSight + 2 * ROWS_BEYOND);
    const kinds = columns.map(({ type }) => kindOf(type));
    const whole = formatsFor(this.locale, "UTC");
    const spacer = (count: number) =>
      count > 0
        ? html`<tr class="space" aria-hidden="true"><td .style=${`height: ${count * ROW_PX}px`}></td></tr>`
        : nothing;
    return html`<div class="root inner ${this.theme}">
      <div class="scroll" tabindex="0" role="region" aria-label=${words.sql.result} @scroll=${() => this.#look()}>
        <table part="table" aria-rowcount=${rows.length + 1} aria-label=${words.sql.result}>
          <colgroup>
            <col class="number" />
            ${this.#widths.map((width) => html`<col .style=${`width: ${width}px`} />`)}
          </colgroup>
          <thead>
            <tr aria-rowindex="1">
              <th scope="col"><span class="hidden">#</span></th>
              ${columns.map(
                ({ name, type }, i) =>
                  html`<th scope="col" class=${kinds[i] ?? ""} title="${name}: ${type}"><bdi>${name}</bdi></th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${spacer(this.first)}
            ${rows.slice(this.first, last).map((row, i) => {
              const index = this.first + i;
              return html`<tr aria-rowindex=${index + 2}>
                <th scope="row">${whole.integer(index + 1)}</th>
                ${columns.map(({ name }, n) => this.#cell({ column: name, row: index, value: row[name] }, kinds[n] ?? "other"))}
              </tr>`;
            })}
            ${spacer(rows.length - last)}
          </tbody>
        </table>
      </div>
      ${this.cell ? this.#dialog(this.cell) : nothing}
    </div>`;
  }

  #cell(cell: Cell, kind: Kind): TemplateResult {
    const text = textOf(cell.value);
    if (text === null) return html`<td class=${kind}><span class="none">NULL</span></td>`;
    const folded = typeof cell.value === "object" || text.length > CELL_CHARACTERS || text.includes("\n");
    if (!folded) return html`<td class=${kind}><bdi>${text}</bdi></td>`;
    return html`<td class=${kind}>
      <button class="fold" type="button" title=${words.sql.openCell} @click=${() => this.#show(cell)}>
        <bdi>${text.slice(0, CELL_CHARACTERS)}</bdi>…<span class="hidden">${words.sql.openCell}</span>
      </button>
    </td>`;
  }

  #show(cell: Cell): void {
    this.cell = cell;
  }

  #dialog({ column, row, value }: Cell): TemplateResult {
    const title = words.sql.whole(column, formatsFor(this.locale, "UTC").integer(row + 1));
    return html`<dialog
      aria-label=${title}
      @close=${() => {
        this.cell = null;
      }}
    >
      <header>
        <h3><bdi>${title}</bdi></h3>
        <button class="button" type="button" @click=${() => void copy(value)}>${icon("copy")}${words.sql.copyCell}</button>
        <button class="button plain" type="button" @click=${this.#close} aria-label=${words.sql.close}>${icon("close")}</button>
      </header>
      <div class="value" tabindex="0" role="region" aria-label=${title}>
        ${
          typeof value === "object"
            ? html`<call-lake-json .locale=${this.locale} .theme=${this.theme} .value=${value}></call-lake-json>`
            : html`<pre dir="auto">${textOf(value)}</pre>`
        }
      </div>
    </dialog>`;
  }

  #close = (): void => this.renderRoot.querySelector("dialog")?.close();
}

async function copy(value: unknown): Promise<void> {
  const text = typeof value === "object" ? JSON.stringify(value, null, 2) : (textOf(value) ?? "");
  // Refused where the page is not secure: what is to be copied can still be selected.
  await navigator.clipboard?.writeText(text).catch(() => {});
}

/** Widths from what the columns hold, once an answer: they would jump while rows come and go by scrolling. */
function widthsOf({ columns, rows }: SqlResult): number[] {
  return columns.map(({ name }) => {
    const longest = rows
      .slice(0, MEASURED_ROWS)
      .reduce((longest, row) => Math.max(longest, (textOf(row[name]) ?? "NULL").length), name.length);
    return Math.round(Math.min(Math.max(longest + 1, 6), 48) * CH_PX + 20);
  });
}

define("call-lake-sql-table", ResultTable);
