/** Small pieces of markup that several elements show: icons, an outcome, the states of a panel. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallSummary, Outcome } from "../../api/contract.ts";
import type { DataError } from "../data.ts";
import { OUTCOME_ICONS } from "../palette.ts";
import { words } from "../words.ts";

const ICONS = {
  refresh: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  close: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  previous: "M9.5 4L5.5 8l4 4",
  next: "M6.5 4l4 4-4 4",
  up: "M4 9.5l4-4 4 4",
  down: "M4 6.5l4 4 4-4",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  check: "M3.5 8.5l3 3 6-7",
  inbound: "M11.5 4.5l-7 7M4.5 6v5.5H10",
  outbound: "M4.5 11.5l7-7M6 4.5h5.5V10",
  web: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M2.5 8h11M8 2.5c3.2 3 3.2 8 0 11M8 2.5c-3.2 3-3.2 8 0 11",
  internal: "M3 5.5h10M10.5 3L13 5.5 10.5 8M13 10.5H3M5.5 8L3 10.5 5.5 13",
  tool: "M9.8 3a3 3 0 0 0-.6 4L3 13.2M9.2 7a3 3 0 0 0 4-.8l-2 .3-1.3-1.4z",
  alert: "M8 2.8L14 13H2zM8 6.8v2.8M8 11.4h.01",
  lock: "M4 7.5h8V13H4zM5.8 7.5V5.6a2.2 2.2 0 0 1 4.4 0v1.9",
  phone: "M3 3.5c0 5.2 4.3 9.5 9.5 9.5l.5-3-3-1-1.2 1.2A8 8 0 0 1 5.8 7.2L7 6 6 3z",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 1 0 0-8.4M10.2 10.2L13.2 13.2",
  interrupt: "M2.5 8h4M9.5 3.5v9M13 3.5v9",
} as const;

export type IconName = keyof typeof ICONS;

/** A decorative icon: the word beside it, or a label, says the same. */
export function icon(name: IconName): TemplateResult {
  return drawn(ICONS[name]);
}

function drawn(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${path}></path></svg>`;
}

/** Outcome as icon and word, in its own colour everywhere. */
export function outcomeMark(outcome: Outcome | null): TemplateResult {
  if (outcome === null) return none();
  const known = Object.hasOwn(OUTCOME_ICONS, outcome);
  return html`<span class="outcome ${known ? outcome : ""}">
    ${drawn(OUTCOME_ICONS[known ? outcome : "lost"])}<span>${known ? words.outcomes[outcome] : outcome}</span>
  </span>`;
}

/** The value "not recorded". */
export function none(): TemplateResult {
  return html`<span class="none">${words.notRecorded}</span>`;
}

/** Text of a record, isolated so that right-to-left text leaves its neighbours alone. */
export function recordText(text: string | null | undefined): TemplateResult {
  return text === null || text === undefined || text === "" ? none() : html`<bdi>${text}</bdi>`;
}

/** Who called, in a few words, for titles and labels. */
export function callerText(call: Pick<CallSummary, "caller_number" | "caller_name">): string {
  return call.caller_name || call.caller_number || words.list.unknownCaller;
}

export function errorText(error: DataError): string {
  if (error.kind === "unreachable") return words.states.unreachable;
  return error.message || (error.kind === "refused" ? words.states.refused : words.states.failed);
}

interface StateText {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly code?: readonly string[];
  readonly role?: "alert" | "status";
}

/** A panel without content: what is so, and the way out. */
export function stateBlock(state: StateText): TemplateResult {
  return html`<div class="state" part="state" role=${state.role ?? "status"}>
    ${icon(state.icon)}
    <h2>${state.title}</h2>
    <p>${state.text}</p>
    ${state.code ? html`<pre>${state.code.join("\n")}</pre>` : nothing}
    ${
      state.action
        ? html`<button class="button primary" type="button" @click=${state.action.run}>${state.action.label}</button>`
        : nothing
    }
  </div>`;
}

/** The whole-panel state of an error that left nothing to show. */
export function errorBlock(error: DataError, title: string, retry: () => void): TemplateResult {
  if (error.kind === "not_permitted") return notPermittedBlock();
  if (error.kind === "not_found") {
    return stateBlock({ icon: "search", title: words.states.notFoundTitle, text: words.states.notFound });
  }
  const action = { label: words.states.retry, run: retry };
  return stateBlock({ icon: "alert", title, text: errorText(error), role: "alert", action });
}

export function notPermittedBlock(): TemplateResult {
  return stateBlock({ icon: "lock", title: words.states.notPermittedTitle, text: words.states.notPermitted });
}

/** An error above rows that were loaded before it. */
export function errorNotice(error: DataError, retry: () => void): TemplateResult {
  return html`<div class="notice" role="alert">
    <span>${errorText(error)} ${words.states.stale}</span>
    <button class="button" type="button" @click=${retry}>${words.states.retry}</button>
  </div>`;
}
