/** Styles of the transcript. */
import { css } from "lit";

export const transcriptStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .find {
    display: flex;
    align-items: center;
    gap: 8px;
    position: sticky;
    top: 0;
    z-index: 1;
    padding: 8px 0;
    background: var(--bg);
  }
  .find .field {
    width: 280px;
    max-width: 100%;
  }
  .find .button {
    padding: 0 4px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .entry {
    display: grid;
    grid-template-columns: 52px 80px minmax(0, 1fr);
    gap: 0 12px;
    padding: 8px 12px;
    border-top: 1px solid var(--line);
    /* 2,000 messages: the browser lays out only what is in view. */
    content-visibility: auto;
    contain-intrinsic-size: auto 37px;
  }
  .entry:first-child {
    border-top: 0;
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
