/** The look every element shares: tokens, controls, tables and states, as one constructed stylesheet. */
import { css } from "lit";
import { paletteStyles } from "./palette.ts";

export type Theme = "light" | "dark" | "auto";

/** Tokens stand on an inner wrapper: a host's `* {color: …}` would win against `:host {color: …}`. */
export const tokens = css`
  :host {
    display: block;
  }
  :host([hidden]) {
    display: none;
  }
  .root {
    color-scheme: light dark;
    --bg: var(--call-lake-background, light-dark(#ffffff, #14161a));
    --raised: var(--call-lake-surface, light-dark(#ffffff, #1a1d22));
    --sunken: var(--call-lake-sunken, light-dark(#f7f8fa, #101215));
    --hover: light-dark(#f5f7fa, #1d2127);
    --text: var(--call-lake-text, light-dark(#1b1f26, #e6e9ee));
    --muted: var(--call-lake-muted, light-dark(#5c6573, #9aa4b2));
    --line: var(--call-lake-border, light-dark(#e6e9ee, #272b32));
    --line-strong: light-dark(#d3d8e0, #3a404a);
    --accent: var(--call-lake-accent, light-dark(#3a56d4, #93a7ff));
    --accent-soft: color-mix(in srgb, var(--accent) 10%, transparent);
    --radius: var(--call-lake-radius, 6px);
    --row: var(--call-lake-row-height, 36px);
    --font: var(--call-lake-font, system-ui, "Liberation Sans", Arial, sans-serif);
    --mono: var(--call-lake-mono, ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace);
    color: var(--text);
    background: var(--bg);
    font: 13px/20px var(--font);
    font-variant-numeric: tabular-nums;
    text-align: start;
    letter-spacing: normal;
    container-type: inline-size;
  }
  .root.light {
    color-scheme: light;
  }
  .root.dark {
    color-scheme: dark;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

export const controls = css`
  button,
  input,
  select {
    font: inherit;
    font-variant-numeric: inherit;
    color: var(--text);
    letter-spacing: inherit;
    margin: 0;
  }
  .button,
  .field {
    height: 28px;
    padding: 0 8px;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--raised);
    white-space: nowrap;
  }
  .button {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    cursor: pointer;
    font-weight: 500;
    padding: 0 10px;
  }
  .button:hover:not(:disabled) {
    background: var(--hover);
  }
  .button:disabled {
    cursor: default;
    color: var(--muted);
    opacity: 0.6;
  }
  .button.primary {
    border-color: var(--accent);
    color: var(--accent);
  }
  .button.plain {
    border-color: transparent;
    background: none;
    color: var(--muted);
    padding: 0 8px;
  }
  .button.plain:hover:not(:disabled) {
    color: var(--text);
    background: var(--hover);
  }
  .field::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .muted {
    color: var(--muted);
  }
  .none {
    color: var(--muted);
    font-style: italic;
  }
  .mono {
    font-family: var(--mono);
    font-size: 12px;
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon {
    width: 16px;
    height: 16px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .outcome {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    white-space: nowrap;
  }
  .outcome,
  .failed,
  .status,
  .way {
    vertical-align: top;
  }
  .outcome .icon {
    color: var(--outcome-lost);
  }
  .outcome.completed .icon {
    color: var(--outcome-completed);
  }
  .outcome.transferred .icon {
    color: var(--outcome-transferred);
  }
  .outcome.error .icon,
  .failed {
    color: var(--outcome-error);
  }
  .outcome.abandoned .icon {
    color: var(--outcome-abandoned);
  }
  .outcome.no_input .icon {
    color: var(--outcome-no_input);
  }
  .outcome.no_input .icon {
    stroke-width: 2.5;
  }
`;

export const states = css`
  .state {
    display: flex;
    flex-direction: column;
    align-items: center;
    gap: 8px;
    padding: 56px 24px;
    text-align: center;
  }
  .state h2 {
    margin: 0;
    font-size: 15px;
    line-height: 20px;
    font-weight: 600;
  }
  .state p {
    margin: 0;
    max-width: 52ch;
    color: var(--muted);
  }
  .state .icon {
    width: 24px;
    height: 24px;
    color: var(--muted);
    stroke-width: 1.25;
  }
  .state pre {
    margin: 8px 0 0;
    max-width: 100%;
    overflow-x: auto;
    padding: 12px 16px;
    text-align: start;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--sunken);
    font: 12px/20px var(--mono);
  }
  .bone {
    display: inline-block;
    height: 12px;
    border-radius: 3px;
    vertical-align: middle;
    background: var(--line);
    animation: pulse 1.6s ease-in-out infinite;
  }
  @keyframes pulse {
    50% {
      opacity: 0.45;
    }
  }
  .notice {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 4px 12px;
    border: 1px solid var(--outcome-error);
    border-radius: var(--radius);
  }
  .notice > span {
    flex: 1;
  }
  .notice.partial {
    flex-wrap: wrap;
    margin-block: 8px;
    border-color: var(--line-strong);
    background: var(--sunken);
  }
  .notice.partial > span {
    flex: 1 1 240px;
  }
  .partial .icon {
    flex: none;
    color: var(--outcome-lost);
  }
  .partial summary {
    cursor: pointer;
  }
  .partial details[open] {
    flex-basis: 100%;
  }
  .partial pre,
  .partial p,
  .partial ul {
    margin: 4px 0;
    overflow-wrap: anywhere;
  }
  .partial ul {
    padding-inline-start: 18px;
  }
  .partial pre {
    white-space: pre-wrap;
  }
  .note.partial {
    display: flex;
    align-items: center;
    gap: 4px;
  }
`;

export const shared = [tokens, paletteStyles, controls, states];
