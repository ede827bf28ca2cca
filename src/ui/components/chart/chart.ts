/** `<call-lake-chart>` (internal): draws a chart with Plot once it is needed, and gives readers a table of the same rows. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { type Draw, drawing, loadPlot, type Marks } from "../../charts/plot.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { chartStyles } from "./styles.ts";

const WIDTH_MIN = 200;

export class Chart extends SpeakingElement {
  static override styles = [...shared, chartStyles];

  /** What the chart shows; names the table. */
  @property() label = "";
  @property({ attribute: false }) draw: Draw | null = null;
  @property({ attribute: false }) columns: readonly string[] = [];
  @property({ attribute: false }) rows: readonly (readonly string[])[] = [];
  @property() theme = "auto";

  @state() private width = 0;
  @state() private plot: Marks | null = null;
  @state() private opened = false;

  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
    // Without Plot (an old chunk after an update of the host) the table still tells everything.
    loadPlot().then(
      (plot) => {
        this.plot = plot;
      },
      () => {
        this.opened = true;
      },
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  override updated(changed: PropertyValues): void {
    const drawn = ["draw", "width", "plot"].some((name) => changed.has(name));
    if (!drawn || !this.plot || !this.draw || this.width === 0) return;
    const place = this.renderRoot.querySelector(".drawing");
    place?.replaceChildren(drawing(this.plot, this.draw(this.plot, Math.max(this.width, WIDTH_MIN))));
  }

  override render(): TemplateResult {
    return html`<div class="root inner ${this.theme}">
      <div class="drawing"></div>
      <details
        ?open=${this.opened}
        @toggle=${(event: Event) => {
          this.opened = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>${words.stats.table}<span class="hidden">: ${this.label}</span></summary>
        ${this.opened ? this.#table() : nothing}
      </details>
    </div>`;
  }

  #table() {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${this.label}>
      <table aria-label=${this.label}>
        <thead>
          <tr>
            ${this.columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.rows.map(
            (row) =>
              html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

define("call-lake-chart", Chart);
