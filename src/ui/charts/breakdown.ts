/** Calls by a value (outcome, provider, pipeline, context) as horizontal bars, the most frequent first. */
import type { ValueCount } from "../../api/contract.ts";
import type { Formats } from "../format.ts";
import { words } from "../words.ts";
import { type Draw, TIP } from "./plot.ts";

const BARS_MAX = 8;
const ROW = 26;
const LABEL_LETTERS = 15;

export interface Bar {
  /** From the top. */
  readonly place: number;
  /** Its row of the table; none for the bar that gathers the rest. */
  readonly row?: number;
  readonly label: string;
  readonly calls: number;
  readonly share: number;
  readonly color: string;
}

/** The bars of a breakdown: at most eight, the last one gathering the rest. */
export function bars(
  counts: readonly ValueCount[],
  name: (value: string) => string,
  color: (value: string) => string,
  formats: Formats,
): Bar[] {
  const all = counts.reduce((sum, row) => sum + row.calls, 0);
  const sorted = [...counts].sort((a, b) => b.calls - a.calls);
  const shown = sorted.length > BARS_MAX ? sorted.slice(0, BARS_MAX - 1) : sorted;
  const rest = sorted.slice(shown.length);
  const gathered = rest.reduce((sum, row) => sum + row.calls, 0);
  const share = (calls: number) => (all === 0 ? 0 : calls / all);
  const list: Bar[] = shown.map((row, i) => ({
    place: i,
    row: i,
    label: row.value === null ? words.notRecorded : name(row.value),
    calls: row.calls,
    share: share(row.calls),
    color: row.value === null ? "var(--outcome-lost)" : color(row.value),
  }));
  if (rest.length) {
    list.push({
      place: list.length,
      label: words.stats.others(formats.integer(rest.length)),
      calls: gathered,
      share: share(gathered),
      color: "var(--outcome-lost)",
    });
  }
  return list;
}

export function breakdownChart(rows: readonly Bar[], formats: Formats): Draw {
  const max = Math.max(1, ...rows.map((row) => row.calls));
  // Two values may have one name: the band is the place, not the name.
  const names = rows.map((row) => cut(row.label));
  return (plot, width) => ({
    width,
    height: rows.length * ROW + 4,
    marginTop: 2,
    marginBottom: 2,
    marginLeft: 116,
    marginRight: 108,
    x: { axis: null, domain: [0, max] },
    y: { type: "band", domain: rows.map((row) => row.place), padding: 0.38, label: null },
    color: { type: "identity" },
    marks: [
      plot.axisY({
        tickSize: 0,
        label: null,
        tickFormat: (place: number) => names[place] ?? "",
        fontSize: 12,
        tickPadding: 10,
      }),
      plot.barX(rows, { y: "place", x1: 0, x2: max, fill: "var(--sunken)", rx: 2 }),
      plot.barX(rows, { y: "place", x: "calls", fill: "color", rx: 2 }),
      plot.text(rows, {
        y: "place",
        x: max,
        dx: 48,
        textAnchor: "end",
        text: (row: Bar) => formats.integer(row.calls),
        fontSize: 12,
      }),
      plot.text(rows, {
        y: "place",
        x: max,
        dx: 104,
        textAnchor: "end",
        fill: "var(--muted)",
        text: (row: Bar) => formats.percent(row.share),
        fontSize: 12,
      }),
      plot.tip(rows, plot.pointerY({ y: "place", x: "calls", title: titleOf, anchor: "left", ...TIP })),
    ],
  });
}

const titleOf = (row: Bar) => row.label;

/** A label as long as there is room for. */
export function cut(label: string): string {
  const letters = [...label];
  return letters.length > LABEL_LETTERS + 1 ? `${letters.slice(0, LABEL_LETTERS).join("")}…` : label;
}
