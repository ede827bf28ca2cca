/** The texts of a call in SQL, and the words they are cut into: what the search's condition and its index have in common. */
import { ACCENTS, classOf, type Range, SEPARATOR, SIGNS, UNSPACED } from "../../record/words/characters.ts";

const BETWEEN = `chr(${SEPARATOR})`;
/** All texts of a call as one. */
const JOINED = `concat_ws(${BETWEEN}, summary, array_to_string(list_transform(conversation, lambda m: m.content), ${BETWEEN}))`;

let normal: string | undefined;

/**
 * The texts of the columns conversation and summary as one text in NFC. nfc_normalize takes 1.2 s for 25 MB that are
 * in NFC already, so only texts with a character that can have another form go through it; and a NUL would end them.
 */
export function normalTextSql(): string {
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

/**
 * A text in NFC as the list of its words, as written; a run of characters without spaces as each two neighbours and
 * the last one. ASCII, which most texts are, takes a shorter way and comes in lower case.
 */
export function wordsSql(text: string): string {
  const [accents, unspaced, signs] = [ACCENTS, UNSPACED, SIGNS].map((ranges) => classOf(ranges, "re2"));
  const words = `regexp_extract_all(regexp_replace(${text}, '[${unspaced}${signs}]', ' ', 'g'), '[\\p{L}\\p{N}\\p{M}${accents}]+')`;
  const runs = `regexp_extract_all(${text}, '[${unspaced}][${unspaced}${accents}]*')`;
  const bare = `regexp_replace(run, '[${accents}]', '', 'g')`;
  const pairs = `flatten(list_transform(${runs}, lambda run: list_transform(range(1, length(${bare}) + 1), lambda i: substring(${bare}, i, 2))))`;
  return `CASE WHEN strlen(${text}) = length(${text}) THEN regexp_extract_all(lower(${text}), '[a-z0-9]+')
    ELSE list_concat(${words}, list_concat(${pairs}, regexp_extract_all(${text}, '[${signs}]'))) END`;
}
