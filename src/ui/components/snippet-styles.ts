/** Styles of the places where it was said. */
import { css } from "lit";

export const snippetStyles = css`
  .hit {
    display: flex;
    gap: 8px;
    width: 100%;
    min-height: 24px;
    padding: 1px 0;
    border: 0;
    background: none;
    color: var(--text);
    font-size: 12px;
    text-align: start;
    text-decoration: none;
    cursor: pointer;
  }
  .hit .role {
    flex: none;
    width: 64px;
    color: var(--muted);
  }
  .hit bdi {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .hit:hover bdi {
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
  }
  mark {
    padding: 0 1px;
    border-radius: 2px;
    background: light-dark(#fff0b3, #5c4a00);
    color: inherit;
    font-weight: 600;
  }
`;
