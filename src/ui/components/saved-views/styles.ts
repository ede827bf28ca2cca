/** Styles of the views. */
import { css } from "lit";

export const savedViewsStyles = css`
  .views {
    display: flex;
    align-items: center;
    gap: 2px;
    min-height: 32px;
    padding: 2px;
    margin: -2px;
    overflow-x: auto;
    scrollbar-width: none;
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  .view {
    flex: none;
    max-width: 220px;
    height: 28px;
    padding: 0 10px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    border: 0;
    border-radius: var(--radius);
    background: none;
    color: var(--muted);
    font-weight: 500;
    cursor: pointer;
  }
  .view:hover {
    color: var(--text);
    background: var(--hover);
  }
  .view[aria-pressed="true"] {
    color: var(--accent);
    background: var(--accent-soft);
  }
  .save {
    color: var(--accent);
  }
  .saved {
    flex: none;
    display: inline-flex;
    align-items: center;
    min-width: 0;
    border-radius: var(--radius);
  }
  .saved .view {
    padding-inline-end: 4px;
  }
  .remove {
    display: inline-grid;
    place-items: center;
    width: 24px;
    height: 24px;
    padding: 0;
    border: 0;
    border-radius: 4px;
    background: none;
    color: var(--muted);
    cursor: pointer;
  }
  .remove:hover {
    color: var(--text);
    background: var(--hover);
  }
  .remove .icon {
    width: 10px;
    height: 10px;
  }
  form {
    flex: none;
    display: inline-flex;
    gap: 4px;
  }
  form .field {
    width: 160px;
  }
  @media (pointer: coarse) {
    .view,
    .remove,
    form .field,
    form .button {
      height: 40px;
    }
    .remove {
      width: 32px;
    }
  }
`;
