/** A JSON value as a folded tree of text: objects and arrays open on demand, and never run as markup. */
import { html, nothing, type TemplateResult } from "lit";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { none } from "../parts.ts";

const CHILDREN_MAX = 200;
const DEPTH_MAX = 12;
const SHORT_ENTRIES = 8;

/** Small top levels stand open; everything below is folded. */
export function jsonTree(value: unknown, formats: Formats): TemplateResult {
  if (value === null || value === undefined) return none();
  return html`<div class="json mono">${node(null, value, 0, formats)}</div>`;
}

function node(name: string | null, value: unknown, depth: number, formats: Formats): TemplateResult {
  const key = name === null ? nothing : html`<span class="key">${name}</span>: `;
  if (typeof value !== "object" || value === null) return html`<div class="leaf" dir="auto">${key}${leaf(value)}</div>`;
  const isList = Array.isArray(value);
  const entries = isList ? value.map((item, i) => [String(i), item] as const) : Object.entries(value);
  const count = formats.integer(entries.length);
  const size = isList ? words.tools.items(count) : words.tools.keys(count);
  if (entries.length === 0 || depth >= DEPTH_MAX) {
    return html`<div class="leaf">${key}<span class="muted">${isList ? "[ ]" : "{ }"} ${entries.length ? size : ""}</span></div>`;
  }
  const rest = entries.length - CHILDREN_MAX;
  return html`<details ?open=${depth === 0 && entries.length <= SHORT_ENTRIES}>
    <summary>${key}<span class="muted">${isList ? "[ ]" : "{ }"} ${size}</span></summary>
    ${entries.slice(0, CHILDREN_MAX).map(([child, item]) => node(child, item, depth + 1, formats))}
    ${rest > 0 ? html`<div class="leaf muted">${words.tools.more(formats.integer(rest))}</div>` : nothing}
  </details>`;
}

function leaf(value: unknown): TemplateResult {
  if (typeof value === "string") return html`<span class="string">${value}</span>`;
  return html`<span class="literal">${String(value)}</span>`;
}
