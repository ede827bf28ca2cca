/** Styles of the page for SQL. */
import { css } from "lit";

export const sqlPageStyles = css`
  .page {
    display: grid;
    grid-template-columns: 232px minmax(0, 1fr);
    gap: 16px;
    align-items: start;
  }
  .side {
    position: sticky;
    top: 8px;
    max-height: calc(100vh - 16px);
    overflow: auto;
    font-size: 12px;
  }
  .side details > p {
    margin: 0 0 8px;
    padding: 0 8px;
  }
  .side > details + details {
    margin-top: 12px;
  }
  summary {
    padding: 4px 8px;
    border-radius: 4px;
    cursor: pointer;
    color: var(--muted);
  }
  .side > details > summary {
    font-weight: 600;
    color: var(--text);
  }
  summary:hover {
    background: var(--hover);
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .kept {
    display: flex;
    align-items: center;
  }
  .kept .pick {
    flex: 1;
  }
  .pick {
    display: block;
    width: 100%;
    min-height: 26px;
    padding: 3px 8px;
    border: 0;
    border-radius: 4px;
    background: none;
    text-align: start;
    cursor: pointer;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pick:hover {
    background: var(--hover);
  }
  .pick:focus-visible,
  summary:focus-visible {
    outline-offset: -2px;
  }
  .view {
    padding-inline-start: 8px;
  }
  .view ul {
    padding-inline-start: 8px;
  }
  .column {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
  }
  .column .mono {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .column .type {
    flex: none;
    font-size: 10px;
    color: var(--muted);
  }
  .column .icon {
    width: 12px;
    height: 12px;
    color: var(--muted);
  }
  .work {
    min-width: 0;
    display: flex;
    flex-direction: column;
    gap: 8px;
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
  }
  .toolbar .gap {
    flex: 1;
    min-width: 8px;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .limit {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }
  .hint {
    font-size: 11px;
    font-weight: 400;
    margin-inline-start: 4px;
  }
  .namer {
    display: inline-flex;
    gap: 4px;
  }
  .refused {
    display: flex;
    gap: 8px;
    padding: 8px 12px;
    border: 1px solid var(--outcome-error);
    border-radius: var(--radius);
  }
  .refused > div {
    min-width: 0;
  }
  .refused .icon {
    margin-top: 2px;
    color: var(--outcome-error);
  }
  .refused pre {
    margin: 4px 0 8px;
    max-height: 160px;
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    font: 12px/18px var(--mono);
  }
  .bones {
    display: grid;
    gap: 12px;
  }
  .dimmed {
    opacity: 0.55;
  }
  @container (max-width: 760px) {
    .page {
      grid-template-columns: minmax(0, 1fr);
    }
    .side {
      position: static;
      order: 2;
      max-height: none;
    }
  }
`;
