/** Colours that mean something: one for each outcome and each stage of a turn, the same in every table and chart. */
import { css } from "lit";
import type { Outcome } from "../api/contract.ts";

/**
 * Okabe and Ito's colour-blind-safe hues, darkened for white ground and lightened for dark ground so that the
 * mark has a contrast of 3:1 or more on both. A colour never stands alone: an icon or a word is beside it.
 */
export const paletteStyles = css`
  .root {
    --outcome-completed: light-dark(#00805f, #35c296);
    --outcome-transferred: light-dark(#0072b2, #63b8ec);
    --outcome-error: light-dark(#bd4a00, #ff8a4f);
    --outcome-abandoned: light-dark(#9a6a00, #eab53c);
    --outcome-no_input: light-dark(#a9528a, #e29cc6);
    --outcome-lost: light-dark(#6b7280, #9aa3b0);
    --stage-endpointing: light-dark(#8d97a5, #7d8794);
    --stage-stt: light-dark(#3f9fd6, #63b8ec);
    --stage-llm: light-dark(#0072b2, #2f7fd0);
    --stage-tts: light-dark(#00906b, #35c296);
    --stage-tool: light-dark(#d98c00, #eab53c);
    --stage-whole: light-dark(#a3acb8, #6d7683);
  }
`;

export function outcomeColor(outcome: Outcome | string): string {
  return `var(--outcome-${outcome in OUTCOME_ICONS ? outcome : "lost"})`;
}

/** Path data of a 16 x 16 icon, drawn with a stroke. */
export const OUTCOME_ICONS: Record<Outcome, string> = {
  completed: "M3.5 8.5l3 3 6-7",
  transferred: "M3 8h9.5M9 4.5L12.5 8 9 11.5",
  error: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  abandoned: "M3.5 8h9",
  no_input: "M4 8h.01M8 8h.01M12 8h.01",
  lost: "M5.8 6a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.9-1.2 1.7M8 12.4h.01",
};

export const STAGES = ["endpointing", "stt", "llm", "tts", "tool"] as const;
export type Stage = (typeof STAGES)[number] | "whole";

export function stageColor(stage: Stage): string {
  return `var(--stage-${stage})`;
}
