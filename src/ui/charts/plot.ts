/** Loads Plot when the first chart is drawn, and makes its drawings fit a strict CSP and a screen reader. */
import type { Formats } from "../format.ts";
import type * as marks from "./marks.ts";

export type Marks = typeof marks;
export type PlotOptions = NonNullable<Parameters<Marks["plot"]>[0]>;
/** A chart: rows are bound already; what is left is the width in CSS pixels. */
export type Draw = (plot: Marks, width: number) => PlotOptions;

/** Axes and the text in the drawing, the same for all charts. */
export const BASE = {
  className: "call-lake-plot",
  marginTop: 16,
  marginBottom: 28,
  marginRight: 12,
  marginLeft: 44,
} as const;

export const GRID = { stroke: "var(--line)", strokeOpacity: 1 } as const;
export const TIP = {
  fill: "var(--raised)",
  stroke: "var(--line-strong)",
  textPadding: 8,
  fontSize: 12,
  pathFilter: "none",
} as const;

let loading: Promise<Marks> | undefined;

/** Plot; a failed load is tried again at the next call. */
export function loadPlot(): Promise<Marks> {
  loading ??= import("./marks.ts").catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/**
 * The drawing, without Plot's inline style element (a strict CSP refuses it; the chart's own sheet brings the
 * rules) and hidden from readers, who get the table beside it.
 */
export function drawing(plot: Marks, options: PlotOptions): Element {
  const element = plot.plot({ ...BASE, ...options });
  for (const style of element.querySelectorAll("style")) style.remove();
  element.setAttribute("aria-hidden", "true");
  for (const labelled of element.querySelectorAll("[aria-label]:not([role])")) {
    labelled.setAttribute("data-mark", labelled.getAttribute("aria-label") ?? "");
    labelled.removeAttribute("aria-label");
    labelled.removeAttribute("aria-description");
  }
  return element;
}

/** A tick of an axis of counts: nothing between whole numbers. */
export function wholeOnly(value: number, formats: Formats): string {
  return Number.isInteger(value) ? formats.integer(value) : "";
}

/**
 * The clock of a zone at an instant, written as if it were UTC: Plot's time axes know UTC and the browser's
 * zone only, and the page's zone may be neither.
 */
export function wallClock(iso: string, timezone: string): Date {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(new Date(iso));
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return new Date(Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute")));
}
