/** Styles of the statistics. */
import { css } from "lit";

export const callStatsStyles = css`
  .root {
    display: flex;
    flex-direction: column;
    gap: 8px;
  }
  .above {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 28px;
    margin-top: 4px;
  }
  .refresh {
    margin-inline-start: auto;
  }
  .dimmed {
    opacity: 0.55;
  }
  .content {
    transition: opacity 120ms;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(232px, 1fr));
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    overflow: clip;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 12px;
    margin-top: 12px;
  }
  .panel {
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    min-width: 0;
    overflow-x: auto;
  }
  .wide {
    grid-column: 1 / -1;
  }
  .tall {
    height: 232px;
    margin-top: 12px;
  }
  .panel header {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-bottom: 8px;
  }
  .panel header call-lake-menu {
    margin-inline-start: auto;
  }
  .hint {
    font-size: 12px;
    line-height: 16px;
  }
  .slow {
    display: inline-flex;
    align-items: center;
    gap: 8px;
  }
  .narrow {
    font-size: 12px;
  }
  .narrow summary {
    display: inline-block;
    color: var(--muted);
    list-style: none;
    cursor: pointer;
    border-radius: 4px;
  }
  .narrow summary:hover {
    color: var(--text);
    text-decoration: underline;
  }
  .narrow form {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 4px;
  }
  .narrow label {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--muted);
  }
  h2 {
    margin: 0;
    flex: none;
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
  }
  call-lake-chart {
    display: block;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    cursor: pointer;
    text-decoration: underline;
    text-decoration-color: var(--line-strong);
    text-underline-offset: 3px;
  }
  .link:hover {
    color: var(--accent);
    text-decoration-color: currentColor;
  }
  @container (max-width: 720px) {
    .grid {
      grid-template-columns: minmax(0, 1fr);
    }
    .cards {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`;
