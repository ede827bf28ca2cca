/** The pattern: a piece of q as a regular expression over a text in NFC, the same one for RE2 and for JavaScript. */
import { ACCENTS, classOf, escaped, SEPARATOR, SIGNS, type Syntax, UNSPACED } from "../../record/words/characters.ts";
import { type Variant, variantsOf } from "../../record/words/fold.ts";
import type { Letter, Piece, Token } from "./text-query.ts";

/** Parts of every pattern, in one syntax. */
interface Parts {
  readonly syntax: Syntax;
  /** Any accents. */
  readonly accents: string;
  /** A character that no word goes on through. */
  readonly border: string;
  /** What separates the words of a phrase. */
  readonly gap: string;
}

function partsIn(syntax: Syntax): Parts {
  const accents = classOf(ACCENTS, syntax);
  const unspaced = classOf(UNSPACED, syntax);
  const separator = `[^\\p{L}\\p{N}\\p{M}${accents}${unspaced}${classOf(SIGNS, syntax)}${escaped(SEPARATOR, syntax)}]`;
  return {
    syntax,
    accents: `[${accents}]*`,
    border: `(?:[^\\p{L}\\p{N}\\p{M}${accents}]|[${unspaced}])`,
    gap: `(?:${separator}(?:${separator}|[${accents}])*)`,
  };
}

const PARTS = { re2: partsIn("re2"), js: partsIn("js") };

/** The expression that says for DuckDB whether a text has the piece; the borders are part of what it matches. */
export function re2Of(piece: Piece): string {
  const { accents, border } = PARTS.re2;
  const [first, last] = [piece.tokens[0], piece.tokens.at(-1)];
  const before = first?.kind === "word" ? `(?:^|${border})${accents}` : "";
  const after = last?.kind === "word" ? `(?:$|${border})` : "";
  return `${before}${coreOf(piece, PARTS.re2)}${after}`;
}

/** The expression that finds the piece's places in a text. */
export function regExpOf(piece: Piece): RegExp {
  const { accents, border } = PARTS.js;
  const [first, last] = [piece.tokens[0], piece.tokens.at(-1)];
  const before = first?.kind === "word" ? `(?<=(?:^|${border})${accents})` : "";
  const after = last?.kind === "word" ? `(?=$|${border})` : "";
  return new RegExp(`${before}${coreOf(piece, PARTS.js)}${after}`, "gu");
}

function coreOf({ tokens }: Piece, parts: Parts): string {
  return tokens
    .map((token, index) => betweenOf(tokens[index - 1], token, parts) + wordOf(token.letters, parts))
    .join("");
}

function betweenOf(before: Token | undefined, token: Token, { gap }: Parts): string {
  if (!before) return "";
  if (before.kind === "word" && token.kind === "word") return gap;
  if (before.kind === "unspaced" && token.kind === "unspaced" && !token.apart) return "";
  return `${gap}?`;
}

function wordOf(letters: readonly Letter[], parts: Parts): string {
  let pattern = "";
  for (let at = 0; at < letters.length; ) {
    const run = runOfS(letters, at);
    if (run > 1) {
      pattern += doubleS(run, parts);
      at += run;
      continue;
    }
    const [letter, next] = [letters[at], letters[at + 1]];
    if (!letter) break;
    const pair = isPlain(letter) && next && isPlain(next) ? `${letter.letter}${next.letter}` : "";
    if (next && (pair === "ae" || pair === "oe")) {
      const apart = letterOf(letter, parts) + letterOf(next, parts);
      pattern += `(?:${apart}|${letterOf(plain(pair), parts)})`;
      at += 2;
      continue;
    }
    pattern += letterOf(letter, parts);
    at++;
  }
  return pattern;
}

const isPlain = ({ special, accents }: Letter) => special === null && accents.length === 0;
const plain = (letter: string): Letter => ({ letter, special: null, accents: [] });

function runOfS(letters: readonly Letter[], from: number): number {
  let length = 0;
  for (
    let letter = letters[from];
    letter && letter.letter === "s" && isPlain(letter);
    letter = letters[from + length]
  ) {
    length++;
  }
  return length;
}

/** So many s, of which any two neighbours may be one ß: cut in the middle, so that its length grows by the square. */
function doubleS(count: number, parts: Parts): string {
  if (count === 0) return "";
  if (count === 1) return letterOf(plain("s"), parts);
  const half = count >> 1;
  const apart = doubleS(half, parts) + doubleS(count - half, parts);
  const joined = doubleS(half - 1, parts) + letterOf(plain("ss"), parts) + doubleS(count - half - 1, parts);
  return `(?:${apart}|${joined})`;
}

/** A letter in all its forms; what was typed on it must be there, part of the character or behind it. */
function letterOf(letter: Letter, parts: Parts): string {
  const forms = variantsOf(letter.letter).filter(
    ({ special }) => letter.special === null || special === letter.special,
  );
  const ways: string[] = [];
  for (let within = letter.accents.length; within >= 0; within--) {
    const [inside, behind] = [letter.accents.slice(0, within), letter.accents.slice(within)];
    const fitting = forms.filter((form) => inside.every((accent) => form.accents.includes(accent)));
    if (fitting.length === 0) continue;
    const rest = behind.map((accent) => escaped(accent.codePointAt(0) ?? 0, parts.syntax) + parts.accents);
    ways.push(`[${charactersOf(fitting, parts.syntax)}]${parts.accents}${rest.join("")}`);
  }
  return ways.length === 1 ? (ways[0] ?? "") : `(?:${ways.join("|")})`;
}

function charactersOf(forms: readonly Variant[], syntax: Syntax): string {
  const codes = new Set(forms.map(({ character }) => character.codePointAt(0) ?? 0));
  return [...codes].map((code) => escaped(code, syntax)).join("");
}
