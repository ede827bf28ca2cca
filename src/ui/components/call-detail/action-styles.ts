/** Styles of the forms of one call's page. */
import { css } from "lit";

export const actionStyles = css`
  .inner {
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .menu {
    position: absolute;
    z-index: 3;
    inset-inline-end: 0;
    top: 100%;
    margin-top: 4px;
    min-width: 160px;
    max-width: min(320px, 90vw);
    padding: 4px;
    display: flex;
    flex-direction: column;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--raised);
    box-shadow: 0 4px 16px rgb(0 0 0 / 0.14);
    overflow-wrap: anywhere;
  }
  .menu .button {
    color: var(--text);
    font-weight: 400;
  }
  .menu > .muted:not(:empty),
  .menu > p {
    padding: 4px 8px;
  }
  p {
    margin: 0;
  }
  .label {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
  }
  .label .field {
    width: 180px;
    max-width: 100%;
  }
  dialog {
    width: min(460px, calc(100vw - 32px));
    padding: 20px;
    color: var(--text);
    background: var(--raised);
    border: 1px solid var(--line-strong);
    border-radius: 8px;
    overflow-wrap: anywhere;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.4);
  }
  dialog form {
    display: flex;
    flex-direction: column;
    gap: 12px;
  }
  h3 {
    margin: 0;
    font-size: 15px;
    font-weight: 600;
  }
  dialog label {
    display: flex;
    flex-direction: column;
    gap: 4px;
  }
  dialog p:empty {
    display: none;
  }
  .ends {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
  }
  .danger:not(:disabled) {
    color: var(--outcome-error);
    border-color: var(--outcome-error);
  }
`;
