/** `<call-detail call-id>`: one call, ended or going on, with the tabs Overview, Transcript, Tools, Metrics and Raw JSON. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail as CallRecord, DeleteAnswer } from "../../../api/contract.ts";
import { type DataError, Latest, readCall } from "../../data.ts";
import { shared } from "../../theme.ts";
import { loadWords, words } from "../../words.ts";
import { CallLakeElement, define } from "../base.ts";
import { errorBlock, errorNotice, errorText, notPermittedBlock, stateBlock } from "../parts.ts";
import type { ActionResult } from "./action.ts";
import { type Action, headerOf } from "./header.ts";
import { isOurs, typesText } from "./keys.ts";
import type { LiveView } from "./live.ts";
import { hasJson, overviewTab } from "./overview.ts";
import type * as Panels from "./panels.ts";
import type { RecordingUrl } from "./recording-state.ts";
import { callDetailStyles } from "./styles.ts";
import { besideTab, type CallDetailTab, tabByKey, tabOf, tabStrip } from "./tabs.ts";
import { toolsStyles } from "./tools-styles.ts";
import type { Transcript } from "./transcript.ts";

export type { CallDetailTab } from "./tabs.ts";

const COPIED_MS = 2000;
/** A call that has just ended is in the API in the same moment; an engine on another machine may take a little longer. */
const ENDED_TRIES = 20;
const ENDED_MS = 500;

/**
 * One call, ended or going on: overview, transcript with audio, tools, metrics, the raw record.
 *
 * @fires {CustomEvent<{ query: string, tab: CallDetailTab, replace: true }>} call-navigate - a tab was chosen: keep `query` in the URL
 * @fires {CustomEvent<{ id: string }>} call-close - the way back was chosen
 * @fires {CustomEvent<{ id: string }>} call-deleted - the call is gone for good
 * @csspart root - all of it
 * @csspart panel - what the tab in front shows
 * @csspart state - a message in the place of the call
 */
export class CallDetail extends CallLakeElement {
  static override styles = [...shared, callDetailStyles, toolsStyles];

  /** Id of the call to show. */
  @property({ attribute: "call-id" }) callId = "";
  /** The tab in front. */
  @property() tab: CallDetailTab = "overview";
  /** Words of a search that led here, as the API's `q`: the transcript shows where they were said. */
  @property() q = "";
  /** The view as a query string, such as `tab=transcript&q=refund&message=12`: sets `tab`, `q` and where the hits begin. */
  @property() query: string | undefined;

  /**
   * Makes of a recording (its call and itself) an address that can be played now, such as a signed one or a blob of
   * this page; asked when somebody wants to hear it. Without it the record's own address is played.
   */
  @property({ attribute: false }) recordingUrl: RecordingUrl | undefined;

  @state() private call: CallRecord | null = null;
  @state() private live: LiveView | null = null;
  @state() private ending = false;
  @state() private pending = false;
  @state() private error: DataError | null = null;
  @state() private deleted: DeleteAnswer | null = null;
  @state() private copied = "";
  @state() private said = "";
  @state() private action: Action | null = null;
  @state() private panels: typeof Panels | null = null;
  @state() private lazyFailed = false;

  /** The message a link of the search meant. */
  #message: number | null = null;
  #reads = new Latest();
  #changes = new Latest();
  #copiedTimer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey);
    window.addEventListener("online", this.#onOnline);
    if (this.hasUpdated) void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#onKey);
    window.removeEventListener("online", this.#onOnline);
    clearTimeout(this.#copiedTimer);
    this.#reads.stop();
    this.#changes.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("query") && this.query !== undefined) {
      const params = new URLSearchParams(this.query);
      this.q = params.get("q") ?? "";
      this.#message = /^\d{1,9}$/.test(params.get("message") ?? "") ? Number(params.get("message")) : null;
      this.tab = tabOf(params.get("tab") ?? (this.q ? "transcript" : null));
    }
    if (this.tab !== "overview") void this.#loadPanels();
    const asks = ["callId", "api", "headers", "permissions"] as const;
    if (!asks.some((name) => changed.has(name))) return;
    if (changed.has("callId") || changed.has("api")) {
      Object.assign(this, {
        call: null,
        live: null,
        ending: false,
        deleted: null,
        action: null,
        said: "",
        error: null,
      });
    }
    void this.#load();
  }

  /** Asks again; what was loaded before stays in sight. */
  async refresh(): Promise<void> {
    await this.#load();
  }

  async #load(): Promise<void> {
    if (!this.callId || !this.mayRead || this.deleted) return;
    const signal = this.#reads.next();
    this.pending = true;
    const before = this.call;
    const answer = await readCall(this.server, this.callId, signal);
    if (answer.state === "aborted") return;
    if (answer.state === "ok") this.#show(answer.value);
    const missing = answer.state === "error" && answer.error.kind === "not_found";
    // What nobody has recorded may be going on; a lost call may be one that another engine went on with.
    if (missing || (answer.state === "ok" && answer.value.outcome === "lost")) await this.#follow(signal);
    if (signal.aborted) return;
    this.pending = false;
    if (answer.state === "error" && this.call === before) this.error = answer.error;
  }

  #show(call: CallRecord): void {
    Object.assign(this, { call, live: null, ending: false, error: null });
    if (hasJson(call)) void import("./json.ts").catch(() => {});
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { followCall } = await import("./live.ts");
    const seen = (live: LiveView) => Object.assign(this, { live, pending: false, error: null });
    const transcript = this.#may("calls.read_pii");
    const ended = await followCall({ server: this.server, id: this.callId, transcript, signal, seen });
    if (!ended || signal.aborted) return;
    this.ending = true;
    for (let tries = 0; tries < ENDED_TRIES; tries++) {
      const answer = await readCall(this.server, this.callId, signal);
      if (answer.state === "aborted") return;
      if (answer.state === "ok") return this.#show(answer.value);
      await new Promise((resolve) => setTimeout(resolve, ENDED_MS));
    }
    this.live = null;
    this.ending = false;
  }

  #onOnline = (): void => {
    if (this.error?.kind === "unreachable") void this.#load();
  };

  async #loadPanels(): Promise<void> {
    if (this.panels) return;
    try {
      const panels = await import("./panels.ts");
      await loadWords(this.locale);
      this.panels = panels;
      this.lazyFailed = false;
    } catch {
      this.lazyFailed = true;
    }
  }

  /** Undefined permissions: the server will say. */
  #may(permission: string): boolean {
    return this.permissions?.includes(permission) ?? true;
  }

  override render(): TemplateResult {
    return html`<div class=${this.rootClass} part="root">${this.mayRead ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    const again = () => void this.#load();
    if (this.deleted) {
      const text = this.deleted.pending ? words.detail.removedPending : words.detail.removedText;
      const action = { label: words.detail.back, run: this.#close };
      return stateBlock({ icon: "check", title: words.detail.removed, text, action });
    }
    const call = this.live?.record ?? this.call;
    if (this.error && (!call || this.error.kind === "not_permitted")) {
      return errorBlock(this.error, words.states.detailErrorTitle, again);
    }
    if (!call) return skeleton();
    const live = this.live !== null;
    return html`
      ${this.error ? errorNotice(this.error, again) : nothing} ${this.#header(call)}
      ${live ? html`<p class="notice calm" role="status"><span>${this.#liveText()}</span></p>` : nothing}
      ${tabStrip(call, this.tab, this.formats, { choose: (tab) => this.#choose(tab), key: (event) => void this.#onTabKey(event) })}
      <div
        class="panel ${this.pending ? "dimmed" : ""}"
        role="tabpanel"
        id="panel"
        part="panel"
        aria-labelledby="tab-${this.tab}"
        aria-busy=${this.pending}
        tabindex="0"
      >
        ${this.#panel(call)}
      </div>
    `;
  }

  #liveText(): string {
    if (this.ending) return words.detail.liveEnded;
    if (!this.live?.reached) return words.detail.liveLost;
    return this.#may("calls.read_pii") ? words.detail.liveNote : words.detail.liveHidden;
  }

  #header(call: CallRecord): TemplateResult {
    const path = this.route ? `${this.route}/${encodeURIComponent(call.id)}` : location.href;
    const form = this.action
      ? html`<call-lake-action
          .action=${this.action}
          .call=${call}
          .server=${this.server}
          .timezone=${this.zone}
          .locale=${this.locale}
          .theme=${this.theme}
          .done=${(result: ActionResult) => void this.#onDone(result)}
        ></call-lake-action>`
      : nothing;
    return html`${headerOf({
      call,
      formats: this.formats,
      live: this.live !== null,
      may: {
        export: this.#may("calls.export"),
        delete: this.#may("calls.delete"),
        label: this.#may("calls.label"),
      },
      open: this.action,
      copied: this.copied,
      copy: (text, name) => void this.#copy(text, name),
      link: new URL(path, location.href).href,
      act: (action) => void this.#act(action),
      unlabel: (label) => void this.#unlabel(call, label),
      form,
    })}
    <span class="hidden" role="status">${this.copied ? words.detail.copied : nothing}</span>
    ${this.said ? html`<p class="failed said" role="alert"><bdi>${this.said}</bdi></p>` : nothing}`;
  }

  async #act(action: Action): Promise<void> {
    this.said = "";
    if (this.action === action) return this.#onDone({ kind: "closed" });
    try {
      await import("./action.ts");
      this.action = action;
    } catch {
      this.said = words.detail.partFailed;
    }
  }

  async #onDone(result: ActionResult): Promise<void> {
    const { action } = this;
    this.action = null;
    if (result.kind === "labels" && this.call) this.call = { ...this.call, labels: result.labels };
    if (result.kind === "deleted") {
      this.#reads.stop();
      this.deleted = result.answer;
      this.tell("call-deleted", { id: this.callId });
    }
    await this.updateComplete;
    this.#focus(result.kind === "deleted" ? ".state button" : `#act-${action}`);
  }

  async #unlabel(call: CallRecord, label: string): Promise<void> {
    const { changeLabels } = await import("./requests.ts");
    const answer = await changeLabels(this.server, call.id, { remove: [label] }, this.#changes.next());
    if (answer.state === "aborted" || this.call?.id !== call.id) return;
    this.said = answer.state === "error" ? `${words.detail.labelFailed} ${errorText(answer.error)}` : "";
    if (answer.state === "error") return;
    this.call = { ...this.call, labels: (this.call.labels ?? []).filter((one) => one !== label) };
    await this.updateComplete;
    this.#focus("#act-label");
  }

  #focus(selector: string): void {
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  /** A tab chosen by hand, which the host may keep in its URL. */
  #choose(tab: CallDetailTab): void {
    if (tab === this.tab) return;
    this.tab = tab;
    const params = new URLSearchParams(this.query ?? (this.q ? { q: this.q } : {}));
    params.set("tab", tab);
    if (tab === "overview" && !params.has("q")) params.delete("tab");
    const query = String(params);
    if (this.query !== undefined) this.query = query;
    this.tell("call-navigate", { query, tab, replace: true });
  }

  async #onTabKey(event: KeyboardEvent): Promise<void> {
    const next = tabByKey(event.key, this.tab, getComputedStyle(this).direction === "rtl");
    if (!next) return;
    event.preventDefault();
    await this.#walk(next);
  }

  /** The focus goes along if it is on the tabs. */
  async #walk(tab: CallDetailTab): Promise<void> {
    const onTabs = this.renderRoot.querySelector('[role="tab"]:focus') !== null;
    this.#choose(tab);
    await this.updateComplete;
    if (onTabs) this.#focus('[role="tab"][aria-selected="true"]');
  }

  #close = (): void => this.tell("call-close", { id: this.callId });

  /** Keys of the page: only while the focus is in here, or nowhere. */
  #onKey = (event: KeyboardEvent): void => {
    if (!isOurs(event, this)) return;
    if (typesText(event)) return;
    const transcript = this.renderRoot.querySelector<Transcript>("call-lake-transcript");
    const run: Record<string, (() => void) | undefined> = {
      Escape: this.#close,
      "[": () => void this.#walk(besideTab(this.tab, -1)),
      "]": () => void this.#walk(besideTab(this.tab, 1)),
      j: transcript ? () => void transcript.step(1) : undefined,
      k: transcript ? () => void transcript.step(-1) : undefined,
      "/": transcript ? () => transcript.focusSearch() : undefined,
    };
    const act = Object.hasOwn(run, event.key) ? run[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  };

  #panel(call: CallRecord): TemplateResult {
    const { formats, theme, locale, copied } = this;
    const live = this.live !== null;
    const hidden = !this.#may("calls.read_pii");
    if (this.tab === "overview") return overviewTab({ call, formats, theme, hidden, live });
    if (this.lazyFailed) {
      const action = { label: words.states.retry, run: () => void this.#loadPanels() };
      return stateBlock({ icon: "alert", title: words.detail.partFailed, text: "", role: "alert", action });
    }
    if (!this.panels) return bones();
    return this.panels.panelOf(this.tab, {
      ...{ call, formats, locale, theme, hidden, copied, q: this.q, message: this.#message, server: this.server },
      recordingUrl: this.recordingUrl,
      partial: this.live ? this.live.partial : null,
      copy: (text, name) => void this.#copy(text, name),
    });
  }

  /** Without a clipboard (a page that is not secure) nothing is said to be copied. */
  async #copy(text: string, name: string): Promise<void> {
    this.said = "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.said = words.detail.copyFailed;
      return;
    }
    this.copied = name;
    clearTimeout(this.#copiedTimer);
    this.#copiedTimer = setTimeout(() => {
      this.copied = "";
    }, COPIED_MS);
  }
}

/** As high as what it stands for, so that nothing moves when that comes. */
function skeleton(): TemplateResult {
  return html`<div class="loading" role="status" aria-label=${words.detail.loading}>
    <span class="bone title"></span><span class="bone"></span><span class="bone strip"></span>${bones()}
  </div>`;
}

function bones(): TemplateResult {
  return html`<div class="bones">${Array.from({ length: 8 }, () => html`<span class="bone wide"></span>`)}</div>`;
}

define("call-detail", CallDetail);
