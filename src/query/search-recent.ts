/** The newest days of a view: where the first page of a frequent word is found without looking it up in all of history. */
import { type Filter, mayHold } from "./filter.ts";
import type { Page } from "./page.ts";
import { daysOf, type View } from "./view.ts";

/** About as many as one part of the index has. */
const DAYS = 31;

/** The view of the newest days from the page's place on; null where the page is not of the newest first, or asks for more than its rows. */
export function recentOf(view: View, filter: Filter, page: Page): View | null {
  const { sort, cursor } = page;
  if (sort.column !== "start_time" || !sort.descending || page.numbered || page.include_total) return null;
  const from = cursor?.value?.slice(0, 10) ?? null;
  const days = daysOf(view).filter((day) => mayHold(filter, day) && (from === null || day <= from));
  if (days.length <= DAYS) return null;
  const recent = new Set(days.slice(0, DAYS));
  return {
    ...view,
    files: view.files.filter((file) => recent.has(file.day)),
    ranges: view.ranges.filter((range) => recent.has(range.day)),
  };
}
