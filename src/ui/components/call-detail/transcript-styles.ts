/** Styles of the transcript. */
import { css } from "lit";

export const transcriptStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 24px;
    position: sticky;
    top: var(--call-lake-sticky-top, 0px);
    z-index: 1;
    padding: 4px 0;
    border-bottom: 1px solid var(--line);
    background: var(--bg);
  }
  call-lake-recording {
    flex: 1 1 320px;
    min-width: 0;
    min-height: 44px;
  }
  .find {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
  }
  .find .field {
    width: 240px;
    max-width: 100%;
  }
  .find .button {
    padding: 0 4px;
  }
  .find [role="status"] {
    white-space: nowrap;
  }
  .steps.off {
    visibility: hidden;
  }
  .block {
    /* 5,000 messages: the browser lays out and paints only what is in view, yet finds and reads all of it. */
    content-visibility: auto;
    contain-intrinsic-block-size: auto 740px;
  }
  .entry {
    display: grid;
    grid-template-columns: 52px 80px minmax(0, 1fr);
    gap: 0 12px;
    padding: 8px 12px;
    border-bottom: 1px solid var(--line);
    scroll-margin-block: 120px 24px;
  }
  .entry:focus-visible {
    outline-offset: -2px;
  }
  .entry.heard {
    background: var(--accent-soft);
    box-shadow: inset 3px 0 0 var(--accent);
  }
  .heard-by-click .entry[data-i] {
    cursor: pointer;
  }
  .partial .content {
    color: var(--muted);
  }
  button.at {
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    cursor: pointer;
    align-self: start;
    line-height: 20px;
  }
  button.at:hover {
    text-decoration: underline;
  }
  .at {
    text-align: end;
    font-size: 12px;
  }
  .speaker {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .agent {
    display: block;
    font-size: 12px;
    font-weight: 400;
  }
  .assistant .speaker {
    color: var(--accent);
  }
  .other .speaker,
  .tool .speaker {
    color: var(--muted);
    font-weight: 500;
  }
  .said {
    max-width: 88ch;
    min-width: 0;
  }
  .content {
    display: block;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  .other .content {
    color: var(--muted);
  }
  .interrupted {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-top: 4px;
    font-size: 12px;
    color: var(--outcome-abandoned);
  }
  .interrupted .icon {
    width: 12px;
    height: 12px;
  }
  .tool {
    background: var(--sunken);
  }
  .tool-line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 8px;
  }
  .tool-line > .icon {
    color: var(--muted);
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .status.ok .icon {
    color: var(--outcome-completed);
  }
  mark {
    color: inherit;
    background: light-dark(#ffe9a8, #5c4a12);
    border-radius: 2px;
  }
  mark.current {
    outline: 2px solid var(--accent);
  }
  @container (max-width: 560px) {
    .entry {
      grid-template-columns: 44px minmax(0, 1fr);
    }
    .said {
      grid-column: 2;
    }
  }
`;
