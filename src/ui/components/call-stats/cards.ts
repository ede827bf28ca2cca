/** Numbers on cards: one metric each, with its n and the same number of the period before. */
import { html, nothing, type TemplateResult } from "lit";
import type { CostOfCurrency, Totals } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none } from "../parts.ts";

/** Metrics that come from the totals. */
export const TOTALS_METRICS = [
  "calls",
  "success_rate",
  "avg_duration",
  "p50_latency",
  "p95_latency",
  "tool_success",
  "barge_in_rate",
] as const;
export type TotalsMetric = (typeof TOTALS_METRICS)[number];
export const METRICS = [...TOTALS_METRICS, "cost", "active"] as const;
export type Metric = (typeof METRICS)[number];

/** A number with what it is compared with; null = not recorded. */
export interface Card {
  readonly label: string;
  readonly value: number | null;
  readonly format: (value: number) => string;
  readonly note: string;
  /** Null = there was no period before; undefined = nothing is said of it. */
  readonly before: number | null | undefined;
  /** Whether more is better (1), worse (-1), or just more. */
  readonly sense: 1 | -1 | 0;
  /** A share changes by points of a percent, not by percents of percents. */
  readonly share: boolean;
}

interface Rule {
  readonly value: (totals: Totals) => number | null;
  readonly format: keyof Pick<Formats, "integer" | "percent" | "duration" | "latency">;
  readonly n: "calls" | "turns" | "tools" | "duration";
  readonly sense: Card["sense"];
}

const RULES: Record<TotalsMetric, Rule> = {
  calls: { value: (t) => t.calls, format: "integer", n: "duration", sense: 0 },
  success_rate: {
    value: (t) => (t.calls === 0 ? null : t.completed / t.calls),
    format: "percent",
    n: "calls",
    sense: 1,
  },
  avg_duration: { value: (t) => t.avg_duration_seconds, format: "duration", n: "calls", sense: 0 },
  p50_latency: { value: (t) => t.p50_turn_latency_ms, format: "latency", n: "turns", sense: -1 },
  p95_latency: { value: (t) => t.p95_turn_latency_ms, format: "latency", n: "turns", sense: -1 },
  tool_success: { value: (t) => t.tool_success_rate, format: "percent", n: "tools", sense: 1 },
  barge_in_rate: { value: (t) => t.barge_in_rate, format: "percent", n: "calls", sense: 0 },
};

export function totalsCard(name: TotalsMetric, totals: Totals, previous: Totals | null, formats: Formats): Card {
  const { value, format, n, sense } = RULES[name];
  return {
    label: words.stats.metrics[name],
    value: value(totals),
    format: formats[format],
    note: noteOf(n, totals, formats),
    before: previous ? (previous.calls > 0 ? value(previous) : null) : undefined,
    sense,
    share: format === "percent",
  };
}

function noteOf(n: Rule["n"], totals: Totals, formats: Formats): string {
  const w = words.stats;
  if (n === "duration") return w.total(formats.duration(totals.duration_seconds_total));
  if (n === "turns") return w.ofTurns(formats.integer(totals.turns));
  return n === "tools" ? w.ofTools(formats.integer(totals.tool_calls)) : w.ofCalls(formats.integer(totals.calls));
}

/** A card a currency: sums of different ones are no sum. */
export function costCards(
  cost: readonly CostOfCurrency[],
  before: readonly CostOfCurrency[] | undefined,
  formats: Formats,
): Card[] {
  return cost.map(({ currency, calls, total }) => ({
    label: currency ? `${words.stats.metrics.cost}, ${currency}` : words.stats.metrics.cost,
    value: total,
    format: (value: number) => moneyText(value, currency, formats),
    note: words.stats.ofCost(formats.integer(calls)),
    before: before && (before.find((one) => one.currency === currency)?.total ?? null),
    sense: 0 as const,
    share: false,
  }));
}

/** Cents where there are thousands of them are noise. */
function moneyText(value: number, currency: string | null, formats: Formats): string {
  if (!currency || !/^[A-Za-z]{3}$/.test(currency) || Math.abs(value) < 10) return formats.money(value, currency);
  const thousands = Math.abs(value) < 10_000 ? {} : { minimumFractionDigits: 0, maximumFractionDigits: 0 };
  return new Intl.NumberFormat(formats.locale, { style: "currency", currency, ...thousands }).format(value);
}

/** The inside of a card. */
export function cardBody(card: Card, formats: Formats): TemplateResult {
  const { value } = card;
  return html`<span class="label muted">${card.label}</span>
    <strong>${value === null ? none() : html`<bdi>${card.format(value)}</bdi>`}</strong>
    <span class="note muted">${value === null ? nothing : card.note}</span>
    <span class="trend">${trend(card, formats)}</span>`;
}

function trend(card: Card, formats: Formats) {
  const { value, before } = card;
  if (before === undefined) return nothing;
  if (value === null || before === null) return html`<span class="muted">${words.stats.noBefore}</span>`;
  const change = card.share ? value - before : before === 0 ? null : (value - before) / before;
  const text = html`<span class="muted" title=${words.stats.beforeIs}>${words.stats.before(card.format(before))}</span>`;
  if (change === null || Math.abs(change) < 0.005) return text;
  const size = card.share ? words.stats.points(formats.percent(Math.abs(change))) : formats.percent(Math.abs(change));
  const tone = card.sense === 0 ? "" : Math.sign(change) === card.sense ? "better" : "worse";
  return html`<span class="change ${tone}"
      >${icon(change > 0 ? "up" : "down")}<span class="hidden">${change > 0 ? "+" : "−"}</span>${size}</span
    >${text}`;
}

/** Before the first answer. */
export function statsSkeleton(): TemplateResult {
  const card = html`<div class="card">
    <span class="bone"></span><span class="bone big"></span><span class="bone"></span><span class="bone"></span>
  </div>`;
  return html`<div role="status" aria-label=${words.stats.loading}>
    <div class="cards" aria-hidden="true">${Array.from({ length: 10 }, () => card)}</div>
    <div class="panel tall" aria-hidden="true"></div>
  </div>`;
}
