/** End-to-end latency of each turn of one call, beside the p50 and p95 of all calls; a gap where it is not known. */
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP } from "./plot.ts";
import type { TurnRow } from "./turn-rows.ts";
import { titleOf } from "./turn-waterfall.ts";

const HEIGHT = 220;
const PIXELS_A_TICK = 40;
/** A call of three turns has three bars, not three walls. */
const PIXELS_A_TURN_MAX = 88;
/** Bars thinner than a pixel are none: beyond this each bar is the worst of some turns. */
const BARS_MAX = 400;

/** Percentiles of all calls, in ms. */
export interface Reference {
  readonly p50: number | null;
  readonly p95: number | null;
}

export function turnLatency(all: readonly TurnRow[], reference: Reference | null, formats: Formats): Draw {
  const rows = worstOf(all);
  const known = rows.filter((row) => row.e2e !== null);
  const w = words.metrics;
  const lines = [
    { ms: reference?.p50 ?? null, text: w.p50, dash: "2 3" },
    { ms: reference?.p95 ?? null, text: w.p95, dash: "6 4" },
  ].flatMap(({ ms, text, dash }) => (ms === null ? [] : [{ ms, text: text(formats.latency(ms)), dash }]));
  const max = Math.max(1, ...known.map((row) => row.e2e ?? 0), ...lines.map((line) => line.ms));
  return (plot, available) => {
    const width = Math.min(available, Math.max(420, rows.length * PIXELS_A_TURN_MAX + 68));
    const every = Math.ceil(rows.length / Math.max(1, Math.floor(width / PIXELS_A_TICK)));
    return {
      width,
      height: HEIGHT,
      marginLeft: 56,
      marginTop: 20,
      x: { type: "band", domain: rows.map((row) => row.turn), padding: rows.length > 80 ? 0.1 : 0.3, label: null },
      y: { zero: true, domain: [0, max], nice: true, label: null },
      marks: [
        plot.gridY({ ...GRID, ticks: 5 }),
        plot.axisY({ ticks: 5, tickSize: 0, label: null, tickFormat: (ms: number) => formats.latencyTick(ms, max) }),
        plot.axisX({
          tickSize: 0,
          label: null,
          tickFormat: (turn: number, i: number) => (i % every === 0 ? formats.integer(turn) : ""),
        }),
        plot.barY(known, { x: "turn", y: "e2e", fill: "var(--stage-llm)", fillOpacity: 0.75 }),
        plot.text(
          known.filter((row) => row.interrupted),
          { x: "turn", y: "e2e", text: () => "▾", dy: -8, fontSize: 12 },
        ),
        plot.text(
          rows.filter((row) => row.e2e === null),
          { x: "turn", y: 0, text: () => "–", dy: -6, fill: "var(--muted)" },
        ),
        ...lines.flatMap((line) => [
          plot.ruleY([line.ms], { stroke: "var(--text)", strokeDasharray: line.dash, strokeOpacity: 0.8 }),
          plot.text([line], {
            y: "ms",
            text: "text",
            frameAnchor: "right",
            textAnchor: "end",
            dy: -7,
            stroke: "var(--raised)",
            fill: "var(--text)",
            strokeWidth: 4,
          }),
        ]),
        plot.ruleY([0], { stroke: "var(--line-strong)" }),
        plot.tip(known, plot.pointerX({ x: "turn", y: "e2e", title: (row: TurnRow) => titleOf(row, formats), ...TIP })),
      ],
    };
  };
}

/** At most 400 rows: the slowest turn of each group stands for it. */
function worstOf(rows: readonly TurnRow[]): readonly TurnRow[] {
  if (rows.length <= BARS_MAX) return rows;
  const group = Math.ceil(rows.length / BARS_MAX);
  return Array.from({ length: Math.ceil(rows.length / group) }, (_, i) =>
    rows.slice(i * group, (i + 1) * group).reduce((worst, row) => ((row.e2e ?? -1) > (worst.e2e ?? -1) ? row : worst)),
  );
}
