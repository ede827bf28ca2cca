/** `<call-lake-columns>` (internal, lazy): which columns, in which order, how wide; tells `columns-change {columns, widths}`. */
import { css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { usableWidth } from "../../storage.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define } from "../base.ts";
import { COLUMN_KEYS, columnsOf } from "../call-history/columns.ts";
import { DialogElement, dialogStyles } from "../dialog.ts";
import { icon } from "../parts.ts";

type Widths = { readonly [key: string]: number };

export class ColumnsDialog extends DialogElement {
  static override styles = [
    ...shared,
    dialogStyles,
    css`
      ul {
        margin: 0 0 16px;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        gap: 4px;
        min-height: 32px;
      }
      .choice {
        flex: 1;
      }
      .move {
        padding: 0;
        width: 28px;
        justify-content: center;
      }
      .field {
        width: 76px;
      }
    `,
  ];

  /** Undefined: as delivered. */
  @property({ attribute: false }) columns: readonly string[] | undefined;
  @property({ attribute: false }) widths: Widths = {};

  protected override heading(): string {
    return words.columnsDialog.title;
  }

  protected override body(): TemplateResult {
    const w = words.columnsDialog;
    const shown = columnsOf(this.columns).map((column) => column.key);
    const others = COLUMN_KEYS.filter((key) => !shown.includes(key));
    return html`<p class="muted">${w.hint}</p>
      <ul>
        ${repeat(
          [...shown, ...others],
          (key) => key,
          (key) => this.#line(key, shown),
        )}
      </ul>
      <form method="dialog" class="ends">
        <button class="button plain" type="button" @click=${() => this.#tell(undefined, {})}>${w.reset}</button>
        <button class="button" autofocus>${w.done}</button>
      </form>`;
  }

  #line(key: (typeof COLUMN_KEYS)[number], shown: readonly string[]): TemplateResult {
    const w = words.columnsDialog;
    const name = words.list.columns[key];
    const at = shown.indexOf(key);
    const first = key === "start_time";
    const on = at >= 0;
    return html`<li>
      <label class="choice"
        ><input
          type="checkbox"
          .checked=${on}
          ?disabled=${first}
          @change=${() => this.#tell(on ? shown.filter((one) => one !== key) : [...shown, key], this.widths)}
        />${name}</label
      >
      ${
        on
          ? html`<input
                class="field"
                type="number"
                min="32"
                max="1200"
                step="8"
                placeholder=${w.auto}
                aria-label=${w.width(name)}
                .value=${String(this.widths[key] ?? "")}
                @change=${(event: Event) => this.#widen(key, (event.target as HTMLInputElement).value)}
              />${this.#move(key, shown, -1, w.up(name), at < 2)}${this.#move(key, shown, 1, w.down(name), first || at === shown.length - 1)}`
          : nothing
      }
    </li>`;
  }

  #move(key: string, shown: readonly string[], step: number, label: string, off: boolean): TemplateResult {
    return html`<button
      class="button plain move"
      type="button"
      aria-label=${label}
      title=${label}
      ?disabled=${off}
      @click=${(event: Event) => void this.#moved(key, shown, step, event.currentTarget as HTMLButtonElement)}
    >
      ${icon(step < 0 ? "up" : "down")}
    </button>`;
  }

  async #moved(key: string, shown: readonly string[], step: number, button: HTMLButtonElement): Promise<void> {
    const next = shown.filter((one) => one !== key);
    next.splice(shown.indexOf(key) + step, 0, key);
    this.#tell(next, this.widths);
    await this.updateComplete;
    // At either end the button is off: its neighbour takes the focus.
    const other = step < 0 ? button.nextElementSibling : button.previousElementSibling;
    if (button.disabled) (other as HTMLElement | null)?.focus();
    else button.focus();
  }

  #widen(key: string, text: string): void {
    const { [key]: _, ...widths } = this.widths;
    this.#tell(this.columns, text === "" ? widths : { ...widths, [key]: usableWidth(Number(text)) });
  }

  #tell(columns: readonly string[] | undefined, widths: Widths): void {
    this.columns = columns;
    this.widths = widths;
    this.dispatchEvent(new CustomEvent("columns-change", { detail: { columns, widths } }));
  }
}

define("call-lake-columns", ColumnsDialog);
