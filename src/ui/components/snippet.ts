/** A place where it was said: the text with its hits marked, as a link to the message in the call's page. */
import { html, type TemplateResult } from "lit";
import type { FoundCallSummary } from "../../api/contract.ts";
import { words } from "../words.ts";

type Snippet = FoundCallSummary["snippets"][number];

export interface SnippetPlace {
  readonly id: string;
  readonly q: string;
  readonly route: string;
  readonly open: (id: string, query: string) => void;
}

/** The address of a call's page. */
export function hrefOf(route: string, id: string, query = ""): string {
  return `${route.replace(/\/+$/, "")}/${encodeURIComponent(id)}${query ? `?${query}` : ""}`;
}

/** What the call's page is asked for: the words, and the message to begin at. */
function queryOf({ message_index }: Snippet, q: string): string {
  const query = new URLSearchParams({ tab: message_index === "summary" ? "overview" : "transcript", q });
  if (message_index !== "summary") query.set("message", String(message_index));
  return String(query);
}

export function snippetLine(snippet: Snippet, place: SnippetPlace): TemplateResult {
  const query = queryOf(snippet, place.q);
  const role = snippet.role === null ? words.peek.summary : (words.peek.roles[snippet.role] ?? snippet.role);
  const text = html`<span class="role">${role}</span
    ><bdi>${snippet.more_before ? "…" : ""}${marked(snippet)}${snippet.more_after ? "…" : ""}</bdi>`;
  if (!place.route) {
    return html`<button class="hit" type="button" @click=${() => place.open(place.id, query)}>${text}</button>`;
  }
  return html`<a
    class="hit"
    href=${hrefOf(place.route, place.id, query)}
    @click=${(event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      place.open(place.id, query);
    }}
    >${text}</a
  >`;
}

function marked({ text, hits }: Snippet): (TemplateResult | string)[] {
  const parts: (TemplateResult | string)[] = [];
  let at = 0;
  for (const { start, end } of hits) {
    if (start < at) continue;
    parts.push(text.slice(at, start), html`<mark>${text.slice(start, end)}</mark>`);
    at = end;
  }
  return [...parts, text.slice(at)];
}
