/** The edge of a header by which a column is made wider; without a pointer the columns' dialog does the same. */
import { html, type TemplateResult } from "lit";
import { usableWidth } from "../../storage.ts";
import { words } from "../../words.ts";

export function resizer(key: string, label: string, resize: (key: string, pixels: number) => void): TemplateResult {
  return html`<span
    class="edge"
    aria-hidden="true"
    title=${words.list.resize(label)}
    @pointerdown=${(event: PointerEvent) => drag(event, (pixels) => resize(key, pixels))}
  ></span>`;
}

function drag(event: PointerEvent, done: (pixels: number) => void): void {
  const edge = event.target as HTMLElement;
  const header = edge.closest("th");
  if (!header || event.button !== 0) return;
  event.preventDefault();
  edge.setPointerCapture(event.pointerId);
  const from = event.clientX;
  const width = header.offsetWidth;
  const towardsEnd = getComputedStyle(header).direction === "rtl" ? -1 : 1;
  const widthAt = ({ clientX }: PointerEvent) => usableWidth(width + (clientX - from) * towardsEnd);
  const move = (moved: PointerEvent) => {
    header.style.width = `${widthAt(moved)}px`;
  };
  const end = (ended: PointerEvent) => {
    edge.removeEventListener("pointermove", move);
    edge.removeEventListener("pointerup", end);
    edge.removeEventListener("pointercancel", end);
    if (ended.type === "pointerup" && ended.clientX !== from) done(widthAt(ended));
    else header.style.width = `${width}px`;
  };
  edge.addEventListener("pointermove", move);
  edge.addEventListener("pointerup", end);
  edge.addEventListener("pointercancel", end);
}
