/** Styles of the list of calls. */
import { css } from "lit";

export const callHistoryStyles = css`
  .root {
    display: flex;
    flex-direction: column;
    gap: 8px;
    min-width: 0;
  }
  .skip:not(:focus) {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .skip:focus {
    align-self: start;
  }
  /* The widths stand before their content comes, so that nothing moves when it does. */
  .split {
    display: grid;
    grid-template-columns: 200px minmax(0, 1fr);
    gap: 16px;
    align-items: start;
    margin-top: 4px;
  }
  .split.folded:not(.narrow) {
    grid-template-columns: 28px minmax(0, 1fr);
    gap: 8px;
  }
  .split.narrow {
    grid-template-columns: minmax(0, 1fr);
    gap: 4px;
  }
  .folded:not(.narrow) .fold {
    width: 28px;
    padding: 0;
    justify-content: center;
    flex-direction: column;
    height: auto;
    min-height: 32px;
  }
  .folded:not(.narrow) .word {
    position: absolute;
    clip-path: inset(50%);
  }
  .fold {
    padding-inline: 4px 8px;
    height: 32px;
    font-weight: 600;
  }
  .fold .icon {
    width: 12px;
    height: 12px;
  }
  .split:dir(rtl) .fold .icon,
  .pages:dir(rtl) .icon {
    transform: scaleX(-1);
  }
  h2 {
    margin: 0;
    font-size: inherit;
  }
  .badge {
    min-width: 18px;
    padding: 0 5px;
    border-radius: 9px;
    background: var(--accent-soft);
    color: var(--accent);
    font-size: 11px;
    line-height: 18px;
    text-align: center;
  }
  /* Reserved, since its chunk comes later. */
  call-lake-views {
    min-height: 32px;
  }
  .main {
    container-type: inline-size;
    display: flex;
    flex-direction: column;
    gap: 8px;
    min-width: 0;
  }
  .above {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 4px 8px;
    min-height: 32px;
  }
  .left,
  .above .tools,
  .bulk {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    min-width: 0;
  }
  .above .tools {
    gap: 0;
    margin-inline-start: auto;
  }
  .above .tools .field {
    margin-inline-end: 8px;
    padding: 0 4px;
  }
  .wrong {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--outcome-error);
  }
  .danger {
    color: var(--outcome-error);
  }
  .came {
    margin-inline-start: 8px;
    color: var(--accent);
  }
  .pill {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    height: 24px;
    padding-inline: 8px 12px;
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
  @container (max-width: 480px) {
    .pages .zone {
      flex-basis: 100%;
      order: 1;
      border: 0;
      padding: 0;
    }
  }
  @media (pointer: coarse) {
    .above .button,
    .above .field,
    .pages .button,
    .pages .field,
    .pill {
      min-height: 40px;
    }
  }
`;
