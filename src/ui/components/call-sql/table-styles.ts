/** Styles of the table of an answer. */
import { css } from "lit";

export const tableStyles = css`
  .inner {
    container-type: normal;
  }
  .scroll {
    max-height: min(62vh, 720px);
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
  }
  table {
    table-layout: fixed;
    width: max-content;
    min-width: min(100%, 320px);
    border-collapse: separate;
    border-spacing: 0;
  }
  col.number {
    width: 56px;
  }
  tr {
    height: 28px;
  }
  th,
  td {
    height: 28px;
    padding: 0 10px;
    border-bottom: 1px solid var(--line);
    text-align: start;
    font-weight: 400;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .space td {
    padding: 0;
    border: 0;
  }
  thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    color: var(--muted);
    background: var(--sunken);
    font-weight: 500;
  }
  th[scope="row"],
  td.number,
  thead th.number {
    text-align: end;
  }
  th[scope="row"] {
    color: var(--muted);
    font-size: 12px;
  }
  tbody tr:hover > * {
    background: var(--hover);
  }
  td {
    font-family: var(--mono);
    font-size: 12px;
  }
  .none {
    font-family: var(--font);
    font-size: 11px;
  }
  .fold {
    display: block;
    width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    padding: 0;
    border: 0;
    background: none;
    font: inherit;
    text-align: start;
    cursor: pointer;
    text-decoration: underline dotted var(--muted);
    text-underline-offset: 3px;
  }
  .fold:focus-visible {
    outline-offset: -2px;
  }
  dialog {
    width: min(760px, 92vw);
    max-height: 80vh;
    padding: 0;
    color: var(--text);
    background: var(--raised);
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 35%);
  }
  header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 8px 8px 16px;
    border-bottom: 1px solid var(--line);
  }
  header h3 {
    flex: 1;
    margin: 0;
    font-size: 13px;
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .value {
    overflow: auto;
    padding: 12px 16px;
  }
  pre {
    margin: 0;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    font: 12px/18px var(--mono);
  }
`;
