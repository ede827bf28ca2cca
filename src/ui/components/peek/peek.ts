/** `<call-lake-peek>` (internal, lazy): one call beside the list; tells `peek-close`, `peek-move {step}`, `peek-open {query}`. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail, FoundCallSummary, Message } from "../../../api/contract.ts";
import { type DataError, Latest, readCall, type Server } from "../../data.ts";
import { type Formats, offset } from "../../format.ts";
import { percentile } from "../../percentile.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { callerText, errorBlock, icon, none, outcomeMark, recordText } from "../parts.ts";
import { hrefOf, snippetLine } from "../snippet.ts";
import { snippetStyles } from "../snippet-styles.ts";
import { peekStyles } from "./styles.ts";

const MESSAGES = 6;
const LINKS = ["transcript", "tools", "metrics", "raw"] as const;

const SKELETON = [0, 1, 2, 3].map(() => html`<p><span class="bone wide"></span></p>`);

export class CallPeek extends SpeakingElement {
  static override styles = [...shared, snippetStyles, peekStyles];

  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";
  @property() route = "";
  /** Id of the call. */
  @property() call = "";
  @property() q = "";
  @property({ attribute: false }) snippets: FoundCallSummary["snippets"] = [];
  /** Whether there is a call before and after it. */
  @property({ type: Boolean }) hasPrevious = false;
  @property({ type: Boolean }) hasNext = false;

  @state() private record: CallDetail | null = null;
  @state() private error: DataError | null = null;

  #asks = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) void this.updateComplete.then(() => this.#show());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asks.stop();
  }

  /** Not modal: the list beside it goes on to be used. In the top layer, so that no box of the host clips it. */
  #show(): void {
    const panel = this.renderRoot.querySelector<HTMLElement>(".peek");
    if (panel?.isConnected && !panel.matches(":popover-open")) panel.showPopover();
  }

  override firstUpdated(): void {
    this.#show();
    this.focusHeading();
  }

  focusHeading(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("call")) void this.#load();
  }

  async #load(): Promise<void> {
    const answer = await readCall(this.server, this.call, this.#asks.next());
    if (answer.state === "aborted") return;
    this.error = answer.state === "error" ? answer.error : null;
    this.record = answer.state === "ok" ? answer.value : null;
    this.renderRoot.querySelector(".body")?.scrollTo({ top: 0 });
  }

  override render(): TemplateResult {
    const { record } = this;
    const stale = record !== null && record.id !== this.call;
    return html`<aside class="root peek ${this.theme}" popover="manual" part="peek" aria-label=${words.peek.label}>
      ${this.#bar()}
      <div class="body ${stale ? "dimmed" : ""}" aria-busy=${stale || (!record && !this.error)}>
        ${
          this.error
            ? errorBlock(this.error, words.states.detailErrorTitle, () => void this.#load())
            : record
              ? this.#call(record)
              : SKELETON
        }
      </div>
    </aside>`;
  }

  #heading(): TemplateResult {
    const { record } = this;
    return html`<h2 tabindex="-1" aria-live="polite">
      ${
        record
          ? html`<bdi title=${callerText(record)}>${callerText(record)}</bdi>`
          : html`<span class="hidden">${this.error ? words.peek.label : words.peek.loading}</span>`
      }
    </h2>`;
  }

  #bar(): TemplateResult {
    const w = words.peek;
    const button = (
      name: "previous" | "next" | "close",
      drawn: "up" | "down" | "close",
      off: boolean,
      run: () => void,
    ) =>
      html`<button class="button plain square" type="button" aria-label=${w[name]} title=${w[name]} ?disabled=${off} @click=${run}>
        ${icon(drawn)}
      </button>`;
    const page = this.q ? String(new URLSearchParams({ q: this.q })) : "";
    // The heading has the focus when the panel opens: what comes next by Tab is beside it, not at the page's end.
    return html`<div class="top">
      ${this.#heading()}
      ${button("previous", "up", !this.hasPrevious, () => this.#tell("peek-move", { step: -1 }))}
      ${button("next", "down", !this.hasNext, () => this.#tell("peek-move", { step: 1 }))}
      ${this.#link(w.open, page, "button primary page")}
      ${button("close", "close", false, () => this.#tell("peek-close", {}))}
    </div>`;
  }

  #call(call: CallDetail): TemplateResult {
    const w = words.peek;
    const failed = (call.tool_calls ?? []).filter((tool) => tool.status === "error");
    return html`
      <p class="line">
        ${outcomeMark(call.outcome)}<bdi>${this.formats.duration(call.duration_seconds)}</bdi
        ><span class="muted">${this.formats.fullTime(call.start_time)}</span>
      </p>
      ${call.error_message ? html`<p class="problem">${icon("alert")}<bdi>${call.error_message}</bdi></p>` : nothing}
      ${this.#facts(call)}
      ${call.summary ? html`<h3>${w.summary}</h3><p class="text"><bdi>${call.summary}</bdi></p>` : nothing}
      ${this.#found(call)}
      ${
        failed.length > 0
          ? html`<h3>${w.failedTools}</h3>
              <ul>
                ${failed.slice(0, 5).map(
                  (tool) => html`<li>
                    <span class="failed">${icon("alert")}<bdi class="mono">${tool.name ?? words.notRecorded}</bdi></span>
                    ${tool.error ? html`<bdi class="text">${tool.error}</bdi>` : nothing}
                  </li>`,
                )}
              </ul>`
          : nothing
      }
      <h3>${w.beginning}</h3>
      ${this.#messages(call.conversation)}
      <nav class="links" aria-label=${w.more}>
        ${LINKS.map((tab) => this.#link(w.links[tab], `tab=${tab}`, "button plain"))}
      </nav>
    `;
  }

  #facts(call: CallDetail): TemplateResult {
    const { fields } = words.detail;
    const p95 = percentile(call.turn_latencies_ms, 0.95);
    const facts: [string, TemplateResult | string][] = [
      [fields.caller_number, recordText(call.caller_number)],
      [
        fields.provider_name,
        html`${recordText(call.provider_name)}${call.pipeline_name ? html` · <bdi>${call.pipeline_name}</bdi>` : nothing}`,
      ],
      [fields.context_name, recordText(call.context_name)],
      [words.list.columns.p95_turn_latency_ms, p95 === null ? none() : html`<bdi>${this.formats.latency(p95)}</bdi>`],
      [fields.turns, call.total_turns === null ? none() : this.formats.integer(call.total_turns)],
      [fields.ended_reason, recordText(call.ended_reason)],
      [
        fields.cost_total,
        call.cost_total === null
          ? none()
          : html`<bdi>${this.formats.money(Number(call.cost_total), call.currency)}</bdi>`,
      ],
    ];
    if (call.transfer_destination) facts.push([fields.transfer_destination, recordText(call.transfer_destination)]);
    if (call.labels?.length)
      facts.push([fields.labels, html`${call.labels.map((one) => html`<bdi class="tag">${one}</bdi>`)}`]);
    return html`<dl aria-label=${words.peek.facts}>
      ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>`;
  }

  #found(call: CallDetail): TemplateResult | typeof nothing {
    if (this.snippets.length === 0 || !this.q) return nothing;
    const open = (_: string, query: string) => this.#tell("peek-open", { query });
    return html`<h3>${words.peek.hits}</h3>
      <div>${this.snippets.map((one) => snippetLine(one, { id: call.id, q: this.q, route: this.route, open }))}</div>`;
  }

  #messages(messages: readonly Message[] | null): TemplateResult {
    if (messages === null) return html`<p>${none()}</p>`;
    if (messages.length === 0) return html`<p class="muted">${words.peek.noWords}</p>`;
    const rest = messages.length - MESSAGES;
    return html`<ol>
        ${messages.slice(0, MESSAGES).map(
          (message) => html`<li class=${message.role === "user" ? "user" : ""}>
            <span class="who">
              <bdi>${words.peek.roles[message.role ?? ""] ?? message.role ?? words.notRecorded}</bdi>
              ${message.offset_ms === null ? nothing : html`<span class="muted">${offset(message.offset_ms)}</span>`}
            </span>
            <bdi class="text">${message.content ?? words.notRecorded}</bdi>
          </li>`,
        )}
      </ol>
      ${rest > 0 ? html`<p class="muted">${rest === 1 ? words.peek.restOne : words.peek.rest(this.formats.integer(rest))}</p>` : nothing}`;
  }

  #link(text: string, query: string, classes: string): TemplateResult {
    const open = () => this.#tell("peek-open", { query });
    if (!this.route) return html`<button class=${classes} type="button" @click=${open}>${text}</button>`;
    return html`<a
      class=${classes}
      href=${hrefOf(this.route, this.call, query)}
      @click=${(event: MouseEvent) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        open();
      }}
      >${text}</a
    >`;
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

define("call-lake-peek", CallPeek);
