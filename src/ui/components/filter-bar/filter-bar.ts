/** `<call-lake-filter-bar>` (internal): the filter as controls and chips; it tells `filter-change {filter}`. */
import { html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CallFacets, ValueCount } from "../../../api/contract.ts";
import { PRESETS, presetOf, withPreset, withValue } from "../../filter.ts";
import type { Formats } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon } from "../parts.ts";
import { type Clock, chipText, clockText, shownValue } from "./chip-text.ts";
import { filterBarStyles } from "./styles.ts";

const CHOICES = ["outcome", "provider_name", "pipeline_name", "context_name"] as const;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const TYPING_MS = 350;

export class FilterBar extends SpeakingElement {
  static override styles = [...shared, filterBarStyles];

  @property({ attribute: false }) filter = new URLSearchParams();
  @property({ attribute: false }) facets: CallFacets | null = null;
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";
  /** Whether facets stand beside the list, so that no drop-downs are needed here. */
  @property({ type: Boolean }) beside = false;
  /** Whether only what is asked for most is shown. */
  @property({ type: Boolean }) brief = false;
  /** Whether the person may ask by what is personal: words, numbers, names. */
  @property({ type: Boolean }) personal = true;

  /**
   * Whether its fields are drawn as boxes of their size, so that rows are seen sooner: two dates, two selects and five
   * inputs, each with a tree of its own inside, take the browser as long as all the rows.
   */
  @property({ type: Boolean }) plain = false;

  /** What was typed a moment ago, by parameter. */
  #typing = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Typed text stays as it was typed, spaces at its end included, unless the filter says something else. */
  override updated(): void {
    for (const input of this.renderRoot.querySelectorAll<HTMLInputElement>("input[data-name]")) {
      const { name = "" } = input.dataset;
      const value = this.filter.get(name) ?? "";
      if (!this.#typing.has(name) && input.value.trim() !== value) input.value = value;
    }
  }

  /** Puts the cursor into the text query. */
  focusSearch(): void {
    this.renderRoot.querySelector<HTMLInputElement>("input.q")?.select();
  }

  override render(): TemplateResult {
    const w = words.filter;
    const durations = html`${this.#seconds("min_duration", w.minDuration, w.minDurationLabel)}
    ${this.#seconds("max_duration", w.maxDuration, w.maxDurationLabel)}`;
    const dates = html`${this.#date("start_date", w.from)}
      <span class="muted" aria-hidden="true">–</span>
      ${this.#date("end_date", w.to)} ${this.#clock("weekday", WEEKDAYS)} ${this.#clock("hour", HOURS)}`;
    return html`<div class="bar root ${this.theme}" role="search" aria-label=${w.label}>
      <div class="line">
        ${this.personal ? this.#query() : nothing} ${this.#presets()} ${this.brief ? nothing : dates}
      </div>
      ${this.brief ? nothing : this.#more(durations)}
      ${this.#chips()}
    </div>`;
  }

  #more(durations: TemplateResult): TemplateResult {
    const w = words.filter;
    return html`<div class="line">
      ${this.beside ? nothing : [...CHOICES.map((name) => this.#choice(name)), this.#tools()]}
      ${
        this.personal
          ? [this.#typed("caller_number", w.number, "number"), this.#typed("caller_name", w.name, "name")]
          : nothing
      }
      ${durations}
    </div>`;
  }

  #query(): TemplateResult {
    const w = words.filter;
    return html`<span class="query">${icon("search")}${this.#typed("q", w.q, "q", w.qHint)}</span>`;
  }

  /** What was typed and not told yet is part of whatever is told next. */
  #change(change: (filter: URLSearchParams) => URLSearchParams): void {
    clearTimeout(this.#timer);
    let filter = this.filter;
    for (const [name, value] of this.#typing) filter = withValue(filter, name, value);
    this.#typing.clear();
    filter = change(filter);
    if (String(filter) === String(this.filter)) return;
    this.dispatchEvent(new CustomEvent("filter-change", { detail: { filter } }));
  }

  #set(name: string, ...values: string[]): void {
    this.#change((filter) => withValue(filter, name, ...values));
  }

  #presets(): TemplateResult {
    const active = presetOf(this.filter, this.formats.timezone, Date.now());
    return html`<div class="presets" role="group" aria-label=${words.filter.range}>
      ${PRESETS.map(
        (preset) => html`<button
          type="button"
          aria-pressed=${preset === active}
          @click=${() => this.#change((filter) => withPreset(filter, preset, this.formats.timezone, Date.now()))}
        >
          ${preset.label()}
        </button>`,
      )}
    </div>`;
  }

  #date(name: "start_date" | "end_date", label: string): TemplateResult {
    const value = this.filter.get(name)?.slice(0, 10) ?? "";
    if (this.plain) return box("date", value, "");
    const other = this.filter.get(name === "start_date" ? "end_date" : "start_date")?.slice(0, 10) ?? "";
    return html`<input
      class="field date ${value ? "" : "unset"}"
      type="date"
      aria-label=${label}
      title=${label}
      .value=${value}
      min=${name === "end_date" && other ? other : nothing}
      max=${name === "start_date" && other ? other : nothing}
      @change=${(event: Event) => this.#set(name, inputValue(event))}
    />`;
  }

  #typed(name: string, label: string, size: string, hint = ""): TemplateResult {
    if (this.plain) return box(size, this.filter.get(name), label);
    return html`<input
      class="field ${size}"
      type="search"
      placeholder=${label}
      aria-label=${label}
      title=${hint || nothing}
      aria-keyshortcuts=${name === "q" ? "/" : nothing}
      maxlength=${name === "q" ? 500 : 100}
      data-name=${name}
      @input=${(event: Event) => {
        this.#typing.set(name, inputValue(event).trim());
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#change((filter) => filter), TYPING_MS);
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Enter") this.#set(name, inputValue(event).trim());
      }}
    />`;
  }

  #seconds(name: string, placeholder: string, label: string): TemplateResult {
    if (this.plain) return box("seconds", this.filter.get(name), placeholder);
    return html`<input
      class="field seconds"
      type="number"
      min="0"
      max="999999"
      step="1"
      inputmode="numeric"
      placeholder=${placeholder}
      aria-label=${label}
      title=${label}
      .value=${this.filter.get(name) ?? ""}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        if (input.checkValidity()) this.#set(name, input.value);
        else input.reportValidity();
      }}
    />`;
  }

  #choice(name: (typeof CHOICES)[number]): TemplateResult {
    const label = words.filters[name] ?? name;
    const chosen = this.filter.getAll(name);
    const offered: ValueCount[] = (this.facets?.[name] ?? []).filter((row) => row.value !== null && row.value !== "");
    const missing = chosen.filter((value) => !offered.some((row) => row.value === value));
    const only = chosen.length === 1 ? chosen[0] : "";
    return html`<select
      class="field choice ${chosen.length ? "set" : ""}"
      aria-label=${label}
      @change=${(event: Event) => this.#set(name, inputValue(event))}
    >
      <option value="" .selected=${only === ""}>
        ${chosen.length > 1 ? words.filter.several(label, this.formats.integer(chosen.length)) : label}
      </option>
      ${missing.map((value) => html`<option value=${value} .selected=${value === only}>${shownValue(name, value)}</option>`)}
      ${offered.map((row) => {
        const value = row.value ?? "";
        return html`<option value=${value} .selected=${value === only}>
          ${shownValue(name, value)} (${this.formats.integer(row.calls)})
        </option>`;
      })}
    </select>`;
  }

  #clock(name: Clock, numbers: readonly number[]): TemplateResult {
    const label = words.filters[name] ?? name;
    const chosen = this.filter.getAll(name);
    const only = chosen.length === 1 ? chosen[0] : "";
    if (this.plain) return box(`clock ${name}`, only && clockText(name, Number(only), this.formats), label);
    return html`<select
      class="field clock ${name} ${chosen.length ? "set" : ""}"
      aria-label=${label}
      @change=${(event: Event) => this.#set(name, inputValue(event))}
    >
      <option value="" .selected=${only === ""}>
        ${chosen.length > 1 ? words.filter.several(label, this.formats.integer(chosen.length)) : label}
      </option>
      ${numbers.map(
        (number) =>
          html`<option value=${number} .selected=${String(number) === only}>${clockText(name, number, this.formats)}</option>`,
      )}
    </select>`;
  }

  #tools(): TemplateResult {
    const value = this.filter.get("has_tool_calls") ?? "";
    return html`<select
      class="field choice ${value ? "set" : ""}"
      aria-label=${words.filter.tools}
      @change=${(event: Event) => this.#set("has_tool_calls", inputValue(event))}
    >
      <option value="" .selected=${value === ""}>${words.filter.tools}</option>
      <option value="true" .selected=${value === "true"}>${words.filter.withTools}</option>
      <option value="false" .selected=${value === "false"}>${words.filter.withoutTools}</option>
    </select>`;
  }

  #chips(): TemplateResult | typeof nothing {
    const chips = [...this.filter].filter(([name]) => name !== "tz");
    if (chips.length === 0) return nothing;
    return html`<div class="line chips" role="group" aria-label=${words.filter.active}>
      ${repeat(
        chips,
        ([name, value]) => `${name}=${value}`,
        ([name, value]) => {
          const { name: label, value: text } = chipText(name, value, this.formats);
          const rest = this.filter.getAll(name).filter((other) => other !== value);
          return html`<button
            class="chip"
            type="button"
            aria-label=${words.filter.remove(`${label} ${text}`)}
            @click=${() => this.#set(name, ...rest)}
          >
            <span class="muted">${label}</span> <bdi>${text}</bdi>${icon("close")}
          </button>`;
        },
      )}
      <button class="button plain" type="button" @click=${() => this.#change(() => new URLSearchParams())}>
        ${words.filter.clear}
      </button>
    </div>`;
  }
}

/** A field's place with what will stand in it. */
function box(size: string, value: string | null | undefined, hint: string): TemplateResult {
  return html`<span class="field box ${size} ${value ? "" : "unset"}">${value || hint}</span>`;
}

function inputValue(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

define("call-lake-filter-bar", FilterBar);
