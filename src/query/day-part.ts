/** The part of a day that a page of the list lies in, by quarters of an hour: only the calls of these are sorted. */
import { statSync } from "node:fs";
import { iso } from "./filter-times.ts";
import { numberOf, type Row } from "./rows.ts";
import { sql } from "./statement.ts";
import { alsoUnder, type Under } from "./under.ts";
import { shared, type View } from "./view.ts";

/** A page from its day: the calls to look among, and how many of them come before the page. */
export interface DayPart {
  readonly under: Under;
  readonly offset: number;
}

const SLOT_MS = 900_000;
/** Of narrow files, some 12,000 calls: counting quarters costs a day of fewer calls as much as sorting it does. */
const DENSE_BYTES = 1024 * 1024;

/**
 * Where the `wanted` calls after the first `offset` lie, of those under the condition, whose quarters (`slot`, UTC) have
 * so many `calls` each; null where there are none. A file is sorted by start, so that each later call is among the newest
 * so far: DuckDB keeps all of them for a while, and finding 51 of 340,000 took 130 ms of processor time, of which the
 * right quarter is 8.
 */
export function partOfDay(
  under: Under,
  rows: readonly Row[],
  descending: boolean,
  offset: number,
  wanted: number,
): DayPart | null {
  const slots = rows.map((row) => ({ number: numberOf(row["slot"]), calls: numberOf(row["calls"]) ?? 0 }));
  const known = slots.flatMap(({ number, calls }) => (number === null ? [] : [{ number, calls }]));
  if (known.length < slots.length) return { under, offset };
  known.sort((a, b) => (descending ? b.number - a.number : a.number - b.number));
  let before = 0;
  let left = wanted;
  const held: number[] = [];
  for (const { number, calls } of known) {
    if (held.length === 0 && before + calls <= offset) {
      before += calls;
      continue;
    }
    left -= held.length === 0 ? calls - (offset - before) : calls;
    held.push(number);
    if (left <= 0) break;
  }
  if (held.length === 0) return null;
  const [from, to] = [Math.min(...held) * SLOT_MS, (Math.max(...held) + 1) * SLOT_MS];
  const within = sql`start_time >= CAST(${iso(from)} AS TIMESTAMPTZ) AND start_time < CAST(${iso(to)} AS TIMESTAMPTZ)`;
  return { under: alsoUnder(under, within, ["start_time"]), offset: offset - before };
}

/** Only narrow files have a row's quarter: of the others it would be made of each row's time. */
export function isWorthCounting(view: View, under: Under, offset: number): boolean {
  const { narrow, wide } = shared(view, under, ["slot"]);
  if (wide.length > 0 || narrow.length === 0) return false;
  if (offset > 0) return true;
  const bytes = narrow.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  return bytes >= DENSE_BYTES;
}
