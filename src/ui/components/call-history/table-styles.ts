/** Styles of the table of calls. */
import { css } from "lit";

export const tableStyles = css`
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
  .scroll:focus-visible {
    outline-offset: -2px;
  }
  table {
    width: 100%;
    min-width: 320px;
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
  /* A text loses its end, never its beginning: in its own direction, not in that of the table. */
  td > bdi,
  .parts > bdi {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  td > bdi {
    display: inline-block;
    vertical-align: bottom;
  }
  .parts {
    display: flex;
    gap: 4px;
    min-width: 0;
  }
  .parts > :first-child {
    flex: none;
  }
  .parts > :last-child {
    flex: 0 1 auto;
    min-width: 0;
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
  tbody tr.selected {
    background: var(--accent-soft);
  }
  tbody tr.looked {
    background: var(--accent-soft);
    box-shadow: inset 2px 0 var(--accent);
  }
  tbody tr.looked:dir(rtl) {
    box-shadow: inset -2px 0 var(--accent);
  }
  tbody tr.arrived {
    box-shadow: inset 2px 0 var(--accent);
    animation: arrive 4s ease-out;
  }
  tbody tr.arrived:dir(rtl) {
    box-shadow: inset -2px 0 var(--accent);
  }
  @keyframes arrive {
    from {
      background: var(--accent-soft);
    }
  }
  .hits td {
    height: auto;
    padding-block: 0 6px;
    border-top: 0;
  }
  .hits:hover {
    background: none;
  }
  /* The box is above the row's link. */
  :is(th, td).box {
    padding-inline: 0;
    text-align: center;
    text-overflow: clip;
  }
  th.box {
    width: 36px;
  }
  td.box {
    position: relative;
    z-index: 1;
  }
  .box label {
    display: grid;
    place-items: center;
    height: var(--row);
    cursor: pointer;
  }
  th.box label {
    height: 32px;
  }
  .box input {
    width: 15px;
    height: 15px;
    margin: 0;
    accent-color: var(--accent);
    cursor: pointer;
  }
  .skeleton tbody tr:hover {
    background: none;
  }
  /* One box with rows and bars painted into it: a hundred that pulse would take the time of the first real rows. */
  .bones {
    position: relative;
    height: calc(12 * (var(--row) + 1px));
    background: repeating-linear-gradient(transparent 0 var(--row), var(--line) 0 calc(var(--row) + 1px));
  }
  .bones::before {
    content: "";
    position: absolute;
    inset: 0;
    background: repeating-linear-gradient(90deg, transparent 0 12px, var(--line) 0 84px, transparent 0 140px);
    mask: repeating-linear-gradient(
      transparent 0 calc(var(--row) / 2 - 6px),
      #000 0 calc(var(--row) / 2 + 6px),
      transparent 0 calc(var(--row) + 1px)
    );
    animation: pulse 1.6s ease-in-out infinite;
  }
  .number {
    text-align: end;
  }
  th {
    position: relative;
  }
  .edge {
    position: absolute;
    inset-block: 0;
    inset-inline-end: 0;
    width: 9px;
    cursor: col-resize;
    touch-action: none;
  }
  .edge:hover {
    border-inline-end: 2px solid var(--accent);
  }
  .sort {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    max-width: 100%;
    min-height: 24px;
    padding: 2px 0;
    border: 0;
    background: none;
    color: inherit;
    font-weight: inherit;
    cursor: pointer;
  }
  .sort span {
    overflow: hidden;
    text-overflow: ellipsis;
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
  th.direction .icon {
    width: 16px;
    height: 16px;
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
    width: calc(140px + var(--more, 0px));
  }
  th.direction {
    width: 40px;
  }
  th.number {
    width: 88px;
  }
  th.result {
    width: 124px;
  }
  th.provider {
    width: 16%;
  }
  th.context {
    width: 11%;
  }
  th.turns {
    width: 68px;
  }
  th.tools,
  th.latency {
    width: 112px;
  }
  th.cost {
    width: 96px;
  }
  .scroll:not(.fitted) th.text,
  .scroll:not(.fitted) th.caller,
  .scroll:not(.fitted) th.provider,
  .scroll:not(.fitted) th.context {
    width: 160px;
  }
  .scroll:not(.fitted) table {
    width: max-content;
    min-width: 100%;
  }
  .tag {
    display: inline-block;
    margin-inline-end: 4px;
    padding: 0 6px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font-size: 12px;
    line-height: 18px;
    vertical-align: middle;
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
  /*
   * A narrow box drops what the panel and the page say anyway, the least asked-for first, always before the caller has
   * less than 110 pixels; chosen columns all stay.
   */
  @container (max-width: 1300px) {
    th,
    td {
      padding: 0 8px;
    }
    .fitted :is(th, td).cost {
      display: none;
    }
    .fitted th.provider {
      width: 13%;
    }
    .fitted th.context {
      width: 9%;
    }
    .fitted th.time {
      width: calc(130px + var(--more, 0px));
    }
    .fitted th.number {
      width: 80px;
    }
    .fitted th.turns {
      width: 60px;
    }
    .fitted th.tools,
    .fitted th.latency {
      width: 104px;
    }
    .fitted th.result {
      width: 116px;
    }
    .fitted th.direction {
      width: 32px;
    }
  }
  @container (max-width: 1140px) {
    .pipeline {
      display: none;
    }
  }
  @container (max-width: 1000px) { .fitted .turns { display: none; } }
  @container (max-width: 960px) {
    .fitted :is(th, td).context {
      display: none;
    }
  }
  @container (max-width: 840px) {
    .fitted :is(th, td).provider {
      display: none;
    }
  }
  @container (max-width: 700px) {
    .fitted :is(th, td).direction {
      display: none;
    }
  }
  @container (max-width: 660px) {
    .fitted :is(th, td).latency {
      display: none;
    }
  }
  @container (max-width: 520px) {
    .fitted :is(th, td).tools {
      display: none;
    }
  }
  @container (max-width: 440px) {
    .fitted :is(th, td).duration,
    .fitted .seconds {
      display: none;
    }
    th,
    td {
      padding: 0 6px;
    }
    th.box {
      width: 32px;
    }
    .fitted th.time {
      width: calc(101px + var(--more, 0px));
    }
    .fitted th.result {
      width: 107px;
    }
  }
  @media (pointer: coarse) {
    .root {
      --row: 44px;
    }
    .sort {
      min-height: 40px;
    }
    .hit {
      min-height: 40px;
      align-items: center;
    }
    th.box label {
      height: 44px;
    }
    .box input {
      width: 20px;
      height: 20px;
    }
  }
`;
