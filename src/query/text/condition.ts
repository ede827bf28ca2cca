/** The condition: q as SQL over the columns conversation and summary. */
import { classOf, type Range, SEPARATOR } from "../../record/words/characters.ts";
import { all, raw, type Sql, sql } from "../statement.ts";
import { re2Of } from "./pattern.ts";
import type { TextQuery } from "./text-query.ts";

const BETWEEN = `chr(${SEPARATOR})`;
/** All texts of a call as one. */
const JOINED = `concat_ws(${BETWEEN}, summary, array_to_string(list_transform(conversation, lambda m: m.content), ${BETWEEN}))`;

/** Whether a call has all of q: true or false on any row, whatever is null in it. */
export function textCondition(q: TextQuery): Sql {
  if (q.settled) return raw("TRUE");
  const text = raw(normalText());
  return all(q.pieces.map((piece) => sql`regexp_matches(${text}, ${re2Of(piece)})`));
}

let normal: string | undefined;

/**
 * The texts in NFC. nfc_normalize takes 1.2 s for 25 MB that are in NFC already, so only texts with a character that
 * can have another form go through it; and a NUL would end the text in it.
 */
function normalText(): string {
  normal ??= `CASE WHEN strlen(${JOINED}) = length(${JOINED}) OR NOT regexp_matches(${JOINED}, '[\\p{M}\\x{1161}-\\x{11ff}${classOf(replacedByNfc(), "re2")}]') THEN ${JOINED} ELSE nfc_normalize(replace(${JOINED}, chr(0), ' ')) END`;
  return normal;
}

/** Characters without marks that NFC replaces by others. */
function replacedByNfc(): Range[] {
  const ranges: [number, number][] = [];
  for (let code = 0x80; code < 0x30000; code++) {
    const character = String.fromCodePoint(code);
    if ((code >= 0xd800 && code < 0xe000) || character.normalize("NFC") === character) continue;
    const last = ranges.at(-1);
    if (last && last[1] === code - 1) last[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}
