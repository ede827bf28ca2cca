/** Where in an analyst's statement an error is: DuckDB tells of the whole text, in which the statement is only a part. */
import type { Position } from "../errors.ts";

/** The place of a character (UTF-16, from 0) in the statement. */
export function positionAt(statement: string, at: number): Position {
  const before = statement.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/**
 * The place in the statement that DuckDB's message points at with a caret below an excerpt; null when it points at none,
 * or at something outside of the statement. The excerpt is a part of one line, cut with dots on both sides.
 */
export function positionOf(message: string, statement: string): Position | null {
  const pointed = /\nLINE \d+: (.*)\n( *)\^/.exec(message);
  if (!pointed) return null;
  const [whole, excerpt = "", spaces = ""] = pointed;
  const caret = spaces.length - (whole.indexOf(":") - 1 + 2);
  const rest = excerpt.slice(Math.max(caret, 0)).replace(/\.\.\.$/, "");
  const before = excerpt.slice(0, Math.max(caret, 0)).replace(/^\.\.\./, "");
  if (rest === "") return null;
  let best = { at: -1, same: -1 };
  for (let at = statement.indexOf(rest); at !== -1; at = statement.indexOf(rest, at + 1)) {
    const same = commonEnd(before, statement.slice(0, at));
    if (same > best.same) best = { at, same };
  }
  return best.at === -1 ? null : positionAt(statement, best.at);
}

/** The message with the place at its end, for people. */
export function withPosition(message: string, position: Position | null): string {
  return position ? `${message} (line ${position.line}, column ${position.column})` : message;
}

/** How many characters two texts have in common at their ends. */
function commonEnd(a: string, b: string): number {
  let same = 0;
  while (same < a.length && same < b.length && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  return same;
}
