/** The text query: q taken apart into pieces, all of which must be found. See docs/search.md for what it means. */
import { type Kind, kindOf } from "../../record/words/characters.ts";
import { foldCharacter, termOf } from "../../record/words/fold.ts";
import { BadQuestionError } from "../errors.ts";

/** One letter as it was typed. */
export interface Letter {
  /** What it counts as: one letter, or two for ß, æ and œ. */
  readonly letter: string;
  /** ł, ß … where that was typed, which finds only itself. */
  readonly special: string | null;
  /** Accents that were typed, which must be there. */
  readonly accents: readonly string[];
}

export interface Token {
  /** A word of letters, or one character that stands alone. */
  readonly kind: "word" | "unspaced" | "sign";
  readonly letters: readonly Letter[];
  /** Its folded letters: the term of the index. */
  readonly term: string;
  /** Whether something separated it from the token before. */
  readonly apart: boolean;
}

/** A word, or several tokens that must follow each other within one message. */
export interface Piece {
  readonly tokens: readonly Token[];
}

export interface TextQuery {
  /** q as it was given. */
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const PIECES_MAX = 16;
const TOKENS_MAX = 64;
/** Letters of a word; longer words are not in the index either. */
export const WORD_LETTERS_MAX = 64;
const CHARACTERS_MAX = 500;

/** Reads q. Throws BadQuestionError naming q when it has no word, or too many, or one that is too long. */
export function parseText(q: string): TextQuery {
  if (q.length > CHARACTERS_MAX) throw bad(`is longer than ${CHARACTERS_MAX} characters`);
  if (!q.isWellFormed()) throw bad("is not a text");
  const pieces = new Map<string, Piece>();
  for (const part of partsOf(q)) {
    const tokens = tokensOf(part);
    if (tokens.length > 0) pieces.set(JSON.stringify(tokens), { tokens });
  }
  if (pieces.size === 0) throw bad('has no word; it wants words or "phrases" of letters, digits or signs');
  if (pieces.size > PIECES_MAX) throw bad(`has more than ${PIECES_MAX} words and phrases`);
  const all = [...pieces.values()];
  const tokens = all.flatMap((piece) => piece.tokens);
  if (tokens.length > TOKENS_MAX) throw bad(`has more than ${TOKENS_MAX} words and single characters`);
  if (tokens.some((token) => token.term.length > WORD_LETTERS_MAX)) {
    throw bad(`has a word of more than ${WORD_LETTERS_MAX} letters`);
  }
  return { text: q, pieces: all };
}

function bad(why: string): BadQuestionError {
  return new BadQuestionError(`q ${why}.`, "q");
}

/** Quoted phrases whole, and what is between spaces outside them. A quote that is not closed goes to the end. */
function partsOf(q: string): string[] {
  return q
    .normalize("NFC")
    .split(/["“”„]/u)
    .flatMap((part, index) => (index % 2 === 1 ? [part] : part.split(/\s+/u)));
}

function tokensOf(part: string): Token[] {
  const tokens: Token[] = [];
  let letters: Letter[] = [];
  let kind: Kind = "gap";
  let text = "";
  let apart = false;
  const end = () => {
    if (letters.length > 0) {
      tokens.push({
        kind: kind === "letter" ? "word" : (kind as "unspaced" | "sign"),
        letters,
        term: termOf(text),
        apart,
      });
      apart = false;
    }
    letters = [];
    text = "";
  };
  for (const character of part) {
    const next = kindOf(character.codePointAt(0) ?? 0);
    if (next === "accent") {
      const last = letters.pop();
      if (last) letters.push(withAccent(last, character));
      continue;
    }
    if (next !== "letter" || kind !== "letter") end();
    kind = next;
    if (next === "gap") apart = tokens.length > 0;
    else {
      letters.push(foldCharacter(character));
      text += character;
    }
  }
  end();
  return tokens;
}

/** The variation selector of an emoji asks for nothing, nor does the dot of an i. */
function withAccent(letter: Letter, accent: string): Letter {
  const nothing = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u.test(accent) || (letter.letter === "i" && accent === "\u0307");
  return nothing ? letter : { ...letter, accents: [...letter.accents, accent] };
}
