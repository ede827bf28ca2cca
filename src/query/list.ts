/** The list: one page of calls, newest first by growing windows of days, or sorted by any column. */
import { dayOf, dayOfTime } from "../record/id.ts";
import type { CallList, CallSummary } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { countOf } from "./count.ts";
import { type DayPart, isWorthCounting, partOfDay } from "./day-part.ts";
import { type Filter, whereOf } from "./filter.ts";
import {
  afterCursor,
  isOrdered,
  notBeyond,
  orderOf,
  type Page,
  questionOf,
  refuseForeignCursor,
  sortKey,
  writeCursor,
} from "./page.ts";
import { computedList, summaryList } from "./projection.ts";
import { numberOf, type Row, textOf } from "./rows.ts";
import { conditionOf, isHidden, refuseHidden, type Scope } from "./scope.ts";
import { join, name, raw, readable, type Sql, sql } from "./statement.ts";
import { SUMMARY_COLUMNS } from "./summary-columns.ts";
import { alsoUnder, type Under, underOf } from "./under.ts";
import { callsOf, daysOf, sourceOf, type View } from "./view.ts";

const KEY = "call_lake_key";
/** Each window of days is as many times as long as the one before. */
const WINDOW_GROWTH = 4;
/** For a page by its number, the calls of so many days are counted first. */
const COUNTED_DAYS = 8;

/** The page of the calls under the filter and within the scope. */
export async function listCalls(view: View, ask: Ask, filter: Filter, page: Page, scope: Scope): Promise<CallList> {
  refuseHidden(page.sort.column, scope, "sort");
  refuseForeignCursor(page, filter, scope);
  const [rows, total] = await Promise.all([
    rowsOf(view, ask, filter, page, scope),
    page.include_total ? countOf(view, ask, filter, scope) : undefined,
  ]);
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = rows.length > page.limit && last !== undefined && !page.numbered;
  return {
    next_cursor: more ? cursorAfter(last, page, filter, scope) : null,
    ...(total === undefined ? {} : { total }),
    ...(page.include_sql ? { sql: listSql(filter, page, scope) } : {}),
    calls: shown.map(({ [KEY]: _, ...call }) => call as unknown as CallSummary),
  };
}

function cursorAfter(last: Row, page: Page, filter: Filter, scope: Scope): string {
  const question = questionOf(filter, scope);
  return writeCursor(page.sort, { value: textOf(last[KEY]), id: textOf(last["id"]) ?? "", question });
}

/** The same page as a statement over the view `calls`. */
export function listSql(filter: Filter, page: Page, scope: Scope): string {
  return readable(sql`SELECT ${selectNames(scope)}
FROM calls
WHERE ${conditions(filter, page, scope)}
ORDER BY ${orderOf(page.sort)}
LIMIT ${page.limit}${page.offset > 0 ? sql` OFFSET ${page.offset}` : raw("")}`);
}

/** Ids first, by as few columns as may be; then the rows of the few days these ids are in. */
async function rowsOf(view: View, ask: Ask, filter: Filter, page: Page, scope: Scope): Promise<Row[]> {
  const all = underOf(filter, scope);
  const { sort, cursor } = page;
  const under = cursor === null ? all : alsoUnder(all, afterCursor(sort, cursor), [sort.column, "id"]);
  const keys = await (sort.column === "start_time" ? byWindows : bySort)(view, ask, under, page);
  const ids = keys.map((row) => textOf(row["id"]) ?? "");
  const [least] = [...ids].sort();
  if (least === undefined) return [];
  const days = new Set(ids.map(dayOf));
  // The least id lets whole row groups be passed over, which a list of ids alone does not.
  const rows = await ask(sql`SELECT ${summaryList(scope)}
    FROM ${sourceOf(view, (day) => days.has(day))}
    WHERE ${conditionOf(scope)} AND id >= ${least} AND id IN (${join(
      ids.map((id) => sql`${id}`),
      ", ",
    )})`);
  const byId = new Map(rows.map((row) => [textOf(row["id"]), row]));
  return keys.flatMap(({ id, [KEY]: key }) => {
    const row = byId.get(textOf(id));
    return row ? [{ ...row, [KEY]: key ?? null }] : [];
  });
}

/** Newest or oldest days first, until the page is full. */
async function byWindows(view: View, ask: Ask, under: Under, page: Page): Promise<Row[]> {
  const { sort, cursor, limit } = page;
  const at = cursor?.value ? dayOfTime(Date.parse(cursor.value.replace("+00", "Z"))) : null;
  const days = daysOf(view).filter((day) => under.has(day));
  if (!sort.descending) days.reverse();
  const ahead = at === null ? days : days.filter((day) => (sort.descending ? day <= at : day >= at));
  const { from: first, offset } = await skipped(view, ask, under, page.offset, ahead);
  const rows: Row[] = [];
  for (
    let from = first, width = 1;
    from < ahead.length && rows.length <= limit;
    from += width, width *= WINDOW_GROWTH
  ) {
    const left = limit + 1 - rows.length;
    let window: Under | null = within(under, ahead.slice(from, from + width));
    // Where some days were not enough the calls are rare, and ids are the widest column that is read.
    if (width > WINDOW_GROWTH && !view.found) window = await upToLast(view, ask, window, page, left, 0);
    // What is left to skip lies in the first day, and so does most often the page.
    const part =
      window && (from === first ? await partOf(view, ask, window, page, left, offset) : { under: window, offset: 0 });
    if (part) rows.push(...(await ask(keysSql(view, part.under, page, left, part.offset))));
  }
  return rows;
}

/** The quarters of an hour that the page lies in, counted first where that is less work than sorting all calls. */
async function partOf(
  view: View,
  ask: Ask,
  under: Under,
  { sort }: Page,
  limit: number,
  offset: number,
): Promise<DayPart | null> {
  if (!isWorthCounting(view, under, offset)) return { under, offset };
  const counted = await ask(sql`SELECT slot, count(*) AS calls FROM ${callsOf(view, under, ["slot"])} GROUP BY ALL`);
  return partOfDay(under, counted, sort.descending, offset, limit);
}

/** The calls that come no later than the last on the page, by the sort column alone; null where there is none. */
async function upToLast(view: View, ask: Ask, under: Under, { sort }: Page, limit: number, offset: number) {
  const keys = await ask(valuesSql(view, under, sort, limit, offset));
  const [first, last] = [textOf(keys[0]?.[KEY]), textOf(keys[limit - 1]?.[KEY])];
  if (keys.length === 0) return null;
  // Where all of the page has one value, that value is too frequent to tell row groups apart.
  return last !== null && last !== first ? alsoUnder(under, notBeyond(sort, last), [sort.column]) : under;
}

/** For a page by its number: the day it begins in, and how many rows of that day come before it. */
async function skipped(view: View, ask: Ask, under: Under, offset: number, days: readonly string[]) {
  let left = offset;
  for (let from = 0, width = COUNTED_DAYS; from < days.length && left > 0; from += width, width *= WINDOW_GROWTH) {
    const some = days.slice(from, from + width);
    const rows = await ask(sql`SELECT CAST(day AS VARCHAR) AS day, count(*) AS calls
      FROM ${callsOf(view, within(under, some), ["day"])} GROUP BY ALL`);
    const counts = new Map(rows.map((row) => [textOf(row["day"]), numberOf(row["calls"]) ?? 0]));
    for (const [index, day] of some.entries()) {
      const calls = counts.get(day) ?? 0;
      if (calls > left) return { from: from + index, offset: left };
      left -= calls;
    }
  }
  return { from: offset === 0 ? 0 : days.length, offset: 0 };
}

function within(under: Under, days: readonly string[]): Under {
  const had = new Set(days);
  return { ...under, has: (day) => had.has(day) };
}

/**
 * The sort column alone first: its last value on the page lets nearly all row groups be passed over when the ids are
 * read, which are the widest of all short columns.
 */
async function bySort(view: View, ask: Ask, under: Under, page: Page): Promise<Row[]> {
  const limit = page.limit + 1;
  const upTo = isOrdered(page.sort.column) ? await upToLast(view, ask, under, page, limit, page.offset) : under;
  return upTo ? ask(keysSql(view, upTo, page, limit, page.offset)) : [];
}

function valuesSql(view: View, under: Under, sort: Page["sort"], limit: number, offset: number): Sql {
  const direction = raw(sort.descending ? "DESC" : "ASC");
  // Not under its own name: ORDER BY would mean the text of it.
  return sql`SELECT CAST(sorted AS VARCHAR) AS ${name(KEY)}
    FROM (SELECT ${sortKey(sort.column)} AS sorted FROM ${callsOf(view, under, [sort.column])})
    ORDER BY sorted ${direction} NULLS LAST LIMIT ${limit} OFFSET ${offset}`;
}

function keysSql(view: View, under: Under, { sort }: Page, limit: number, offset: number): Sql {
  return sql`SELECT id, CAST(${sortKey(sort.column)} AS VARCHAR) AS ${name(KEY)}
    FROM ${callsOf(view, under, ["id", sort.column])}
    ORDER BY ${orderOf(sort)} LIMIT ${limit} OFFSET ${offset}`;
}

function conditions(filter: Filter, page: Page, scope: Scope): Sql {
  const where = whereOf(filter, scope);
  return page.cursor ? sql`${where} AND ${afterCursor(page.sort, page.cursor)}` : where;
}

function selectNames(scope: Scope): Sql {
  const shown = SUMMARY_COLUMNS.filter((column) => !isHidden(column, scope));
  return join([...shown.map((column) => name(column)), computedList()], ", ");
}
