/** Each turn of a call on a time axis: its stages one after another, its end-to-end time as a line. */
import type { Formats } from "../format.ts";
import { stageColor } from "../palette.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP } from "./plot.ts";
import { stageSpans, TURN_STAGES, type TurnRow } from "./turn-rows.ts";

const PIXELS_A_TURN = 22;
const MARGINS = 56;

/** A chart of these turns; whoever has many shows some of them at a time. */
export function turnWaterfall(rows: readonly TurnRow[], formats: Formats): Draw {
  const spans = stageSpans(rows).map((span) => ({ ...span, color: stageColor(span.stage) }));
  const known = rows.filter((row) => row.total !== null);
  const max = Math.max(1, ...known.map((row) => row.total ?? 0));
  const lines = rows.filter((row) => row.e2e !== null && row.stages.whole === undefined);
  return (plot, width) => ({
    width,
    height: rows.length * PIXELS_A_TURN + MARGINS,
    marginLeft: 44,
    marginRight: 36,
    x: { zero: true, domain: [0, max], nice: true, label: null },
    y: { type: "band", domain: rows.map((row) => row.turn), padding: 0.3, label: null },
    color: { type: "identity" },
    marks: [
      plot.gridX({ ...GRID, ticks: 6 }),
      plot.axisX({ ticks: 6, tickSize: 0, label: null, tickFormat: (ms: number) => formats.latencyTick(ms, max) }),
      plot.axisY({ tickSize: 0, label: null, tickFormat: (turn: number) => formats.integer(turn) }),
      plot.barX(spans, { x1: "from", x2: "to", y: "turn", fill: "color", insetRight: 1 }),
      plot.tickX(lines, { x: "e2e", y: "turn", stroke: "var(--text)", strokeWidth: 2 }),
      plot.text(
        known.filter((row) => row.interrupted),
        { x: "total", y: "turn", text: () => "◂", dx: 9, fontSize: 11 },
      ),
      plot.text(
        rows.filter((row) => row.total === null),
        { x: 0, y: "turn", text: () => "–", dx: 6, fill: "var(--muted)", textAnchor: "start" },
      ),
      plot.ruleX([0], { stroke: "var(--line-strong)" }),
      plot.tip(known, plot.pointerY({ x: "total", y: "turn", title: (row: TurnRow) => titleOf(row, formats), ...TIP })),
    ],
  });
}

/** What is known of a turn, in lines. */
export function titleOf(row: TurnRow, formats: Formats): string {
  const stages = TURN_STAGES.flatMap((stage) => {
    const ms = row.stages[stage];
    return ms === undefined ? [] : [`${words.metrics.stages[stage]} ${formats.latency(ms)}`];
  });
  const head = `${words.metrics.turn} ${formats.integer(row.turn)}`;
  return [head, ...stages, `${words.metrics.total} ${formats.latency(row.e2e)}`].join("\n");
}
