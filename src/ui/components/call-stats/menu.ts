/** `<call-lake-menu>` (internal): a button with three dots, and the actions behind it. */
import { css, html, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { shared } from "../../theme.ts";
import { define, SpeakingElement } from "../base.ts";

export interface Action {
  readonly label: string;
  readonly run: () => void;
}

const GAP = 4;

export class Menu extends SpeakingElement {
  static override styles = [
    ...shared,
    css`
      :host {
        display: inline-block;
      }
      .inner {
        container-type: normal;
        color-scheme: inherit;
        background: none;
      }
      .dots {
        display: grid;
        place-items: center;
        width: 24px;
        height: 24px;
        padding: 0;
        border: 0;
        border-radius: 4px;
        background: none;
        color: var(--muted);
        cursor: pointer;
      }
      .dots:hover,
      .dots[aria-expanded="true"] {
        color: var(--text);
        background: var(--hover);
      }
      .dots svg {
        width: 16px;
        height: 16px;
        fill: currentColor;
      }
      .actions {
        position: fixed;
        inset: auto;
        margin: 0;
        min-width: 176px;
        padding: 4px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        background: var(--raised);
        color: var(--text);
        box-shadow: 0 4px 16px rgb(0 0 0 / 0.16);
      }
      .actions button {
        display: block;
        width: 100%;
        padding: 4px 8px;
        border: 0;
        border-radius: 4px;
        background: none;
        text-align: start;
        cursor: pointer;
      }
      .actions button:hover,
      .actions button:focus-visible {
        background: var(--hover);
      }
    `,
  ];

  @property() label = "";
  @property({ attribute: false }) actions: readonly Action[] = [];
  @property() theme = "auto";
  @state() private open = false;
  @query(".dots") private button!: HTMLButtonElement;
  @query(".actions") private list!: HTMLElement;

  /** Puts the cursor back on the button. */
  override focus(): void {
    this.button.focus();
  }

  override render(): TemplateResult {
    return html`<div class="root inner ${this.theme}">
      <button
        class="dots"
        type="button"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        aria-label=${this.label}
        title=${this.label}
        @click=${() => this.list.togglePopover()}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          this.list.showPopover();
        }}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="3.5" cy="8" r="1.3"></circle><circle cx="8" cy="8" r="1.3"></circle
          ><circle cx="12.5" cy="8" r="1.3"></circle>
        </svg>
      </button>
      <div
        class="actions"
        popover="auto"
        role="menu"
        aria-label=${this.label}
        @toggle=${(event: ToggleEvent) => this.#toggled(event.newState === "open")}
        @keydown=${(event: KeyboardEvent) => this.#key(event)}
      >
        ${this.open ? this.actions.map((action) => this.#item(action)) : ""}
      </div>
    </div>`;
  }

  #item(action: Action): TemplateResult {
    return html`<button
      type="button"
      role="menuitem"
      tabindex="-1"
      @click=${() => {
        this.list.hidePopover();
        action.run();
      }}
    >
      ${action.label}
    </button>`;
  }

  async #toggled(open: boolean): Promise<void> {
    this.open = open;
    if (!open) return;
    await this.updateComplete;
    this.#place();
    this.#items()[0]?.focus();
  }

  /** Below the button, its end at the button's end, within the window. */
  #place(): void {
    const at = this.button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.list;
    const wanted = this.matches(":dir(rtl)") ? at.left : at.right - width;
    const below = at.bottom + GAP + height <= innerHeight;
    this.list.style.left = `${Math.max(GAP, Math.min(wanted, innerWidth - width - GAP))}px`;
    this.list.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height)}px`;
  }

  #items(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll<HTMLButtonElement>("button")];
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items();
    const at = items.findIndex((item) => item.matches(":focus"));
    const goals: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    const goal = goals[event.key];
    if (event.key === "Tab") this.list.hidePopover();
    if (goal === undefined) return;
    event.preventDefault();
    items[goal]?.focus();
  }
}

define("call-lake-menu", Menu);
