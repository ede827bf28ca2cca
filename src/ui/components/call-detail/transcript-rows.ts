/** One row of a transcript: a message, a tool that was called, or what is being said right now. */
import { html, nothing, type TemplateResult } from "lit";
import type { Message } from "../../../api/contract.ts";
import { type Formats, offset } from "../../format.ts";
import { words } from "../../words.ts";
import { icon } from "../parts.ts";
import { toolStatus } from "./tools.ts";
import { type Entry, type Finder, pieces, type Range } from "./transcript-entries.ts";
import { wordOf } from "./word-of.ts";

export interface Row {
  readonly index: number;
  readonly formats: Formats;
  /** What is marked, if anything is. */
  readonly find: Finder | null;
  /** Which match of this entry is the one in view; -1 for none. */
  readonly current: number;
  readonly atCursor: boolean;
  readonly heard: boolean;
  readonly mayHear: boolean;
}

export function entryRow(entry: Entry, row: Row): TemplateResult {
  return entry.kind === "message" ? messageRow(entry, row) : toolRow(entry, row);
}

function messageRow({ message, index, offsetMs }: Entry & { kind: "message" }, row: Row): TemplateResult {
  return html`<div
    role="listitem"
    class="entry ${tone(message.role)} ${row.heard ? "heard" : ""}"
    data-i=${row.index}
    tabindex="-1"
    aria-current=${row.heard ? "true" : nothing}
  >
    ${time(offsetMs, message.at, row)} ${speaker(message)}
    <div class="said">
      ${
        message.content
          ? html`<span class="content" dir="auto">${content(message.content, row.find?.(message, index) ?? [], row.current)}</span>`
          : html`<span class="content none">${words.transcript.noText}</span>`
      }
      ${
        message.interrupted
          ? html`<span class="interrupted">${icon("interrupt")}${words.transcript.interrupted}</span>`
          : nothing
      }
    </div>
  </div>`;
}

/** What still grows. */
export function partialRow(message: Message): TemplateResult {
  return html`<div role="listitem" class="entry partial ${tone(message.role)}">
    <span class="at muted">…</span>${speaker(message)}
    <div class="said">
      <span class="content" dir="auto">${message.content ?? ""}</span>
      <span class="muted">${words.transcript.speaking}</span>
    </div>
  </div>`;
}

const tone = (role: string | null) => (role === "user" || role === "assistant" ? role : "other");

function speaker({ role, agent }: Message): TemplateResult {
  const name = role ? wordOf(words.transcript.roles, role) : words.transcript.unknownRole;
  return html`<span class="speaker"
    ><bdi>${name}</bdi>${agent ? html`<span class="agent muted"><bdi>${agent}</bdi></span>` : nothing}</span
  >`;
}

function content(text: string, ranges: readonly Range[], current: number): unknown {
  if (ranges.length === 0) return text;
  let nth = 0;
  return pieces(text, ranges).map((piece) =>
    piece.match ? html`<mark class=${nth++ === current ? "current" : ""}>${piece.text}</mark>` : piece.text,
  );
}

function toolRow({ tool, offsetMs }: Entry & { kind: "tool" }, row: Row): TemplateResult {
  return html`<div role="listitem" class="entry tool" data-i=${row.index} tabindex="-1">
    ${time(offsetMs, tool.at, row)}
    <span class="speaker">${words.transcript.roles["tool"]}</span>
    <div class="said tool-line">
      ${icon("tool")}<span class="mono"><bdi>${tool.name ?? words.tools.unnamed}</bdi></span> ${toolStatus(tool)}
      ${tool.duration_ms === null ? nothing : html`<bdi class="muted">${row.formats.latency(tool.duration_ms)}</bdi>`}
      ${tool.error ? html`<span class="failed" dir="auto">${tool.error}</span>` : nothing}
    </div>
  </div>`;
}

function time(offsetMs: number | null, at: string | null, row: Row): TemplateResult {
  if (offsetMs === null) return html`<span class="at muted" title=${words.notRecorded}>–</span>`;
  const clock = offset(offsetMs);
  if (!row.mayHear) {
    return html`<time class="at muted" title=${row.formats.fullTime(at)} datetime=${at ?? nothing}>${clock}</time>`;
  }
  return html`<button
    type="button"
    class="at"
    tabindex=${row.atCursor ? 0 : -1}
    title=${row.formats.fullTime(at)}
    aria-label=${words.transcript.play(clock)}
  >
    ${clock}
  </button>`;
}
