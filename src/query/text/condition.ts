/** The condition: q as SQL over the columns conversation and summary. */
import { normalTextSql } from "../../store/lake/search-sql.ts";
import { all, raw, type Sql, shownAs, sql } from "../statement.ts";
import { re2Of } from "./pattern.ts";
import type { TextQuery } from "./text-query.ts";

const settled = new WeakSet<TextQuery>();

/** The same query for a source whose rows are already those that have it: their text is not read again. */
export function settledQuery(q: TextQuery): TextQuery {
  const same = { ...q };
  settled.add(same);
  return same;
}

/** Whether a call has all of q: true or false on any row, whatever is null in it. */
export function textCondition(q: TextQuery): Sql {
  const text = raw(normalTextSql());
  const condition = all(q.pieces.map((piece) => sql`regexp_matches(${text}, ${re2Of(piece)})`));
  return settled.has(q) ? shownAs(raw("TRUE"), condition) : condition;
}
