/** `<call-lake-json>` (internal): a JSON value as a folded tree of text, read from left to right as code is; what is folded is not made, and nothing runs as markup. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { formatsFor } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/panels.ts";
import { define, SpeakingElement } from "../base.ts";
import { none } from "../parts.ts";
import { jsonStyles } from "./json-styles.ts";

const CHILDREN_MAX = 200;
const DEPTH_MAX = 24;
const SHORT_ENTRIES = 8;
const CHARACTERS_MAX = 5000;

export class JsonTree extends SpeakingElement {
  static override styles = [...shared, jsonStyles];

  @property({ attribute: false }) value: unknown = null;
  @property() theme = "auto";

  /** Paths of what was opened or folded by hand; others are as their depth says. */
  #folds = new Map<string, boolean>();

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("value")) this.#folds.clear();
  }

  override render(): TemplateResult {
    const { value } = this;
    if (value === null || value === undefined) return none();
    return html`<div class="root inner json mono ${this.theme}" dir="ltr">${this.#node(null, value, "")}</div>`;
  }

  #node(name: string | null, value: unknown, path: string): TemplateResult {
    const key = name === null ? nothing : html`<bdi class="key">${name}</bdi>: `;
    if (typeof value !== "object" || value === null) {
      return html`<div class="leaf">${key}${this.#leaf(value)}</div>`;
    }
    const isList = Array.isArray(value);
    const entries = isList ? value.map((item, i) => [String(i), item] as const) : Object.entries(value);
    const count = this.#integer(entries.length);
    const size = isList ? words.tools.items(entries.length, count) : words.tools.keys(entries.length, count);
    const marks = isList ? "[ ]" : "{ }";
    const depth = path.split("/").length - 1;
    if (entries.length === 0 || depth >= DEPTH_MAX) {
      return html`<div class="leaf">${key}<span class="muted">${marks} ${entries.length ? size : ""}</span></div>`;
    }
    const open = this.#folds.get(path) ?? (depth === 0 && entries.length <= SHORT_ENTRIES);
    const rest = entries.length - CHILDREN_MAX;
    return html`<details ?open=${open} @toggle=${(event: Event) => this.#fold(event, path)}>
      <summary>${key}<span class="muted">${marks} ${size}</span></summary>
      ${open ? entries.slice(0, CHILDREN_MAX).map(([child, item], i) => this.#node(child, item, `${path}/${i}`)) : nothing}
      ${open && rest > 0 ? html`<div class="leaf muted">${words.tools.more(this.#integer(rest))}</div>` : nothing}
    </details>`;
  }

  #fold(event: Event, path: string): void {
    event.stopPropagation();
    const { open } = event.currentTarget as HTMLDetailsElement;
    if (this.#folds.get(path) === open) return;
    this.#folds.set(path, open);
    this.requestUpdate();
  }

  #leaf(value: unknown): TemplateResult {
    if (typeof value !== "string") return html`<span class="literal">${String(value)}</span>`;
    const rest = value.length - CHARACTERS_MAX;
    if (rest <= 0) return html`<bdi class="string">${value}</bdi>`;
    return html`<bdi class="string">${value.slice(0, CHARACTERS_MAX)}</bdi>
      <span class="muted">${words.tools.cut(this.#integer(rest))}</span>`;
  }

  #integer(n: number): string {
    return formatsFor(this.locale, "UTC").integer(n);
  }
}

define("call-lake-json", JsonTree);
