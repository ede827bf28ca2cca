/** The tabs behind the overview: the lazy chunk of one call's page. */
import { html, type TemplateResult } from "lit";
import type { CallDetail, Message } from "../../../api/contract.ts";
import type { Server } from "../../data.ts";
import type { Formats } from "../../format.ts";
import { words } from "../../words.ts";
import "../../words/panels.ts";
import { stateBlock } from "../parts.ts";
import { rawTab } from "./raw.ts";
import type { RecordingUrl } from "./recording-state.ts";
import type { CallDetailTab } from "./tabs.ts";
import { toolsTab } from "./tools.ts";
import "./json.ts";
import "./metrics.ts";
import "./transcript.ts";

/** What each of them shows. */
export interface Panel {
  readonly call: CallDetail;
  readonly formats: Formats;
  readonly server: Server;
  readonly locale: string;
  readonly theme: string;
  /** Whether personal columns are hidden from whoever looks. */
  readonly hidden: boolean;
  /** What is being said in a live call; null when the call has ended. */
  readonly partial: readonly Message[] | null;
  /** Words of a search that led here. */
  readonly q: string;
  readonly message: number | null;
  readonly recordingUrl: RecordingUrl | undefined;
  readonly copied: string;
  readonly copy: (text: string, name: string) => void;
}

export function panelOf(tab: Exclude<CallDetailTab, "overview">, panel: Panel): TemplateResult {
  switch (tab) {
    case "transcript":
      if (panel.hidden) return hiddenBlock();
      return html`<call-lake-transcript
        .locale=${panel.locale}
        .call=${panel.call}
        .formats=${panel.formats}
        .theme=${panel.theme}
        .server=${panel.server}
        .partial=${panel.partial}
        .q=${panel.q}
        .message=${panel.message}
        .recordingUrl=${panel.recordingUrl}
      ></call-lake-transcript>`;
    case "tools":
      return toolsTab(panel);
    case "metrics":
      return html`<call-lake-metrics
        .locale=${panel.locale}
        .call=${panel.call}
        .formats=${panel.formats}
        .theme=${panel.theme}
        .server=${panel.server}
      ></call-lake-metrics>`;
    case "raw":
      return rawTab(panel);
  }
}

/** Instead of what is personal. */
export function hiddenBlock(): TemplateResult {
  return stateBlock({ icon: "lock", title: words.detail.hiddenTitle, text: words.detail.hiddenText });
}
