/** The words of a text: what the index has of it, in plain TypeScript. */
import { kindOf } from "./characters.ts";
import { termOf } from "./fold.ts";

/** The terms of a text in its order: folded words, signs, and of characters without spaces each two neighbours and the last one. */
export function termsIn(text: string): string[] {
  const terms: string[] = [];
  let word = "";
  let run: string[] = [];
  const end = () => {
    if (word !== "") terms.push(termOf(word));
    for (const [index, character] of run.entries()) terms.push(termOf(character + (run[index + 1] ?? "")));
    word = "";
    run = [];
  };
  for (const character of text.normalize("NFC")) {
    const kind = kindOf(character.codePointAt(0) ?? 0);
    if (kind === "accent") continue;
    if (kind !== "letter" || run.length > 0) if (kind !== "unspaced" || word !== "") end();
    if (kind === "letter") word += character;
    else if (kind === "unspaced") run.push(character);
    else if (kind === "sign") terms.push(character);
  }
  end();
  return terms;
}
