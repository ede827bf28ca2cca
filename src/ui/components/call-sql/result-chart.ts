/** An answer as one chart: what stands across and what up is picked from the types, and can be chosen. */
import type { SqlResult } from "../../../api/contract.ts";
import { BASE, type Draw, GRID, TIP } from "../../charts/plot.ts";
import type { Formats } from "../../format.ts";
import { type Kind, kindOf, textOf } from "./types.ts";

export const MARKS = ["line", "bar", "dot"] as const;
export type Mark = (typeof MARKS)[number];

export interface ChartChoice {
  readonly x: string;
  readonly y: string;
  readonly mark: Mark;
}

export const BARS_MAX = 40;
export const POINTS_MAX = 5000;
const HEIGHT = 300;
const BAR_PX = 24;
const LABEL_LETTERS = 22;

/** Columns that can be drawn, and those that are numbers; `day` or `hour` of a statement are meant to stand across. */
export function drawable({ columns }: Pick<SqlResult, "columns">): { readonly x: string[]; readonly y: string[] } {
  const of = (...kinds: Kind[]) => columns.filter(({ type }) => kinds.includes(kindOf(type))).map(({ name }) => name);
  return { x: of("time", "text", "number"), y: of("number") };
}

/** Times across before texts before numbers; the first other number up. Null where there is nothing to draw. */
export function pick(result: Pick<SqlResult, "columns" | "rows">): ChartChoice | null {
  if (result.rows.length === 0) return null;
  const first = (...kinds: Kind[]) => result.columns.find(({ type }) => kinds.includes(kindOf(type)))?.name;
  const x = first("time") ?? first("text") ?? first("number");
  const y = drawable(result).y.find((name) => name !== x);
  return x === undefined || y === undefined ? null : { x, y, mark: markFor(result, x) };
}

/** Lines over time, bars for texts; over numbers lines where they rise from row to row, else dots. */
export function markFor({ columns, rows }: Pick<SqlResult, "columns" | "rows">, x: string): Mark {
  const kind = kindOf(columns.find(({ name }) => name === x)?.type ?? "");
  if (kind === "time") return "line";
  if (kind === "text") return "bar";
  const values = rows.map((row) => Number(row[x]));
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0)) ? "line" : "dot";
}

interface Point {
  readonly x: number | string | Date;
  readonly y: number | null;
  readonly title: string;
}

/** How many of the rows are drawn. */
export function drawnRows({ rows }: Pick<SqlResult, "rows">, { mark }: ChartChoice): number {
  return Math.min(rows.length, mark === "bar" ? BARS_MAX : POINTS_MAX);
}

export function resultChart(result: SqlResult, choice: ChartChoice, formats: Formats): Draw {
  const { x, y, mark } = choice;
  const kind = kindOf(result.columns.find(({ name }) => name === x)?.type ?? "");
  const points: Point[] = result.rows.slice(0, drawnRows(result, choice)).map((row) => ({
    x: mark === "bar" ? (textOf(row[x]) ?? "NULL") : place(row[x], kind),
    y: numberOf(row[y]),
    title: `${textOf(row[x]) ?? "NULL"}\n${y}: ${textOf(row[y]) ?? "NULL"}`,
  }));
  return mark === "bar" ? barsOf(points, formats) : pointsOf(points, kind, mark, formats);
}

function barsOf(points: readonly Point[], formats: Formats): Draw {
  const labels = [...new Set(points.map((point) => point.x))];
  const number = numbers(formats);
  return (plot, width) => ({
    width,
    height: labels.length * BAR_PX + 8,
    marginTop: 4,
    marginBottom: 4,
    marginLeft: 168,
    marginRight: 88,
    x: { axis: null, zero: true },
    y: { type: "band", domain: labels, padding: 0.3, label: null },
    marks: [
      plot.axisY({ tickSize: 0, label: null, tickFormat: cut, fontSize: 12, tickPadding: 8 }),
      plot.barX(points, { y: "x", x: "y", fill: "var(--accent)", rx: 2 }),
      plot.text(points, { y: "x", x: "y", dx: 6, textAnchor: "start", text: (p: Point) => number(p.y), fontSize: 12 }),
    ],
  });
}

function pointsOf(points: readonly Point[], kind: Kind, mark: Mark, formats: Formats): Draw {
  const number = numbers(formats);
  const axis = new Intl.DateTimeFormat(formats.locale, { timeZone: "UTC", ...timeParts(points) });
  const text = kind === "text" || kind === "other";
  const tick = (value: unknown) =>
    value instanceof Date ? axis.format(value) : typeof value === "number" ? number(value) : cut(String(value));
  return (plot, width) => ({
    width,
    height: HEIGHT,
    marginLeft: 64,
    marginBottom: BASE.marginBottom,
    x: { ...(kind === "time" ? { type: "utc" as const } : text ? { type: "point" as const } : {}), label: null },
    y: { zero: mark === "line", nice: true, label: null },
    marks: [
      plot.gridY({ ...GRID, ticks: 5 }),
      plot.axisY({ ticks: 5, tickSize: 0, label: null, tickFormat: number }),
      plot.axisX({
        ...(text ? {} : { ticks: Math.max(2, Math.floor(width / 110)) }),
        tickSize: 0,
        label: null,
        tickFormat: tick,
      }),
      ...(mark === "line" ? [plot.lineY(points, { x: "x", y: "y", stroke: "var(--accent)", strokeWidth: 1.5 })] : []),
      plot.dot(points, { x: "x", y: "y", fill: "var(--accent)", r: mark === "dot" ? 3 : points.length > 60 ? 0 : 2 }),
      plot.tip(points, plot.pointerX({ x: "x", y: "y", title: "title", ...TIP })),
    ],
  });
}

/** A time as it is written, taken as UTC: the statement has said of which zone it is. */
function place(value: unknown, kind: Kind): number | string | Date {
  if (kind === "number") return numberOf(value) ?? Number.NaN;
  if (kind !== "time") return textOf(value) ?? "NULL";
  const text = String(value).replace(" ", "T");
  return new Date(/(Z|[+-]\d\d(:?\d\d)?)$/.test(text) || !text.includes("T") ? text : `${text}Z`);
}

function numberOf(value: unknown): number | null {
  const number = value === null || value === "" ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function timeParts(points: readonly Point[]): Intl.DateTimeFormatOptions {
  const times = points.flatMap(({ x }) => (x instanceof Date ? [x.getTime()] : []));
  const span = Math.max(...times) - Math.min(...times);
  if (span < 2 * 86_400_000) return { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return span > 300 * 86_400_000 ? { month: "short", year: "numeric" } : { day: "numeric", month: "short" };
}

function numbers({ locale }: Formats): (value: number | null) => string {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  return (value) => (value === null ? "" : format.format(value));
}

function cut(label: string): string {
  const letters = [...label];
  return letters.length > LABEL_LETTERS + 1 ? `${letters.slice(0, LABEL_LETTERS).join("")}…` : label;
}
