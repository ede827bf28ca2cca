/** Styles of the statistics. */
import { css } from "lit";

export const callStatsStyles = css`
  .root {
    display: flex;
    flex-direction: column;
    gap: 8px;
  }
  .above {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    margin-top: 4px;
  }
  .refresh {
    margin-inline-start: auto;
  }
  .dimmed {
    opacity: 0.55;
  }
  .content {
    transition: opacity 120ms;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(7, minmax(0, 1fr));
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    overflow: clip;
  }
  .card {
    display: flex;
    flex-direction: column;
    padding: 12px 16px;
    min-width: 0;
    box-shadow:
      1px 0 0 var(--line),
      0 1px 0 var(--line);
  }
  .card strong {
    font-size: 20px;
    line-height: 32px;
    font-weight: 600;
    white-space: nowrap;
  }
  .card .none {
    font-size: 13px;
    font-weight: 400;
  }
  .note,
  .trend {
    font-size: 12px;
    line-height: 18px;
  }
  .trend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
  }
  .change {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    font-weight: 600;
  }
  .change .icon {
    width: 12px;
    height: 12px;
  }
  .better {
    color: var(--outcome-completed);
  }
  .worse {
    color: var(--outcome-error);
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 12px;
    margin-top: 12px;
  }
  .panel {
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    min-width: 0;
    overflow-x: auto;
  }
  .wide {
    grid-column: 1 / -1;
  }
  .tall {
    height: 232px;
    margin-top: 12px;
  }
  h3 {
    margin: 0 0 8px;
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
  }
  call-lake-chart {
    display: block;
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0 8px;
    height: 28px;
    text-align: start;
    font-weight: 400;
    white-space: nowrap;
  }
  th:first-child,
  td:first-child {
    padding-inline-start: 0;
  }
  th:last-child,
  td:last-child {
    padding-inline-end: 0;
  }
  th {
    font-size: 12px;
    color: var(--muted);
  }
  td {
    border-top: 1px solid var(--line);
  }
  .number {
    text-align: end;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
  }
  .link:hover {
    color: var(--accent);
    text-decoration-color: currentColor;
  }
  .card .bone {
    width: 72px;
    margin: 4px 0;
  }
  .card .bone.big {
    height: 24px;
    width: 96px;
  }
  @container (max-width: 1080px) {
    .cards {
      grid-template-columns: repeat(4, minmax(0, 1fr));
    }
  }
  @container (max-width: 720px) {
    .grid {
      grid-template-columns: minmax(0, 1fr);
    }
    .cards {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
