/** From a record to the rows of its turns: what is known of each, by stage; what is not known is not there, and never 0. */
import type { CallDetail } from "../../api/contract.ts";
import type { Stage } from "../palette.ts";

/** In the order in which a turn goes through them. */
export const TURN_STAGES = ["endpointing", "stt", "llm", "tool", "tts"] as const;

export interface TurnRow {
  /** From 1. */
  readonly turn: number;
  readonly e2e: number | null;
  /** Only stages that are known; `whole` when the end-to-end time is all there is. */
  readonly stages: Partial<Record<Stage, number>>;
  /** What the row reaches: the larger of e2e and the stages' sum; null when nothing is known. */
  readonly total: number | null;
  readonly interrupted: boolean;
}

/** The turns of a record, from `turns` or, without these, from the plain latencies. */
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
    for (const stage of TURN_STAGES) {
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

/** One stage of one turn, from and to in ms after the caller had spoken. */
export interface StageSpan {
  readonly turn: number;
  readonly stage: Stage;
  readonly from: number;
  readonly to: number;
}

/** The stages one after another: their lengths are all that is recorded. */
export function stageSpans(rows: readonly TurnRow[]): StageSpan[] {
  return rows.flatMap(({ turn, stages }) => {
    let from = 0;
    return ([...TURN_STAGES, "whole"] as const).flatMap((stage) => {
      const ms = stages[stage];
      if (ms === undefined) return [];
      const span = { turn, stage, from, to: from + ms };
      from = span.to;
      return [span];
    });
  });
}
