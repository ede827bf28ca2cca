/** The kinds of characters a text is cut by: letters of words, characters that stand alone, accents, and separators. */

export type Range = readonly [from: number, to: number];

/** Marks that may be left out in typing: of Latin, Greek, Cyrillic, Hebrew and Arabic, and variation selectors. */
export const ACCENTS: readonly Range[] = [
  [0x300, 0x36f],
  [0x483, 0x487],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x5c7, 0x5c7],
  [0x610, 0x61a],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e4],
  [0x6e7, 0x6e8],
  [0x6ea, 0x6ed],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xe0100, 0xe01ef],
];

/** Characters of scripts that write no spaces, and of Korean, which writes particles on to the word. */
export const UNSPACED: readonly Range[] = [
  [0xe01, 0xe3a],
  [0xe40, 0xe4e],
  [0xe50, 0xe59],
  [0xe80, 0xeff],
  [0x1000, 0x1049],
  [0x1050, 0x109f],
  [0x1100, 0x11ff],
  [0x1780, 0x17d3],
  [0x17d7, 0x17d7],
  [0x17dc, 0x17e9],
  [0x2e80, 0x2fdf],
  [0x3005, 0x3007],
  [0x3021, 0x302f],
  [0x3031, 0x3035],
  [0x3041, 0x309a],
  [0x309d, 0x309f],
  [0x30a1, 0x30fa],
  [0x30fc, 0x318f],
  [0x31a0, 0x31bf],
  [0x31f0, 0x31ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa9e0, 0xa9fe],
  [0xaa60, 0xaa7f],
  [0xac00, 0xd7ff],
  [0xf900, 0xfaff],
  [0xff66, 0xff9f],
  [0xffa0, 0xffdc],
  [0x1b000, 0x1b16f],
  [0x20000, 0x3fffd],
];

/** Arrows, signs and pictures. Circled numbers lie between them and are numbers. */
export const SIGNS: readonly Range[] = [
  [0x2190, 0x245f],
  [0x2500, 0x2775],
  [0x2794, 0x2bff],
  [0x1f000, 0x1f0ff],
  [0x1f10d, 0x1faff],
];

/** Between two messages when they are searched as one text; no phrase crosses it. */
export const SEPARATOR = 0x1e;

export type Kind = "letter" | "unspaced" | "sign" | "accent" | "gap";

const LETTER = /^[\p{L}\p{N}\p{M}]$/u;

/** What a character is to the search. */
export function kindOf(code: number): Kind {
  if (code < 0x300) return LETTER.test(String.fromCodePoint(code)) ? "letter" : "gap";
  if (isIn(ACCENTS, code)) return "accent";
  if (isIn(UNSPACED, code)) return "unspaced";
  if (isIn(SIGNS, code)) return "sign";
  return LETTER.test(String.fromCodePoint(code)) ? "letter" : "gap";
}

function isIn(ranges: readonly Range[], code: number): boolean {
  return ranges.some(([from, to]) => from <= code && code <= to);
}

/** How the two kinds of regular expression write a character by its number. */
export type Syntax = "re2" | "js";

export function escaped(code: number, syntax: Syntax): string {
  const hex = code.toString(16);
  return syntax === "re2" ? `\\x{${hex}}` : `\\u{${hex}}`;
}

/** Ranges as the inside of a character class. */
export function classOf(ranges: readonly Range[], syntax: Syntax): string {
  return ranges
    .map(([from, to]) => (from === to ? escaped(from, syntax) : `${escaped(from, syntax)}-${escaped(to, syntax)}`))
    .join("");
}
