/** The condition: q as SQL over the columns conversation and summary. */
import { SEPARATOR } from "../../record/words/characters.ts";
import { all, raw, type Sql, sql } from "../statement.ts";
import { re2Of } from "./pattern.ts";
import type { TextQuery } from "./text-query.ts";

const BETWEEN = `chr(${SEPARATOR})`;
/** All texts of a call as one. A lone NUL would end it in nfc_normalize; ASCII has no other form to be in. */
const JOINED = `concat_ws(${BETWEEN}, summary, array_to_string(list_transform(conversation, lambda m: m.content), ${BETWEEN}))`;
const NORMAL = `CASE WHEN strlen(${JOINED}) = length(${JOINED}) THEN ${JOINED} ELSE nfc_normalize(replace(${JOINED}, chr(0), ' ')) END`;

/** Whether a call has all of q: true or false on any row, whatever is null in it. */
export function textCondition(q: TextQuery): Sql {
  const text = raw(NORMAL);
  return all(q.pieces.map((piece) => sql`regexp_matches(${text}, ${re2Of(piece)})`));
}
