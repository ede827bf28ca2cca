/** `<call-lake-sql-result>` (internal): what is known of an answer, and the answer as table or chart, or as a file. */
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { SqlResult } from "../../../api/contract.ts";
import type { Draw } from "../../charts/plot.ts";
import { formatsFor } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { stateBlock } from "../parts.ts";
import "../chart/chart.ts";
import { csvOf } from "./csv.ts";
import type { SqlView } from "./link.ts";
import { type ChartChoice, drawable, drawnRows, MARKS, type Mark, markFor, pick, resultChart } from "./result-chart.ts";
import "./result-table.ts";
import { textOf } from "./types.ts";

const w = () => words.sql;

export class ResultPanel extends SpeakingElement {
  static override styles = [
    ...shared,
    css`
      .inner {
        container-type: normal;
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        min-height: 36px;
      }
      .head p {
        margin: 0;
        flex: 1;
        min-width: 12ch;
      }
      .views {
        display: inline-flex;
      }
      .views .button {
        border-radius: 0;
      }
      .views .button:first-child {
        border-start-start-radius: var(--radius);
        border-end-start-radius: var(--radius);
      }
      .views .button:last-child {
        border-inline-start: 0;
        border-start-end-radius: var(--radius);
        border-end-end-radius: var(--radius);
      }
      .views .button[aria-pressed="true"] {
        color: var(--accent);
        background: var(--accent-soft);
      }
      .cut {
        color: var(--outcome-abandoned);
      }
      .chart {
        padding: 12px 16px;
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
      .choose {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        margin-bottom: 8px;
      }
      .choose label {
        display: inline-flex;
        align-items: center;
        gap: 6px;
      }
      .choose select {
        max-width: 200px;
      }
    `,
  ];

  @property({ attribute: false }) result: SqlResult | null = null;
  @property() view: SqlView["view"] = "table";
  @property() timezone = "";
  @property() theme = "auto";

  @state() private choice: ChartChoice | null = null;

  #drawn: { readonly key: string; readonly draw: Draw } | null = null;
  #url: string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!changed.has("result")) return;
    this.choice = this.result ? pick(this.result) : null;
    this.#drawn = null;
  }

  override render(): TemplateResult {
    const { result } = this;
    if (!result) return html``;
    const formats = formatsFor(this.locale, this.timezone);
    const { rows, columns, truncated, elapsed_ms } = result;
    const view = (name: SqlView["view"], label: string) =>
      html`<button
        class="button"
        type="button"
        aria-pressed=${this.view === name}
        @click=${() => this.dispatchEvent(new CustomEvent("view-change", { detail: { view: name } }))}
      >
        ${label}
      </button>`;
    return html`<div class="root inner ${this.theme}">
      <div class="head">
        <p>
          <strong>${w().rows(rows.length, formats.integer(rows.length))}</strong>
          <span class="muted">
            · ${w().columns(columns.length, formats.integer(columns.length))} ${w().elapsed(formats.latency(elapsed_ms))}
          </span>
          ${truncated ? html`<span class="cut">${w().truncated(formats.integer(rows.length))}</span>` : nothing}
        </p>
        <span class="views" role="group" aria-label=${w().result}>
          ${view("table", w().asTable)}${view("chart", w().asChart)}
        </span>
        <button class="button" type="button" ?disabled=${rows.length === 0} @click=${() => this.#download(result)}>
          ${w().csv}
        </button>
      </div>
      ${rows.length === 0 ? html`<p class="muted">${w().noRows}</p>` : this.view === "chart" ? this.#chart(result) : this.#table(result)}
    </div>`;
  }

  #table(result: SqlResult) {
    return html`<call-lake-sql-table
      exportparts="table"
      .locale=${this.locale}
      .theme=${this.theme}
      .result=${result}
    ></call-lake-sql-table>`;
  }

  #chart(result: SqlResult) {
    const { choice } = this;
    if (!choice) return stateBlock({ icon: "alert", title: w().asChart, text: w().noChart });
    const formats = formatsFor(this.locale, this.timezone);
    const { x, y } = drawable(result);
    const count = drawnRows(result, choice);
    const key = JSON.stringify([choice, this.locale, this.timezone]);
    if (this.#drawn?.key !== key) this.#drawn = { key, draw: resultChart(result, choice, formats) };
    const select = (
      label: string,
      value: string,
      names: readonly (readonly [string, string])[],
      choose: (v: string) => void,
    ) =>
      html`<label>
        <span class="muted">${label}</span>
        <select class="field" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
          ${names.map(([name, text]) => html`<option value=${name} ?selected=${name === value}>${text}</option>`)}
        </select>
      </label>`;
    const same = (names: readonly string[]) => names.map((name) => [name, name] as const);
    return html`<div class="chart">
      <div class="choose">
        ${select(w().chartX, choice.x, same(x), (name) => {
          this.choice = { ...choice, x: name, mark: markFor(result, name) };
        })}
        ${select(w().chartY, choice.y, same(y), (name) => {
          this.choice = { ...choice, y: name };
        })}
        ${select(
          w().chartMark,
          choice.mark,
          MARKS.map((mark) => [mark, w().marks[mark]] as const),
          (mark) => {
            this.choice = { ...choice, mark: mark as Mark };
          },
        )}
        ${
          count < result.rows.length
            ? html`<span class="muted">${w().chartFirst(formats.integer(count), formats.integer(result.rows.length))}</span>`
            : nothing
        }
      </div>
      <call-lake-chart
        .locale=${this.locale}
        .theme=${this.theme}
        .label=${w().chartLabel(choice.y, choice.x)}
        .draw=${this.#drawn.draw}
        .columns=${[choice.x, choice.y]}
        .rows=${result.rows.slice(0, count).map((row) => [textOf(row[choice.x]) ?? "NULL", textOf(row[choice.y]) ?? "NULL"])}
      ></call-lake-chart>
    </div>`;
  }

  #download(result: SqlResult): void {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(new Blob([csvOf(result)], { type: "text/csv;charset=utf-8" }));
    const link = document.createElement("a");
    link.href = this.#url;
    link.download = "calls.csv";
    link.click();
  }
}

define("call-lake-sql-result", ResultPanel);
