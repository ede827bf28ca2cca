/** The Overview tab: what is known of the call, in groups; what is not known says so. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none, outcomeMark, recordText } from "../parts.ts";
import { jsonTree } from "./json.ts";

type Field = readonly [label: string, value: TemplateResult | string];

export function overviewTab(call: CallDetail, formats: Formats): TemplateResult {
  const w = words.detail;
  const f = w.fields;
  const text = recordText;
  const number = (value: number | null) => (value === null ? none() : formats.integer(value));
  const list = (values: readonly string[] | null) => (values?.length ? text(values.join(", ")) : none());
  const yesNo = (value: boolean | null) => (value === null ? none() : value ? w.yes : w.no);
  const time = (iso: string | null) => (iso === null ? none() : formats.fullTime(iso));
  const pairs = (map: Record<string, unknown> | null, format: (value: number) => string) =>
    map && Object.keys(map).length
      ? html`${Object.entries(map).map(
          ([name, value], i) =>
            html`${i ? ", " : ""}<bdi>${name}</bdi> <bdi>${typeof value === "number" ? format(value) : value}</bdi>`,
        )}`
      : none();
  const plain = (value: number) => new Intl.NumberFormat(formats.locale, { maximumFractionDigits: 6 }).format(value);
  const money = (value: number) => formats.money(value, call.currency);
  const mono = (value: string | null) => (value ? html`<span class="mono"><bdi>${value}</bdi></span>` : none());

  return html`
    ${
      call.error_message
        ? html`<p class="notice" role="note">
            ${icon("alert")}<span><strong>${f.error_message}:</strong> <bdi>${call.error_message}</bdi></span>
          </p>`
        : nothing
    }
    ${call.summary ? html`<section class="wide"><h3>${w.summary}</h3><p class="prose" dir="auto">${call.summary}</p></section>` : nothing}
    <div class="groups">
      ${group(w.call, [
        [f.caller_number, text(call.caller_number)],
        [f.caller_name, text(call.caller_name)],
        [f.called_number, text(call.called_number)],
        [f.direction, call.direction ? (words.directions[call.direction] ?? call.direction) : none()],
        [f.language, text(call.language)],
      ])}
      ${group(w.times, [
        [f.start_time, time(call.start_time)],
        [f.answer_time, time(call.answer_time)],
        [f.end_time, time(call.end_time)],
        [f.duration_seconds, call.duration_seconds === null ? none() : formats.duration(call.duration_seconds)],
        [f.time_zone, text(call.time_zone)],
      ])}
      ${group(w.ending, [
        [f.outcome, outcomeMark(call.outcome)],
        [f.ended_reason, text(call.ended_reason)],
        [f.ended_by, call.ended_by ? (words.endedBy[call.ended_by] ?? call.ended_by) : none()],
        [f.graceful, yesNo(call.graceful)],
        [f.transfer_destination, text(call.transfer_destination)],
      ])}
      ${group(w.configuration, [
        [f.provider_name, text(call.provider_name)],
        [f.pipeline_name, text(call.pipeline_name)],
        [f.components, pairs(call.pipeline_components, plain)],
        [f.context_name, text(call.context_name)],
        [f.agents_used, list(call.agents_used ?? (call.initial_agent ? [call.initial_agent] : null))],
      ])}
      ${group(w.conversation, [
        [f.turns, number(call.total_turns)],
        [f.messages, messages(call, formats)],
        [f.tools, toolCounts(call, formats)],
        [f.barge_in_count, number(call.barge_in_count)],
        [f.latency, call.avg_turn_latency_ms === null ? none() : formats.latency(call.avg_turn_latency_ms)],
      ])}
      ${group(w.cost, [
        [f.cost_total, call.cost_total === null ? none() : money(call.cost_total)],
        [f.breakdown, pairs(call.cost_breakdown, money)],
        [f.usage, pairs(call.usage, plain)],
      ])}
      ${group(w.analysis, [
        [f.sentiment, text(call.sentiment)],
        [f.call_outcome, text(call.call_outcome)],
        [f.topics, list(call.topics)],
        [f.keywords, list(call.keywords)],
        [f.labels, list(call.labels)],
      ])}
      ${group(w.ids, [
        [f.call_id, mono(call.call_id)],
        [f.source, text(call.source)],
        [f.session_id, mono(call.session_id)],
        [f.client_id, mono(call.client_id)],
        [f.assistant_id, mono(call.assistant_id)],
        [f.writer, mono(call.writer)],
      ])}
    </div>
    ${
      call.quality_flags?.length
        ? html`<section class="wide">
            <h3>${w.flags}</h3>
            <p>${call.quality_flags.map((flag) => html`<code class="flag">${flag}</code> `)}</p>
          </section>`
        : nothing
    }
    ${
      call.metadata !== null && call.metadata !== undefined
        ? html`<section class="wide"><h3>${w.metadata}</h3>${jsonTree(call.metadata, formats)}</section>`
        : nothing
    }
  `;
}

function group(title: string, fields: readonly Field[]): TemplateResult {
  return html`<section>
    <h3>${title}</h3>
    <dl>
      ${fields.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
    </dl>
  </section>`;
}

function messages(call: CallDetail, formats: Formats): TemplateResult | string {
  if (call.user_messages === null || call.assistant_messages === null) return none();
  return words.detail.messages(formats.integer(call.user_messages), formats.integer(call.assistant_messages));
}

function toolCounts(call: CallDetail, formats: Formats): TemplateResult {
  if (call.tool_call_count === null) return none();
  const failed = call.tool_error_count ?? 0;
  return html`${formats.integer(call.tool_call_count)}${
    failed ? html`, <span class="failed">${words.list.failed(formats.integer(failed))}</span>` : nothing
  }`;
}
