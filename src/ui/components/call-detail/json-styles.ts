/** Styles of a JSON tree. */
import { css } from "lit";

export const jsonStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    padding: 8px 12px;
    border: 1px solid var(--line);
    border-radius: 4px;
    background: var(--sunken);
    overflow-wrap: anywhere;
    font: 12px/20px var(--mono);
  }
  summary {
    position: relative;
    padding-inline-start: 16px;
    list-style: none;
    cursor: pointer;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary::before {
    content: "";
    position: absolute;
    inset-inline-start: 2px;
    top: 6px;
    width: 5px;
    height: 5px;
    border: solid var(--muted);
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
  }
  details[open] > summary::before {
    rotate: 45deg;
  }
  .leaf {
    padding-inline-start: 16px;
    white-space: pre-wrap;
  }
  .inner > .leaf {
    padding-inline-start: 0;
  }
  details > details,
  details > .leaf {
    margin-inline-start: 16px;
  }
  .key {
    color: var(--muted);
  }
  .string::before,
  .string::after {
    content: '"';
    color: var(--muted);
  }
  .literal {
    color: var(--accent);
  }
`;
