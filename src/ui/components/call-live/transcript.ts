/** What is said in one running call, as it is said. */
import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Message } from "../../../api/contract.ts";
import { type Formats, offset } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, recordText } from "../parts.ts";
import type { Line } from "./live-calls.ts";
import { speaker } from "./row.ts";

export interface TranscriptView {
  readonly lines: readonly Line[];
  readonly partial: readonly Message[];
  /** Lines at most, the newest. */
  readonly limit: number;
  readonly showMore: () => void;
  readonly formats: Formats;
}

export function liveTranscript({ lines, partial, limit, showMore, formats }: TranscriptView): TemplateResult {
  const w = words.live;
  const shown = lines.slice(-limit);
  const hidden = lines.length - shown.length;
  return html`${
    hidden > 0
      ? html`<button class="button plain" type="button" @click=${showMore}>${w.earlier(formats.integer(hidden))}</button>`
      : nothing
  }
    ${lines.length === 0 && partial.length === 0 ? html`<p class="muted">${w.nothingSaid}</p>` : nothing}
    <ol class="lines">
      ${repeat(
        shown,
        ({ n }) => n,
        (line) => ("message" in line ? message(line.message) : tool(line.tool, formats)),
      )}
      ${partial.map(
        (one) => html`<li class="line ${one.role ?? ""} partial" aria-hidden="true">
          ${head(one, w.speaks)}
          <p dir="auto">${one.content ?? w.hidden}…</p>
        </li>`,
      )}
    </ol>`;
}

function head(one: Message, note: string): TemplateResult {
  return html`<span class="head muted"
    ><span class="who">${speaker(one.role)}</span>${one.agent ? html`<bdi>${one.agent}</bdi>` : nothing}
    ${one.offset_ms === null ? nothing : html`<span>${offset(one.offset_ms)}</span>`}
    ${note ? html`<span class="tag">${note}</span>` : nothing}</span
  >`;
}

function message(one: Message): TemplateResult {
  return html`<li class="line ${one.role ?? ""}">
    ${head(one, one.interrupted ? words.live.interrupted : "")}
    <p dir="auto">${one.content ?? words.live.hidden}</p>
  </li>`;
}

function tool(one: Extract<Line, { tool: unknown }>["tool"], formats: Formats): TemplateResult {
  const failed = one.status === "error";
  return html`<li class="line tool ${failed ? "failed" : ""}">
    ${icon("tool")}<span class="mono">${recordText(one.name)}</span>
    ${one.status ? html`<span class="muted"><bdi>${one.status}</bdi></span>` : nothing}
    ${one.duration_ms === null ? nothing : html`<span class="muted">${formats.latency(one.duration_ms)}</span>`}
  </li>`;
}
