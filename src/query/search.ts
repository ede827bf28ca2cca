/** The search: calls by what was said, the best or the newest first, with the places where it was said. */
import { dayOf } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import type { CallSearch, CallSummary, FoundCallSummary } from "./answers.ts";
import type { Ask } from "./asking.ts";
import { BadQuestionError } from "./errors.ts";
import { type Filter, mayHold, whereOf } from "./filter.ts";
import { listCalls } from "./list.ts";
import { selectList, summaryList } from "./projection.ts";
import { numberOf, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { RANKED_MAX, rankCursor, type SearchPage } from "./search-page.ts";
import { scoreOf, scoresOf } from "./search-rank.ts";
import { snippetsOf } from "./search-snippets.ts";
import { join, raw, sql } from "./statement.ts";
import { termsOf } from "./text/terms.ts";
import { rowsOf, sourceOf, type View } from "./view.ts";

interface Ranked {
  readonly id: string;
  readonly score: number;
}

/** Asks a view that SearchIndex has narrowed. Throws BadQuestionError without a q. */
export async function searchCalls(
  view: View,
  ask: Ask,
  filter: Filter,
  page: SearchPage,
  scope: Scope,
): Promise<CallSearch> {
  if (filter.q === null) throw new BadQuestionError("q is missing; give the words to search for.", "q");
  if (!page.ranked) {
    const { calls, next_cursor } = await listCalls(view, ask, filter, page.page, scope);
    const found = calls.map(({ id }) => ({ id, score: null }));
    return { calls: await shown(view, ask, filter, scope, found), next_cursor };
  }
  const best = await rankedCalls(view, ask, filter, scope, page.offset + page.limit + 1);
  const wanted = best.slice(page.offset, page.offset + page.limit);
  const more = best.length > page.offset + page.limit;
  return {
    calls: await shown(view, ask, filter, scope, wanted),
    next_cursor: more ? rankCursor(page.offset + page.limit) : null,
  };
}

/** The best calls; equal ones newest first. */
async function rankedCalls(view: View, ask: Ask, filter: Filter, scope: Scope, limit: number): Promise<Ranked[]> {
  const { found } = view;
  const where = whereOf(filter, scope);
  const files = view.files.filter((file) => mayHold(filter, file.day));
  const named = files.filter((file) => found?.files.has(file.path));
  const others = { ...view, files: files.filter((file) => !found?.files.has(file.path)) };
  const indexed =
    found && named.length > 0
      ? ask(sql`SELECT c.id AS id, s.score AS score FROM ${rowsOf(view, named)} AS c
          JOIN (${scoresOf(found, named)}) AS s ON s.f = c.call_file AND s.r = c.call_row
          WHERE ${where} ORDER BY score DESC, id DESC LIMIT ${raw(String(limit))}`)
      : [];
  const read = ask(sql`SELECT ${selectList(["id", "conversation", "summary"], scope)}
    FROM (SELECT * FROM ${sourceOf(others, (day) => mayHold(filter, day))} WHERE ${where}
      ORDER BY start_time DESC LIMIT ${raw(String(RANKED_MAX))})`);
  const [scored, texts] = await Promise.all([indexed, read]);
  const terms = filter.q === null ? [] : termsOf(filter.q).terms;
  const ranked = scored.map((row) => ({ id: textOf(row["id"]) ?? "", score: numberOf(row["score"]) ?? 0 }));
  for (const row of texts as unknown as Pick<CallRecord, "id" | "conversation" | "summary">[]) {
    const said = [row.summary, ...(row.conversation ?? []).map((message) => message.content)];
    ranked.push({ id: row.id, score: scoreOf(terms, said) });
  }
  return ranked.sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1)).slice(0, limit);
}

/** These calls as they are shown, in their order. */
async function shown(
  view: View,
  ask: Ask,
  filter: Filter,
  scope: Scope,
  found: readonly { readonly id: string; readonly score: number | null }[],
): Promise<FoundCallSummary[]> {
  const { q } = filter;
  if (found.length === 0 || q === null) return [];
  const days = new Set(found.map(({ id }) => dayOf(id)));
  const ids = join(
    found.map(({ id }) => sql`${id}`),
    ", ",
  );
  // They have been found: neither the index nor their text is asked again.
  const { found: _, ...all } = view;
  const rows = await ask(sql`SELECT ${summaryList(scope)}, ${selectList(["conversation"], scope)}
    FROM ${sourceOf(all, (day) => days.has(day))} WHERE ${whereOf(filter, scope)} AND id IN (${ids})`);
  const byId = new Map(rows.map((row) => [textOf(row["id"]), row as unknown as CallSummary & CallRecord]));
  return found.flatMap(({ id, score }) => {
    const row = byId.get(id);
    if (!row) return [];
    const { conversation, ...call } = row;
    return [{ ...call, score, snippets: snippetsOf(q, { conversation, summary: row.summary }) }];
  });
}
