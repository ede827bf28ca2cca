/** Latencies of turns: how they are spread, and how their median and p95 went from day to day. */
import type { TurnLatency } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { type Draw, GRID, TIP, wholeOnly } from "./plot.ts";

const HEIGHT = 200;
const PIXELS_A_TICK = 80;
/** The answer's buckets are 5 % wide; three of them make one bar. */
const BUCKETS_A_BAR = 3;
/** Below it the names of two percentiles would overlap with their values. */
const LABELS_WIDTH_MIN = 440;
const STEP = Math.log(1.05);
const DAY_MS = 86_400_000;

export interface LatencyBar {
  readonly row: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly turns: number;
}

/** Buckets gathered to bars of equal width on a logarithmic axis; empty ones are left out. */
export function latencyBars(histogram: TurnLatency["histogram"]): LatencyBar[] {
  const bars = new Map<number, { from_ms: number; to_ms: number; turns: number }>();
  for (const bucket of histogram) {
    const place = Math.floor(Math.round(Math.log(Math.max(bucket.from_ms, 1)) / STEP) / BUCKETS_A_BAR);
    const bar = bars.get(place);
    if (bar) Object.assign(bar, { to_ms: bucket.to_ms, turns: bar.turns + bucket.turns });
    else bars.set(place, { ...bucket });
  }
  return [...bars.values()].map((bar, row) => ({ row, ...bar }));
}

/** `marks`: percentiles as lines with their names. */
export function histogramChart(
  bars: readonly LatencyBar[],
  percentiles: readonly { readonly name: string; readonly ms: number | null }[],
  formats: Formats,
): Draw {
  const edge = (place: number) => Math.exp(place * STEP * BUCKETS_A_BAR);
  const rows = bars.map((bar) => {
    const place = Math.floor(Math.round(Math.log(Math.max(bar.from_ms, 1)) / STEP) / BUCKETS_A_BAR);
    return {
      ...bar,
      x1: edge(place),
      x2: edge(place + 1),
      middle: edge(place + 0.5),
      title: `${rangeText(bar, formats)}\nn = ${formats.integer(bar.turns)}`,
    };
  });
  const known = percentiles.flatMap(({ name, ms }) => (ms === null || ms < 1 ? [] : [{ name, ms }]));
  return (plot, width) => ({
    width,
    height: HEIGHT,
    marginTop: 24,
    x: { type: "log", label: null },
    y: { zero: true, nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 4 }),
      plot.axisY({ ticks: 4, tickSize: 0, label: null, tickFormat: (value: number) => wholeOnly(value, formats) }),
      plot.axisX({
        ticks: roundLatencies(rows[0]?.x1 ?? 1, rows.at(-1)?.x2 ?? 1, width / PIXELS_A_TICK),
        tickSize: 0,
        label: null,
        tickFormat: (ms: number) => shortLatency(ms, formats),
      }),
      plot.rectY(rows, { x1: "x1", x2: "x2", y: "turns", fill: "var(--stage-llm)", fillOpacity: 0.8, inset: 0.5 }),
      plot.ruleY([0], { stroke: "var(--line-strong)" }),
      plot.ruleX(known, { x: "ms", stroke: "var(--text)", strokeDasharray: "2 3" }),
      plot.text(known, {
        x: "ms",
        frameAnchor: "top",
        dy: -14,
        text: ({ name, ms }: { name: string; ms: number }) =>
          width < LABELS_WIDTH_MIN ? name : `${name} ${shortLatency(ms, formats)}`,
      }),
      plot.tip(rows, plot.pointerX({ x: "middle", y: "turns", title: "title", ...TIP })),
    ],
  });
}

/** Round latencies within a range, no more than there is room for: 1, 2, 5, 10 …, or with 3 and 7 between them. */
function roundLatencies(from: number, to: number, room: number): number[] {
  const decades = [1, 10, 100, 1000, 10_000, 100_000];
  const within = (steps: readonly number[]) =>
    decades.flatMap((ten) => steps.map((step) => step * ten)).filter((ms) => ms >= from && ms <= to);
  const choices = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]].map(within);
  return choices.find((ticks) => ticks.length <= room) ?? [];
}

/** From and to as words. */
export function rangeText(bar: Pick<LatencyBar, "from_ms" | "to_ms">, formats: Formats): string {
  return `${formats.latency(bar.from_ms)} – ${formats.latency(bar.to_ms)}`;
}

function shortLatency(ms: number, formats: Formats): string {
  return ms < 1000 ? formats.latencyTick(Math.round(ms), 1) : formats.latencyTick(ms, ms);
}

/** Two lines, with a gap where a day (or week) has no turns. */
export function latencyTrend(trend: TurnLatency["trend"], everyDays: number, formats: Formats): Draw {
  const rows = trend.flatMap((point, row) => {
    const at = dayStart(point.day);
    const next = trend[row + 1];
    const gap = next && dayStart(next.day) - at > 1.5 * everyDays * DAY_MS;
    const shown = {
      row,
      at: new Date(at),
      p50: point.p50_ms as number | null,
      p95: point.p95_ms as number | null,
      title: `${dayText(point.day, formats)}\np50 ${formats.latency(point.p50_ms)}\np95 ${formats.latency(point.p95_ms)}\nn = ${formats.integer(point.turns)}`,
    };
    return gap ? [shown, { ...shown, at: new Date(at + everyDays * DAY_MS), p50: null, p95: null }] : [shown];
  });
  const isKnown = (i: number) => (rows[i]?.p95 ?? null) !== null;
  const lonely = rows.filter((_, i) => isKnown(i) && !isKnown(i - 1) && !isKnown(i + 1));
  const known = rows.filter((row) => row.p95 !== null);
  const max = Math.max(0, ...known.map((row) => row.p95 ?? 0));
  const last = known.slice(-1);
  const axis = new Intl.DateTimeFormat(formats.locale, { timeZone: "UTC", day: "numeric", month: "short" });
  return (plot, width) => ({
    width,
    height: HEIGHT,
    marginRight: 34,
    x: { type: "utc", label: null },
    y: { zero: true, nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 4 }),
      plot.axisY({ ticks: 4, tickSize: 0, label: null, tickFormat: (ms: number) => formats.latencyTick(ms, max) }),
      plot.axisX({
        ticks: Math.max(2, Math.min(known.length, Math.floor(width / PIXELS_A_TICK))),
        tickSize: 0,
        label: null,
        tickFormat: (date: Date) => axis.format(date),
      }),
      plot.lineY(rows, { x: "at", y: "p95", stroke: "var(--outcome-abandoned)", strokeWidth: 1.5 }),
      plot.lineY(rows, { x: "at", y: "p50", stroke: "var(--stage-llm)", strokeWidth: 1.5 }),
      plot.dot(lonely, { x: "at", y: "p95", fill: "var(--outcome-abandoned)", r: 2 }),
      plot.dot(lonely, { x: "at", y: "p50", fill: "var(--stage-llm)", r: 2 }),
      plot.text(last, { x: "at", y: "p95", text: () => "p95", dx: 6, textAnchor: "start" }),
      plot.text(last, { x: "at", y: "p50", text: () => "p50", dx: 6, textAnchor: "start" }),
      plot.ruleY([0], { stroke: "var(--line-strong)" }),
      plot.dot(known, plot.pointerX({ x: "at", y: "p95", fill: "var(--outcome-abandoned)", r: 3 })),
      plot.tip(known, plot.pointerX({ x: "at", y: "p95", title: "title", ...TIP })),
    ],
  });
}

const dayStart = (day: string) => Date.parse(`${day.slice(0, 10)}T00:00:00Z`);

/** A calendar day as words: of no zone, so that it stays the day it is. */
export function dayText(day: string, formats: Formats): string {
  const options = { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" } as const;
  return new Intl.DateTimeFormat(formats.locale, options).format(dayStart(day));
}
