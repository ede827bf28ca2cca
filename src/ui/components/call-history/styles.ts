/** Styles of the list of calls. */
import { css } from "lit";

export const callHistoryStyles = css`
  .root {
    display: flex;
    flex-direction: column;
    gap: 8px;
    min-width: 0;
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
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    height: 24px;
    padding: 0 12px 0 8px;
    border: 1px solid var(--accent);
    border-radius: 12px;
    background: var(--accent-soft);
    color: var(--accent);
    font-weight: 600;
    font-size: 12px;
    cursor: pointer;
  }
  .pill .icon {
    width: 12px;
    height: 12px;
  }
  .scroll {
    overflow-x: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    transition: opacity 120ms;
  }
  .dimmed {
    opacity: 0.55;
  }
  table {
    width: 100%;
    min-width: 480px;
    table-layout: fixed;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    height: var(--row);
    padding: 0 12px;
    text-align: start;
    font-weight: 400;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  th {
    height: 32px;
    font-size: 12px;
    font-weight: 500;
    color: var(--muted);
    background: var(--sunken);
  }
  td {
    border-top: 1px solid var(--line);
  }
  tbody tr {
    position: relative;
  }
  tbody tr:hover {
    background: var(--hover);
  }
  .skeleton tbody tr:hover {
    background: none;
  }
  .number {
    text-align: end;
  }
  .sort {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    padding: 4px 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: inherit;
    cursor: pointer;
  }
  .sort:hover,
  th[aria-sort="descending"] .sort,
  th[aria-sort="ascending"] .sort {
    color: var(--text);
  }
  .sort .icon {
    width: 12px;
    height: 12px;
  }
  .open {
    border: 0;
    padding: 0;
    background: none;
    color: inherit;
    text-decoration: none;
    text-align: start;
    cursor: pointer;
    outline: none;
  }
  /* The whole row opens the call; the focus ring goes round the row. */
  .open::after {
    content: "";
    position: absolute;
    inset: 0;
  }
  .open:focus-visible::after {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
    border-radius: 4px;
  }
  /* Fixed widths where the content has one; caller, provider and context share the rest. */
  th.time {
    width: 144px;
  }
  th.direction {
    width: 40px;
  }
  th.number {
    width: 92px;
  }
  th.result {
    width: 128px;
  }
  th.provider {
    width: 13%;
  }
  th.context {
    width: 10%;
  }
  th.turns {
    width: 64px;
  }
  th.tools {
    width: 116px;
  }
  .way {
    display: inline-flex;
    color: var(--muted);
  }
  td.time,
  td.number {
    font-feature-settings: "tnum";
  }
  .none {
    font-style: normal;
  }
  .failed {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-inline-end: 8px;
    font-size: 12px;
  }
  .failed .icon {
    width: 12px;
    height: 12px;
  }
  .bone {
    width: 72px;
  }
  .number .bone {
    width: 36px;
  }
  .caller .bone {
    width: 136px;
  }
  .direction .bone {
    width: 16px;
  }
  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-height: 28px;
  }
  .pages .zone {
    margin-inline-end: auto;
    padding-inline-start: 8px;
    border-inline-start: 1px solid var(--line);
  }
  .pages label {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    margin-inline-end: 8px;
  }
  .pages select {
    padding: 0 4px;
  }
  /* Narrow panels drop what the detail page says anyway, the least asked-for first. */
  @container (max-width: 1040px) {
    .pipeline {
      display: none;
    }
    th,
    td {
      padding: 0 8px;
    }
    th.time {
      width: 132px;
    }
    th.number {
      width: 80px;
    }
    th.turns {
      width: 56px;
    }
    th.tools {
      width: 108px;
    }
    th.result {
      width: 120px;
    }
    th.direction {
      width: 32px;
    }
  }
  @container (max-width: 860px) {
    .context,
    .turns,
    th.direction,
    td.direction {
      display: none;
    }
    th.provider {
      width: 120px;
    }
    th.number {
      width: 76px;
    }
    th.tools {
      width: 100px;
    }
  }
  @container (max-width: 700px) {
    .provider {
      display: none;
    }
  }
`;
