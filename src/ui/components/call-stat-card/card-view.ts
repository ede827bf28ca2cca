/** `<call-lake-stat-card>` (internal): the inside of `<call-stat-card>`. */
import { css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { CallStats } from "../../../api/contract.ts";
import type { Answer } from "../../data.ts";
import { dashboardQuery } from "../../filter.ts";
import { readActive } from "../../live-data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/stats.ts";
import { define } from "../base.ts";
import { PolledElement } from "../call-count/polled.ts";
import { cardStyles } from "../call-stats/card-styles.ts";
import {
  type Card,
  cardBody,
  costCards,
  METRICS,
  type Metric,
  TOTALS_METRICS,
  type TotalsMetric,
  totalsCard,
} from "../call-stats/cards.ts";
import { partialMark } from "../partial.ts";
import { sharedStats } from "./shared-stats.ts";

type Value = { readonly active: number } | { readonly stats: CallStats };

export class StatCardView extends PolledElement<Value> {
  static override styles = [
    ...shared,
    cardStyles,
    css`
      .root {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        overflow: clip;
      }
      .root,
      .card {
        background: var(--raised);
      }
      .card {
        width: 100%;
        min-height: 112px;
        border: 0;
        text-align: start;
        cursor: pointer;
        box-shadow: none;
      }
      .card:hover {
        background: var(--hover);
      }
      .card:focus-visible {
        outline-offset: -2px;
      }
      .old strong {
        color: var(--muted);
      }
    `,
  ];

  @property() metric: Metric = "calls";

  protected override readonly asks = ["api", "headers", "timezone", "permissions", "filter", "days", "metric"];

  protected async ask(filter: URLSearchParams, signal: AbortSignal): Promise<Answer<Value>> {
    if (this.metric === "active") {
      const answer = await readActive(this.server, filter, signal);
      return answer.state === "ok" ? { state: "ok", value: { active: answer.value.calls.length } } : answer;
    }
    const answer = await sharedStats(this.server, filter);
    if (signal.aborted) return { state: "aborted" };
    return answer.state === "ok" ? { state: "ok", value: { stats: answer.value } } : answer;
  }

  override render(): TemplateResult {
    if (!METRICS.includes(this.metric)) {
      return html`<div class=${this.rootClass} part="root">
        <p class="card" role="alert">${words.count.unknownMetric(String(this.metric), METRICS.join(", "))}</p>
      </div>`;
    }
    const { trouble } = this;
    return html`<div class=${this.rootClass} part="root">
      <button class="card ${trouble ? "old" : ""}" part="card" type="button" title=${trouble} @click=${this.#choose}>
        ${this.#inside(trouble)}
      </button>
    </div>`;
  }

  #inside(trouble: string) {
    const label = this.label || words.stats.metrics[this.metric];
    if (!this.value) {
      return html`<span class="label muted">${label}</span>${
        trouble
          ? html`<strong aria-hidden="true">–</strong><span class="note muted">${trouble}</span>`
          : html`<span class="bone big"></span><span class="hidden">${words.stats.loading}</span>`
      }`;
    }
    if ("active" in this.value) {
      return html`<span class="label muted">${label}</span>
        <strong>${this.formats.integer(this.value.active)}</strong>
        <span class="note muted">${words.stats.activeNote}</span>`;
    }
    const [first, ...more] = this.#cards(this.value.stats);
    if (!first) return html`<span class="label muted">${label}</span><strong>${words.notRecorded}</strong>`;
    const named = this.label ? { ...first, label } : first;
    const partial = partialMark(this.value.stats.unreadable, this.formats);
    return html`${cardBody(named, this.formats)}${partial}${more.map(
      (card) =>
        html`<span class="note">${card.label}: <bdi>${card.value === null ? "" : card.format(card.value)}</bdi></span>`,
    )}`;
  }

  /** One card; of money one a currency. */
  #cards({ totals, previous, cost }: CallStats): Card[] {
    const { metric, formats } = this;
    if (isTotals(metric)) return [totalsCard(metric, totals, previous, formats)];
    return costCards(cost, undefined, formats);
  }

  #choose(): void {
    const active = this.metric === "active";
    const query = active ? String(this.question) : dashboardQuery(this.question);
    this.tell("call-navigate", { page: active ? "call-live" : "call-stats", query });
  }
}

const isTotals = (metric: Metric): metric is TotalsMetric => (TOTALS_METRICS as readonly string[]).includes(metric);

define("call-lake-stat-card", StatCardView);
