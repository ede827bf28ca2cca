/** The Tools tab: each call of a tool in its order, with status, duration, parameters and result. */
import { html, nothing, type TemplateResult } from "lit";
import type { ToolCall } from "../../../api/contract.ts";
import { offset } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, recordText, stateBlock } from "../parts.ts";
import { hiddenBlock, type Panel } from "./panels.ts";
import { wordOf } from "./word-of.ts";

const OPEN_AT_ONCE = 3;

export function toolsTab(panel: Panel): TemplateResult {
  const tools = panel.call.tool_calls ?? [];
  if (panel.hidden) return hiddenBlock();
  if (tools.length === 0) return stateBlock({ icon: "tool", title: words.tools.empty, text: "" });
  return html`<ol class="tool-list">
    ${tools.map((tool, i) => html`<li>${toolCard(tool, i, panel, tools.length <= OPEN_AT_ONCE)}</li>`)}
  </ol>`;
}

function toolCard(tool: ToolCall, i: number, { call, formats, theme }: Panel, open: boolean): TemplateResult {
  const w = words.tools;
  const at = tool.at === null ? null : Date.parse(tool.at) - Date.parse(call.start_time);
  const tree = (value: unknown) =>
    html`<call-lake-json .locale=${formats.locale ?? ""} .theme=${theme} .value=${value}></call-lake-json>`;
  return html`<details class="tool" ?open=${open || tool.status === "error"}>
    <summary>
      <span class="muted nth"><span class="hidden">${w.order(formats.integer(i + 1))}</span
        ><span aria-hidden="true">${formats.integer(i + 1)}</span></span>
      <span class="name mono"><bdi>${tool.name ?? w.unnamed}</bdi></span>
      ${toolStatus(tool)}
      <span class="muted end"><bdi>${formats.latency(tool.duration_ms)}</bdi></span>
      <span class="muted at" title=${formats.fullTime(tool.at)}>${at === null ? "–" : offset(at)}</span>
    </summary>
    <div class="tool-body">
      ${
        tool.error
          ? html`<section class="wide"><h3>${w.error}</h3><p class="failed mono" dir="auto">${tool.error}</p></section>`
          : nothing
      }
      <section>
        <h3>${w.params}</h3>
        ${tree(tool.params)}
      </section>
      <section>
        <h3>${w.result}</h3>
        ${tree(tool.result)}
      </section>
      ${
        tool.phase || tool.tool_call_id
          ? html`<p class="wide muted">
              ${tool.phase ? html`${w.phase}: ${recordText(tool.phase)}` : nothing}
              ${tool.phase && tool.tool_call_id ? " · " : nothing}
              ${tool.tool_call_id ? html`${w.toolCallId}: <span class="mono">${recordText(tool.tool_call_id)}</span>` : nothing}
            </p>`
          : nothing
      }
    </div>
  </details>`;
}

/** Status as icon and word. */
export function toolStatus(tool: ToolCall): TemplateResult {
  if (tool.status === null) return html`<span class="status muted">${words.tools.pending}</span>`;
  const mark = tool.status === "ok" ? icon("check") : tool.status === "error" ? icon("close") : nothing;
  const tone = tool.status === "error" ? "failed" : tool.status === "ok" ? "ok" : "muted";
  return html`<span class="status ${tone}">${mark}<bdi>${wordOf(words.tools.statuses, tool.status)}</bdi></span>`;
}
