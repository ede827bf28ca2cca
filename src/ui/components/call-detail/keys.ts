/** Which keys of a page are a guest's: only while the focus is in the guest, or nowhere. */

/** Whether a key pressed in the page is meant for the element. */
export function isOurs(event: KeyboardEvent, element: HTMLElement): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  if (!element.checkVisibility()) return false;
  const { activeElement } = document;
  return event.composedPath().includes(element) || activeElement === null || activeElement === document.body;
}

/** Whether the key goes into a field. */
export function typesText(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=range]), textarea, select");
}
