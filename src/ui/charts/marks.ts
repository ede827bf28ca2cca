/** The part of Observable Plot that our charts use: the lazy chunk. */
export {
  areaY,
  axisX,
  axisY,
  barX,
  barY,
  dot,
  gridY,
  lineY,
  plot,
  pointerX,
  ruleY,
  text,
  tickY,
  tip,
} from "@observablehq/plot";
