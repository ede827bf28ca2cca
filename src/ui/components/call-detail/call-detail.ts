/** `<call-detail call-id>`: one call, with the tabs Overview, Transcript, Tools, Metrics and Raw JSON. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail as CallRecord } from "../../../api/contract.ts";
import { type DataError, Latest, readCall } from "../../data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { CallLakeElement, define } from "../base.ts";
import { callerText, errorBlock, errorNotice, icon, notPermittedBlock, outcomeMark } from "../parts.ts";
import { metricsTab } from "./metrics.ts";
import { overviewTab } from "./overview.ts";
import { rawTab } from "./raw.ts";
import { callDetailStyles } from "./styles.ts";
import { toolsTab } from "./tools.ts";
import "./transcript.ts";

const TABS = ["overview", "transcript", "tools", "metrics", "raw"] as const;
export type CallDetailTab = (typeof TABS)[number];
const COPIED_MS = 2000;

export class CallDetail extends CallLakeElement {
  static override styles = [...shared, callDetailStyles];

  /** Id of the call to show. */
  @property({ attribute: "call-id" }) callId = "";
  /** The tab in front. */
  @property() tab: CallDetailTab = "overview";

  @state() private call: CallRecord | null = null;
  @state() private pending = false;
  @state() private error: DataError | null = null;
  @state() private copied = "";

  #reads = new Latest();
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#copiedTimer);
    this.#reads.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asks = ["callId", "api", "headers", "permissions"] as const;
    if (!asks.some((name) => changed.has(name))) return;
    if (changed.has("callId") || changed.has("api")) this.call = null;
    void this.#load();
  }

  async #load(): Promise<void> {
    if (!this.callId || !this.mayRead) return;
    this.pending = true;
    const answer = await readCall(this.server, this.callId, this.#reads.next());
    if (answer.state === "aborted") return;
    this.pending = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "ok") this.call = answer.value;
  }

  override render(): TemplateResult {
    return html`<div class=${this.rootClass} part="root">${this.mayRead ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    const again = () => void this.#load();
    if (this.error && (!this.call || this.error.kind === "not_permitted")) {
      return errorBlock(this.error, words.states.detailErrorTitle, again);
    }
    if (!this.call) return skeleton();
    return html`
      ${this.error ? errorNotice(this.error, again) : nothing} ${this.#header(this.call)} ${this.#tabs(this.call)}
      <div
        class="panel ${this.pending ? "dimmed" : ""}"
        role="tabpanel"
        id="panel"
        aria-labelledby="tab-${this.tab}"
        tabindex="0"
      >
        ${this.#panel(this.call)}
      </div>
    `;
  }

  #header(call: CallRecord): TemplateResult {
    const { formats } = this;
    const facts = [
      call.caller_name && call.caller_number ? call.caller_number : null,
      call.direction ? (words.directions[call.direction] ?? call.direction) : null,
      formats.fullTime(call.start_time),
      call.duration_seconds === null ? null : formats.duration(call.duration_seconds),
    ].filter((fact) => fact !== null);
    const who = call.ended_by ? words.detail.endedBy(words.endedBy[call.ended_by] ?? call.ended_by) : null;
    return html`<header>
      <div class="line">
        <h2><bdi>${callerText(call)}</bdi></h2>
        <span class="badge ${call.outcome}">${outcomeMark(call.outcome)}</span>
        <span class="muted reason"
          >${call.ended_reason ? html`<bdi>${call.ended_reason}</bdi>` : nothing}${
            call.ended_reason && who ? ", " : nothing
          }${who ?? nothing}</span
        >
      </div>
      <div class="line muted facts">
        ${facts.map((fact) => html`<span><bdi>${fact}</bdi></span>`)}
        <button class="button plain copy mono" type="button" title=${words.detail.copyId} @click=${() => this.#copy(call.id)}>
          ${icon(this.copied === call.id ? "check" : "copy")}<span class="id">${call.id}</span
          ><span class="hidden">${words.detail.copyId}</span>
        </button>
        <span class="hidden" role="status">${this.copied ? words.detail.copied : nothing}</span>
      </div>
    </header>`;
  }

  #tabs(call: CallRecord): TemplateResult {
    const counts: Partial<Record<CallDetailTab, number>> = {
      transcript: call.conversation?.length ?? 0,
      tools: call.tool_calls?.length ?? 0,
    };
    return html`<div class="tabs" role="tablist" aria-label=${words.detail.tabsLabel} @keydown=${this.#onTabKey}>
      ${TABS.map((tab) => {
        const count = counts[tab];
        return html`<button
          type="button"
          role="tab"
          id="tab-${tab}"
          aria-selected=${tab === this.tab}
          aria-controls="panel"
          tabindex=${tab === this.tab ? 0 : -1}
          @click=${() => {
            this.tab = tab;
          }}
        >
          ${words.detail.tabs[tab]}${count ? html` <span class="count">${this.formats.integer(count)}</span>` : nothing}
        </button>`;
      })}
    </div>`;
  }

  async #onTabKey(event: KeyboardEvent): Promise<void> {
    const at = TABS.indexOf(this.tab);
    const last = TABS.length - 1;
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const steps: Record<string, number> = {
      [forward]: at === last ? 0 : at + 1,
      [backward]: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    };
    const next = TABS[steps[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    this.tab = next;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }

  #panel(call: CallRecord): TemplateResult {
    const { formats } = this;
    switch (this.tab) {
      case "transcript":
        return html`<call-lake-transcript .locale=${this.locale} .call=${call} .formats=${formats} .theme=${this.theme}></call-lake-transcript>`;
      case "tools":
        return toolsTab(call, formats);
      case "metrics":
        return metricsTab(call, formats, this.theme);
      case "raw":
        return rawTab(call, formats, this.copied === "json", (text) => void this.#copy(text, "json"));
      default:
        return overviewTab(call, formats);
    }
  }

  /** Without a clipboard (a page that is not secure) nothing is said to be copied. */
  async #copy(text: string, name = text): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    this.copied = name;
    clearTimeout(this.#copiedTimer);
    this.#copiedTimer = setTimeout(() => {
      this.copied = "";
    }, COPIED_MS);
  }
}

function skeleton(): TemplateResult {
  return html`<div class="loading" role="status" aria-label=${words.detail.loading}>
    <span class="bone wide"></span><span class="bone"></span><span class="bone tall"></span>
    <span class="bone wide"></span><span class="bone wide"></span><span class="bone"></span>
  </div>`;
}

define("call-detail", CallDetail);
