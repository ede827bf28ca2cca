/** The Tools tab: each call of a tool with its status, duration, parameters and result. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail, ToolCall } from "../../../api/contract.ts";
import { type Formats, offset } from "../../format.ts";
import { words } from "../../words.ts";
import { icon, none, stateBlock } from "../parts.ts";
import { jsonTree } from "./json.ts";

const OPEN_AT_ONCE = 3;

export function toolsTab(call: CallDetail, formats: Formats): TemplateResult {
  const tools = call.tool_calls ?? [];
  if (tools.length === 0) {
    return stateBlock({ icon: "tool", title: words.tools.empty, text: "" });
  }
  return html`<div class="tool-list">
    ${tools.map((tool) => toolCard(tool, call.start_time, formats, tools.length <= OPEN_AT_ONCE))}
  </div>`;
}

function toolCard(tool: ToolCall, start: string, formats: Formats, open: boolean): TemplateResult {
  const at = tool.at === null ? null : Date.parse(tool.at) - Date.parse(start);
  return html`<details class="tool" ?open=${open || tool.status === "error"}>
    <summary>
      <span class="name mono"><bdi>${tool.name ?? words.tools.unnamed}</bdi></span>
      ${toolStatus(tool)}
      <span class="muted end">${tool.duration_ms === null ? words.notRecorded : formats.latency(tool.duration_ms)}</span>
      <span class="muted at" title=${formats.fullTime(tool.at)}>${at === null ? "–" : offset(at)}</span>
    </summary>
    <div class="tool-body">
      ${
        tool.error
          ? html`<section class="wide"><h4>${words.tools.error}</h4><p class="failed mono" dir="auto">${tool.error}</p></section>`
          : nothing
      }
      <section>
        <h4>${words.tools.params}</h4>
        ${tool.params === null ? none() : jsonTree(tool.params, formats)}
      </section>
      <section>
        <h4>${words.tools.result}</h4>
        ${tool.result === null ? none() : jsonTree(tool.result, formats)}
      </section>
    </div>
  </details>`;
}

/** Status as icon and word. */
export function toolStatus(tool: ToolCall): TemplateResult {
  if (tool.status === null) return html`<span class="status muted">${words.tools.pending}</span>`;
  const mark = tool.status === "ok" ? icon("check") : tool.status === "error" ? icon("close") : nothing;
  const tone = tool.status === "error" ? "failed" : tool.status === "ok" ? "ok" : "muted";
  return html`<span class="status ${tone}">${mark}${words.tools.statuses[tool.status] ?? tool.status}</span>`;
}
