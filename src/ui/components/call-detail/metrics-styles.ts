/** Styles of the Metrics tab. */
import { css } from "lit";

export const metricsStyles = css`
  .inner {
    container-type: inline-size;
    color-scheme: inherit;
    background: none;
  }
  section + section {
    margin-top: 32px;
  }
  h3 {
    margin: 0 0 8px;
    font-size: 12px;
    line-height: 16px;
    font-weight: 600;
    color: var(--muted);
  }
  call-lake-chart {
    min-height: 100px;
  }
  /* Lines between cards, and no empty cell after the last one. */
  .cards {
    display: flex;
    flex-wrap: wrap;
    margin-bottom: 24px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--raised);
    overflow: clip;
  }
  .card {
    flex: 1 1 150px;
    display: flex;
    flex-direction: column;
    padding: 12px;
    overflow-wrap: anywhere;
    box-shadow:
      -1px 0 0 var(--line),
      0 1px 0 var(--line);
  }
  .card strong {
    font-size: 16px;
    line-height: 24px;
    font-weight: 600;
  }
  .card .none {
    font-size: 13px;
    font-weight: 400;
    font-style: normal;
  }
  .note {
    margin: 0;
    font-size: 12px;
    min-height: 20px;
  }
  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 8px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0 0 8px;
    padding: 0;
    list-style: none;
    font-size: 12px;
  }
  .legend li::before {
    content: "";
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-inline-end: 6px;
    border-radius: 2px;
    background: var(--swatch);
  }
  .legend .plain::before {
    display: none;
  }
  .legend .total::before {
    width: 2px;
    height: 12px;
    vertical-align: middle;
    background: var(--text);
  }
  .legend .interruption::before {
    content: "◂";
    width: auto;
    height: auto;
    background: none;
  }
  .stage.endpointing {
    --swatch: var(--stage-endpointing);
  }
  .stage.stt {
    --swatch: var(--stage-stt);
  }
  .stage.llm {
    --swatch: var(--stage-llm);
  }
  .stage.tts {
    --swatch: var(--stage-tts);
  }
  .stage.tool {
    --swatch: var(--stage-tool);
  }
  .stage.whole {
    --swatch: var(--stage-whole);
  }
`;
