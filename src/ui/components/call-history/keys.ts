/** The keys of one letter: which of them is meant, if any. */

export type Key = "search" | "help" | "next" | "previous" | "select" | "close" | "open";

const KEYS: Readonly<Record<string, Key>> = {
  "/": "search",
  "?": "help",
  j: "next",
  k: "previous",
  x: "select",
  Escape: "close",
  Enter: "open",
};

/** Keys that somebody types into a field, or presses on a button, are theirs. */
export function keyOf(event: KeyboardEvent, letters: boolean): Key | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const [target] = event.composedPath();
  const on = target instanceof Element ? target : null;
  const key = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
  if (key === null || (!letters && event.key.length === 1)) return null;
  if (on?.matches("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])"))
    return null;
  return key === "open" && on?.matches("a[href], button, input, summary") ? null : key;
}
