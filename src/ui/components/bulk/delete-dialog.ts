/** `<call-lake-delete>` (internal, lazy): many calls erased for good, after their number was shown and typed. */
import { html, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { isNarrowed } from "../../filter.ts";
import { words } from "../../words.ts";
import { define } from "../base.ts";
import { BulkDialog } from "./bulk-dialog.ts";
import { countErasable, erase } from "./requests.ts";

export class DeleteDialog extends BulkDialog {
  /** As the server counts them; null while it does. */
  @state() private count: number | null = null;
  @state() private typed = "";

  override firstUpdated(): void {
    super.firstUpdated();
    if (this.#allowed) void this.#dryRun();
  }

  get #allowed(): boolean {
    return this.target.ids !== null || isNarrowed(this.target.filter);
  }

  async #dryRun(): Promise<void> {
    const answer = await countErasable(this.server, this.target, this.requests.next());
    if (answer.state === "ok") this.count = answer.value.would_delete;
    else if (answer.state === "error") this.error = answer.error;
  }

  protected override heading(): string {
    return words.bulk.deleteTitle;
  }

  protected override body(): TemplateResult {
    const w = words.bulk;
    if (!this.#allowed) return this.#nothing(w.needsFilter);
    if (this.count === 0) return this.#nothing(w.none);
    const { count } = this;
    const shown = count === null ? "" : this.formats.integer(count);
    return html`<form @submit=${this.#erase}>
      <p role="status">${count === null ? (this.error ? "" : w.counting) : w.willDelete(this.calls(count))}</p>
      <label class="column"
        >${w.type(shown)}<input
          class="field"
          inputmode="numeric"
          autocomplete="off"
          ?disabled=${count === null || this.busy}
          .value=${this.typed}
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value;
          }}
      /></label>
      ${this.ends(w.confirm, !this.#sure, true)}
    </form>`;
  }

  /** The number as it is shown, or its digits alone. */
  get #sure(): boolean {
    const typed = this.typed.trim();
    return this.count !== null && (typed === this.formats.integer(this.count) || typed === String(this.count));
  }

  #nothing(text: string): TemplateResult {
    return html`<p>${text}</p>
      <form method="dialog" class="ends"><button class="button" autofocus>${words.bulk.close}</button></form>`;
  }

  async #erase(event: Event): Promise<void> {
    event.preventDefault();
    if (!this.#sure || this.busy) return;
    this.busy = true;
    this.error = null;
    const answer = await erase(this.server, this.target, this.requests.next());
    this.busy = false;
    if (answer.state === "error") this.error = answer.error;
    if (answer.state !== "ok") return;
    const { deleted, pending = 0, held = 0 } = answer.value;
    const said = [words.bulk.deleted(this.calls(deleted + pending))];
    if (pending > 0) said.push(words.bulk.pending(this.formats.integer(pending)));
    if (held > 0) said.push(words.bulk.held(this.calls(held)));
    this.done(said.join(" "), true);
  }
}

define("call-lake-delete", DeleteDialog);
