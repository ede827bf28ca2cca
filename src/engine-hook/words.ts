/** The words of a recogniser's text, as they are compared and as they are written. */

export interface Word {
  /** What is compared: without case, punctuation and vowel points. Never empty. */
  readonly key: string;
  /** Punctuation before the word, the word, and punctuation after it. */
  readonly lead: string;
  readonly core: string;
  readonly trail: string;
  /** Whether a space stands before it. */
  readonly spaced: boolean;
}

/** Scripts that are written without spaces: there, each character counts as a word. */
const SPACELESS =
  "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\p{sc=Tibetan}\u30fc\uff70";
const PIECE = new RegExp(`(\\s*)([${SPACELESS}]\\p{M}*\\p{P}*|[^\\s${SPACELESS}]+)`, "gu");
const STARTS_SPACELESS = new RegExp(`^[${SPACELESS}]`, "u");
const PLAIN = /^[a-z0-9]+$/i;
const PUNCTUATION = /^\p{P}$/u;
/** Punctuation, invisible marks of direction, and the vowel points of Hebrew and Arabic, which recognisers set or not. */
const IGNORED = /[\p{P}\p{Cf}\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/gu;

/** The words of a text, in order. Takes time linear in its length. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let loose = "";
  for (const [, space = "", piece = ""] of text.matchAll(PIECE)) {
    const word = wordOf(piece, space !== "");
    const last = words.at(-1);
    if (word) {
      words.push(loose === "" ? word : { ...word, lead: loose + word.lead });
      loose = "";
      // A mark that stands alone belongs to the word before it, or at the beginning to the one after it.
    } else if (last) words[words.length - 1] = { ...last, trail: last.trail + space + piece };
    else loose += piece;
  }
  return words;
}

function wordOf(piece: string, spaced: boolean): Word | null {
  if (PLAIN.test(piece)) return { key: piece.toLowerCase(), lead: "", core: piece, trail: "", spaced };
  let from = 0;
  while (from < piece.length && PUNCTUATION.test(piece.charAt(from))) from += 1;
  let to = piece.length;
  while (to > from && PUNCTUATION.test(piece.charAt(to - 1))) to -= 1;
  const core = piece.slice(from, to);
  const key = core.normalize("NFKC").replaceAll(IGNORED, "").toLowerCase();
  return key === "" ? null : { key, lead: piece.slice(0, from), core, trail: piece.slice(to), spaced };
}

/** Whether a space stands between two words of different segments. */
export function spaceBetween(before: Word, after: Word): boolean {
  return !(STARTS_SPACELESS.test(before.core) && STARTS_SPACELESS.test(after.core));
}

/** The text of words, as one line. */
export function textOf(words: readonly Word[]): string {
  let text = "";
  for (const { lead, core, trail, spaced } of words)
    text += `${spaced && text !== "" ? " " : ""}${lead}${core}${trail}`;
  return text;
}
