/** A drawing as a PNG: painted shape by shape, since a strict CSP lets no SVG be loaded as an image. */

const SCALE = 2;
const PADDING = 16;
const TITLE = 28;

/** Throws when the browser gives no canvas. The title stands above the drawing. */
export async function pictureOf(svg: SVGSVGElement, title: string, ground: string): Promise<Blob> {
  const { width, height } = svg.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((width + 2 * PADDING) * SCALE);
  canvas.height = Math.ceil((height + 2 * PADDING + TITLE) * SCALE);
  const to = canvas.getContext("2d");
  if (!to) throw new Error("The browser gives no canvas.");
  to.scale(SCALE, SCALE);
  to.fillStyle = ground;
  to.fillRect(0, 0, canvas.width, canvas.height);
  const style = getComputedStyle(svg);
  to.fillStyle = style.color;
  to.font = `600 14px ${style.fontFamily}`;
  to.textBaseline = "top";
  to.fillText(title, PADDING, PADDING);
  const unit = width / (svg.width.baseVal.value || width);
  const base = [unit * SCALE, 0, 0, unit * SCALE, PADDING * SCALE, (PADDING + TITLE) * SCALE];
  paint(svg, to, new DOMMatrix(base), 1);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The browser made no picture.");
  return blob;
}

/** An element and what is in it. `at` is the way from its parent's coordinates to the canvas. */
function paint(element: Element, to: CanvasRenderingContext2D, at: DOMMatrix, alpha: number): void {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return;
  const opacity = alpha * Number(style.opacity || 1);
  let here = at;
  if (element instanceof SVGGraphicsElement && !(element instanceof SVGSVGElement)) {
    const own = element.transform.baseVal.consolidate()?.matrix;
    if (own) here = at.multiply(new DOMMatrix([own.a, own.b, own.c, own.d, own.e, own.f]));
  }
  if (element instanceof SVGTextContentElement) {
    to.setTransform(here);
    write(element, to, opacity);
    return;
  }
  const shape = shapeOf(element);
  if (shape) {
    to.setTransform(here);
    draw(shape, style, to, opacity);
  }
  for (const child of element.children) paint(child, to, here, opacity);
}

function shapeOf(element: Element): Path2D | null {
  const value = (name: string) => Number(element.getAttribute(name) ?? 0);
  const path = new Path2D();
  if (element instanceof SVGPathElement) return new Path2D(element.getAttribute("d") ?? "");
  if (element instanceof SVGRectElement) {
    const [w, h] = [element.width.baseVal.value, element.height.baseVal.value];
    path.roundRect(value("x"), value("y"), w, h, Math.min(value("rx"), w / 2, h / 2));
    return path;
  }
  if (element instanceof SVGLineElement) {
    path.moveTo(element.x1.baseVal.value, element.y1.baseVal.value);
    path.lineTo(element.x2.baseVal.value, element.y2.baseVal.value);
    return path;
  }
  if (element instanceof SVGCircleElement) {
    path.arc(value("cx"), value("cy"), value("r"), 0, 2 * Math.PI);
    return path;
  }
  return null;
}

function draw(shape: Path2D, style: CSSStyleDeclaration, to: CanvasRenderingContext2D, opacity: number): void {
  if (style.fill !== "none") {
    to.globalAlpha = opacity * Number(style.fillOpacity || 1);
    to.fillStyle = style.fill;
    to.fill(shape);
  }
  if (style.stroke !== "none") {
    to.globalAlpha = opacity * Number(style.strokeOpacity || 1);
    to.strokeStyle = style.stroke;
    to.lineWidth = Number.parseFloat(style.strokeWidth) || 1;
    const dashes = style.strokeDasharray;
    to.setLineDash(dashes === "none" ? [] : dashes.split(/[ ,]+/).map(Number.parseFloat));
    to.stroke(shape);
  }
}

/** Text where the browser has put it: each line of it is an element of its own. */
function write(element: SVGTextContentElement, to: CanvasRenderingContext2D, opacity: number): void {
  const lines = [...element.children].filter((child) => child instanceof SVGTextContentElement);
  if (lines.length > 0) {
    for (const line of lines) write(line, to, opacity);
    return;
  }
  if (element.getNumberOfChars() === 0) return;
  const style = getComputedStyle(element);
  const start = element.getStartPositionOfChar(0);
  to.globalAlpha = opacity * Number(style.fillOpacity || 1);
  to.fillStyle = style.fill;
  to.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  to.textBaseline = "alphabetic";
  to.textAlign = "left";
  to.fillText(element.textContent ?? "", start.x, start.y);
}
