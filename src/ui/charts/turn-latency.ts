/** Latency of each turn of one call: its stages stacked, its end-to-end time as a line; nothing where nothing is known. */
import type { CallDetail } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { STAGES, type Stage, stageColor } from "../palette.ts";
import { words } from "../words.ts";
import { type Draw, GRID, TIP } from "./plot.ts";

const HEIGHT = 240;
const PIXELS_A_TICK = 40;
/** A call of three turns has three bars, not three walls. */
const PIXELS_A_TURN_MAX = 88;

export interface TurnRow {
  /** From 1. */
  readonly turn: number;
  readonly e2e: number | null;
  /** Only stages that are known; `whole` when the end-to-end time is all there is. */
  readonly stages: Partial<Record<Stage, number>>;
  /** What the bar reaches: the larger of e2e and the stages' sum; null when nothing is known. */
  readonly total: number | null;
  readonly interrupted: boolean;
}

/** The turns of a record, from `turns` or, without these, from the plain latencies. Pure. */
export function turnRows(call: Pick<CallDetail, "turns" | "turn_latencies_ms">): TurnRow[] {
  if (!call.turns?.length) {
    return (call.turn_latencies_ms ?? []).map((e2e, i) => ({
      turn: i + 1,
      e2e,
      stages: { whole: e2e },
      total: e2e,
      interrupted: false,
    }));
  }
  return call.turns.map((turn, i) => {
    const stages: Partial<Record<Stage, number>> = {};
    for (const stage of STAGES) {
      const ms = turn[`${stage}_ms`];
      if (ms !== null && ms >= 0) stages[stage] = ms;
    }
    const sum = Object.values(stages).reduce((a, b) => a + b, 0);
    const e2e = turn.e2e_ms;
    if (Object.keys(stages).length === 0 && e2e !== null) stages.whole = e2e;
    const known = e2e !== null || Object.keys(stages).length > 0;
    return {
      turn: i + 1,
      e2e,
      stages,
      total: known ? Math.max(e2e ?? 0, sum) : null,
      interrupted: turn.interrupted === true,
    };
  });
}

export function turnLatency(rows: readonly TurnRow[], formats: Formats): Draw {
  const parts = rows.flatMap((row) =>
    Object.entries(row.stages).map(([stage, ms]) => ({ turn: row.turn, ms, color: stageColor(stage as Stage) })),
  );
  const known = rows.filter((row) => row.total !== null);
  const max = Math.max(...known.map((row) => row.total ?? 0));
  const lines = rows.filter((row) => row.e2e !== null && row.stages.whole === undefined);
  return (plot, available) => {
    const width = Math.min(available, Math.max(360, rows.length * PIXELS_A_TURN_MAX + 68));
    const every = Math.ceil(rows.length / Math.max(1, Math.floor(width / PIXELS_A_TICK)));
    return {
      width,
      height: HEIGHT,
      marginLeft: 56,
      x: { type: "band", domain: rows.map((row) => row.turn), padding: rows.length > 80 ? 0.1 : 0.3, label: null },
      y: { zero: true, nice: true, label: null },
      color: { type: "identity" },
      marks: [
        plot.gridY({ ...GRID, ticks: 5 }),
        plot.axisY({ ticks: 5, tickSize: 0, label: null, tickFormat: (ms: number) => formats.latencyTick(ms, max) }),
        plot.axisX({
          tickSize: 0,
          label: null,
          tickFormat: (turn: number) => ((turn - 1) % every === 0 ? formats.integer(turn) : ""),
        }),
        plot.barY(parts, { x: "turn", y: "ms", fill: "color" }),
        plot.tickY(lines, { x: "turn", y: "e2e", stroke: "var(--text)", strokeWidth: 2 }),
        plot.text(
          known.filter((row) => row.interrupted),
          { x: "turn", y: "total", text: () => "▾", dy: -8, fontSize: 12 },
        ),
        plot.ruleY([0], { stroke: "var(--line-strong)" }),
        plot.tip(known, plot.pointerX({ x: "turn", y: "total", title: (row: TurnRow) => title(row, formats), ...TIP })),
      ],
    };
  };
}

function title(row: TurnRow, formats: Formats): string {
  const stages = STAGES.flatMap((stage) => {
    const ms = row.stages[stage];
    return ms === undefined ? [] : [`${words.metrics.stages[stage]} ${formats.latency(ms)}`];
  });
  const head = `${words.metrics.turn} ${formats.integer(row.turn)}`;
  return [head, ...stages, `${words.metrics.total} ${formats.latency(row.e2e)}`].join("\n");
}
