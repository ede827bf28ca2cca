/** `<call-lake-help>` (internal, lazy): the keys of the list; tells `shortcuts-change {on}`. */
import { css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define } from "../base.ts";
import { DialogElement, dialogStyles } from "../dialog.ts";

export class KeysHelp extends DialogElement {
  static override styles = [
    ...shared,
    dialogStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 8px 16px;
        margin: 0 0 16px;
      }
      dd {
        margin: 0;
      }
      kbd {
        padding: 1px 6px;
        border: 1px solid var(--line-strong);
        border-radius: 4px;
        background: var(--sunken);
        font: 12px/18px var(--mono);
        white-space: pre;
      }
    `,
  ];

  @property({ type: Boolean }) shortcuts = true;

  protected override heading(): string {
    return words.help.title;
  }

  protected override body(): TemplateResult {
    return html`<dl>
        ${words.help.keys.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}
      </dl>
      <form method="dialog">
        <label class="choice"
          ><input
            type="checkbox"
            .checked=${this.shortcuts}
            @change=${(event: Event) =>
              this.dispatchEvent(
                new CustomEvent("shortcuts-change", { detail: { on: (event.target as HTMLInputElement).checked } }),
              )}
          />${words.help.enabled}</label
        >
        <div class="ends"><button class="button" autofocus>${words.help.close}</button></div>
      </form>`;
  }
}

define("call-lake-help", KeysHelp);
