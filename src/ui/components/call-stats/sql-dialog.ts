/** `<call-lake-sql-dialog>` (internal): a statement to read, to copy, and to go on with in the SQL page. */
import { css, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon } from "../parts.ts";

export class SqlDialog extends SpeakingElement {
  static override styles = [
    ...shared,
    css`
      .inner {
        container-type: normal;
        color-scheme: inherit;
        background: none;
      }
      dialog {
        width: min(760px, calc(100vw - 32px));
        max-height: calc(100vh - 64px);
        padding: 0;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        background: var(--raised);
        color: var(--text);
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.35);
      }
      .box {
        display: flex;
        flex-direction: column;
        gap: 12px;
        padding: 16px;
      }
      h2 {
        margin: 0;
        font-size: 15px;
        line-height: 20px;
      }
      p {
        margin: 0;
        font-size: 12px;
      }
      pre {
        margin: 0;
        padding: 12px;
        max-height: 50vh;
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: 4px;
        background: var(--sunken);
        font: 12px/18px var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        direction: ltr;
        text-align: left;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .buttons .last {
        margin-inline-start: auto;
      }
    `,
  ];

  @property() theme = "auto";
  /** Whether there is a SQL page for the person. */
  @property({ type: Boolean }) mayOpen = true;
  @state() private label = "";
  @state() private sql = "";
  @state() private copied = false;
  @query("dialog") private dialog!: HTMLDialogElement;

  #back: HTMLElement | null = null;

  /** `back` gets the focus when the dialog closes. */
  show(label: string, sql: string, back: HTMLElement | null): void {
    this.label = label;
    this.sql = sql;
    this.copied = false;
    this.#back = back;
    this.dialog.showModal();
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.sql);
    } catch {
      // Not a secure page: the text is selected, and the keys of the system copy it.
      const text = this.renderRoot.querySelector("pre");
      if (text) getSelection()?.selectAllChildren(text);
      return;
    }
    this.copied = true;
  }

  override render(): TemplateResult {
    const w = words.stats.menu;
    return html`<div class="root inner ${this.theme}">
      <dialog aria-labelledby="title" @close=${() => this.#back?.focus()}>
        <div class="box">
          <h2 id="title">${w.sqlTitle(this.label)}</h2>
          <pre tabindex="0">${this.sql}</pre>
          <p class="muted">${w.sqlNote}</p>
          <div class="buttons">
            <button class="button" type="button" @click=${this.#copy}>
              ${icon(this.copied ? "check" : "copy")}<span role="status">${this.copied ? w.copied : w.copy}</span>
            </button>
            ${
              this.mayOpen
                ? html`<button class="button" type="button" @click=${this.#open}>${w.openSql}</button>`
                : nothing
            }
            <button class="button last" type="button" @click=${() => this.dialog.close()}>${w.close}</button>
          </div>
        </div>
      </dialog>
    </div>`;
  }

  #open(): void {
    this.dialog.close();
    this.dispatchEvent(new CustomEvent("sql-open", { detail: { sql: this.sql } }));
  }
}

define("call-lake-sql-dialog", SqlDialog);
