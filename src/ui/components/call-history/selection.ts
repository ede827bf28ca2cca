/** Which calls are selected: some by their ids, or all that match. */

/** What one request takes of calls that are named one by one. */
export const CHOSEN_MAX = 10_000;

export interface Selection {
  /** Everything under the filter; then `ids` is empty. */
  readonly all: boolean;
  readonly ids: ReadonlySet<string>;
}

export const NOTHING: Selection = { all: false, ids: new Set() };
export const EVERYTHING: Selection = { all: true, ids: new Set() };

export const isSelected = (selection: Selection, id: string): boolean => selection.all || selection.ids.has(id);

export const isEmpty = (selection: Selection): boolean => !selection.all && selection.ids.size === 0;

/**
 * With these calls put in or taken out. After "all that match" taking one out leaves the others of the page, which are
 * all whose ids are known. What is past CHOSEN_MAX is left out.
 */
export function withCalls(
  selection: Selection,
  calls: readonly string[],
  on: boolean,
  page: readonly string[],
): Selection {
  const ids = new Set(selection.all ? page : selection.ids);
  for (const id of calls) {
    if (!on) ids.delete(id);
    else if (ids.size < CHOSEN_MAX) ids.add(id);
  }
  return { all: false, ids };
}

/** The rows between two of a page, both included, in whatever order they were touched. */
export function between(page: readonly string[], from: string | null, to: string): readonly string[] {
  const start = from === null ? -1 : page.indexOf(from);
  const end = page.indexOf(to);
  if (start < 0 || end < 0) return [to];
  return page.slice(Math.min(start, end), Math.max(start, end) + 1);
}
