/** The terms: what of q the index can answer, and whether that is all of it. */
import type { Piece, TextQuery } from "./text-query.ts";

/** A term of the index, or the beginning of terms: of all pairs of characters that begin with one. */
export interface Term {
  readonly text: string;
  readonly begins: boolean;
}

export interface Terms {
  /** A call that has q has all of them. */
  readonly terms: readonly Term[];
  /** Whether a call that has all of them has q: then no text need be read. */
  readonly exact: boolean;
}

export function termsOf(q: TextQuery): Terms {
  const found = new Map<string, Term>();
  for (const piece of q.pieces) for (const term of termsOfPiece(piece)) found.set(`${term.begins} ${term.text}`, term);
  return { terms: [...found.values()], exact: q.pieces.every(isExact) };
}

function termsOfPiece({ tokens }: Piece): Term[] {
  const terms: Term[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "unspaced") {
      terms.push({ text: token.term, begins: false });
      continue;
    }
    const [before, next] = [tokens[index - 1], tokens[index + 1]];
    if (next?.kind === "unspaced" && !next.apart) terms.push({ text: token.term + next.term, begins: false });
    // The second of a pair is in the pair's term.
    else if (before?.kind !== "unspaced" || token.apart) terms.push({ text: token.term, begins: true });
  }
  return terms;
}

/** One word or pair of characters on which no accent was typed. */
function isExact({ tokens }: Piece): boolean {
  const plain = tokens.every(({ letters }) =>
    letters.every(({ special, accents }) => special === null && accents.length === 0),
  );
  const [first, second] = tokens;
  if (!plain || !first || tokens.length > 2) return false;
  if (!second) return true;
  return first.kind === "unspaced" && second.kind === "unspaced" && !second.apart;
}
