/** `<call-lake-action>` (internal, lazy): the forms of one call's page: export menu, label, deletion with a typed word. */
import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail, DeleteAnswer, TranscriptFormat } from "../../../api/contract.ts";
import { type DataError, Latest, type Server } from "../../data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { callerText, errorText } from "../parts.ts";
import { actionStyles } from "./action-styles.ts";
import type { Action } from "./header.ts";
import { changeLabels, eraseCall, readFileOf } from "./requests.ts";

const FORMATS: readonly TranscriptFormat[] = ["txt", "json", "csv", "pdf"];
const LABEL_MAX = 100;

/** What came of a form: it was closed, labels are others now, or the call is gone. */
export type ActionResult =
  | { readonly kind: "closed" }
  | { readonly kind: "labels"; readonly labels: string[] }
  | { readonly kind: "deleted"; readonly answer: DeleteAnswer };

export class CallAction extends SpeakingElement {
  static override styles = [...shared, actionStyles];

  @property() action: Action = "export";
  @property({ attribute: false }) call!: CallDetail;
  @property({ attribute: false }) server!: Server;
  @property() timezone = "UTC";
  @property() theme = "auto";
  @property({ attribute: false }) done: (result: ActionResult) => void = () => {};

  @state() private busy = false;
  @state() private typed = "";
  @state() private error: DataError | null = null;

  #requests = new Latest();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#requests.stop();
  }

  override firstUpdated(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    dialog?.showModal();
    this.renderRoot.querySelector<HTMLElement>("input, button")?.focus();
  }

  override render(): TemplateResult {
    return html`<div class="root inner ${this.theme}">${
      this.action === "export" ? this.#menu() : this.action === "label" ? this.#label() : this.#dialog()
    }</div>`;
  }

  #menu(): TemplateResult {
    const w = words.detail;
    return html`<div
      class="menu"
      role="group"
      aria-label=${w.exports}
      @keydown=${this.#onMenuKey}
      @focusout=${(event: FocusEvent) => {
        const to = event.relatedTarget as Node | null;
        if (!this.busy && to && !this.renderRoot.contains(to)) this.done({ kind: "closed" });
      }}
    >
      ${FORMATS.map(
        (format) =>
          html`<button type="button" class="button plain" ?disabled=${this.busy} @click=${() => this.#export(format)}>
            ${w.exportAs[format]}
          </button>`,
      )}
      <span class="muted" role="status">${this.busy ? w.exportBusy : nothing}</span> ${this.#problem(w.exportFailed)}
    </div>`;
  }

  #onMenuKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#close(event);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll("button")];
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }

  async #export(format: TranscriptFormat): Promise<void> {
    this.busy = true;
    this.error = null;
    const answer = await readFileOf(this.server, this.call.id, format, this.timezone, this.#requests.next());
    this.busy = false;
    if (answer.state === "error") this.error = answer.error;
    if (answer.state !== "ok") return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(answer.value.blob);
    link.download = answer.value.filename;
    link.click();
    // The browser has taken the bytes by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.done({ kind: "closed" });
  }

  #label(): TemplateResult {
    const w = words.detail;
    return html`<form
      class="label"
      @submit=${this.#addLabel}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && this.#close(event)}
    >
      <input
        class="field"
        aria-label=${w.labelName}
        placeholder=${w.labelName}
        maxlength=${LABEL_MAX}
        dir="auto"
        .value=${this.typed}
        @input=${this.#onType}
      />
      <button class="button" type="submit" ?disabled=${this.busy || !this.typed.trim()}>${w.add}</button>
      <button class="button plain" type="button" @click=${() => this.done({ kind: "closed" })}>${w.cancel}</button>
      ${this.#problem(w.labelFailed)}
    </form>`;
  }

  async #addLabel(event: Event): Promise<void> {
    event.preventDefault();
    const label = this.typed.trim();
    if (!label || this.busy) return;
    this.busy = true;
    const answer = await changeLabels(this.server, this.call.id, { add: [label] }, this.#requests.next());
    this.busy = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "ok")
      this.done({ kind: "labels", labels: [...new Set([...(this.call.labels ?? []), label])] });
  }

  #dialog(): TemplateResult {
    const w = words.detail;
    const sure = this.typed.trim().toLowerCase() === w.removeWord.toLowerCase();
    return html`<dialog
      aria-labelledby="title"
      aria-describedby="text"
      @cancel=${(event: Event) => {
        event.preventDefault();
        if (!this.busy) this.done({ kind: "closed" });
      }}
      @keydown=${(event: KeyboardEvent) => event.key === "Escape" && event.stopPropagation()}
    >
      <form @submit=${(event: Event) => this.#erase(event, sure)}>
        <h3 id="title">${w.removeTitle}</h3>
        <p><bdi>${callerText(this.call)}</bdi> <span class="mono muted">${this.call.id}</span></p>
        <p id="text">${w.removeText}</p>
        <label
          >${w.removeType(w.removeWord)}
          <input class="field" autocomplete="off" spellcheck="false" .value=${this.typed} @input=${this.#onType} />
        </label>
        <p class="muted" role="status">${this.busy ? w.removeBusy : nothing}</p>
        ${this.#problem(w.removeFailed)}
        <div class="ends">
          <button class="button" type="button" ?disabled=${this.busy} @click=${() => this.done({ kind: "closed" })}>
            ${w.cancel}
          </button>
          <button class="button danger" type="submit" ?disabled=${!sure || this.busy}>${w.remove}</button>
        </div>
      </form>
    </dialog>`;
  }

  async #erase(event: Event, sure: boolean): Promise<void> {
    event.preventDefault();
    if (!sure || this.busy) return;
    this.busy = true;
    this.error = null;
    const answer = await eraseCall(this.server, this.call.id, this.#requests.next());
    this.busy = false;
    if (answer.state === "error") this.error = answer.error;
    if (answer.state !== "ok") return;
    const { deleted, pending = 0, held = 0 }: DeleteAnswer & { held?: number } = answer.value;
    // Asked and answered, and yet there: a hold keeps it.
    if (deleted + pending === 0 && held > 0)
      this.error = { kind: "refused", status: 200, message: words.detail.removeHeld, position: null };
    else this.done({ kind: "deleted", answer: answer.value });
  }

  #problem(what: string): TemplateResult | typeof nothing {
    if (!this.error) return nothing;
    return html`<p class="failed" role="alert">${what} <bdi>${errorText(this.error)}</bdi></p>`;
  }

  #onType = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
  };

  #close(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.done({ kind: "closed" });
  }
}

define("call-lake-action", CallAction);
