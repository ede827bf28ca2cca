/** `<call-lake-transcript>` (internal): what was said, with times, tools in place, a search inside and the recording beside it. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import type { CallDetail, Message } from "../../../api/contract.ts";
import { Latest, type Server } from "../../data.ts";
import type { Formats } from "../../format.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { icon, stateBlock } from "../parts.ts";
import { type RecordingUrl, recordingStartMs } from "./recording-state.ts";
import "./recording.ts";
import type { CallRecording } from "./recording.ts";
import { readHits } from "./requests.ts";
import {
  type Entry,
  entryAt,
  type Finder,
  finderOf,
  type Hit,
  hitsOf,
  interleave,
  searchPattern,
  signatureOf,
  termsPattern,
} from "./transcript-entries.ts";
import { entryRow, partialRow } from "./transcript-rows.ts";
import { transcriptStyles } from "./transcript-styles.ts";

/** Entries are rendered, skipped and highlighted by the block: small ones, so that no frame has much to lay out. */
const BLOCK = 20;
/** Blocks made at once; the rest follows in slices, so that opening a long call does not hold the page up. */
const SLICE = 5;
/** Close enough to the reader that matches are marked. */
const NEAR = "800px";
const TYPING_MS = 60;

export class Transcript extends SpeakingElement {
  static override styles = [...shared, transcriptStyles];

  @property({ attribute: false }) call!: CallDetail;
  @property({ attribute: false }) formats!: Formats;
  @property({ attribute: false }) server!: Server;
  @property({ attribute: false }) recordingUrl: RecordingUrl | undefined;
  @property({ attribute: false }) partial: readonly Message[] | null = null;
  /** Words of a search that led here: they are found at once. */
  @property() q = "";
  /** The message a link of the search meant: the hits begin there. */
  @property({ attribute: false }) message: number | null = null;
  @property() theme = "auto";

  @state() private search = "";
  /** Which hit is the one in view, from 0. */
  @state() private current = 0;
  /** The entry that the keys are at, and the one that is heard. */
  @state() private cursor = 0;
  @state() private heard = -1;
  @state() private shown = SLICE;

  #entries: readonly Entry[] = [];
  #signatures: string[] = [];
  #find: Finder | null = null;
  #asks = new Latest();
  #hits: readonly Hit[] = [];
  #near = new Set<number>();
  #watched: IntersectionObserver | null = null;
  #followed = 0;
  #slice: ReturnType<typeof setTimeout> | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#slice);
    clearTimeout(this.#typing);
    this.#asks.stop();
    this.#watched?.disconnect();
    this.#watched = null;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has("q") && this.q !== "") {
      this.search = this.q;
      this.#look(finderOf(termsPattern(this.q)));
    }
    if (!changed.has("call")) return;
    const other = changed.get("call") && changed.get("call")?.id !== this.call.id;
    if (other) Object.assign(this, { shown: SLICE, cursor: 0, heard: -1 });
    this.#entries = interleave(this.call);
    this.#signatures = [];
    for (let from = 0; from < this.#entries.length; from += BLOCK) {
      this.#signatures.push(signatureOf(this.#entries.slice(from, from + BLOCK)));
    }
    this.#hits = hitsOf(this.#entries, this.#find);
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("q") && this.q !== "") void this.#askHits();
    if (this.shown < this.#signatures.length) {
      clearTimeout(this.#slice);
      this.#slice = setTimeout(() => {
        this.shown += SLICE;
      });
    }
    this.#watched ??= new IntersectionObserver((seen) => this.#onSeen(seen), { rootMargin: NEAR });
    for (const block of this.renderRoot.querySelectorAll(".block:not([data-watched])")) {
      block.setAttribute("data-watched", "");
      this.#watched.observe(block);
    }
  }

  override render(): TemplateResult {
    const live = this.partial !== null;
    if (this.#entries.length === 0 && !this.partial?.length) {
      return html`<div class="root inner ${this.theme}">
        ${this.#recordingLine()} ${stateBlock({ icon: "phone", title: live ? words.detail.liveNote : words.transcript.empty, text: "" })}
      </div>`;
    }
    const blocks = this.#signatures.slice(0, this.shown);
    return html`<div class="root inner ${this.theme}">
      <div class="bar">${this.#searchLine()} ${live ? nothing : this.#recordingLine()}</div>
      <div
        class="entries ${this.#mayHear ? "heard-by-click" : ""}"
        role="list"
        aria-label=${words.transcript.label}
        @click=${this.#onClick}
        @keydown=${this.#onEntryKey}
      >
        ${blocks.map((signature, block) => this.#block(signature, block))}
        ${this.partial?.map((message) => partialRow(message))}
      </div>
    </div>`;
  }

  #block(signature: string, block: number): unknown {
    const [from, to] = [block * BLOCK, (block + 1) * BLOCK];
    const within = (i: number) => (i >= from && i < to ? i : -1);
    const hit = this.#hits[this.current];
    const here = hit && within(hit.entry) !== -1 ? hit : null;
    const find = here || this.#near.has(block) ? this.#find : null;
    const [cursor, heard] = [within(this.cursor), within(this.heard)];
    const seen = [signature, this.call.id, find, here, cursor, heard, this.#mayHear, this.formats, words];
    return html`<div class="block" data-block=${block}>
      ${guard(seen, () =>
        this.#entries.slice(from, to).map((entry, i) =>
          entryRow(entry, {
            index: from + i,
            formats: this.formats,
            find,
            current: here?.entry === from + i ? here.nth : -1,
            atCursor: cursor === from + i,
            heard: heard === from + i,
            mayHear: this.#mayHear,
          }),
        ),
      )}
    </div>`;
  }

  #onSeen(seen: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const block = Number((target as HTMLElement).dataset["block"]);
      if (isIntersecting) this.#near.add(block);
      else this.#near.delete(block);
    }
    if (this.#find) this.requestUpdate();
  }

  #searchLine(): TemplateResult {
    const w = words.transcript;
    const n = this.#hits.length;
    const found = n === 0 ? w.noMatch : w.matches(this.formats.integer(this.current + 1), this.formats.integer(n));
    return html`<div class="find" role="search">
      <input
        class="field"
        type="search"
        placeholder=${w.search}
        aria-label=${w.search}
        title=${w.hint}
        maxlength="200"
        dir="auto"
        .value=${this.search}
        @input=${this.#onSearch}
        @keydown=${this.#onSearchKey}
      />
      <span class="muted" role="status">${this.#find ? found : nothing}</span>
      <span class="steps ${n > 1 ? "" : "off"}"
        ><button class="button plain" type="button" aria-label=${w.previous} @click=${() => this.#go(this.current - 1)}>
          ${icon("up")}</button
        ><button class="button plain" type="button" aria-label=${w.next} @click=${() => this.#go(this.current + 1)}>
          ${icon("down")}
        </button></span
      >
    </div>`;
  }

  /** The key is painted first; what it finds in thousands of messages comes a moment later. */
  #onSearch = (event: Event): void => {
    this.search = (event.target as HTMLInputElement).value;
    this.#asks.stop();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(this.#search, TYPING_MS);
  };

  #search = (): void => {
    this.#typing = undefined;
    this.#look(finderOf(searchPattern(this.search)));
    void this.#go(0);
  };

  #onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    if (this.#typing === undefined) void this.#go(this.current + (event.shiftKey ? -1 : 1));
    else {
      clearTimeout(this.#typing);
      this.#search();
    }
  };

  #look(find: Finder | null): void {
    this.#find = find;
    this.#hits = hitsOf(this.#entries, find);
    this.current = 0;
    this.requestUpdate();
  }

  /** Plain words at once, then what the search itself found: it knows forms that a comparison of letters does not. */
  async #askHits(): Promise<void> {
    const signal = this.#asks.next();
    const first = this.#meant();
    void this.#go(first);
    if (this.partial !== null) return;
    const answer = await readHits(this.server, this.call.id, this.q, signal);
    if (answer.state !== "ok" || this.search !== this.q) return;
    const found = Map.groupBy(answer.value, (hit) => hit.message_index);
    if (![...found.keys()].some((index) => index !== "summary")) return;
    const before = JSON.stringify(this.#hits);
    // Who has walked on meanwhile stays where they are.
    const here = this.current === first ? null : (this.#hits[this.current]?.entry ?? null);
    this.#look((_, index) => found.get(index) ?? []);
    if (JSON.stringify(this.#hits) === before) return;
    void this.#go(
      here === null
        ? this.#meant()
        : Math.max(
            0,
            this.#hits.findIndex(({ entry }) => entry >= here),
          ),
    );
  }

  /** The first hit in the message that was meant, or after it. */
  #meant(): number {
    const { message } = this;
    if (message === null) return 0;
    return Math.max(
      0,
      this.#hits.findIndex(({ entry }) => {
        const found = this.#entries[entry];
        return found?.kind === "message" && found.index >= message;
      }),
    );
  }

  async #go(to: number): Promise<void> {
    const n = this.#hits.length;
    if (n === 0) return;
    this.current = (to + n) % n;
    const entry = this.#hits[this.current]?.entry ?? 0;
    await this.#reveal(entry);
    const mark = this.renderRoot.querySelector("mark.current");
    mark?.scrollIntoView({ block: "center" });
  }

  /** Makes all blocks down to that of the entry. */
  async #reveal(entry: number): Promise<HTMLElement | null> {
    this.cursor = entry;
    this.shown = Math.max(this.shown, Math.floor(entry / BLOCK) + 2);
    await this.updateComplete;
    return this.renderRoot.querySelector<HTMLElement>(`[data-i="${entry}"]`);
  }

  /** To the next (1) or previous (-1) hit, or without a search to the next or previous entry. */
  async step(by: 1 | -1): Promise<void> {
    if (this.#hits.length > 0) {
      await this.#go(this.current + by);
      (await this.#reveal(this.cursor))?.focus({ preventScroll: true });
      return;
    }
    const started = this.renderRoot.querySelector(".entry:focus-within") !== null;
    const to = Math.min(Math.max(this.cursor + (started ? by : 0), 0), this.#entries.length - 1);
    const row = await this.#reveal(to);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  /** Puts the cursor into the search. */
  focusSearch(): void {
    this.renderRoot.querySelector<HTMLInputElement>(".find input")?.select();
  }

  #recordingLine(): TemplateResult {
    return html`<call-lake-recording
      .locale=${this.locale}
      .theme=${this.theme}
      .formats=${this.formats}
      .call=${this.call}
      .recordingUrl=${this.recordingUrl}
      @recording-time=${this.#onTime}
      @recording-ready=${() => this.requestUpdate()}
    ></call-lake-recording>`;
  }

  get #player(): CallRecording | null {
    return this.renderRoot?.querySelector<CallRecording>("call-lake-recording") ?? null;
  }

  get #mayHear(): boolean {
    return this.#player?.playable ?? false;
  }

  #onTime = (event: CustomEvent<{ seconds: number; length: number | null; follow: boolean }>): void => {
    const { seconds, length, follow } = event.detail;
    const heard = entryAt(this.#entries, seconds * 1000 + recordingStartMs(this.call, length));
    if (heard === this.heard) return;
    this.heard = heard;
    if (!follow || heard < 0) return;
    const turn = ++this.#followed;
    void this.#reveal(heard).then((row) => {
      if (turn === this.#followed && row && !isInView(row)) row.scrollIntoView({ block: "center" });
    });
  };

  #hear(index: number): void {
    const offsetMs = this.#entries[index]?.offsetMs ?? null;
    const player = this.#player;
    if (offsetMs === null || !player) return;
    this.cursor = index;
    void player.playFrom((length) => (offsetMs - recordingStartMs(this.call, length)) / 1000);
  }

  #onClick = (event: Event): void => {
    // Whoever marks text to copy it does not want to hear it.
    if (!this.#mayHear || String(getSelection() ?? "") !== "") return;
    const row = (event.target as Element).closest<HTMLElement>("[data-i]");
    if (row) this.#hear(Number(row.dataset["i"]));
  };

  #onEntryKey = (event: KeyboardEvent): void => {
    const row = event.target as HTMLElement;
    if (event.key === "Enter" && row.dataset["i"] !== undefined) this.#hear(Number(row.dataset["i"]));
  };
}

/** Whether a row stands between the bar above and the window's end. */
function isInView(row: HTMLElement): boolean {
  const { top, bottom } = row.getBoundingClientRect();
  return top >= 120 && bottom <= innerHeight - 24;
}

define("call-lake-transcript", Transcript);
