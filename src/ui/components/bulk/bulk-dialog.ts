/** What the dialogs of many calls have in common: which calls, what went wrong, and what is said when it is done. */
import { html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { type DataError, Latest, type Server } from "../../data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { DialogElement, dialogStyles } from "../dialog.ts";
import { errorText } from "../parts.ts";
import type { Target } from "./requests.ts";

/** Tells `bulk-done {said, gone}` when the calls have changed. */
export abstract class BulkDialog extends DialogElement {
  static override styles = [...shared, dialogStyles];

  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) target!: Target;

  @state() protected override busy = false;
  @state() protected error: DataError | null = null;
  /** How far it is, while it works. */
  @state() protected progress = "";

  protected readonly requests = new Latest();

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.requests.stop();
  }

  /** "12 calls", "1 call". */
  protected calls(count: number | null): string {
    if (count === null) return words.list.label;
    return count === 1 ? words.list.oneCall : words.list.count(this.formats.integer(count));
  }

  protected problem(): TemplateResult | typeof nothing {
    return this.error ? html`<p class="failed" role="alert"><bdi>${errorText(this.error)}</bdi></p>` : nothing;
  }

  protected ends(action: string, off: boolean, danger = false): TemplateResult {
    return html`<p class="muted" role="status">${this.busy ? this.progress || words.bulk.working : nothing}</p>
      ${this.problem()}
      <div class="ends">
        <button class="button" type="button" ?disabled=${this.busy} @click=${() => this.close()}>
          ${words.bulk.cancel}
        </button>
        <button class="button ${danger ? "danger" : "primary"}" type="submit" ?disabled=${off || this.busy}>
          ${action}
        </button>
      </div>`;
  }

  protected done(said: string, gone: boolean): void {
    this.busy = false;
    this.close();
    this.dispatchEvent(new CustomEvent("bulk-done", { detail: { said, gone } }));
  }
}
