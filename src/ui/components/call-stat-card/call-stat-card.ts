/** `<call-stat-card>`: one metric of the statistics with its n and the period before, for a host's own dashboard. */
import { property } from "lit/decorators.js";
import { define } from "../base.ts";
import type { Metric } from "../call-stats/cards.ts";
import { LazyElement } from "../lazy.ts";

/**
 * One metric of the calls under a filter, compared with the period before.
 *
 * @fires {CustomEvent<{ page: string, query: string }>} call-navigate - the card was chosen: the dashboard is to be shown with its filter
 */
export class CallStatCard extends LazyElement {
  /** calls, success_rate, avg_duration, p50_latency, p95_latency, tool_success, barge_in_rate, cost or active. */
  @property() metric: Metric = "calls";
  /** The filter as a query string, such as `provider_name=local`. */
  @property() filter = "";
  /** Calls of the last so many days of the page's zone, today included; 0 = the filter's own dates. */
  @property({ type: Number }) days = 30;
  /** Instead of the metric's name. */
  @property() label = "";
  /** Seconds between two questions, while the page is in sight. */
  @property({ type: Number, attribute: "refresh-seconds" }) refreshSeconds = 60;

  protected readonly tag = "call-lake-stat-card";
  protected readonly parts = "root, card";

  protected load(): Promise<unknown> {
    return import("./card-view.ts");
  }
}

define("call-stat-card", CallStatCard);
