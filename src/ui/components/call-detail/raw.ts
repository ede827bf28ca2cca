/** The Raw JSON tab: the record as the API answers it, as text; what is shown is bounded, what is copied is not. */
import { html, nothing, type TemplateResult } from "lit";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";
import type { Panel } from "./panels.ts";

const SHOWN_MAX = 100_000;

export function rawTab({ call, formats, hidden, partial, copied, copy }: Panel): TemplateResult {
  // A live call has no outcome yet, and no revision.
  const unknown = partial === null ? [] : ["outcome", "rev", "record_version"];
  const text = JSON.stringify(call, (name, value) => (unknown.includes(name) ? undefined : value), 2);
  const done = copied === "json";
  return html`<div class="raw">
    <button class="button" type="button" @click=${() => copy(text, "json")}>
      ${icon(done ? "check" : "copy")}${done ? words.detail.copied : words.raw.copy}
    </button>
    ${hidden ? html`<p class="muted">${words.raw.hidden}</p>` : nothing}
    ${
      text.length > SHOWN_MAX
        ? html`<p class="muted">${words.raw.cut(formats.integer(SHOWN_MAX), formats.integer(text.length))}</p>`
        : nothing
    }
    <pre class="mono" tabindex="0" role="region" aria-label=${words.detail.tabs.raw} dir="ltr">${text.slice(0, SHOWN_MAX)}</pre>
  </div>`;
}
