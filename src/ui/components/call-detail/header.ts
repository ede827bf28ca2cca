/** The head of one call's page: who, how it ended, by whom, how long, what it cost, and what can be done with it. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { callerText, icon, outcomeMark } from "../parts.ts";
import { wordOf } from "./word-of.ts";

/** What a click of the head opens. */
export type Action = "export" | "delete" | "label";

export interface Head {
  readonly call: CallDetail;
  readonly formats: Formats;
  /** Whether the call goes on. */
  readonly live: boolean;
  readonly may: { readonly [A in Action]: boolean };
  readonly open: Action | null;
  /** What was copied last. */
  readonly copied: string;
  readonly copy: (text: string, name: string) => void;
  /** Address of this page; "" when the host told no route. */
  readonly link: string;
  readonly act: (action: Action) => void;
  readonly unlabel: (label: string) => void;
  /** The form of what is open. */
  readonly form: TemplateResult | typeof nothing;
}

export function headerOf(head: Head): TemplateResult {
  const { call, formats, live } = head;
  const who = call.ended_by ? words.detail.endedBy(wordOf(words.endedBy, call.ended_by)) : null;
  const facts = [
    call.caller_name && call.caller_number ? call.caller_number : null,
    call.direction ? wordOf(words.directions, call.direction) : null,
    formats.fullTime(call.start_time),
    call.duration_seconds === null ? null : formats.duration(call.duration_seconds),
    call.cost_total === null ? null : formats.money(call.cost_total, call.currency),
  ].filter((fact) => fact !== null);
  return html`<header>
    <div class="line">
      <h2><bdi>${callerText(call)}</bdi></h2>
      <span class="badge ${live ? "live" : ""}">${
        live ? html`<span class="dot"></span>${words.detail.live}` : outcomeMark(call.outcome)
      }</span>
      <span class="muted reason"
        >${call.ended_reason ? html`<bdi>${call.ended_reason}</bdi>` : nothing}${
          call.ended_reason && who ? ", " : nothing
        }${who ?? nothing}</span
      >
    </div>
    <div class="line muted facts">${facts.map((fact) => html`<span><bdi>${fact}</bdi></span>`)}</div>
    <span class="actions">
      ${copyButton(head, "id", call.id, words.detail.copyId)}
      ${head.link ? copyButton(head, "link", head.link, words.detail.copyLink) : nothing}
      ${
        !live && head.may.export
          ? html`<span class="anchor">${actionButton(head, "export", words.detail.exports, true)}${
              head.open === "export" ? head.form : nothing
            }</span>`
          : nothing
      }
      ${!live && head.may.delete ? actionButton(head, "delete", words.detail.remove, false) : nothing}
    </span>
    ${live ? nothing : labels(head)} ${head.open === "delete" ? head.form : nothing}
  </header>`;
}

function copyButton({ copied, copy }: Head, name: string, text: string, label: string): TemplateResult {
  return html`<button class="button plain" type="button" @click=${() => copy(text, name)}>
    ${icon(copied === name ? "check" : "copy")}${label}
  </button>`;
}

function actionButton({ open, act }: Head, action: Action, label: string, menu: boolean): TemplateResult {
  return html`<button
    class="button ${action}"
    type="button"
    id="act-${action}"
    aria-expanded=${menu ? open === action : nothing}
    aria-haspopup=${menu ? nothing : "dialog"}
    @click=${() => act(action)}
  >
    ${label}${menu ? icon("down") : nothing}
  </button>`;
}

function labels({ call, may, act, unlabel, open, form }: Head): TemplateResult | typeof nothing {
  const given = call.labels ?? [];
  if (given.length === 0 && !may.label) return nothing;
  return html`<div class="line labels">
    <span class="muted">${words.detail.fields.labels}</span>
    ${given.length === 0 ? html`<span class="muted">${words.detail.noLabels}</span>` : nothing}
    ${given.map(
      (label) =>
        html`<span class="label"><bdi>${label}</bdi>${
          may.label
            ? html`<button type="button" aria-label=${words.detail.removeLabel(label)} @click=${() => unlabel(label)}>
                ${icon("close")}
              </button>`
            : nothing
        }</span>`,
    )}
    ${
      may.label && open !== "label"
        ? html`<button class="button plain" type="button" id="act-label" @click=${() => act("label")}>
            ${words.detail.addLabel}
          </button>`
        : nothing
    }
    ${open === "label" ? form : nothing}
  </div>`;
}
