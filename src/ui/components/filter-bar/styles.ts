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
  .number {
    width: 148px;
  }
  .name {
    width: 148px;
  }
  .seconds {
    width: 76px;
  }
  .choice {
    width: 128px;
    padding: 0 4px;
    color: var(--muted);
    text-overflow: ellipsis;
  }
  .choice.set {
    color: var(--text);
    border-color: var(--accent);
  }
  option {
    color: var(--text);
    background: var(--raised);
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
    padding: 0 4px 0 8px;
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
`;
