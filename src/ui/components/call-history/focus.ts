/** Where the focus is among the rows, and how it gets there. */

type Root = Pick<ShadowRoot, "querySelector" | "activeElement">;

function rowOf(root: Root, id: string): HTMLElement | null {
  return root.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
}

/** The call of the row with the focus. */
export function focusedCall(root: Root): string | null {
  return root.activeElement?.closest("tr")?.dataset["id"] ?? null;
}

/** False where the call is not among the rows. */
export function focusCall(root: Root, id: string): boolean {
  const opener = rowOf(root, id)?.querySelector<HTMLElement>(".open");
  opener?.focus();
  return Boolean(opener);
}

export function focusTable(root: Root): void {
  root.querySelector<HTMLElement>(".scroll")?.focus({ preventScroll: true });
}

export function showRow(root: Root, id: string): void {
  rowOf(root, id)?.scrollIntoView({ block: "nearest" });
}

/** Whether the first row is in sight, and nobody points at one, has the focus among them, or has marked some text. */
export function isUntouched(root: ShadowRoot): boolean {
  const table = root.querySelector(".scroll");
  if (!table || table.getBoundingClientRect().top < 0) return false;
  if (root.querySelector(":is(.scroll, .pill):is(:hover, :focus-within)")) return false;
  // Not every browser tells of a selection within a shadow tree.
  const marked = (root as { getSelection?(): Selection | null }).getSelection?.() ?? document.getSelection();
  return marked === null || marked.isCollapsed;
}

/** After a page was turned from below, its beginning comes into sight. */
export function showTop(root: Root): void {
  const table = root.querySelector(".main");
  if (table && table.getBoundingClientRect().top < 0) table.scrollIntoView({ block: "start" });
}
