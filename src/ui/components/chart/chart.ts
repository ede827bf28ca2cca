/** `<call-lake-chart>` (internal): draws a chart with Plot once it is needed, and gives readers a table of the same rows. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { type Draw, drawing, loadPlot, type Marks } from "../../charts/plot.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/stats.ts";
import { define, SpeakingElement } from "../base.ts";
import { type Brushed, brushOn } from "./brush.ts";
import { chartStyles } from "./styles.ts";

const WIDTH_MIN = 200;
const ROWS_MAX = 400;

/** A cell of the table: a text, or one with its value for machines and what it opens. */
export type Cell =
  | string
  | {
      readonly text: string;
      /** As a CSV file has it. */
      readonly value?: string | number | null;
      /** The filter under which its calls are found, as a query string. */
      readonly query?: string | null;
    };

/** What Plot's drawings carry: the datum under the pointer, and their scales. */
type Drawn = Element & {
  value?: { row?: number } | null;
  scale?(name: string): { invert?(pixel: number): unknown } | undefined;
};

/** Tells `chart-open {query, row}` for a mark or a cell, and `chart-brush {from, to}` in the values of the x axis. */
export class Chart extends SpeakingElement {
  static override styles = [...shared, chartStyles];

  /** What the chart shows; names the table. */
  @property() label = "";
  @property({ attribute: false }) draw: Draw | null = null;
  @property({ attribute: false }) columns: readonly string[] = [];
  /** The marks' data have the number of their row in `row`. */
  @property({ attribute: false }) rows: readonly (readonly Cell[])[] = [];
  @property() theme = "auto";
  /** Address of the calls under a query, so that a cell can be a real link; null = a button. */
  @property({ attribute: false }) hrefOf: ((query: string) => string) | null = null;
  /** Whether a range of the x axis can be drawn. */
  @property({ type: Boolean }) brush = false;

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

  override firstUpdated(): void {
    const place = this.renderRoot.querySelector<HTMLElement>(".drawing");
    if (!place) return;
    brushOn(place, {
      enabled: () => this.brush,
      brushed: (svg, range) => this.#brushed(svg, range),
      clicked: (svg) => this.#clicked(svg),
    });
  }

  override updated(changed: PropertyValues): void {
    const drawn = ["draw", "width", "plot"].some((name) => changed.has(name));
    if (!drawn || !this.plot || !this.draw || this.width === 0) return;
    const place = this.renderRoot.querySelector(".drawing");
    const svg = drawing(this.plot, this.draw(this.plot, Math.max(this.width, WIDTH_MIN))) as Drawn;
    place?.replaceChildren(svg);
    svg.addEventListener("input", () => svg.classList.toggle("opens", this.#queryAt(svg.value?.row) !== null));
  }

  /** Opens the table and brings it into sight. */
  async showTable(): Promise<void> {
    this.opened = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".scroll")?.focus();
  }

  /** The drawing as it is on the screen, for a picture. */
  get svg(): SVGSVGElement | null {
    return this.renderRoot.querySelector("svg");
  }

  #queryAt(row: number | undefined): string | null {
    if (row === undefined) return null;
    const linked = this.rows[row]?.find((cell) => typeof cell !== "string" && typeof cell.query === "string");
    return typeof linked === "object" ? (linked.query ?? null) : null;
  }

  #clicked(svg: Drawn): void {
    const row = svg.value?.row;
    const query = this.#queryAt(row);
    if (query !== null) this.#tell("chart-open", { query });
  }

  #brushed(svg: Drawn, { from_px, to_px }: Brushed): void {
    const invert = svg.scale?.("x")?.invert;
    if (invert) this.#tell("chart-brush", { from: invert(from_px), to: invert(to_px) });
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  override render(): TemplateResult {
    return html`<div class="root inner ${this.theme}">
      <div class="drawing ${this.brush ? "brush" : ""}"></div>
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
    const rows = this.rows.slice(0, ROWS_MAX);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${this.label}>
      <table aria-label=${this.label}>
        <thead>
          <tr>
            ${this.columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell, i) =>
                  i === 0 ? html`<th scope="row">${this.#cell(cell)}</th>` : html`<td>${this.#cell(cell)}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        rows.length < this.rows.length
          ? html`<p class="muted">${words.stats.cut(rows.length.toLocaleString(this.locale || undefined))}</p>`
          : nothing
      }
    </div>`;
  }

  #cell(cell: Cell) {
    if (typeof cell === "string") return html`<bdi>${cell}</bdi>`;
    const { text, query } = cell;
    if (query === null || query === undefined) return html`<bdi>${text}</bdi>`;
    const open = (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.#tell("chart-open", { query });
    };
    return this.hrefOf
      ? html`<a class="link" href=${this.hrefOf(query)} @click=${open}><bdi>${text}</bdi></a>`
      : html`<button class="link" type="button" @click=${open}><bdi>${text}</bdi></button>`;
  }
}

define("call-lake-chart", Chart);
