/** `<call-lake-count>` (internal): the inside of `<call-count>`. */
import { css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { UnreadableFile } from "../../../api/contract.ts";
import { type Answer, readTotal } from "../../data.ts";
import { readActive } from "../../live-data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/stats.ts";
import { define } from "../base.ts";
import { partialMark } from "../partial.ts";
import { PolledElement } from "./polled.ts";

interface Counted {
  readonly calls: number;
  readonly unreadable?: readonly UnreadableFile[] | undefined;
}

export class CountView extends PolledElement<Counted> {
  static override styles = [
    ...shared,
    css`
      .root {
        background: none;
        container-type: normal;
      }
      button {
        display: flex;
        flex-direction: column;
        align-items: flex-start;
        padding: 4px 8px;
        margin: -4px -8px;
        border: 0;
        border-radius: var(--radius);
        background: none;
        cursor: pointer;
        text-align: start;
      }
      button:hover {
        background: var(--hover);
      }
      strong {
        font-size: 20px;
        line-height: 28px;
        font-weight: 600;
      }
      .old strong {
        color: var(--muted);
      }
      .bone {
        width: 48px;
      }
    `,
  ];

  @property() of: "stored" | "active" = "stored";

  protected override readonly asks = ["api", "headers", "timezone", "permissions", "filter", "days", "of"];

  protected async ask(filter: URLSearchParams, signal: AbortSignal): Promise<Answer<Counted>> {
    if (this.of !== "active") {
      const answer = await readTotal(this.server, filter, signal);
      if (answer.state !== "ok") return answer;
      const { total = 0, unreadable } = answer.value;
      return { state: "ok", value: { calls: total, unreadable } };
    }
    const answer = await readActive(this.server, filter, signal);
    return answer.state === "ok" ? { state: "ok", value: { calls: answer.value.calls.length } } : answer;
  }

  override render(): TemplateResult {
    const { trouble } = this;
    const label = this.label || (this.of === "active" ? words.count.active : words.count.calls);
    return html`<div class=${this.rootClass} part="root">
      <button class=${trouble ? "old" : ""} type="button" title=${trouble || label} @click=${this.#choose}>
        <strong part="value">${this.#number(trouble)}</strong>
        <span class="muted" part="label">${label}</span>
        ${partialMark(this.value?.unreadable, this.formats)}
      </button>
    </div>`;
  }

  #number(trouble: string) {
    if (this.value !== null) return this.formats.integer(this.value.calls);
    return trouble
      ? html`<span aria-hidden="true">–</span><span class="hidden">${trouble}</span>`
      : html`<span class="bone"></span><span class="hidden">${words.count.loading}</span>`;
  }

  #choose(): void {
    const page = this.of === "active" ? "call-live" : "call-history";
    this.tell("call-navigate", { page, query: String(this.question) });
  }
}

define("call-lake-count", CountView);
