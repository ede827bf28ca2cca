/** `<call-lake-live>` (internal): the inside of `<call-live>`, a chunk of its own. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { answerOf, type DataError, Latest } from "../../data.ts";
import { parseFilter } from "../../filter.ts";
import { endLiveCall, followCalls, notLive, readLiveTranscript } from "../../live-data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/live.ts";
import { CallLakeElement, define } from "../base.ts";
import { callerText, errorBlock, errorText, icon, notPermittedBlock, stateBlock } from "../parts.ts";
import { type Entry, LiveCalls } from "./live-calls.ts";
import { liveRow, outcome } from "./row.ts";
import { callLiveStyles } from "./styles.ts";
import { liveTranscript } from "./transcript.ts";

const ROWS = 100;
const LINES = 200;
/** Events come by the thousand; people read a few times a second. */
const RENDER_EVERY_MS = 200;
const SWEEP_EVERY_MS = 2000;
/** Calls whose last words are asked for when the page opens. */
const PREVIEWS_MAX = 20;
/** So near the end of the transcript one reads along. */
const NEAR_END_PIXELS = 48;

type Connection = keyof typeof words.live.connection;

export class LiveView extends CallLakeElement {
  static override styles = [...shared, callLiveStyles];

  @property() filter = "";

  @state() private connection: Connection = "connecting";
  @state() private error: DataError | null = null;
  @state() private seen = false;
  @state() private selected: string | null = null;
  @state() private rows = ROWS;
  @state() private lines = LINES;
  @state() private transcriptError: DataError | null = null;
  @state() private endState: "idle" | "asking" | "asked" = "idle";
  @state() private endError: DataError | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;
  @query(".talk") private talk: HTMLElement | null | undefined;

  #calls = new LiveCalls();
  #filters = new URLSearchParams();
  #feed = new Latest();
  #reading = new Latest();
  #ending = new Latest();
  #sweeper: ReturnType<typeof setInterval> | undefined;
  #due: ReturnType<typeof setTimeout> | undefined;
  #alongside = true;
  /** The calls that were shown when the pointer, or a key's focus, came into the list: it does not move under them. */
  @state() private held: ReadonlySet<string> | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
    if (this.hasUpdated) void this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#sweeper);
    clearTimeout(this.#due);
    this.#due = undefined;
    for (const running of [this.#feed, this.#reading, this.#ending]) running.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asks = ["api", "headers", "permissions", "filter"] as const;
    if (asks.some((name) => changed.has(name)) || !this.hasUpdated) void this.#follow();
    // Whoever reads the newest line goes on doing so; whoever reads above it stays there.
    const { talk } = this;
    this.#alongside = !talk || talk.scrollHeight - talk.scrollTop - talk.clientHeight < NEAR_END_PIXELS;
  }

  override updated(): void {
    if (this.#alongside && this.talk) this.talk.scrollTop = this.talk.scrollHeight;
  }

  /** Connects anew. */
  refresh(): void {
    void this.#follow();
  }

  async #follow(): Promise<void> {
    const signal = this.#feed.next();
    this.#calls = new LiveCalls();
    this.#filters = parseFilter(this.filter);
    this.error = null;
    this.seen = false;
    this.connection = "connecting";
    if (!this.mayRead) return;
    const onConnection = (now: "open" | "waiting") => {
      this.connection = now;
    };
    const reading = async () => {
      for await (const event of followCalls(this.server, this.#filters, { signal, onConnection })) {
        if (signal.aborted) return;
        this.#calls.apply(event, Date.now());
        if (event.type === "snapshot" && !this.seen) void this.#preview(signal);
        if (event.type === "snapshot") this.seen = true;
        this.#soon();
      }
    };
    const answer = await answerOf(reading(), signal);
    if (answer.state === "error") this.error = answer.error;
  }

  #soon(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined;
      this.requestUpdate();
    }, RENDER_EVERY_MS);
  }

  get #mayHear(): boolean {
    return this.permissions?.includes("calls.read_pii") ?? true;
  }

  /** What was said last in the calls that are at the top, which the snapshot does not tell. */
  async #preview(signal: AbortSignal): Promise<void> {
    if (!this.#mayHear) return;
    for (const { call } of this.#calls.newestFirst().slice(0, PREVIEWS_MAX)) {
      const answer = await readLiveTranscript(this.server, call.id, signal);
      if (answer.state !== "ok" && (answer.state === "aborted" || answer.error.kind === "not_permitted")) return;
      if (answer.state === "ok") this.#calls.addTranscript(answer.value);
      this.#soon();
    }
  }

  #sweep(): void {
    if (!this.held && this.#calls.sweep(Date.now(), (id) => id === this.selected)) this.requestUpdate();
  }

  async #select(id: string | null): Promise<void> {
    this.selected = id === this.selected ? null : id;
    this.lines = LINES;
    this.transcriptError = null;
    this.endState = "idle";
    this.endError = null;
    this.#calls.follow(this.selected);
    const signal = this.#reading.next();
    if (this.selected === null || !this.#mayHear) return;
    const answer = await readLiveTranscript(this.server, this.selected, signal);
    if (answer.state === "aborted") return;
    if (answer.state === "ok") this.#calls.addTranscript(answer.value);
    else if (answer.error.kind !== "not_found") this.transcriptError = answer.error;
    this.#alongside = true;
    this.requestUpdate();
  }

  #close(): void {
    const row = this.renderRoot.querySelector<HTMLElement>(".selected .pick");
    void this.#select(null);
    row?.focus();
  }

  async #end(id: string): Promise<void> {
    this.dialog.close();
    this.endState = "asking";
    this.endError = null;
    const answer = await endLiveCall(this.server, id, this.#ending.next());
    if (answer.state === "aborted" || this.selected !== id) return;
    this.endState = answer.state === "ok" ? "asked" : "idle";
    if (answer.state === "error") this.endError = answer.error;
  }

  override render(): TemplateResult {
    const allowed = this.mayRead && this.error?.kind !== "not_permitted";
    return html`<div class=${this.rootClass} part="root">${allowed ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    if (this.error) return errorBlock(this.error, words.live.errorTitle, () => this.refresh());
    const unused = notLive(this.#filters).map((name) => words.filters[name] ?? name);
    return html`
      <div class="above">
        <span role="status">${this.seen ? words.live.count(this.#calls.running, this.formats.integer(this.#calls.running)) : nothing}</span>
        ${unused.length > 0 ? html`<span class="muted">${words.live.notApplied(unused.join(", "))}</span>` : nothing}
        ${this.#newcomers()}
        <span class="connection ${this.connection}" role="status">
          <span class="dot" aria-hidden="true"></span>${words.live.connection[this.connection]}
        </span>
      </div>
      ${this.#content()} ${this.#confirm()}
    `;
  }

  #content() {
    if (!this.seen) return skeleton();
    const all = this.#calls.newestFirst();
    if (all.length === 0) return this.#nobody();
    const entry = this.selected === null ? undefined : this.#calls.get(this.selected);
    return html`<div class="page ${entry ? "two" : ""} ${this.connection === "waiting" ? "dimmed" : ""}">
      ${this.#list(all)} ${entry ? this.#pane(entry) : nothing}
    </div>`;
  }

  /** Calls that began while the list is held still. */
  #newcomers() {
    const { held } = this;
    const fresh = held ? this.#calls.newestFirst().filter(({ call }) => !held.has(call.id)).length : 0;
    if (fresh === 0) return nothing;
    return html`<button class="pill" type="button" @click=${this.#hold}>
      ${icon("up")}${words.list.newCalls(fresh, this.formats.integer(fresh))}
    </button>`;
  }

  #hold = () => {
    this.held = new Set(this.#calls.newestFirst().map(({ call }) => call.id));
  };

  #letGo = () => {
    if (!this.renderRoot.querySelector(".list:hover, .pick:focus-visible")) this.held = null;
  };

  #nobody() {
    const w = words.live;
    const filtered = [...this.#filters.keys()].length > notLive(this.#filters).length;
    return stateBlock({
      icon: "phone",
      title: w.emptyTitle,
      text: filtered ? w.emptyFiltered : w.empty,
      ...(filtered ? {} : { code: words.hookLines }),
    });
  }

  #list(all: readonly Entry[]) {
    const w = words.live;
    const { held } = this;
    const still = held ? all.filter(({ call }) => held.has(call.id)) : all;
    const shown = still.slice(0, this.rows);
    const rest = Math.min(still.length - shown.length, ROWS);
    const { formats } = this;
    const entered = (event: Event) => {
      const byKey = event.type === "pointerenter" || (event.target as Element).matches(":focus-visible");
      if (byKey && !this.held) this.#hold();
    };
    return html`<div
      class="list"
      @pointerenter=${entered}
      @pointerleave=${this.#letGo}
      @focusin=${entered}
      @focusout=${this.#letGo}
    >
      <ul aria-label=${w.label}>
        ${repeat(
          shown,
          ({ call }) => call.id,
          (entry) =>
            liveRow(entry, {
              formats,
              skew_ms: this.#calls.skew_ms,
              selected: entry.call.id === this.selected,
              select: () => void this.#select(entry.call.id),
            }),
        )}
      </ul>
      ${
        rest > 0
          ? html`<div class="more">
              <span class="muted">${w.shown(formats.integer(shown.length), formats.integer(all.length))}</span>
              <button class="button" type="button" @click=${() => {
                this.rows += ROWS;
              }}>
                ${w.more(formats.integer(rest))}
              </button>
            </div>`
          : nothing
      }
    </div>`;
  }

  #pane(entry: Entry) {
    const w = words.live;
    const { call, ended } = entry;
    return html`<section class="pane" part="transcript" aria-labelledby="pane-title">
      <header>
        <h2 id="pane-title"><bdi>${callerText(call)}</bdi></h2>
        ${ended ? this.#over(entry) : this.#ender(entry)}
        <button class="button plain" type="button" aria-label=${w.close} title=${w.close} @click=${this.#close}>
          ${icon("close")}
        </button>
      </header>
      ${
        this.endState === "asked" && !ended
          ? html`<p class="told" role="status">${w.endAsked}</p>`
          : this.endError
            ? html`<p class="told notice" role="alert">${errorText(this.endError)}</p>`
            : nothing
      }
      <div class="talk" tabindex="0" role="log" aria-label=${w.transcript}>
        ${this.transcriptError ? html`<p class="muted">${w.transcriptFailed}</p>` : nothing}
        ${
          this.#mayHear
            ? liveTranscript({
                lines: this.#calls.lines(),
                partial: call.partial,
                limit: this.lines,
                showMore: () => {
                  this.lines += LINES;
                },
                formats: this.formats,
              })
            : html`<p class="muted">${w.noTranscript}</p>`
        }
      </div>
    </section>`;
  }

  #over({ call, ended }: Entry) {
    const open = (event: MouseEvent) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.tell("call-open", { id: call.id });
    };
    return html`<span class="over">${outcome(ended?.outcome ?? null)}</span>${
      this.route
        ? html`<a class="button" href=${`${this.route.replace(/\/$/, "")}/${call.id}`} @click=${open}>${words.live.openCall}</a>`
        : html`<button class="button" type="button" @click=${open}>${words.live.openCall}</button>`
    }`;
  }

  #ender({ call }: Entry) {
    if (!(this.permissions?.includes("calls.control") ?? true)) return nothing;
    const w = words.live;
    return html`<button
      class="button danger"
      type="button"
      ?disabled=${!call.can_end || this.endState === "asking"}
      title=${call.can_end ? nothing : w.cannotEnd}
      @click=${() => this.dialog.showModal()}
    >
      ${this.endState === "asking" ? w.ending : w.end}
    </button>`;
  }

  #confirm() {
    const w = words.live;
    const call = this.selected === null ? undefined : this.#calls.get(this.selected)?.call;
    return html`<dialog aria-labelledby="end-title">
      <h2 id="end-title">${w.endTitle}</h2>
      <p>${call ? w.endText(callerText(call)) : nothing}</p>
      <div class="buttons">
        <button class="button" type="button" autofocus @click=${() => this.dialog.close()}>${w.endNo}</button>
        <button class="button danger" type="button" @click=${() => call && void this.#end(call.id)}>${w.endYes}</button>
      </div>
    </dialog>`;
  }
}

function skeleton(): TemplateResult {
  return html`<div class="list" role="status" aria-label=${words.live.loading}>
    <ul aria-hidden="true">
      ${Array.from({ length: 6 }, () => html`<li class="row"><span></span><span class="bone"></span><span class="bone wide"></span></li>`)}
    </ul>
  </div>`;
}

define("call-lake-live", LiveView);
