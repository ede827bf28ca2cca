/** Styles of the Tools tab. */
import { css } from "lit";

export const toolsStyles = css`
  .tool-list {
    margin: 0;
    padding: 0;
    list-style: none;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
  }
  .tool-list > li + li {
    border-top: 1px solid var(--line);
  }
  .tool > summary {
    display: grid;
    grid-template-columns: 24px minmax(120px, 1fr) 120px 120px 64px;
    align-items: center;
    gap: 12px;
    min-height: 36px;
    padding-block: 4px;
    padding-inline: 28px 12px;
    position: relative;
    cursor: pointer;
    list-style: none;
  }
  .tool > summary::before {
    content: "";
    position: absolute;
    inset-inline-start: 13px;
    width: 5px;
    height: 5px;
    border: solid var(--muted);
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
  }
  :host(:dir(rtl)) .tool > summary::before {
    rotate: 135deg;
  }
  .tool[open] > summary::before,
  :host(:dir(rtl)) .tool[open] > summary::before {
    rotate: 45deg;
  }
  .tool > summary:hover {
    background: var(--hover);
  }
  .tool > summary > *,
  .tool .status bdi {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .end,
  .at {
    text-align: end;
  }
  .status {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .status.ok .icon {
    color: var(--outcome-completed);
  }
  .tool-body {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 16px;
    padding-block: 8px 16px;
    padding-inline: 28px 12px;
  }
  .tool-body .wide {
    grid-column: 1 / -1;
    margin: 0;
  }
  .tool-body p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  @container (max-width: 640px) {
    .tool > summary {
      grid-template-columns: 24px minmax(0, 1fr) auto auto;
    }
    .tool .at {
      display: none;
    }
    .tool-body {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
