/** An element that is small until it is used: at its first connection it loads its inside, a chunk of its own. */
import { css, html, type LitElement, type PropertyValues, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { shared } from "../theme.ts";
import { loadWords, words } from "../words.ts";
import { CallLakeElement } from "./base.ts";
import { stateBlock } from "./parts.ts";

/** What the inside may be asked for. */
type Inside = LitElement & { refresh?(): void };

/** It has the host's properties and hands them on; events of the inside are composed and pass through it. */
export abstract class LazyElement extends CallLakeElement {
  static override styles = [
    ...shared,
    css`
      .wait {
        display: flex;
        flex-direction: column;
        gap: 12px;
        padding: 4px 0;
      }
    `,
  ];

  @state() private inside: Inside | null = null;
  @state() private failed = false;

  /** Tag of the inside, and its parts, which become parts of this element. */
  protected abstract readonly tag: string;
  protected abstract readonly parts: string;
  /** Loads the module that defines the inside. */
  protected abstract load(): Promise<unknown>;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  /** Asks again; what is shown stays until the answer is there. */
  refresh(): void {
    this.inside?.refresh?.();
  }

  async #open(): Promise<void> {
    if (this.inside) return;
    this.failed = false;
    try {
      await this.load();
      await loadWords(this.locale);
    } catch {
      this.failed = true;
      return;
    }
    if (this.inside) return;
    // Not by `new`: a page that loads the bundle twice has defined the first one's class.
    const inside = document.createElement(this.tag) as Inside;
    inside.setAttribute("exportparts", this.parts);
    this.#handOn(inside, [...this.#properties()]);
    this.inside = inside;
  }

  #properties(): Map<PropertyKey, unknown> {
    const { elementProperties } = this.constructor as typeof LitElement;
    return new Map([...elementProperties].filter(([, { state: own }]) => !own));
  }

  #handOn(inside: Inside, entries: readonly (readonly [PropertyKey, unknown])[]): void {
    for (const [name] of entries) Reflect.set(inside, name, Reflect.get(this, name));
  }

  override updated(changed: PropertyValues): void {
    if (!this.inside) return;
    const known = this.#properties();
    this.#handOn(
      this.inside,
      [...changed].filter(([name]) => known.has(name)),
    );
  }

  override render(): TemplateResult {
    if (this.inside) return html`${this.inside}`;
    return html`<div class=${this.rootClass}>${this.failed ? this.#broken() : this.waiting()}</div>`;
  }

  /** What stands there while the chunk is loaded: a moment, once a page. */
  protected waiting(): TemplateResult {
    return html`<div class="wait" aria-busy="true"><span class="bone"></span><span class="bone"></span></div>`;
  }

  #broken(): TemplateResult {
    const action = { label: words.states.retry, run: () => void this.#open() };
    const { unreachable: text, statsErrorTitle: title } = words.states;
    return stateBlock({ icon: "alert", title, text, role: "alert", action });
  }
}
