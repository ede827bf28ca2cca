/** The list: one page of calls, newest first by growing windows of days, or sorted by any column. */
import { dayOf, dayOfTime } from "../record/id.ts";
import type { CallList, CallSummary } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { countOf } from "./count.ts";
import { type Filter, mayHold, whereOf } from "./filter.ts";
import { afterCursor, orderOf, type Page, questionOf, refuseForeignCursor, sortKey, writeCursor } from "./page.ts";
import { selectList } from "./projection.ts";
import { type Row, textOf } from "./rows.ts";
import { isHidden, refuseHidden, type Scope } from "./scope.ts";
import { join, name, raw, readable, type Sql, sql } from "./statement.ts";
import { SUMMARY_COLUMNS } from "./summary-columns.ts";
import { daysOf, sourceOf, type View } from "./view.ts";

const KEY = "call_lake_key";
/** Each window of days is this much longer than the one before. */
const WINDOW_GROWTH = 3;

/** The page of the calls under the filter and within the scope. */
export async function listCalls(view: View, ask: Ask, filter: Filter, page: Page, scope: Scope): Promise<CallList> {
  refuseHidden(page.sort.column, scope, "sort");
  refuseForeignCursor(page, filter, scope);
  const walk = page.sort.column === "start_time" && page.offset === 0;
  const [rows, total] = await Promise.all([
    walk ? byWindows(view, ask, filter, page, scope) : bySort(view, ask, filter, page, scope),
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

/** Newest or oldest days first, until the page is full. */
async function byWindows(view: View, ask: Ask, filter: Filter, page: Page, scope: Scope): Promise<Row[]> {
  const { sort, cursor } = page;
  const at = cursor?.value ? dayOfTime(Date.parse(cursor.value.replace("+00", "Z"))) : null;
  const days = daysOf(view).filter((day) => mayHold(filter, day));
  if (!sort.descending) days.reverse();
  const ahead = at === null ? days : days.filter((day) => (sort.descending ? day <= at : day >= at));
  const rows: Row[] = [];
  let width = 1;
  for (let from = 0; from < ahead.length && rows.length <= page.limit; from += width, width *= WINDOW_GROWTH) {
    const window = new Set(ahead.slice(from, from + width));
    const wanted = page.limit + 1 - rows.length;
    rows.push(
      ...(await ask(
        pageOf(
          sourceOf(view, (day) => window.has(day)),
          filter,
          page,
          scope,
          wanted,
        ),
      )),
    );
  }
  return rows;
}

function pageOf(source: Sql, filter: Filter, page: Page, scope: Scope, limit: number): Sql {
  return sql`SELECT ${selectList(SUMMARY_COLUMNS, scope)}, ${keyOf(page)}
    FROM (SELECT * FROM ${source} WHERE ${conditions(filter, page, scope)}
      ORDER BY ${orderOf(page.sort)} LIMIT ${limit}) ORDER BY ${orderOf(page.sort)}`;
}

/** Ids first, by two columns of all days; then the rows of the few days these ids are in. */
async function bySort(view: View, ask: Ask, filter: Filter, page: Page, scope: Scope): Promise<Row[]> {
  const keys = await ask(sql`SELECT id, ${keyOf(page)}
    FROM ${sourceOf(view, (day) => mayHold(filter, day))} WHERE ${conditions(filter, page, scope)}
    ORDER BY ${orderOf(page.sort)} LIMIT ${page.limit + 1} OFFSET ${page.offset}`);
  const ids = keys.map((row) => textOf(row["id"]) ?? "");
  if (ids.length === 0) return [];
  const days = new Set(ids.map(dayOf));
  const rows = await ask(sql`SELECT ${selectList(SUMMARY_COLUMNS, scope)}, ${keyOf(page)}
    FROM ${sourceOf(view, (day) => days.has(day))}
    WHERE ${whereOf(filter, scope)} AND id IN (${join(
      ids.map((id) => sql`${id}`),
      ", ",
    )})`);
  const byId = new Map(rows.map((row) => [textOf(row["id"]), row]));
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
}

function conditions(filter: Filter, page: Page, scope: Scope): Sql {
  const where = whereOf(filter, scope);
  return page.cursor ? sql`${where} AND ${afterCursor(page.sort, page.cursor)}` : where;
}

function keyOf(page: Page): Sql {
  return sql`CAST(${sortKey(page.sort.column)} AS VARCHAR) AS ${name(KEY)}`;
}

function selectNames(scope: Scope): Sql {
  return join(
    SUMMARY_COLUMNS.filter((column) => !isHidden(column, scope)).map((column) => name(column)),
    ", ",
  );
}
