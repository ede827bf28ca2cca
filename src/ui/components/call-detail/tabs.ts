/** The tabs of one call's page: their names, their strip, and the keys that walk through them. */
import { html, nothing, type TemplateResult } from "lit";
import type { CallDetail } from "../../../api/contract.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";

const TABS = ["overview", "transcript", "tools", "metrics", "raw"] as const;
export type CallDetailTab = (typeof TABS)[number];

/** The tab of that name; the overview for any other. */
export function tabOf(name: string | null): CallDetailTab {
  return TABS.find((tab) => tab === name) ?? "overview";
}

/** The tab beside this one, round the end. */
export function besideTab(tab: CallDetailTab, step: 1 | -1): CallDetailTab {
  return TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? "overview";
}

/** Where a key in the strip leads; null for other keys. */
export function tabByKey(key: string, tab: CallDetailTab, rightToLeft: boolean): CallDetailTab | null {
  switch (key) {
    case "ArrowRight":
      return besideTab(tab, rightToLeft ? -1 : 1);
    case "ArrowLeft":
      return besideTab(tab, rightToLeft ? 1 : -1);
    case "Home":
      return "overview";
    case "End":
      return "raw";
    default:
      return null;
  }
}

export function tabStrip(
  call: CallDetail,
  chosen: CallDetailTab,
  formats: Formats,
  on: { readonly choose: (tab: CallDetailTab) => void; readonly key: (event: KeyboardEvent) => void },
): TemplateResult {
  const counts: Partial<Record<CallDetailTab, number>> = {
    transcript: call.conversation?.length ?? 0,
    tools: call.tool_calls?.length ?? 0,
  };
  return html`<div class="tabs" role="tablist" aria-label=${words.detail.tabsLabel} @keydown=${on.key}>
    ${TABS.map((tab) => {
      const count = counts[tab];
      return html`<button
        type="button"
        role="tab"
        id="tab-${tab}"
        aria-selected=${tab === chosen}
        aria-controls="panel"
        tabindex=${tab === chosen ? 0 : -1}
        @click=${() => on.choose(tab)}
      >
        ${words.detail.tabs[tab]}${count ? html` <span class="count">${formats.integer(count)}</span>` : nothing}
      </button>`;
    })}
  </div>`;
}
