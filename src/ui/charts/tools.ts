/** Tool calls by tool as bars, the failed part apart, with how many succeeded. */
import type { ToolCount } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { cut } from "./breakdown.ts";
import { type Draw, TIP } from "./plot.ts";

const ROW = 26;
const TOOLS_MAX = 12;

export function toolsChart(tools: readonly ToolCount[], formats: Formats): Draw {
  const rows = tools.slice(0, TOOLS_MAX).map((tool, row) => ({
    row,
    calls: tool.calls,
    failed: tool.errors,
    success: tool.success_rate === null ? "–" : formats.percent(tool.success_rate),
    title: [
      tool.name ?? words.notRecorded,
      `n = ${formats.integer(tool.calls)}`,
      `${words.stats.columns.failed} ${formats.integer(tool.errors)}`,
      `p50 ${formats.latency(tool.p50_duration_ms)}`,
      `p95 ${formats.latency(tool.p95_duration_ms)}`,
    ].join("\n"),
  }));
  const names = tools.map((tool) => cut(tool.name ?? words.notRecorded));
  const max = Math.max(1, ...rows.map((row) => row.calls));
  return (plot, width) => ({
    width,
    height: rows.length * ROW + 4,
    marginTop: 2,
    marginBottom: 2,
    marginLeft: 116,
    marginRight: 108,
    x: { axis: null, domain: [0, max] },
    y: { type: "band", domain: rows.map(({ row }) => row), padding: 0.38, label: null },
    marks: [
      plot.axisY({
        tickSize: 0,
        label: null,
        tickFormat: (row: number) => names[row] ?? "",
        fontSize: 12,
        tickPadding: 10,
      }),
      plot.barX(rows, { y: "row", x1: 0, x2: max, fill: "var(--sunken)", rx: 2 }),
      plot.barX(rows, { y: "row", x1: "failed", x2: "calls", fill: "var(--outcome-completed)", rx: 2 }),
      plot.barX(rows, { y: "row", x1: 0, x2: "failed", fill: "var(--outcome-error)", rx: 2 }),
      plot.text(rows, {
        y: "row",
        x: max,
        dx: 48,
        textAnchor: "end",
        text: (row: { calls: number }) => formats.integer(row.calls),
        fontSize: 12,
      }),
      plot.text(rows, {
        y: "row",
        x: max,
        dx: 104,
        textAnchor: "end",
        fill: "var(--muted)",
        text: "success",
        fontSize: 12,
      }),
      plot.tip(rows, plot.pointerY({ y: "row", x: "calls", title: "title", anchor: "left", ...TIP })),
    ],
  });
}
