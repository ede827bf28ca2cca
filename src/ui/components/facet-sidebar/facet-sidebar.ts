/** `<call-lake-facets>` (internal): the values beside the list, with counts; it tells `filter-change {filter}`. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { ValueCount } from "../../../api/contract.ts";
import type { Server } from "../../data.ts";
import { withToggled, withValue } from "../../filter.ts";
import type { Formats } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { shownValue } from "../filter-bar/chip-text.ts";
import { icon } from "../parts.ts";
import { FACETS, type Facet, FacetValues, isChosen, NULL_OF, withoutFacet } from "./facet-values.ts";
import { facetStyles } from "./styles.ts";

/** Values shown before somebody asks for more. */
const FEW = 6;
const OPEN_AT_FIRST: readonly Facet[] = ["outcome", "provider_name", "context_name", "label"];
const TYPING_MS = 250;

/** Lines of the sidebar before anything is known. */
const BONES = 16;

const bones = (lines: number): TemplateResult =>
  html`<div class="bones" role="status" aria-label=${words.facets.loading}>
    ${Array.from({ length: lines }, () => html`<span class="bone"></span>`)}
  </div>`;

export class FacetSidebar extends SpeakingElement {
  static override styles = [...shared, facetStyles];

  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) filter = new URLSearchParams();
  /** The filter as the server is to read it. */
  @property({ attribute: false }) asked = new URLSearchParams();
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";
  /** Facets that are folded or unfolded other than as delivered. */
  @property({ attribute: false }) folded: { readonly [facet: string]: boolean } = {};
  /** Raised when the calls may be others: then it is counted again. */
  @property({ type: Number }) version = 0;
  /** Whether to wait: the rows are asked for first. */
  @property({ type: Boolean }) waiting = false;

  /** Facets that show more than a few values, and what is looked for in them. */
  @state() private more: ReadonlySet<Facet> = new Set();
  @state() private found: ReadonlyMap<Facet, string> = new Map();

  #values = new FacetValues(this);
  #typing: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
  }

  override updated(_: PropertyValues): void {
    if (this.waiting) return;
    const { server, asked: filter, found } = this;
    void this.#values.ask({ server, filter, found, tools: this.#isOpen("tool_name") }, this.version);
  }

  override render(): TemplateResult {
    // Which sections there are, and how long, is known with the first counts: until then nothing stands that would move.
    const unknown = FACETS.every((facet) => this.#values.of(facet) === "pending");
    return html`<div class="root facets ${this.theme}" @keydown=${this.#arrows}>
      ${unknown ? bones(BONES) : [FACETS.map((facet) => this.#section(facet)), this.#toolCalls()]}
    </div>`;
  }

  #isOpen(facet: Facet): boolean {
    return this.folded[facet] ?? (OPEN_AT_FIRST.includes(facet) || isChosen(this.filter, facet));
  }

  #section(facet: Facet): TemplateResult | typeof nothing {
    const values = this.#values.of(facet);
    const open = this.#isOpen(facet);
    const name = words.filters[facet] ?? facet;
    const chosen = this.filter.getAll(facet);
    // A facet that says nothing of these calls takes no room.
    const said = values === "pending" || values === "failed" || values.some((row) => row.value !== null);
    if (facet !== "tool_name" && !said && !isChosen(this.filter, facet) && !this.found.has(facet)) return nothing;
    return html`<section>
      <h3>
        <button
          type="button"
          class="fold"
          aria-expanded=${open}
          @click=${() => this.#tell("facet-fold", { facet, open: !open })}
        >
          ${icon(open ? "down" : "next")}<span>${name}</span>${
            chosen.length > 0 ? html`<span class="badge">${this.formats.integer(chosen.length)}</span>` : nothing
          }
        </button>
      </h3>
      ${open ? this.#list(facet, name) : nothing}
    </section>`;
  }

  #list(facet: Facet, name: string): TemplateResult {
    const values = this.#values.of(facet);
    if (values === "failed") return html`<p class="note">${words.facets.failed}</p>`;
    if (values === "pending") return bones(3);
    const chosen = this.filter.getAll(facet).filter((value) => !values.some((row) => row.value === value));
    const all: ValueCount[] = [...chosen.map((value) => ({ value, calls: 0 })), ...values];
    const more = this.more.has(facet);
    const shown = more ? all : all.filter((row, index) => index < FEW || this.#has(facet, row.value));
    const long = all.length > FEW || this.found.has(facet);
    return html`
      ${more && long ? this.#search(facet, name) : nothing}
      <ul class=${more ? "long" : ""} aria-label=${name}>
        ${repeat(
          shown,
          (row) => row.value,
          (row) => this.#value(facet, row),
        )}
      </ul>
      ${values.length === 0 ? html`<p class="note">${this.found.has(facet) ? words.facets.missing : words.facets.none}</p>` : nothing}
      ${
        long
          ? html`<button type="button" class="more" aria-expanded=${more} @click=${() => this.#toggleMore(facet)}>
              ${more ? words.facets.fewer : words.facets.more}<span class="hidden">: ${name}</span>
            </button>`
          : nothing
      }
    `;
  }

  #value(facet: Facet, { value, calls }: ValueCount): TemplateResult {
    const text = value === null ? words.notRecorded : shownValue(facet, value);
    const count = this.formats.integer(calls);
    return html`<li>
      <label title=${text}
        ><input
          type="checkbox"
          aria-label=${words.facets.calls(text, count)}
          .checked=${this.#has(facet, value)}
          @change=${() => this.#toggle(facet, value)}
        /><bdi class=${value === null ? "muted" : ""}>${text}</bdi><span class="count" aria-hidden="true">${count}</span></label
      >
    </li>`;
  }

  #search(facet: Facet, name: string): TemplateResult {
    const label = words.facets.find(name);
    return html`<input
      class="field find"
      type="search"
      placeholder=${label}
      aria-label=${label}
      maxlength="100"
      @input=${(event: Event) => {
        const prefix = (event.target as HTMLInputElement).value.trim();
        clearTimeout(this.#typing);
        this.#typing = setTimeout(() => {
          this.found = new Map([...this.found, [facet, prefix] as const].filter(([, text]) => text !== ""));
        }, TYPING_MS);
      }}
    />`;
  }

  /** With and without tools: no column has it, so no facet counts it. */
  #toolCalls(): TemplateResult {
    const value = this.filter.get("has_tool_calls");
    const choice = (which: string, text: string) => html`<li>
      <label
        ><input
          type="checkbox"
          .checked=${value === which}
          @change=${() => this.#change(withValue(this.filter, "has_tool_calls", value === which ? "" : which))}
        /><span>${text}</span></label
      >
    </li>`;
    return html`<section>
      <h3 class="plain">${words.facets.toolCalls}</h3>
      <ul aria-label=${words.facets.toolCalls}>
        ${choice("true", words.filter.withTools)} ${choice("false", words.filter.withoutTools)}
      </ul>
    </section>`;
  }

  #has(facet: Facet, value: string | null): boolean {
    return value === null
      ? this.filter.getAll("where").includes(NULL_OF(facet))
      : this.filter.getAll(facet).includes(value);
  }

  /** Values of one facet are alternatives; "not recorded" stands alone, since it is a condition of another kind. */
  #toggle(facet: Facet, value: string | null): void {
    const where = this.filter.getAll("where").filter((condition) => condition !== NULL_OF(facet));
    if (value === null) {
      const next = this.#has(facet, null) ? where : [...where, NULL_OF(facet)];
      this.#change(withValue(withoutFacet(this.filter, facet), "where", ...next));
    } else this.#change(withToggled(withValue(this.filter, "where", ...where), facet, value));
  }

  #toggleMore(facet: Facet): void {
    const more = new Set(this.more);
    if (!more.delete(facet)) more.add(facet);
    else if (this.found.has(facet)) this.found = new Map([...this.found].filter(([name]) => name !== facet));
    this.more = more;
  }

  /** Up and down go through all that can be chosen; the tab key still does. */
  #arrows(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = event.target as HTMLElement;
    if (!step || from.matches(".find")) return;
    const stops = [...this.renderRoot.querySelectorAll<HTMLElement>("button, input[type=checkbox]")];
    stops[stops.indexOf(from) + step]?.focus();
    event.preventDefault();
  }

  #change(filter: URLSearchParams): void {
    this.#tell("filter-change", { filter });
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("call-lake-facets", FacetSidebar);
