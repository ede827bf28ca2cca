/** The Metrics tab: how fast each turn was answered, and the audio facts of the call. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import { turnLatency, turnRows } from "../../charts/turn-latency.ts";
import type { Formats } from "../../format.ts";
import { STAGES, type Stage } from "../../palette.ts";
import { words } from "../../words.ts";
import { none, stateBlock } from "../parts.ts";
import "../chart/chart.ts";

export function metricsTab(call: CallDetail, formats: Formats, theme: string): TemplateResult {
  const w = words.metrics;
  const rows = turnRows(call);
  const known = rows.filter((row) => row.total !== null).length;
  const n = w.known(formats.integer(known), formats.integer(rows.length));
  const codec = call.codec_alignment_ok;
  const used: Stage[] = [
    ...STAGES.filter((stage) => rows.some((row) => row.stages[stage] !== undefined)),
    ...(rows.some((row) => row.stages.whole !== undefined) ? (["whole"] as const) : []),
  ];
  return html`
    <div class="cards">
      ${card(w.avg, call.avg_turn_latency_ms === null ? none() : formats.latency(call.avg_turn_latency_ms), rows.length ? n : "")}
      ${card(w.max, call.max_turn_latency_ms === null ? none() : formats.latency(call.max_turn_latency_ms), "")}
      ${card(w.turns, call.total_turns === null ? none() : formats.integer(call.total_turns), "")}
      ${card(w.bargeIns, call.barge_in_count === null ? none() : formats.integer(call.barge_in_count), "")}
      ${card(w.format, call.caller_audio_format ?? none(), "")}
      ${card(w.codec, codec === null ? none() : codec ? w.codecOk : html`<span class="failed">${w.codecBad}</span>`, "")}
    </div>
    ${
      known === 0
        ? stateBlock({ icon: "alert", title: w.empty, text: "" })
        : html`<section class="wide">
            <h3>${w.chart}</h3>
            <ul class="legend">
              ${used.map((stage) => html`<li class="stage ${stage}">${w.stages[stage]}</li>`)}
              ${rows.some((row) => row.e2e !== null && row.stages.whole === undefined) ? html`<li class="total">${w.total}</li>` : nothing}
              ${rows.some((row) => row.interrupted) ? html`<li class="interruption">${w.interrupted}</li>` : nothing}
              ${known < rows.length ? html`<li class="muted plain">${w.gap}</li>` : nothing}
            </ul>
            <call-lake-chart .locale=${formats.locale ?? ""}
              .theme=${theme}
              .label=${w.chart}
              .draw=${turnLatency(rows, formats)}
              .columns=${[w.turn, w.total, ...used.filter((stage) => stage !== "whole").map((stage) => w.stages[stage])]}
              .rows=${rows.map((row) => [
                formats.integer(row.turn),
                formats.latency(row.e2e),
                ...used.filter((stage) => stage !== "whole").map((stage) => formats.latency(row.stages[stage] ?? null)),
              ])}
            ></call-lake-chart>
          </section>`
    }
  `;
}

function card(label: string, value: TemplateResult | string, note: string): TemplateResult {
  return html`<div class="card"><span class="muted">${label}</span><strong>${value}</strong>${
    note ? html`<span class="muted note">${note}</span>` : nothing
  }</div>`;
}
