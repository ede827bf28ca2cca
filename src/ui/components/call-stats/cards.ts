/** The cards above the charts: one number each, with its n and the same number of the period before. */
import { html, nothing, type TemplateResult } from "lit";
import type { Totals } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none } from "../parts.ts";

/** Whether more is better, worse, or just more. */
type Sense = 1 | -1 | 0;

interface Card {
  readonly label: string;
  readonly value: (totals: Totals) => number | null;
  readonly format: (value: number) => string;
  readonly note: (totals: Totals) => string;
  readonly sense: Sense;
  /** A share changes by points of a percent, not by percents of percents. */
  readonly share?: true;
}

export function statCards(totals: Totals, previous: Totals | null, formats: Formats): TemplateResult {
  const w = words.stats;
  const n = (t: Totals) => w.ofCalls(formats.integer(t.calls));
  const one = new Intl.NumberFormat(formats.locale, { maximumFractionDigits: 1 });
  const cards: Card[] = [
    {
      label: w.calls,
      value: (t) => t.calls,
      format: formats.integer,
      note: (t) => w.total(formats.duration(t.duration_seconds_total)),
      sense: 0,
    },
    {
      label: w.completed,
      value: (t) => (t.calls === 0 ? null : t.completed / t.calls),
      format: formats.percent,
      note: n,
      sense: 1,
      share: true,
    },
    { label: w.avgDuration, value: (t) => t.avg_duration_seconds, format: formats.duration, note: n, sense: 0 },
    {
      label: w.avgLatency,
      value: (t) => t.avg_turn_latency_ms,
      format: formats.latency,
      note: (t) => (t.p50_turn_latency_ms === null ? "" : w.median(formats.latency(t.p50_turn_latency_ms))),
      sense: -1,
    },
    { label: w.p95Latency, value: (t) => t.p95_turn_latency_ms, format: formats.latency, note: n, sense: -1 },
    {
      label: w.toolSuccess,
      value: (t) => t.tool_success_rate,
      format: formats.percent,
      note: (t) => w.ofTools(formats.integer(t.tool_calls)),
      sense: 1,
      share: true,
    },
    {
      label: w.bargeIns,
      value: (t) => t.barge_ins,
      format: formats.integer,
      note: (t) => (t.calls === 0 ? "" : w.perCall(one.format(t.barge_ins / t.calls))),
      sense: 0,
    },
  ];
  return html`<div class="cards" part="cards">${cards.map((card) => cardOf(card, totals, previous, formats))}</div>`;
}

function cardOf(card: Card, totals: Totals, previous: Totals | null, formats: Formats): TemplateResult {
  const value = card.value(totals);
  const before = previous && previous.calls > 0 ? card.value(previous) : null;
  return html`<div class="card" part="card">
    <span class="label muted">${card.label}</span>
    <strong>${value === null ? none() : card.format(value)}</strong>
    <span class="note muted">${value === null ? nothing : card.note(totals)}</span>
    <span class="trend">
      ${value === null || before === null ? html`<span class="muted">${words.stats.noBefore}</span>` : trend(value, before, card, formats)}
    </span>
  </div>`;
}

function trend(value: number, before: number, card: Card, formats: Formats): TemplateResult {
  const change = card.share ? value - before : before === 0 ? null : (value - before) / before;
  const text = html`<span class="muted">${words.stats.before(card.format(before))}</span>`;
  if (change === null || Math.abs(change) < 0.005) return text;
  const size = card.share ? words.stats.points(formats.percent(Math.abs(change))) : formats.percent(Math.abs(change));
  const tone = card.sense === 0 ? "" : Math.sign(change) === card.sense ? "better" : "worse";
  return html`<span class="change ${tone}">${icon(change > 0 ? "up" : "down")}${size}</span>${text}`;
}
