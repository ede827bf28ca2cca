/** A modal dialog in a chunk of its own: focus stays in it, Esc closes it, and focus returns to where it was. */
import { css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Formats } from "../format.ts";
import { SpeakingElement } from "./base.ts";

export const dialogStyles = css`
  .holder {
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  dialog {
    width: min(480px, calc(100vw - 32px));
    max-height: calc(100vh - 32px);
    padding: 20px;
    overflow: auto;
    color: var(--text);
    background: var(--raised);
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    overflow-wrap: anywhere;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.4);
  }
  h2 {
    margin: 0 0 12px;
    font-size: 15px;
    font-weight: 600;
  }
  p {
    margin: 0 0 12px;
  }
  form {
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  form p {
    margin: 0;
  }
  p:empty {
    display: none;
  }
  .ends {
    display: flex;
    flex-direction: row;
    justify-content: flex-end;
    gap: 8px;
  }
  .column {
    display: flex;
    flex-direction: column;
    gap: 4px;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    display: flex;
    flex-direction: column;
  }
  legend {
    padding: 0;
    margin-bottom: 4px;
    font-weight: 500;
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    cursor: pointer;
  }
  .choice input {
    margin: 0;
    accent-color: var(--accent);
  }
  .danger:not(:disabled) {
    color: var(--outcome-error);
    border-color: var(--outcome-error);
  }
  @media (pointer: coarse) {
    .choice,
    .button,
    .field {
      min-height: 40px;
    }
  }
`;

/** Tells `dialog-close` when it is to be taken from the page. */
export abstract class DialogElement extends SpeakingElement {
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";

  /** While it is true the dialog stays: what it does cannot be taken back halfway. */
  protected busy = false;

  protected abstract heading(): string;
  protected abstract body(): TemplateResult;

  override firstUpdated(): void {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  override render(): TemplateResult {
    return html`<div class="root holder ${this.theme}">
      <dialog
        aria-labelledby="title"
        @cancel=${(event: Event) => {
          if (this.busy) event.preventDefault();
        }}
        @close=${() => this.dispatchEvent(new CustomEvent("dialog-close"))}
        @keydown=${(event: KeyboardEvent) => event.stopPropagation()}
      >
        <h2 id="title" tabindex="-1">${this.heading()}</h2>
        ${this.body()}
      </dialog>
    </div>`;
  }

  protected close(): void {
    if (!this.busy) this.renderRoot.querySelector("dialog")?.close();
  }
}
