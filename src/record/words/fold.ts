/** Folding: the one letter that all its cases, widths and accents count as. */
import { kindOf } from "./characters.ts";

/** What a character of a text in NFC counts as. */
export interface Folded {
  /** One letter, or two for ß, æ and œ; the character itself where nothing is folded. */
  readonly letter: string;
  /** A letter whose stroke or joining counts only if typed (ł, ß …), in lower case; null for others. */
  readonly special: string | null;
  readonly accents: readonly string[];
}

/** Letters that Unicode does not take apart, and what they are typed as. */
const SPECIAL = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ł", "l"],
  ["ø", "o"],
  ["đ", "d"],
  ["ħ", "h"],
  ["ŧ", "t"],
]);
const SAME = new Map([
  ["ς", "σ"],
  ["ı", "i"],
]);
const DOT_ABOVE = "\u0307";
/** Cyrillic letters that are е and и with an accent; й, ї, ў and others are letters of their own. */
const CYRILLIC_ACCENTED = /[ёѐѝ]/iu;
const CYRILLIC = /\p{Script=Cyrillic}/u;

const known = new Map<string, Folded>();
const KNOWN_MAX = 20_000;

/** Folds one character (a whole code point) of a text in NFC. Accents, gaps and signs come back as they are. */
export function foldCharacter(character: string): Folded {
  let folded = known.get(character);
  if (!folded) {
    folded = fold(character);
    if (known.size < KNOWN_MAX) known.set(character, folded);
  }
  return folded;
}

function fold(character: string): Folded {
  const plain = { letter: character, special: null, accents: [] };
  const kind = kindOf(character.codePointAt(0) ?? 0);
  if (kind !== "letter" && kind !== "unspaced") return plain;
  const { rest, accents } = takenApart(character);
  // Something such as ŉ or ㎏ stands for several letters: only its case is folded.
  const single = [...rest].length === 1 && kindOf(rest.codePointAt(0) ?? 0) === kind;
  const lower = lowerOf(single ? rest : character);
  const letter = SAME.get(lower) ?? lower;
  const kept = single ? accents.filter((accent) => !(letter === "i" && accent === DOT_ABOVE)) : [];
  const typed = SPECIAL.get(letter);
  return { letter: typed ?? letter, special: typed === undefined ? null : letter, accents: kept };
}

function takenApart(character: string): { rest: string; accents: string[] } {
  if (CYRILLIC.test(character) && !CYRILLIC_ACCENTED.test(character)) return { rest: character, accents: [] };
  const parts = [...character.normalize("NFKD")];
  const isAccent = (part: string) => kindOf(part.codePointAt(0) ?? 0) === "accent";
  const rest = parts.filter((part) => !isAccent(part)).join("");
  return { rest: rest.normalize("NFC"), accents: parts.filter(isAccent) };
}

/** The case mapping that is one character; İ, whose lower case is two, has lost its dot before. */
function lowerOf(character: string): string {
  const lower = character.toLowerCase();
  return [...lower].length === 1 ? lower : character;
}

/** A word's folded letters without accents: the term it stands under in the index. The word is in NFC. */
export function termOf(word: string): string {
  let term = "";
  for (const character of word) {
    if (kindOf(character.codePointAt(0) ?? 0) !== "accent") term += foldCharacter(character).letter;
  }
  return term;
}

/** A character of Unicode and what it is folded to. */
export interface Variant extends Folded {
  readonly character: string;
}

/** Above it are only Han characters, which NFC has replaced where they have variants. */
const VARIANTS_END = 0x20000;
let variants: Map<string, Variant[]> | undefined;

/** All characters that are folded to this letter or pair of letters, itself included. */
export function variantsOf(letter: string): readonly Variant[] {
  variants ??= allVariants();
  const itself: Variant[] = [...letter].length === 1 ? [{ character: letter, ...foldCharacter(letter) }] : [];
  return [...itself, ...(variants.get(letter) ?? [])];
}

function allVariants(): Map<string, Variant[]> {
  const found = new Map<string, Variant[]>();
  for (let code = 0x41; code < VARIANTS_END; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    if (character.normalize("NFC") !== character) continue;
    const folded = fold(character);
    if (folded.letter === character) continue;
    const others = found.get(folded.letter);
    if (others) others.push({ character, ...folded });
    else found.set(folded.letter, [{ character, ...folded }]);
  }
  return found;
}
