/** One running call in the list: who, how long, what was said last. */
import { html, nothing, type TemplateResult } from "lit";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { callerText, icon, outcomeMark } from "../parts.ts";
import type { Entry } from "./live-calls.ts";
import "./clock.ts";

export interface RowView {
  readonly formats: Formats;
  readonly skew_ms: number;
  readonly selected: boolean;
  readonly select: () => void;
}

export function liveRow({ call, last, ended }: Entry, view: RowView): TemplateResult {
  const w = words.live;
  const caller = callerText(call);
  const where = [call.provider_name, call.context_name].filter((part) => part !== null && part !== "");
  return html`<li class="row ${view.selected ? "selected" : ""} ${ended ? "ended" : ""}" part="row">
    <button
      class="pick"
      type="button"
      aria-label=${w.select(caller)}
      aria-pressed=${view.selected}
      @click=${view.select}
    ></button>
    <span class="dot ${ended ? "over" : call.status}" title=${ended ? w.ended : w.status[call.status]}></span>
    <span class="caller" title=${[call.caller_name, call.caller_number].filter(Boolean).join(" ") || nothing}>
      <bdi>${caller}</bdi>
      ${call.caller_name && call.caller_number ? html`<span class="muted"><bdi>${call.caller_number}</bdi></span>` : nothing}
    </span>
    <span class="said">${ended ? outcome(ended.outcome) : said({ call, last })}</span>
    <span class="where muted">${where.map((part, i) => html`${i ? " · " : ""}<bdi>${part}</bdi>`)}</span>
    <span class="counts muted">${counts(call, view.formats)}</span>
    <span class="clock">${
      ended
        ? html`${ended.duration_seconds === null ? nothing : view.formats.duration(ended.duration_seconds)}`
        : html`<call-lake-clock .since=${Date.parse(call.start_time) - view.skew_ms}></call-lake-clock>`
    }</span>
  </li>`;
}

/** How it ended, as far as it was seen. */
export function outcome(value: Parameters<typeof outcomeMark>[0]): TemplateResult {
  return value === null ? html`<span class="muted">${words.live.outcomeUnknown}</span>` : outcomeMark(value);
}

export function speaker(role: string | null): string {
  return words.live.speakers[role ?? ""] ?? role ?? "";
}

function said({ call, last }: Pick<Entry, "call" | "last">): TemplateResult {
  const partial = call.partial.at(-1);
  const shown = partial ?? last;
  if (!shown) return html`<span class="muted">${words.live.nothingSaid}</span>`;
  const text = shown.content === null ? words.live.hidden : shown.content;
  return html`<span class="muted">${speaker(shown.role)}:</span>
    <span class=${partial ? "partial" : ""}><bdi>${text}</bdi>${partial ? "…" : ""}</span>`;
}

function counts(call: Entry["call"], formats: Formats): TemplateResult[] {
  const w = words.live;
  const parts: TemplateResult[] = [];
  const n = formats.integer;
  if (call.total_turns > 0) parts.push(html`<span>${w.turns(call.total_turns, n(call.total_turns))}</span>`);
  if (call.avg_turn_latency_ms !== null)
    parts.push(html`<span title=${w.latencyTitle}>${formats.latency(call.avg_turn_latency_ms)}</span>`);
  if (call.tool_call_count > 0)
    parts.push(html`<span>${w.tools(call.tool_call_count, n(call.tool_call_count))}</span>`);
  if (call.tool_error_count > 0)
    parts.push(html`<span class="failed">${icon("alert")}${w.failed(n(call.tool_error_count))}</span>`);
  return parts;
}
