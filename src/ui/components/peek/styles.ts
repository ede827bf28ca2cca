/** Styles of the peek panel. */
import { css } from "lit";

export const peekStyles = css`
  .peek {
    position: fixed;
    inset: 0;
    inset-inline-start: auto;
    width: min(440px, 100vw);
    height: 100dvh;
    max-height: none;
    margin: 0;
    padding: 0;
    display: none;
    flex-direction: column;
    color: var(--text);
    background: var(--bg);
    border: 0;
    border-inline-start: 1px solid var(--line-strong);
    box-shadow: 0 0 24px rgb(0 0 0 / 0.12);
  }
  .peek:popover-open {
    display: flex;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 8px;
    padding-inline: 16px 12px;
    border-bottom: 1px solid var(--line);
  }
  a.button {
    text-decoration: none;
  }
  .square {
    width: 28px;
    padding: 0;
    justify-content: center;
  }
  .body {
    flex: 1;
    min-height: 0;
    padding: 12px 16px 24px;
    overflow-y: auto;
    overflow-wrap: anywhere;
    transition: opacity 120ms;
  }
  .dimmed {
    opacity: 0.55;
  }
  h2 {
    flex: 1;
    min-width: 0;
    margin: 0;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    font-size: 16px;
    line-height: 24px;
    font-weight: 600;
    outline: none;
  }
  h3 {
    margin: 16px 0 4px;
    font-size: 12px;
    font-weight: 600;
    color: var(--muted);
  }
  p {
    margin: 0;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin: 4px 0 12px;
  }
  .problem {
    display: flex;
    gap: 8px;
    padding: 8px;
    margin-bottom: 12px;
    border: 1px solid var(--outcome-error);
    border-radius: var(--radius);
  }
  .problem .icon {
    color: var(--outcome-error);
    margin-top: 2px;
  }
  dl {
    margin: 0;
  }
  dl div {
    display: grid;
    grid-template-columns: 104px minmax(0, 1fr);
    gap: 8px;
    padding: 2px 0;
  }
  dt {
    color: var(--muted);
  }
  dd {
    margin: 0;
  }
  .tag {
    display: inline-block;
    margin-inline-end: 4px;
    padding: 0 6px;
    border: 1px solid var(--line-strong);
    border-radius: 4px;
    font-size: 12px;
  }
  .text {
    white-space: pre-wrap;
    unicode-bidi: plaintext;
  }
  ul,
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  ul li {
    display: flex;
    flex-direction: column;
    padding: 4px 0;
  }
  ul .failed {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  ul .icon {
    width: 12px;
    height: 12px;
  }
  ol li {
    padding: 6px 0;
    border-top: 1px solid var(--line);
  }
  ol li:first-child {
    border-top: 0;
  }
  .who {
    display: flex;
    justify-content: space-between;
    font-size: 12px;
    font-weight: 600;
  }
  .who .muted {
    font-weight: 400;
  }
  .user .who bdi {
    color: var(--accent);
  }
  ol .text {
    display: block;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 6;
    overflow: hidden;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    margin-top: 16px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
  }
  .links .button {
    border-color: var(--line-strong);
  }
  .bone.wide {
    width: 60%;
  }
  @media (pointer: coarse) {
    .button {
      height: 40px;
    }
    .square {
      width: 40px;
    }
    .hit {
      min-height: 40px;
    }
  }
`;
