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
  .facts > span:not(.hidden) + span:not(.hidden)::before {
    content: "·";
    margin-inline-end: 8px;
  }
  .copy {
    font-weight: 400;
  }
  .copy .icon {
    width: 12px;
    height: 12px;
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
  .state h3 {
    color: var(--text);
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
    opacity: 0.85;
  }
  .flag {
    padding: 0 6px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font: 12px/18px var(--mono);
  }
  .tool-list {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
  }
  .tool + .tool {
    border-top: 1px solid var(--line);
  }
  .tool > summary {
    display: grid;
    grid-template-columns: minmax(160px, 1fr) 120px 120px 64px;
    align-items: center;
    gap: 12px;
    min-height: 36px;
    padding: 4px 12px 4px 28px;
    position: relative;
    cursor: pointer;
    list-style: none;
  }
  .tool > summary::before,
  .json summary::before {
    content: "";
    position: absolute;
    inset-inline-start: 13px;
    width: 5px;
    height: 5px;
    border: solid var(--muted);
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
  }
  .tool[open] > summary::before,
  .json details[open] > summary::before {
    rotate: 45deg;
  }
  .tool > summary:hover {
    background: var(--hover);
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
    grid-template-columns: repeat(auto-fit, minmax(280px, 1fr));
    gap: 16px;
    padding: 8px 12px 16px 28px;
  }
  .tool-body .wide {
    grid-column: 1 / -1;
    margin: 0;
  }
  .tool-body p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .json {
    padding: 8px 12px;
    border: 1px solid var(--line);
    border-radius: 4px;
    background: var(--sunken);
    overflow-wrap: anywhere;
    line-height: 20px;
  }
  .json summary {
    position: relative;
    padding-inline-start: 16px;
    list-style: none;
    cursor: pointer;
  }
  .json summary::before {
    inset-inline-start: 2px;
    top: 6px;
  }
  .json .leaf {
    padding-inline-start: 16px;
    white-space: pre-wrap;
  }
  .json > .leaf {
    padding-inline-start: 0;
  }
  .json details > details,
  .json details > .leaf {
    margin-inline-start: 16px;
  }
  .key {
    color: var(--muted);
  }
  .string {
    color: var(--text);
  }
  .literal {
    color: var(--accent);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(152px, 1fr));
    margin-bottom: 24px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    overflow: clip;
  }
  .card {
    display: flex;
    flex-direction: column;
    padding: 12px;
    box-shadow:
      1px 0 0 var(--line),
      0 1px 0 var(--line);
  }
  .card strong {
    font-size: 16px;
    line-height: 24px;
    font-weight: 600;
  }
  .card .none {
    font-size: 13px;
    font-weight: 400;
  }
  .note {
    font-size: 12px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0 0 8px;
    padding: 0;
    list-style: none;
    font-size: 12px;
  }
  .legend li::before {
    content: "";
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-inline-end: 6px;
    border-radius: 2px;
    background: var(--swatch);
  }
  .legend .plain::before {
    display: none;
  }
  .legend .total::before {
    height: 2px;
    width: 14px;
    vertical-align: middle;
    background: var(--text);
  }
  .legend .interruption::before {
    content: "▾";
    width: auto;
    height: auto;
    background: none;
  }
  .stage.endpointing {
    --swatch: var(--stage-endpointing);
  }
  .stage.stt {
    --swatch: var(--stage-stt);
  }
  .stage.llm {
    --swatch: var(--stage-llm);
  }
  .stage.tts {
    --swatch: var(--stage-tts);
  }
  .stage.tool {
    --swatch: var(--stage-tool);
  }
  .stage.whole {
    --swatch: var(--stage-whole);
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
    gap: 16px;
    align-items: start;
    padding: 8px 0;
  }
  .loading .bone {
    width: 280px;
  }
  .loading .wide {
    width: 60%;
    margin: 0;
  }
  .loading .tall {
    width: 100%;
    height: 32px;
  }
  @container (max-width: 640px) {
    .tool > summary {
      grid-template-columns: minmax(0, 1fr) auto auto;
    }
    .tool .at {
      display: none;
    }
  }
`;
