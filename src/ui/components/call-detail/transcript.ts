/** `<call-lake-transcript>` (internal): what was said, with times, tools in place and a search inside. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail, Message } from "../../../api/contract.ts";
import { type Formats, offset } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon, stateBlock } from "../parts.ts";
import { toolStatus } from "./tools.ts";
import { type Entry, interleave, pieces, searchPattern } from "./transcript-entries.ts";
import { transcriptStyles } from "./transcript-styles.ts";

export class Transcript extends SpeakingElement {
  static override styles = [...shared, transcriptStyles];

  @property({ attribute: false }) call!: CallDetail;
  @property({ attribute: false }) formats!: Formats;
  @property() theme = "auto";

  @state() private search = "";
  /** Which match is the one in view, from 0. */
  @state() private current = 0;

  #entries: readonly Entry[] = [];
  #matches = 0;

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("call")) this.#entries = interleave(this.call);
  }

  override render(): TemplateResult {
    if (this.#entries.length === 0) {
      return html`<div class="root inner ${this.theme}">
        ${stateBlock({ icon: "phone", title: words.transcript.empty, text: "" })}
      </div>`;
    }
    const pattern = searchPattern(this.search);
    this.#matches = 0;
    const rows = this.#entries.map((entry) =>
      entry.kind === "message" ? this.#message(entry, pattern) : this.#tool(entry),
    );
    return html`<div class="root inner ${this.theme}">
      ${this.#searchLine(pattern !== null)}
      <ol aria-label=${words.transcript.label}>
        ${rows}
      </ol>
    </div>`;
  }

  #searchLine(searching: boolean): TemplateResult {
    const w = words.transcript;
    const n = this.#matches;
    const found = n === 0 ? w.noMatch : w.matches(this.formats.integer(this.current + 1), this.formats.integer(n));
    return html`<div class="find" role="search">
      <input
        class="field"
        type="search"
        placeholder=${w.search}
        aria-label=${w.search}
        maxlength="200"
        @input=${(event: Event) => {
          this.search = (event.target as HTMLInputElement).value;
          this.#go(0);
        }}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter") this.#go(this.current + (event.shiftKey ? -1 : 1));
        }}
      />
      <span class="muted" role="status">${searching ? found : nothing}</span>
      ${
        searching && n > 1
          ? html`<button class="button plain" type="button" aria-label=${w.previous} @click=${() => this.#go(this.current - 1)}>
                ${icon("up")}</button
              ><button class="button plain" type="button" aria-label=${w.next} @click=${() => this.#go(this.current + 1)}>
                ${icon("down")}
              </button>`
          : nothing
      }
    </div>`;
  }

  async #go(to: number): Promise<void> {
    this.current = 0;
    await this.updateComplete;
    if (this.#matches > 0) this.current = (to + this.#matches) % this.#matches;
    await this.updateComplete;
    this.renderRoot.querySelector("mark.current")?.scrollIntoView({ block: "nearest" });
  }

  #message(entry: Entry & { kind: "message" }, pattern: RegExp | null): TemplateResult {
    const { message } = entry;
    const role = message.role ?? "";
    const speaker = words.transcript.roles[role] ?? (role || words.transcript.unknownRole);
    return html`<li class="entry ${role === "user" || role === "assistant" ? role : "other"}">
      ${this.#time(entry.offsetMs, message.at)}
      <span class="speaker"
        ><bdi>${speaker}</bdi>${message.agent ? html`<span class="agent muted"><bdi>${message.agent}</bdi></span>` : nothing}</span
      >
      <div class="said">
        <span class="content" dir="auto">${this.#content(message, pattern)}</span>
        ${
          message.interrupted
            ? html`<span class="interrupted">${icon("interrupt")}${words.transcript.interrupted}</span>`
            : nothing
        }
      </div>
    </li>`;
  }

  #content(message: Message, pattern: RegExp | null): unknown {
    const text = message.content ?? "";
    if (!pattern) return text;
    return pieces(text, pattern).map((piece) => {
      if (!piece.match) return piece.text;
      const here = this.#matches++ === this.current;
      return html`<mark class=${here ? "current" : ""}>${piece.text}</mark>`;
    });
  }

  #tool(entry: Entry & { kind: "tool" }): TemplateResult {
    const { tool } = entry;
    return html`<li class="entry tool">
      ${this.#time(entry.offsetMs, tool.at)}
      <span class="speaker">${words.transcript.roles["tool"]}</span>
      <div class="said tool-line">
        ${icon("tool")}<span class="mono"><bdi>${tool.name ?? words.tools.unnamed}</bdi></span> ${toolStatus(tool)}
        ${tool.duration_ms === null ? nothing : html`<span class="muted">${this.formats.latency(tool.duration_ms)}</span>`}
        ${tool.error ? html`<span class="failed" dir="auto">${tool.error}</span>` : nothing}
      </div>
    </li>`;
  }

  #time(offsetMs: number | null, at: string | null): TemplateResult {
    if (offsetMs === null) return html`<span class="at muted" title=${words.notRecorded}>–</span>`;
    return html`<time class="at muted" title=${this.formats.fullTime(at)} datetime=${at ?? nothing}>${offset(offsetMs)}</time>`;
  }
}

define("call-lake-transcript", Transcript);
