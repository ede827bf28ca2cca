/** The table in its box, drawn anew only when something in it has changed: typing above it costs no row. */
import { html, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { words } from "../../words.ts";
import { type CallTable, callTable } from "./table.ts";

const ROW_PX_MIN = 30;
/** What the element itself has above its rows, at the least. */
const ABOVE_PX = 150;

export interface Grid extends CallTable {
  readonly pending: boolean;
  /** The rows are of before: they are asked again, or could not be. */
  readonly stale: boolean;
  /** Whether all rows are drawn, or, to be seen sooner, those that a window can show. */
  readonly whole: boolean;
  /** Columns as delivered, of which a narrow box leaves some out; chosen ones all stay, and it scrolls. */
  readonly fitted: boolean;
}

export function grid(given: Grid): TemplateResult {
  const { calls, columns, widths, formats, route, q, sort, peek, selection, personal, arrived, whole } = given;
  return html`<div
    class="scroll ${given.stale ? "dimmed" : ""} ${given.fitted ? "fitted" : ""}"
    role="region"
    aria-label=${words.list.region}
    aria-busy=${given.pending}
    tabindex="0"
  >
    ${guard([calls, columns, widths, formats, route, q, sort, peek, selection, personal, arrived, whole, words], () =>
      callTable(whole ? given : { ...given, calls: calls.slice(0, Math.ceil((innerHeight - ABOVE_PX) / ROW_PX_MIN)) }),
    )}
  </div>`;
}
