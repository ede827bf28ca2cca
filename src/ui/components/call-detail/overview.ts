/** The Overview tab: every fact of the call, in groups; what is not known says so, and so does what is hidden. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none, outcomeMark, recordText } from "../parts.ts";
import { flagText } from "./flags.ts";
import { wordOf } from "./word-of.ts";

type Field = readonly [label: string, value: TemplateResult | string];

export interface Facts {
  readonly call: CallDetail;
  readonly formats: Formats;
  readonly theme: string;
  /** Whether personal columns are hidden from whoever looks. */
  readonly hidden: boolean;
  /** Whether the call goes on: its end is no gap then. */
  readonly live: boolean;
}

export function overviewTab(facts: Facts): TemplateResult {
  const { call, formats, hidden, live } = facts;
  const w = words.detail;
  const f = w.fields;
  const text = recordText;
  const secret = html`<span class="none">${w.hidden}</span>`;
  const personal = (value: string | null) => (hidden && value === null ? secret : text(value));
  const number = (value: number | null) => (value === null ? none() : formats.integer(value));
  const list = (values: readonly string[] | null) =>
    values?.length ? html`${values.map((value, i) => html`${i ? ", " : ""}<bdi>${value}</bdi>`)}` : none();
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
    ${hidden ? html`<p class="notice calm" role="note">${icon("lock")}<span>${w.hiddenNote}</span></p>` : nothing}
    ${
      call.error_message
        ? html`<p class="notice" role="note">
            ${icon("alert")}<span><strong>${f.error_message}:</strong> <bdi>${call.error_message}</bdi></span>
          </p>`
        : nothing
    }
    ${call.summary ? html`<section class="wide"><h3>${w.summary}</h3><p class="prose" dir="auto">${call.summary}</p></section>` : nothing}
    ${
      call.quality_flags?.length
        ? html`<section class="wide">
            <h3>${w.flags}</h3>
            <ul class="flags">
              ${call.quality_flags.map((flag) => flagLine(flag))}
            </ul>
          </section>`
        : nothing
    }
    <div class="groups">
      ${group(w.call, [
        [f.caller_number, personal(call.caller_number)],
        [f.caller_name, personal(call.caller_name)],
        [f.called_number, personal(call.called_number)],
        [f.direction, call.direction ? wordOf(words.directions, call.direction) : none()],
        [f.language, text(call.language)],
        [f.device_id, personal(call.device_id)],
        [f.user_id, personal(call.user_id)],
      ])}
      ${group(w.times, [
        [f.start_time, time(call.start_time)],
        [f.answer_time, time(call.answer_time)],
        [f.end_time, live ? w.live : time(call.end_time)],
        [f.duration_seconds, call.duration_seconds === null ? none() : text(formats.duration(call.duration_seconds))],
        [f.time_zone, text(call.time_zone)],
        [f.start_time_local, text(call.start_time_local?.slice(0, 19).replace("T", " "))],
        [f.recordings, recordings(call, formats) ?? (hidden ? secret : none())],
        ...expiry(call, formats),
      ])}
      ${group(w.ending, [
        [f.outcome, live ? w.live : outcomeMark(call.outcome)],
        [f.ended_reason, text(call.ended_reason)],
        [f.ended_by, call.ended_by ? wordOf(words.endedBy, call.ended_by) : none()],
        [f.graceful, yesNo(call.graceful)],
        [f.transfer_destination, personal(call.transfer_destination)],
      ])}
      ${group(w.configuration, [
        [f.provider_name, text(call.provider_name)],
        [f.pipeline_name, text(call.pipeline_name)],
        [f.components, pairs(call.pipeline_components, plain)],
        [f.context_name, text(call.context_name)],
        [f.initial_agent, text(call.initial_agent)],
        [f.agents_used, list(call.agents_used)],
      ])}
      ${group(w.conversation, [
        [f.turns, number(call.total_turns)],
        [f.messages, messages(call, formats)],
        [f.tools, toolCounts(call, formats)],
        [f.barge_in_count, number(call.barge_in_count)],
        [f.latency, call.avg_turn_latency_ms === null ? none() : text(formats.latency(call.avg_turn_latency_ms))],
      ])}
      ${group(w.cost, [
        [f.cost_total, call.cost_total === null ? none() : money(call.cost_total)],
        [f.breakdown, pairs(call.cost_breakdown, money)],
        [f.usage, pairs(call.usage, plain)],
      ])}
      ${group(w.analysis, [
        [f.sentiment, text(call.sentiment)],
        [f.sentiment_score, call.sentiment_score === null ? none() : plain(call.sentiment_score)],
        [f.call_outcome, text(call.call_outcome)],
        [f.topics, list(call.topics)],
        [f.keywords, list(call.keywords)],
      ])}
      ${group(w.ids, [
        [f.id, mono(call.id)],
        [f.call_id, mono(call.call_id)],
        [f.source, text(call.source)],
        [f.session_id, mono(call.session_id)],
        [f.client_id, mono(call.client_id)],
        [f.assistant_id, mono(call.assistant_id)],
        [f.phone_number_id, mono(call.phone_number_id)],
        [f.writer, mono(call.writer)],
        [f.revision, number(call.rev)],
        [f.created_at, time(call.created_at)],
      ])}
    </div>
    ${tree(w.metadata, call.metadata, facts)} ${tree(w.evaluations, call.evaluations, facts)}
    ${tree(w.serverMessages, call.server_messages, facts)}
  `;
}

/** Whether the overview shows folded JSON, which comes with a chunk of its own. */
export function hasJson(call: CallDetail): boolean {
  return [call.metadata, call.evaluations, call.server_messages].some((value) => value !== null && value !== undefined);
}

function tree(title: string, value: unknown, { formats, theme }: Facts): TemplateResult | typeof nothing {
  if (value === null || value === undefined) return nothing;
  return html`<section class="wide">
    <h3>${title}</h3>
    <call-lake-json .locale=${formats.locale ?? ""} .theme=${theme} .value=${value}></call-lake-json>
  </section>`;
}

function flagLine(flag: string): TemplateResult {
  const text = flagText(flag);
  const code = html`<code class="mono muted"><bdi>${flag}</bdi></code>`;
  return html`<li>${icon("alert")}<span>${text === flag ? code : html`<bdi>${text}</bdi> ${code}`}</span></li>`;
}

function group(title: string, fields: readonly Field[]): TemplateResult {
  return html`<section>
    <h3>${title}</h3>
    <dl>
      ${fields.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
    </dl>
  </section>`;
}

/** Until when the call and its parts are kept: nothing where the server does not tell, parts only where they go earlier. */
function expiry(call: CallDetail, formats: Formats): Field[] {
  const w = words.detail;
  const names = ["expires_at", "transcript_expires_at", "recordings_expires_at"] as const;
  return names.flatMap((name): Field[] => {
    const at = call[name];
    if (at === undefined || (at === null && name !== "expires_at")) return [];
    const until = at === null ? w.forEver : formats.fullTime(at);
    return [[w.fields[name], call.held ? html`${until}, ${w.held}` : until]];
  });
}

/** How many there are, and until when the first of them is kept. */
function recordings({ recordings: all }: CallDetail, formats: Formats): TemplateResult | null {
  if (!all?.length) return null;
  const until = all
    .map(({ expires_at }) => expires_at)
    .filter((at) => at !== null)
    .sort()[0];
  return html`${formats.integer(all.length)}${until ? html`, ${words.recording.until(formats.fullTime(until))}` : nothing}`;
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
