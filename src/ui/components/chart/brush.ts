/** Drawing a range with the pointer on a chart; what is too short to be one is a click. */

export interface Brushed {
  /** In the drawing's own coordinates, left before right. */
  readonly from_px: number;
  readonly to_px: number;
}

interface Listener {
  /** Whether ranges can be drawn now. */
  readonly enabled: () => boolean;
  readonly brushed: (svg: Element, range: Brushed) => void;
  readonly clicked: (svg: Element) => void;
}

/** A hand is not still: so many pixels are no drag yet. */
const DRAG_PIXELS_MIN = 6;
const SVG = "http://www.w3.org/2000/svg";

/** `place` holds the drawing, which may be drawn anew during a drag. */
export function brushOn(place: HTMLElement, listener: Listener): void {
  let start: number | null = null;
  let dragged = false;
  let band: Element | null = null;
  const svg = () => place.querySelector("svg");
  const xOf = (event: PointerEvent) => {
    const box = (svg() ?? place).getBoundingClientRect();
    const width = Number(svg()?.getAttribute("width")) || box.width;
    return ((event.clientX - box.left) * width) / box.width;
  };
  const stop = () => {
    band?.remove();
    band = null;
    start = null;
    dragged = false;
  };
  const pressed = (event: PointerEvent) => {
    // A finger scrolls: for it there is the form below.
    if (event.button === 0 && event.pointerType !== "touch" && listener.enabled()) start = xOf(event);
  };
  // On the way down: Plot's own tip lets the event go no further.
  place.addEventListener("pointerdown", pressed, { capture: true });
  place.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const now = xOf(event);
    if (!dragged) {
      if (Math.abs(now - start) < DRAG_PIXELS_MIN) return;
      dragged = true;
      place.setPointerCapture(event.pointerId);
    }
    if (!band?.isConnected) band = bandOn(svg());
    band?.setAttribute("x", String(Math.min(start, now)));
    band?.setAttribute("width", String(Math.abs(now - start)));
  });
  let drawnJustNow = false;
  place.addEventListener("pointerup", (event) => {
    const from = start;
    const now = xOf(event);
    drawnJustNow = dragged;
    stop();
    const drawing = svg();
    if (!drawnJustNow || from === null || !drawing) return;
    listener.brushed(drawing, { from_px: Math.min(from, now), to_px: Math.max(from, now) });
  });
  place.addEventListener("pointercancel", stop);
  place.addEventListener("click", () => {
    const drawing = svg();
    if (!drawnJustNow && drawing) listener.clicked(drawing);
    drawnJustNow = false;
  });
}

function bandOn(svg: SVGSVGElement | null): Element | null {
  const band = svg?.appendChild(document.createElementNS(SVG, "rect")) ?? null;
  band?.setAttribute("class", "band");
  band?.setAttribute("y", "0");
  band?.setAttribute("height", svg?.getAttribute("height") ?? "0");
  return band;
}
