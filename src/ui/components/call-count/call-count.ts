/** `<call-count>`: a number with its label, for a host's own dashboard: how many calls there are under a filter. */
import { css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "../base.ts";
import { LazyElement } from "../lazy.ts";

/**
 * How many calls there are under a filter, kept up to date.
 *
 * @fires {CustomEvent<{ page: string, query: string }>} call-navigate - the number was chosen: its calls are to be shown
 */
export class CallCount extends LazyElement {
  static override styles = [
    ...LazyElement.styles,
    css`
      :host {
        display: inline-block;
        min-width: 96px;
      }
    `,
  ];

  /** The filter as a query string, such as `outcome=error`. */
  @property() filter = "";
  /** Calls of the last so many days of the page's zone, today included; 0 = the filter's own dates. */
  @property({ type: Number }) days = 0;
  /** What stands below the number; the language's word for calls when empty. */
  @property() label = "";
  /** `stored`: calls of the history. `active`: calls that run now. */
  @property() of: "stored" | "active" = "stored";
  /** Seconds between two questions, while the page is in sight. */
  @property({ type: Number, attribute: "refresh-seconds" }) refreshSeconds = 10;

  protected readonly tag = "call-lake-count";
  protected readonly parts = "root, value, label";

  protected load(): Promise<unknown> {
    return import("./count-view.ts");
  }

  protected override waiting(): TemplateResult {
    return html`<span class="bone"></span>`;
  }
}

define("call-count", CallCount);
