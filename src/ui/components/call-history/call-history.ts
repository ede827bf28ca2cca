/** `<call-history>`: the list of calls with its filters, paging and states. Tells `call-open` and `call-navigate`. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallFacets, CallSummary } from "../../../api/contract.ts";
import { type DataError, Latest, listCalls, readFacets } from "../../data.ts";
import { datesOnly, forServer, isNarrowed, parseFilter } from "../../filter.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { CallLakeElement, define } from "../base.ts";
import { errorBlock, errorNotice, icon, notPermittedBlock, stateBlock } from "../parts.ts";
import "../filter-bar/filter-bar.ts";
import { callHistoryStyles } from "./styles.ts";
import { callTable, NEWEST_FIRST, skeletonTable } from "./table.ts";

const POLL_MS = 5000;
const PAGE_SIZES = [25, 50, 100, 200];

export class CallHistory extends CallLakeElement {
  static override styles = [...shared, callHistoryStyles];

  /** The filter as a query string, e.g. `outcome=error&start_date=2026-11-01`; the host keeps it in its URL. */
  @property() filter = "";
  /** Rows of a page: 25, 50, 100 or 200. */
  @property({ type: Number, attribute: "page-size" }) pageSize = 50;

  @state() private filters = new URLSearchParams();
  @state() private sort = NEWEST_FIRST;
  @state() private calls: readonly CallSummary[] | null = null;
  @state() private nextCursor: string | null = null;
  /** Cursors of the pages before this one; its length is the number of this page. */
  @state() private trail: readonly (string | null)[] = [];
  @state() private cursor: string | null = null;
  @state() private total: number | null = null;
  @state() private pending = false;
  @state() private error: DataError | null = null;
  @state() private facets: CallFacets | null = null;
  @state() private fresh: { calls: readonly CallSummary[]; nextCursor: string | null; added: number } | null = null;

  #rows = new Latest();
  #values = new Latest();
  #polls = new Latest();
  #timer: ReturnType<typeof setInterval> | undefined;
  #facetsOf: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
    // Moved within the page, or brought back: what was running ended with the disconnection.
    if (this.hasUpdated) this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    for (const running of [this.#rows, this.#values, this.#polls]) running.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asks = ["api", "headers", "timezone", "permissions", "pageSize"] as const;
    const filters = parseFilter(this.filter);
    // A filter that the element set itself has been asked for already.
    const same = String(filters) === String(this.filters);
    if (same && !asks.some((name) => changed.has(name))) return;
    if (!same || changed.has("pageSize")) this.#toFirstPage();
    this.filters = filters;
    void this.#load();
    void this.#loadFacets(changed.has("api") || changed.has("headers"));
  }

  /** Asks for the page again; the rows stay, dimmed, until the answer is there. */
  refresh(): void {
    void this.#load();
    void this.#loadFacets(true);
  }

  #toFirstPage(): void {
    this.cursor = null;
    this.trail = [];
    this.total = null;
    this.fresh = null;
  }

  async #load(): Promise<void> {
    if (!this.mayRead) return;
    this.#polls.stop();
    this.fresh = null;
    this.pending = true;
    const page = { limit: this.pageSize, cursor: this.cursor, sort: this.sort, total: this.cursor === null };
    const answer = await listCalls(this.server, forServer(this.filters, this.zone), page, this.#rows.next());
    if (answer.state === "aborted") return;
    this.pending = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "error") {
      if (answer.error.kind === "not_permitted") this.calls = null;
      return;
    }
    this.calls = answer.value.calls;
    this.nextCursor = answer.value.next_cursor;
    this.total = answer.value.total ?? this.total;
  }

  async #loadFacets(again: boolean): Promise<void> {
    const dates = datesOnly(forServer(this.filters, this.zone));
    if (!this.mayRead || (!again && this.#facetsOf === String(dates))) return;
    this.#facetsOf = String(dates);
    const answer = await readFacets(this.server, dates, this.#values.next());
    // Without them the drop-downs are empty; the list says what is wrong.
    if (answer.state === "ok") this.facets = answer.value;
  }

  /** Looks for new calls while the newest page is being read; they wait behind a button, so nothing moves. */
  async #poll(): Promise<void> {
    const reading = this.cursor === null && this.sort === NEWEST_FIRST && this.calls && !this.pending && !this.error;
    if (!reading || document.visibilityState !== "visible" || !this.mayRead) return;
    const page = { limit: this.pageSize, cursor: null, sort: this.sort, total: false };
    const answer = await listCalls(this.server, forServer(this.filters, this.zone), page, this.#polls.next());
    if (answer.state !== "ok" || !this.calls) return;
    const known = new Set(this.calls.map((call) => call.id));
    const added = answer.value.calls.filter((call) => !known.has(call.id)).length;
    if (added === 0) return;
    this.fresh = { calls: answer.value.calls, nextCursor: answer.value.next_cursor, added };
    if (this.calls.length === 0) this.#showFresh();
  }

  #showFresh(): void {
    if (!this.fresh) return;
    if (this.total !== null) this.total += this.fresh.added;
    this.calls = this.fresh.calls;
    this.nextCursor = this.fresh.nextCursor;
    this.fresh = null;
  }

  #navigate(filters: URLSearchParams): void {
    this.filters = filters;
    this.filter = String(filters);
    this.#toFirstPage();
    this.tell("call-navigate", { query: this.filter });
    void this.#load();
    void this.#loadFacets(false);
  }

  #sortBy(column: string): void {
    this.sort = this.sort === `-${column}` ? column : `-${column}`;
    this.#toFirstPage();
    void this.#load();
  }

  #turn(cursor: string | null, trail: readonly (string | null)[]): void {
    this.cursor = cursor;
    this.trail = trail;
    void this.#load();
    this.renderRoot.querySelector(".scroll")?.scrollTo({ top: 0 });
  }

  override render(): TemplateResult {
    return html`<div class=${this.rootClass} part="root">${this.mayRead ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    if (this.error?.kind === "not_permitted") return notPermittedBlock();
    return html`
      <call-lake-filter-bar .locale=${this.locale}
        .filter=${this.filters}
        .facets=${this.facets}
        .formats=${this.formats}
        .theme=${this.theme}
        @filter-change=${(event: CustomEvent<{ filter: URLSearchParams }>) => this.#navigate(event.detail.filter)}
      ></call-lake-filter-bar>
      <div class="above">
        <span class="muted" role="status">${this.#count()}</span>
        ${this.#pill()}
        <button class="button plain refresh" type="button" ?disabled=${this.pending} @click=${this.refresh}>
          ${icon("refresh")}${this.pending ? words.list.refreshing : words.list.refresh}
        </button>
      </div>
      ${this.error && this.calls ? errorNotice(this.error, () => this.refresh()) : nothing} ${this.#content()}
    `;
  }

  #count() {
    if (this.total === null || !this.calls) return nothing;
    return this.total === 1 ? words.list.oneCall : words.list.count(this.formats.integer(this.total));
  }

  #pill() {
    if (!this.fresh) return nothing;
    const { added, calls } = this.fresh;
    const text = this.formats.integer(added);
    const label = words.list.newCalls(added, added === calls.length ? words.list.more(text) : text);
    return html`<button class="pill" type="button" part="new-calls" @click=${this.#showFresh}>${icon("up")}${label}</button>`;
  }

  #content() {
    if (this.error && !this.calls) {
      return errorBlock(this.error, words.states.errorTitle, () => this.refresh());
    }
    if (!this.calls) return skeletonTable();
    if (this.calls.length === 0 && this.trail.length === 0) return this.#nothing();
    return html`
      <div class="scroll ${this.pending || this.error ? "dimmed" : ""}" aria-busy=${this.pending}>
        ${callTable({
          calls: this.calls,
          formats: this.formats,
          route: this.route,
          sort: this.sort,
          sortBy: (column) => this.#sortBy(column),
          open: (id) => this.tell("call-open", { id }),
        })}
      </div>
      ${this.#pages(this.calls.length)}
    `;
  }

  #nothing() {
    if (isNarrowed(this.filters)) {
      const action = { label: words.states.clear, run: () => this.#navigate(new URLSearchParams()) };
      return stateBlock({ icon: "search", title: words.states.nothingTitle, text: words.states.nothing, action });
    }
    return stateBlock({
      icon: "phone",
      title: words.states.emptyTitle,
      text: words.states.empty,
      code: words.hookLines,
    });
  }

  #pages(rows: number) {
    const first = this.trail.length * this.pageSize + 1;
    const number = (value: number) => this.formats.integer(value);
    const total = this.total === null ? null : number(this.total);
    return html`<nav class="pages" aria-label=${words.list.paging}>
      <span class="muted">${words.list.shown(number(first), number(first + rows - 1), total)}</span>
      <span class="muted zone">${words.list.zone(this.formats.timezone)}</span>
      <label class="muted"
        >${words.list.pageSize}
        <select
          class="field"
          @change=${(event: Event) => {
            this.pageSize = Number((event.target as HTMLSelectElement).value);
          }}
        >
          ${PAGE_SIZES.map((size) => html`<option value=${size} .selected=${size === this.pageSize}>${size}</option>`)}
        </select>
      </label>
      <button
        class="button"
        type="button"
        ?disabled=${this.trail.length === 0 || this.pending}
        @click=${() => this.#turn(this.trail.at(-1) ?? null, this.trail.slice(0, -1))}
      >
        ${icon("previous")}${words.list.previous}
      </button>
      <button
        class="button"
        type="button"
        ?disabled=${this.nextCursor === null || this.pending}
        @click=${() => this.#turn(this.nextCursor, [...this.trail, this.cursor])}
      >
        ${words.list.next}${icon("next")}
      </button>
    </nav>`;
  }
}

define("call-history", CallHistory);
