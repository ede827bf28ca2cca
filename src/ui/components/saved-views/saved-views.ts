/** `<call-lake-views>` (internal): views to choose from, ours and saved ones; tells `view-choose {query}`, `views-change {views}`. */
import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { PRESETS, presetOf, type Query, queryText, withValue } from "../../filter.ts";
import type { SavedView } from "../../storage.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon } from "../parts.ts";
import { BUILT_IN, canonical, isShown, queryOf, withDatesOf } from "./built-in.ts";
import { savedViewsStyles } from "./styles.ts";

const NAME_MAX = 60;

export class SavedViews extends SpeakingElement {
  static override styles = [...shared, savedViewsStyles];

  /** What the page shows now. */
  @property({ attribute: false }) query!: Query;
  @property({ attribute: false }) views: readonly SavedView[] = [];
  @property() timezone = "UTC";
  @property() theme = "auto";

  @state() private naming = false;
  @state() private said = "";

  override render(): TemplateResult {
    const w = words.views;
    return html`<nav class="root views ${this.theme}" aria-label=${w.label}>
      ${BUILT_IN.map(({ key, query }) =>
        this.#view(w[key], !this.#shownView && isShown(query, this.query), () => withDatesOf(query, this.query.filter)),
      )}
      ${this.views.map((view) => this.#saved(view))}
      ${this.naming ? this.#form() : this.#save()}
      <span class="hidden" role="status">${this.said}</span>
    </nav>`;
  }

  #view(name: string, shown: boolean, query: () => string): TemplateResult {
    return html`<button
      type="button"
      class="view"
      aria-pressed=${shown}
      @click=${() => this.#tell("view-choose", { query: query() })}
    >
      <bdi>${name}</bdi>
    </button>`;
  }

  #queryOf(view: SavedView): string {
    return queryOf(view, this.timezone, Date.now());
  }

  /** The saved view that the page shows; it goes before one of ours, which knows no dates. */
  get #shownView(): SavedView | undefined {
    const now = canonical(queryText({ ...this.query, peek: null }));
    return this.views.find((view) => canonical(this.#queryOf(view)) === now);
  }

  #saved(view: SavedView): TemplateResult {
    const query = () => this.#queryOf(view);
    const shown = this.#shownView === view;
    return html`<span class="saved">
      ${this.#view(view.name, shown, query)}
      <button
        type="button"
        class="remove"
        aria-label=${words.views.remove(view.name)}
        title=${words.views.remove(view.name)}
        @click=${() => this.#remove(view)}
      >
        ${icon("close")}
      </button>
    </span>`;
  }

  #save(): TemplateResult | typeof nothing {
    const ours = BUILT_IN.some(({ query }) => isShown(query, this.query));
    const dated = this.query.filter.has("start_date") || this.query.filter.has("end_date");
    if (this.#shownView || (ours && !dated)) return nothing;
    return html`<button type="button" class="view save" title=${words.views.explain} @click=${this.#ask}>
      ${words.views.save}
    </button>`;
  }

  #form(): TemplateResult {
    const w = words.views;
    return html`<form
      @submit=${this.#keep}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.#close();
      }}
    >
      <input class="field" name="name" required maxlength=${NAME_MAX} placeholder=${w.name} aria-label=${w.name} autocomplete="off" dir="auto" />
      <button class="button primary" type="submit">${w.keep}</button>
      <button class="button plain" type="button" @click=${() => this.#close()}>${words.bulk.cancel}</button>
    </form>`;
  }

  async #ask(): Promise<void> {
    this.naming = true;
    await this.updateComplete;
    this.renderRoot.querySelector("input")?.focus();
  }

  async #close(): Promise<void> {
    this.naming = false;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".save, .view[aria-pressed=true]")?.focus();
  }

  /** Another view of that name is replaced. Dates that are a preset go on to count from the day they are looked at. */
  #keep(event: SubmitEvent): void {
    event.preventDefault();
    const name = String(new FormData(event.target as HTMLFormElement).get("name") ?? "").trim();
    if (!name) return;
    const { filter, sort } = this.query;
    const preset = PRESETS.indexOf(presetOf(filter, this.timezone, Date.now()) ?? { days: null, label: () => "" });
    const days = PRESETS[preset]?.days ?? null;
    const kept = days === null ? filter : withValue(filter, "start_date");
    const view = { name, query: queryText({ filter: kept, sort, peek: null }), ...(days === null ? {} : { days }) };
    this.said = words.views.done(name);
    this.#tell("views-change", { views: [...this.views.filter((one) => one.name !== name), view] });
    void this.#close();
  }

  #remove(view: SavedView): void {
    this.#tell("views-change", { views: this.views.filter((one) => one !== view) });
    this.renderRoot.querySelector<HTMLElement>(".view")?.focus();
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("call-lake-views", SavedViews);
