/** The panels below the cards: for each what it draws, the same rows as a table, and which calls a mark stands for. */
import type { CallStats, ValueCount } from "../../../api/contract.ts";
import { bars, breakdownChart } from "../../charts/breakdown.ts";
import { heatMapChart } from "../../charts/heat-map.ts";
import { dayText, histogramChart, latencyBars, latencyTrend, rangeText } from "../../charts/latency.ts";
import type { Draw } from "../../charts/plot.ts";
import { bucketText, timelineChart } from "../../charts/timeline.ts";
import { toolsChart } from "../../charts/tools.ts";
import type { Formats } from "../../format.ts";
import { outcomeColor } from "../../palette.ts";
import { words } from "../../words.ts";
import type { Cell } from "../chart/chart.ts";
import { withBuckets, withCaller, withColumn, withHourOfWeek, withLatency, withTool, withUtcDay } from "./marks.ts";
import type { PanelName } from "./sql.ts";

export interface Panel {
  readonly name: PanelName;
  readonly label: string;
  readonly width: "wide" | "half";
  /** What a person should know of it. */
  readonly note?: string;
  readonly draw: () => Draw;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Shown {
  readonly stats: CallStats;
  /** Calls of the buckets before, or null. */
  readonly before: readonly number[] | null;
  readonly filter: URLSearchParams;
  readonly formats: Formats;
}

export function panelsOf(shown: Shown): Panel[] {
  const { stats } = shown;
  const w = words.stats;
  const accent = () => "var(--accent)";
  const same = (value: string) => value;
  return [
    timeline(shown),
    latency(shown),
    trend(shown),
    heatMap(shown),
    breakdown(shown, "outcome", w.outcomes, stats.outcomes, outcomeText, outcomeColor),
    breakdown(shown, "provider_name", w.providers, stats.providers, same, accent),
    breakdown(shown, "pipeline_name", w.pipelines, stats.pipelines, same, accent),
    breakdown(shown, "context_name", w.contexts, stats.contexts, same, accent),
    tools(shown),
    callers(shown),
  ].filter((panel) => panel !== null);
}

const number = (value: number, text: string): Cell => ({ text, value });

function outcomeText(value: string): string {
  return Object.hasOwn(words.outcomes, value) ? words.outcomes[value as keyof typeof words.outcomes] : value;
}

function timeline({ stats, before, filter, formats }: Shown): Panel {
  const { columns, overTime, brushHint } = words.stats;
  const { bucket, points } = stats.timeline;
  return {
    name: "timeline",
    label: overTime[bucket],
    width: "wide",
    note: brushHint,
    draw: () => timelineChart(stats.timeline, before, formats),
    columns: [columns.time, columns.calls, ...(before ? [columns.before] : [])],
    rows: points.map((point, i) => [
      {
        text: bucketText(bucket, point.t, formats),
        value: point.t,
        query: String(withBuckets(filter, stats, i, i)),
      },
      number(point.calls, formats.integer(point.calls)),
      ...(before ? [number(before[i] ?? 0, formats.integer(before[i] ?? 0))] : []),
    ]),
  };
}

function latency({ stats, filter, formats }: Shown): Panel | null {
  const rows = latencyBars(stats.latency.histogram);
  if (rows.length === 0) return null;
  const { p50_ms, p95_ms } = stats.latency;
  const percentiles = [
    { name: "p50", ms: p50_ms },
    { name: "p95", ms: p95_ms },
  ];
  return {
    name: "latency",
    label: words.stats.latency,
    width: "half",
    note: words.stats.latencyBars,
    draw: () => histogramChart(rows, percentiles, formats),
    columns: [words.stats.columns.latency, words.stats.columns.turns],
    rows: rows.map((bar) => [
      {
        text: rangeText(bar, formats),
        value: `${Math.round(bar.from_ms)}-${Math.round(bar.to_ms)} ms`,
        query: String(withLatency(filter, bar.from_ms)),
      },
      number(bar.turns, formats.integer(bar.turns)),
    ]),
  };
}

function trend({ stats, filter, formats }: Shown): Panel | null {
  const { trend: points } = stats.latency;
  if (points.length === 0) return null;
  const { columns, latencyTrend: labels, utcDays } = words.stats;
  const days = stats.timeline.bucket === "week" ? 7 : 1;
  return {
    name: "latency_trend",
    label: labels[stats.timeline.bucket],
    width: "half",
    ...(stats.range.tz === "UTC" ? {} : { note: utcDays }),
    draw: () => latencyTrend(points, days, formats),
    columns: [columns.day, columns.p50, columns.p95, columns.turns],
    rows: points.map((point) => [
      { text: dayText(point.day, formats), value: point.day, query: String(withUtcDay(filter, point.day, days)) },
      number(point.p50_ms, formats.latency(point.p50_ms)),
      number(point.p95_ms, formats.latency(point.p95_ms)),
      number(point.turns, formats.integer(point.turns)),
    ]),
  };
}

function heatMap({ stats, filter, formats }: Shown): Panel {
  const { columns, heatMap: label } = words.stats;
  return {
    name: "heat_map",
    label,
    width: "wide",
    draw: () => heatMapChart(stats.heat_map, formats),
    columns: [columns.weekday, columns.hour, columns.calls],
    rows: stats.heat_map.map(({ weekday, hour, calls }) => [
      {
        text: formats.weekday(weekday),
        value: weekday,
        query: calls > 0 ? String(withHourOfWeek(filter, weekday, hour)) : null,
      },
      number(hour, formats.hourOfDay(hour)),
      number(calls, formats.integer(calls)),
    ]),
  };
}

function breakdown(
  { filter, formats }: Shown,
  column: PanelName,
  label: string,
  counts: readonly ValueCount[],
  name: (value: string) => string,
  color: (value: string) => string,
): Panel {
  const drawn = bars(counts, name, color, formats);
  const all = counts.reduce((sum, row) => sum + row.calls, 0);
  return {
    name: column,
    label,
    width: "half",
    draw: () => breakdownChart(drawn, formats),
    columns: [label, words.stats.columns.calls, words.stats.columns.share],
    // The bars come first, in their order; the table also has what the last bar gathers.
    rows: [...counts]
      .sort((a, b) => b.calls - a.calls)
      .map(({ value, calls }) => [
        {
          text: value === null ? words.notRecorded : name(value),
          value,
          query: String(withColumn(filter, column, value)),
        },
        number(calls, formats.integer(calls)),
        number(all === 0 ? 0 : calls / all, formats.percent(all === 0 ? 0 : calls / all)),
      ]),
  };
}

function tools({ stats, filter, formats }: Shown): Panel | null {
  if (stats.tools.length === 0) return null;
  const { columns: c, tools: label } = words.stats;
  return {
    name: "tools",
    label,
    width: "half",
    draw: () => toolsChart(stats.tools, formats),
    columns: [c.tool, c.calls, c.failed, c.success, c.p50, c.p95],
    rows: stats.tools.map((tool) => [
      { text: tool.name ?? words.notRecorded, value: tool.name, query: String(withTool(filter, tool.name)) },
      number(tool.calls, formats.integer(tool.calls)),
      {
        text: formats.integer(tool.errors),
        value: tool.errors,
        query: tool.errors > 0 ? String(withTool(filter, tool.name, "error")) : null,
      },
      {
        text: tool.success_rate === null ? words.notRecorded : formats.percent(tool.success_rate),
        value: tool.success_rate,
      },
      { text: formats.latency(tool.p50_duration_ms), value: tool.p50_duration_ms },
      { text: formats.latency(tool.p95_duration_ms), value: tool.p95_duration_ms },
    ]),
  };
}

function callers({ stats, filter, formats }: Shown): Panel | null {
  const known = stats.top_callers.flatMap(({ caller_number, calls, duration_seconds }) =>
    caller_number === null ? [] : [{ value: caller_number, calls, duration_seconds }],
  );
  if (known.length === 0) return null;
  const { columns: c, topCallers: label } = words.stats;
  const drawn = known.map((row, i) => ({
    place: i,
    row: i,
    label: row.value,
    calls: row.calls,
    share: stats.totals.calls === 0 ? 0 : row.calls / stats.totals.calls,
    color: "var(--accent)",
  }));
  return {
    name: "callers",
    label,
    width: "half",
    draw: () => breakdownChart(drawn, formats),
    columns: [c.caller, c.calls, c.duration],
    rows: known.map(({ value, calls, duration_seconds }) => [
      { text: value, value, query: String(withCaller(filter, value)) },
      number(calls, formats.integer(calls)),
      number(duration_seconds, formats.duration(duration_seconds)),
    ]),
  };
}
