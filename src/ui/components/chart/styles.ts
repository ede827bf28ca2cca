/** Styles of a chart, the rules Plot would have brought inline among them. */
import { css } from "lit";

export const chartStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .drawing {
    min-height: 24px;
  }
  .call-lake-plot {
    direction: ltr;
    --plot-background: var(--raised);
    display: block;
    height: auto;
    max-width: 100%;
    overflow: visible;
    color: var(--text);
    font-family: var(--font);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .call-lake-plot text,
  .call-lake-plot tspan {
    white-space: pre;
  }
  .call-lake-plot [data-mark$="axis tick label"] {
    fill: var(--muted);
    color: var(--muted);
  }
  .call-lake-plot.opens {
    cursor: pointer;
  }
  .brush .call-lake-plot {
    touch-action: pan-y;
    user-select: none;
  }
  .band {
    fill: var(--accent);
    fill-opacity: 0.15;
    stroke: var(--accent);
    pointer-events: none;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: inherit;
    text-align: inherit;
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
    cursor: pointer;
  }
  .link:hover {
    color: var(--accent);
    text-decoration-color: currentColor;
  }
  details {
    font-size: 12px;
  }
  summary {
    display: inline-block;
    padding: 0 4px;
    margin-inline-start: -4px;
    color: var(--muted);
    cursor: pointer;
    border-radius: 4px;
    list-style: none;
  }
  summary:hover {
    color: var(--text);
    text-decoration: underline;
  }
  .scroll {
    max-height: 280px;
    overflow: auto;
    margin-top: 4px;
    border: 1px solid var(--line);
    border-radius: 4px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 2px 8px;
    text-align: end;
    font-weight: 400;
    white-space: nowrap;
    border-top: 1px solid var(--line);
  }
  thead th {
    position: sticky;
    top: 0;
    border-top: 0;
    color: var(--muted);
    background: var(--sunken);
  }
  th:first-child {
    text-align: start;
  }
`;
