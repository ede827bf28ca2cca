/** Styles of one call's page. */
import { css } from "lit";

export const callDetailStyles = css`
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
  }
  h2 {
    margin: 0;
    font-size: 20px;
    line-height: 28px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .badge {
    padding: 0 8px;
    height: 24px;
    display: inline-flex;
    align-items: center;
    border: 1px solid var(--line-strong);
    border-radius: 12px;
    font-weight: 500;
  }
  .facts {
    gap: 0 8px;
    min-height: 28px;
  }
  .facts > span:not(:last-child)::after {
    content: "·";
    margin-inline-start: 8px;
  }
  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 16px;
  }
  header > * {
    grid-column: 1 / -1;
  }
  header > .line:first-child {
    grid-column: 1;
  }
  .actions {
    grid-area: 1 / 2;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    align-self: start;
    gap: 4px;
  }
  .actions .icon {
    width: 12px;
    height: 12px;
  }
  .anchor {
    position: relative;
  }
  .delete {
    color: var(--outcome-error);
  }
  .badge.live {
    gap: 6px;
    border-color: var(--outcome-completed);
  }
  .dot {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--outcome-completed);
    animation: pulse 1.6s ease-in-out infinite;
  }
  .reason {
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .labels {
    min-height: 28px;
    gap: 4px 8px;
  }
  .label {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    max-width: 100%;
    padding-inline: 8px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    background: var(--sunken);
    overflow-wrap: anywhere;
  }
  .label button {
    display: inline-flex;
    padding: 4px;
    margin-inline-end: -6px;
    border: 0;
    border-radius: 4px;
    background: none;
    color: var(--muted);
    cursor: pointer;
  }
  .label button:hover {
    color: var(--text);
    background: var(--hover);
  }
  .label .icon {
    width: 12px;
    height: 12px;
  }
  .said {
    margin: 4px 0 0;
  }
  .tabs {
    display: flex;
    gap: 4px;
    margin-top: 8px;
    overflow-x: auto;
    border-bottom: 1px solid var(--line);
  }
  .tabs button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 8px 8px 6px;
    border: 0;
    border-bottom: 2px solid transparent;
    background: none;
    color: var(--muted);
    white-space: nowrap;
    cursor: pointer;
  }
  .tabs button:hover {
    color: var(--text);
  }
  .tabs button[aria-selected="true"] {
    color: var(--text);
    font-weight: 600;
    border-bottom-color: var(--accent);
  }
  .tabs button:focus-visible {
    outline-offset: -2px;
    border-radius: 4px;
  }
  .count {
    padding: 0 6px;
    border-radius: 8px;
    font-size: 11px;
    line-height: 16px;
    font-weight: 500;
    color: var(--muted);
    background: var(--sunken);
    border: 1px solid var(--line);
  }
  .panel {
    padding-top: 16px;
  }
  .panel:has(call-lake-transcript) {
    padding-top: 8px;
  }
  .panel:focus-visible {
    outline-offset: 4px;
  }
  .dimmed {
    opacity: 0.55;
  }
  h3,
  h4 {
    margin: 0 0 8px;
    font-size: 12px;
    line-height: 16px;
    font-weight: 600;
    color: var(--muted);
  }
  .groups {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(300px, 1fr));
    gap: 24px 32px;
  }
  .wide {
    margin-bottom: 24px;
  }
  .groups + .wide {
    margin-top: 24px;
  }
  .prose {
    margin: 0;
    max-width: 80ch;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .panel > .notice {
    margin: 0 0 16px;
    padding: 8px 12px;
  }
  .notice .icon {
    color: var(--outcome-error);
  }
  dl {
    display: grid;
    grid-template-columns: 104px minmax(0, 1fr);
    margin: 0;
    border-top: 1px solid var(--line);
  }
  dt,
  dd {
    margin: 0;
    padding: 4px 0;
    border-bottom: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  dt {
    color: var(--muted);
    padding-inline-end: 12px;
  }
  .none {
    font-style: normal;
  }
  .notice.calm {
    margin: 8px 0 0;
    padding: 6px 12px;
    border-color: var(--line-strong);
  }
  .notice.calm .icon {
    color: var(--muted);
  }
  .flags {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .flags li {
    display: flex;
    gap: 8px;
    padding: 2px 0;
    overflow-wrap: anywhere;
  }
  .flags .icon {
    margin-top: 2px;
    color: var(--outcome-abandoned);
  }
  call-lake-json {
    min-height: 38px;
  }
  call-lake-transcript,
  call-lake-metrics {
    min-height: 320px;
  }
  .raw {
    display: flex;
    flex-direction: column;
    align-items: start;
    gap: 8px;
  }
  .raw p {
    margin: 0;
  }
  .raw pre {
    width: 100%;
    max-height: 70vh;
    margin: 0;
    padding: 12px 16px;
    overflow: auto;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--sunken);
    line-height: 18px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .loading {
    display: flex;
    flex-direction: column;
    align-items: start;
  }
  .loading > .title {
    width: 280px;
    max-width: 80%;
    height: 20px;
    margin: 4px 0;
  }
  .loading > .bone:not(.title, .strip) {
    width: 60%;
    margin: 8px 0;
  }
  .loading > .strip {
    width: 100%;
    height: 1px;
    margin-top: 72px;
  }
  .bones {
    width: 100%;
    min-height: 480px;
    padding-top: 24px;
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(300px, 1fr));
    gap: 24px 32px;
    align-content: start;
  }
  .bones .wide {
    width: 90%;
    margin: 0;
  }
  @container (max-width: 640px) {
    header {
      grid-template-columns: minmax(0, 1fr);
    }
    .actions {
      grid-area: auto / 1;
      margin-inline-start: -8px;
      padding-block: 4px;
    }
    .tabs {
      gap: 0;
    }
    .tabs button {
      padding-inline: 6px;
    }
  }
`;
