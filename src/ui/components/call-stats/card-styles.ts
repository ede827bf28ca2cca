/** Styles of a card with one number. */
import { css } from "lit";

export const cardStyles = css`
  .card {
    position: relative;
    display: flex;
    flex-direction: column;
    padding: 12px 16px;
    min-width: 0;
    box-shadow:
      1px 0 0 var(--line),
      0 1px 0 var(--line);
  }
  .card call-lake-menu {
    position: absolute;
    inset-block-start: 8px;
    inset-inline-end: 8px;
  }
  .card .label {
    padding-inline-end: 20px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .card strong {
    font-size: 20px;
    line-height: 32px;
    font-weight: 600;
    white-space: nowrap;
  }
  .card .none {
    font-size: 13px;
    font-weight: 400;
  }
  .note,
  .trend {
    font-size: 12px;
    line-height: 18px;
  }
  .trend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
  }
  .change {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    font-weight: 600;
  }
  .change .icon {
    width: 12px;
    height: 12px;
  }
  .better {
    color: var(--outcome-completed);
  }
  .worse {
    color: var(--outcome-error);
  }
  .card .bone {
    width: 72px;
    margin: 4px 0;
  }
  .card .bone.big {
    height: 24px;
    width: 96px;
  }
`;
