/** The Raw JSON tab: the record as the API answers it, as text. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";

const SHOWN_MAX = 200_000;

export function rawTab(
  call: CallDetail,
  formats: Formats,
  copied: boolean,
  copy: (text: string) => void,
): TemplateResult {
  const text = JSON.stringify(call, null, 2);
  return html`<div class="raw">
    <button class="button" type="button" @click=${() => copy(text)}>
      ${icon(copied ? "check" : "copy")}${copied ? words.detail.copied : words.raw.copy}
    </button>
    ${
      text.length > SHOWN_MAX
        ? html`<p class="muted">${words.raw.cut(formats.integer(SHOWN_MAX), formats.integer(text.length))}</p>`
        : nothing
    }
    <pre class="mono" tabindex="0" aria-label=${words.detail.tabs.raw}>${text.slice(0, SHOWN_MAX)}</pre>
  </div>`;
}
