/** The tables of the statistics: who calls most, and how the tools do. */
import { html, type TemplateResult } from "lit";
import type { CallerCount, ToolCount } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import { none, recordText } from "../parts.ts";

/** Read when it is used: the language may change. */
const c = () => words.stats.columns;

export function callersTable(
  callers: readonly CallerCount[],
  formats: Formats,
  choose: (number: string) => void,
): TemplateResult {
  if (callers.length === 0) return html`<p class="muted">${words.states.noData}</p>`;
  return html`<table aria-label=${words.stats.topCallers}>
    <thead>
      <tr>
        <th scope="col">${c().caller}</th>
        <th scope="col" class="number">${c().calls}</th>
        <th scope="col" class="number">${c().duration}</th>
      </tr>
    </thead>
    <tbody>
      ${callers.map((row) => {
        const number = row.caller_number;
        return html`<tr>
          <td>
            ${
              number === null
                ? none()
                : html`<button class="link" type="button" @click=${() => choose(number)}><bdi>${number}</bdi></button>`
            }
          </td>
          <td class="number">${formats.integer(row.calls)}</td>
          <td class="number">${formats.duration(row.duration_seconds)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

export function toolsTable(tools: readonly ToolCount[], formats: Formats): TemplateResult {
  if (tools.length === 0) return html`<p class="muted">${words.tools.empty}</p>`;
  return html`<table aria-label=${words.stats.tools}>
    <thead>
      <tr>
        <th scope="col">${c().tool}</th>
        <th scope="col" class="number">${c().calls}</th>
        <th scope="col" class="number">${c().failed}</th>
        <th scope="col" class="number">${c().success}</th>
        <th scope="col" class="number">${c().avgDuration}</th>
      </tr>
    </thead>
    <tbody>
      ${tools.map(
        (tool) => html`<tr>
          <td class="mono">${recordText(tool.name)}</td>
          <td class="number">${formats.integer(tool.calls)}</td>
          <td class="number">
            ${tool.errors > 0 ? html`<span class="failed">${formats.integer(tool.errors)}</span>` : formats.integer(0)}
          </td>
          <td class="number">${tool.success_rate === null ? none() : formats.percent(tool.success_rate)}</td>
          <td class="number">${tool.avg_duration_ms === null ? none() : formats.latency(tool.avg_duration_ms)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}
