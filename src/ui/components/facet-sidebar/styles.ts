/** Styles of the facets. */
import { css } from "lit";

export const facetStyles = css`
  .facets {
    display: flex;
    flex-direction: column;
    gap: 4px;
    container-type: normal;
    color-scheme: inherit;
    background: none;
  }
  h3 {
    margin: 0;
    font-size: 12px;
    font-weight: 600;
  }
  h3.plain {
    padding-inline: 20px 4px;
  }
  .fold {
    display: flex;
    align-items: center;
    gap: 4px;
    width: 100%;
    height: 28px;
    padding: 0;
    border: 0;
    border-radius: 4px;
    background: none;
    font-weight: 600;
    text-align: start;
    cursor: pointer;
  }
  .fold:hover,
  label:hover {
    background: var(--hover);
  }
  .fold .icon {
    width: 12px;
    height: 12px;
    margin-inline: 2px;
    color: var(--muted);
  }
  :host(:dir(rtl)) .fold[aria-expanded="false"] .icon {
    transform: scaleX(-1);
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
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .long {
    max-height: 288px;
    overflow-y: auto;
  }
  label {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 26px;
    padding-inline: 4px;
    border-radius: 4px;
    cursor: pointer;
  }
  input[type="checkbox"] {
    width: 14px;
    height: 14px;
    flex: none;
    accent-color: var(--accent);
  }
  label bdi,
  label span:not(.count) {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: start;
  }
  /* A text has its own direction; it stands beside its box all the same. */
  label:dir(rtl) bdi {
    text-align: right;
  }
  label:dir(ltr) bdi {
    text-align: left;
  }
  .count {
    color: var(--muted);
    font-size: 12px;
  }
  .more {
    height: 24px;
    margin-inline-start: 20px;
    padding: 0 4px;
    border: 0;
    border-radius: 4px;
    background: none;
    color: var(--accent);
    font-size: 12px;
    cursor: pointer;
  }
  .find {
    width: calc(100% - 8px);
    margin: 0 4px 4px;
  }
  .note {
    margin: 0;
    padding: 2px 4px 4px;
    padding-inline-start: 24px;
    color: var(--muted);
    font-size: 12px;
  }
  .bones {
    display: flex;
    flex-direction: column;
    gap: 14px;
    padding: 7px 4px;
    padding-inline-start: 24px;
  }
  .bones .bone {
    display: block;
    width: 112px;
  }
  @media (pointer: coarse) {
    .fold,
    label,
    .more {
      min-height: 40px;
    }
    input[type="checkbox"] {
      width: 20px;
      height: 20px;
    }
  }
`;
