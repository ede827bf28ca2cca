/** Styles of a recording's player; it has one height whatever its state, so that nothing moves. */
import { css } from "lit";

export const recordingStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    background: none;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 44px;
  }
  p {
    margin: 0;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  select {
    min-width: 0;
    max-width: min(220px, 100%);
    text-overflow: ellipsis;
  }
  .play {
    width: 32px;
    height: 32px;
    padding: 0;
    justify-content: center;
    border-radius: 50%;
  }
  .track {
    flex: 1 1 180px;
    min-width: 120px;
    display: grid;
    grid-template-rows: 28px 12px;
    direction: ltr;
  }
  .wave {
    min-width: 0;
    overflow: hidden;
    color: var(--line-strong);
  }
  input[type="range"] {
    width: 100%;
    height: 12px;
    accent-color: var(--accent);
  }
  .clock {
    min-width: 84px;
  }
  .follow {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--muted);
  }
  .follow input {
    accent-color: var(--accent);
  }
  .note {
    font-size: 12px;
  }
`;
