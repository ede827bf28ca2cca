/** Styles of the filter bar. */
import { css } from "lit";

export const filterBarStyles = css`
  .bar {
    display: flex;
    flex-direction: column;
    gap: 8px;
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .presets {
    display: inline-flex;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    overflow: clip;
    background: var(--raised);
  }
  .presets button {
    height: 26px;
    padding: 0 10px;
    border: 0;
    background: none;
    color: var(--muted);
    cursor: pointer;
  }
  .presets button + button {
    border-inline-start: 1px solid var(--line);
  }
  .presets button:hover {
    color: var(--text);
    background: var(--hover);
  }
  .presets button[aria-pressed="true"] {
    color: var(--accent);
    background: var(--accent-soft);
    font-weight: 600;
  }
  .presets button:focus-visible {
    outline-offset: -2px;
  }
  .date {
    width: 128px;
  }
  .unset:not(:focus) {
    color: var(--muted);
  }
  .query {
    position: relative;
    display: inline-flex;
    flex: 1 1 240px;
    min-width: 200px;
    max-width: 460px;
  }
  .query .icon {
    position: absolute;
    inset-inline-start: 8px;
    top: 6px;
    color: var(--muted);
    pointer-events: none;
  }
  .q {
    width: 100%;
    padding-inline-start: 30px;
  }
  .number {
    width: 148px;
  }
  .name {
    width: 148px;
  }
  .seconds {
    width: 76px;
  }
  .clock.weekday {
    width: 96px;
  }
  .clock.hour {
    width: 120px;
  }
  .choice {
    width: 128px;
  }
  .clock,
  .choice {
    padding: 0 4px;
    color: var(--muted);
    text-overflow: ellipsis;
  }
  .clock.set,
  .choice.set {
    color: var(--text);
    border-color: var(--accent);
  }
  option {
    color: var(--text);
    background: var(--raised);
  }
  .box {
    overflow: hidden;
    line-height: 26px;
  }
  .chips {
    gap: 4px;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    height: 24px;
    max-width: 320px;
    padding-inline: 8px 4px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--accent-soft);
    cursor: pointer;
    font-size: 12px;
  }
  .chip bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .chip .icon {
    width: 12px;
    height: 12px;
    color: var(--muted);
  }
  .chip:hover {
    border-color: var(--line-strong);
  }
  .chip:hover .icon {
    color: var(--text);
  }
  .chips .button {
    height: 24px;
    font-size: 12px;
  }
  /* Fingers need more room than a pointer does. */
  @media (pointer: coarse) {
    .presets button,
    .field {
      height: 40px;
    }
    .query .icon {
      top: 12px;
    }
    .chip,
    .chips .button {
      height: 32px;
    }
  }
`;
