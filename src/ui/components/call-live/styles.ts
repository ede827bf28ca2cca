/** Styles of the live calls. */
import { css } from "lit";

export const callLiveStyles = css`
  .root {
    display: flex;
    flex-direction: column;
    gap: 8px;
    min-width: 0;
  }
  .above {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 28px;
  }
  .connection {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    margin-inline-start: auto;
    color: var(--muted);
  }
  .connection.waiting {
    padding: 2px 10px;
    border: 1px solid var(--outcome-error);
    border-radius: var(--radius);
    color: var(--text);
  }
  .dot {
    width: 8px;
    height: 8px;
    flex: none;
    border-radius: 50%;
    background: var(--line-strong);
  }
  .connection.open .dot,
  .dot.active {
    background: var(--outcome-completed);
  }
  .connection.waiting .dot {
    background: var(--outcome-error);
  }
  .dot.starting {
    background: none;
    border: 2px solid var(--outcome-completed);
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
  .page {
    display: grid;
    gap: 12px;
    align-items: start;
  }
  .page.two {
    grid-template-columns: minmax(0, 1fr) minmax(320px, 420px);
  }
  .dimmed {
    opacity: 0.55;
  }
  .list,
  .pane {
    min-width: 0;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    overflow: clip;
  }
  ul,
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .row {
    position: relative;
    display: grid;
    grid-template-columns: 8px minmax(120px, 176px) minmax(0, 1fr) minmax(0, 168px) 272px 64px;
    align-items: center;
    gap: 0 12px;
    height: 40px;
    padding: 0 12px;
    content-visibility: auto;
    contain-intrinsic-block-size: 40px;
  }
  .row + .row {
    border-top: 1px solid var(--line);
  }
  .row:hover {
    background: var(--hover);
  }
  .row.selected {
    background: var(--accent-soft);
  }
  .row > span:not(.dot) {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pick {
    position: absolute;
    inset: 0;
    border: 0;
    background: none;
    cursor: pointer;
  }
  .pick:focus-visible {
    outline-offset: -2px;
    border-radius: 4px;
  }
  .caller {
    font-weight: 500;
  }
  .caller .muted {
    font-weight: 400;
  }
  .partial {
    font-style: italic;
  }
  .counts {
    display: inline-flex;
    gap: 10px;
    justify-content: flex-end;
    font-size: 12px;
  }
  .counts .failed {
    display: inline-flex;
    align-items: center;
    gap: 2px;
  }
  .counts .icon {
    width: 12px;
    height: 12px;
  }
  .clock {
    text-align: end;
  }
  .more {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 12px;
    border-top: 1px solid var(--line);
  }
  .pane {
    position: sticky;
    top: 8px;
    display: flex;
    flex-direction: column;
    height: min(640px, calc(100vh - 96px));
  }
  .pane header {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 8px 8px 12px;
    border-bottom: 1px solid var(--line);
  }
  h2 {
    margin: 0;
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .pane h2 {
    margin-inline-end: auto;
  }
  a.button {
    color: var(--text);
    text-decoration: none;
  }
  .danger:not(:disabled) {
    border-color: var(--outcome-error);
    color: var(--outcome-error);
  }
  .told {
    margin: 8px 12px 0;
  }
  .talk {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding: 12px;
  }
  .talk:focus-visible {
    outline-offset: -2px;
  }
  .line {
    padding: 4px 0 6px;
    padding-inline-start: 10px;
    border-inline-start: 2px solid var(--line-strong);
  }
  .line.assistant {
    border-inline-start-color: var(--accent);
  }
  .line + .line {
    margin-top: 4px;
  }
  .line p {
    margin: 0;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .line.partial {
    border-inline-start-style: dashed;
  }
  .line.tool {
    display: flex;
    align-items: center;
    gap: 6px;
    border-inline-start-color: var(--stage-tool);
    overflow-wrap: anywhere;
  }
  .head {
    display: flex;
    gap: 8px;
    font-size: 12px;
    line-height: 16px;
  }
  .who {
    font-weight: 600;
  }
  .tag {
    font-style: italic;
  }
  dialog {
    width: min(420px, calc(100vw - 32px));
    padding: 16px;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--raised);
    color: var(--text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.35);
  }
  dialog p {
    margin: 8px 0 16px;
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
  }
  .bone {
    width: 96px;
  }
  .bone.wide {
    width: 60%;
  }
  @container (max-width: 1360px) {
    .two .row {
      grid-template-columns: 8px minmax(96px, 136px) minmax(0, 1fr) 64px;
    }
    .two .where,
    .two .counts,
    .two .caller bdi + .muted {
      display: none;
    }
  }
  @container (max-width: 900px) {
    .row,
    .two .row {
      grid-template-columns: 8px minmax(88px, 136px) minmax(0, 1fr) 56px;
    }
    .where,
    .counts,
    .caller bdi + .muted {
      display: none;
    }
    .page.two {
      grid-template-columns: minmax(0, 1fr);
    }
    .pane {
      position: static;
      order: -1;
      height: min(440px, 70vh);
    }
  }
`;
