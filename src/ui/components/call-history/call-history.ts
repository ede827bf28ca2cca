/** `<call-history>`: the list of calls with its filters, paging, peek panel and states. Tells `call-open` and `call-navigate`. */
import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { limitOf } from "../../../client/page-query.ts";
import { forServer, parseQuery } from "../../filter.ts";
import { painted } from "../../painted.ts";
import { shared } from "../../theme.ts";
import { loadWords, words } from "../../words.ts";
import { define } from "../base.ts";
import type { FilterBar } from "../filter-bar/filter-bar.ts";
import "../filter-bar/filter-bar.ts";
import { notPermittedBlock } from "../parts.ts";
import { snippetStyles } from "../snippet-styles.ts";
import { type Above, aboveLine, type Dialog } from "./above.ts";
import { AskingElement } from "./asking.ts";
import { failedBlock, nothingBlock } from "./blocks.ts";
import { type Column, columnsOf } from "./columns.ts";
import { focusCall, focusedCall, focusTable, isUntouched, showRow, showTop } from "./focus.ts";
import { grid } from "./grid.ts";
import { type Key, keyOf } from "./keys.ts";
import { pagesLine } from "./pages.ts";
import { NEWEST_FIRST } from "./rows.ts";
import { between, EVERYTHING, isEmpty, isSelected, NOTHING, type Selection, withCalls } from "./selection.ts";
import { facetSide, peekPanel, viewsLine } from "./side.ts";
import { callHistoryStyles } from "./styles.ts";
import { skeletonTable } from "./table.ts";
import { tableStyles } from "./table-styles.ts";

/** Below this the facets stand above the list, folded. */
const NARROW_PX = 900;
/** Where rows take longer than that, what stands around them does not wait. */
const BESIDE_MS = 500;
const NO_WIDTHS = {};
const NO_VIEWS: never[] = [];
const ACTIONS = ["export", "label", "delete"] as const;

/**
 * The list of calls: filters with counts, search, views, a peek panel, export, labels and deletion.
 *
 * @fires {CustomEvent<{ id: string, query?: string }>} call-open - the page of a call is to be shown; `query` is for it
 * @fires {CustomEvent<{ query: string, page?: string, replace?: boolean }>} call-navigate - the filter, the order or the call looked at has changed: keep `query` in the URL, and set `filter` when the URL changes; `replace`: no step of its own on the way back
 * @csspart root - all of it
 * @csspart table - the table
 * @csspart row - a call
 * @csspart new-calls - the button behind which new calls wait
 * @csspart peek - the panel beside the list
 * @csspart state - a message in the place of calls
 */
export class CallHistory extends AskingElement {
  static override styles = [...shared, callHistoryStyles, snippetStyles, tableStyles];

  @state() private selection: Selection = NOTHING;
  @state() private dialog: Dialog | null = null;
  @state() private dialogOf: typeof import("./dialogs.ts").dialogOf | null = null;
  /** Whether what stands around the list may come: the rows are seen first. */
  @state() private beside = false;
  @state() private narrow = false;
  @state() private sidebarOnNarrow = false;

  #lastSelected: string | null = null;
  #late: ReturnType<typeof setTimeout> | undefined;
  #sizes = new ResizeObserver(() => {
    this.narrow = this.clientWidth < NARROW_PX;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    // Asking for the own width here would lay the page out before there is anything in it: the observer tells it.
    if (!this.hasUpdated) this.narrow = innerWidth < NARROW_PX;
    this.#sizes.observe(this);
    this.#late = setTimeout(() => {
      this.beside = true;
    }, BESIDE_MS);
    document.addEventListener("keydown", this.#onKey);
    // Moved within the page, or brought back: what was running ended with the disconnection.
    if (this.hasUpdated) this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    clearTimeout(this.#late);
    document.removeEventListener("keydown", this.#onKey);
  }

  override updated(): void {
    if (this.beside || (!this.rows.calls && !this.rows.error)) return;
    void painted().then(() => {
      this.beside = true;
    });
  }

  get #root(): ShadowRoot {
    return this.renderRoot as ShadowRoot;
  }

  get #actions(): Above["actions"] {
    return ACTIONS.filter((action) => this.may(`calls.${action}`));
  }

  protected override onOtherCalls(): void {
    this.selection = NOTHING;
  }

  protected override get isStill(): boolean {
    return this.query.peek === null && this.dialog === null && isEmpty(this.selection) && isUntouched(this.#root);
  }

  #sortBy({ sort, down }: Column): void {
    if (sort === null) return;
    const [first, second] = down ? [`-${sort}`, sort] : [sort, `-${sort}`];
    const next = this.sort === first ? second : first;
    this.go({ sort: next === NEWEST_FIRST ? null : next });
  }

  // Selection

  get #page(): readonly string[] {
    return (this.rows.calls ?? []).map((call) => call.id);
  }

  #select(id: string | null, on: boolean, range: boolean): void {
    const page = this.#page;
    const calls = id === null ? page : range ? between(page, this.#lastSelected, id) : [id];
    this.selection = withCalls(this.selection, calls, on, page);
    this.#lastSelected = id;
  }

  #clearSelection(): void {
    this.selection = NOTHING;
    focusTable(this.#root);
  }

  // The peek panel

  #look(id: string): void {
    this.go({ peek: id }, this.query.peek !== null);
    void this.updateComplete.then(() => this.#peekPanel?.focusHeading?.());
  }

  get #peekPanel() {
    return this.renderRoot.querySelector<HTMLElement & { focusHeading?(): void }>("call-lake-peek");
  }

  async #closePeek(): Promise<void> {
    const { peek } = this.query;
    this.go({ peek: null });
    await this.updateComplete;
    if (peek === null || !focusCall(this.#root, peek)) focusTable(this.#root);
  }

  /** To the row before or after: of the one that is looked at, else of the one that has the focus. */
  async #step(step: number): Promise<void> {
    const page = this.#page;
    const active = focusedCall(this.#root);
    const at = page.indexOf(this.query.peek ?? active ?? "");
    const next = at < 0 ? page[0] : page[at + step];
    if (next !== undefined) {
      if (this.query.peek !== null) this.go({ peek: next }, true);
      if (this.query.peek === null || active !== null) focusCall(this.#root, next);
      showRow(this.#root, next);
    } else if (this.query.peek !== null && (step > 0 ? this.rows.nextCursor !== null : this.rows.trail.length > 0)) {
      // Past the page's end the next page comes.
      await this.#turn(step > 0);
      const shown = step > 0 ? this.#page[0] : this.#page.at(-1);
      if (shown !== undefined) this.go({ peek: shown }, true);
    }
  }

  async #turn(forward: boolean): Promise<void> {
    await this.rows.turn(forward);
    await this.updateComplete;
    showTop(this.#root);
  }

  // Keys and dialogs

  #onKey = (event: KeyboardEvent): void => {
    const ours = event.composedPath().includes(this) || event.target === document.body;
    const key = ours && this.mayRead ? keyOf(event, this.memory.value.shortcuts ?? true) : null;
    if (key !== null && this.#press(key)) event.preventDefault();
  };

  #press(key: Key): boolean {
    const { peek } = this.query;
    if (key === "search") this.renderRoot.querySelector<FilterBar>("call-lake-filter-bar")?.focusSearch();
    else if (key === "help") void this.#openDialog("help");
    else if (key === "next" || key === "previous") void this.#step(key === "next" ? 1 : -1);
    else if (key === "open") {
      if (peek === null) return false;
      this.#open(peek, "");
    } else if (key === "close") {
      if (peek !== null) void this.#closePeek();
      else if (!isEmpty(this.selection)) this.#clearSelection();
      else return false;
    } else {
      const id = focusedCall(this.#root) ?? peek;
      if (!id || this.#actions.length === 0) return false;
      this.#select(id, !isSelected(this.selection, id), false);
    }
    return true;
  }

  async #openDialog(dialog: Dialog): Promise<void> {
    try {
      const { dialogOf } = await import("./dialogs.ts");
      await loadWords(this.locale);
      this.dialogOf = dialogOf;
      this.dialog = dialog;
    } catch {
      this.said = words.states.unreachable;
    }
  }

  #open(id: string, query: string): void {
    const q = this.query.filter.get("q");
    this.tell("call-open", { id, query: query || (q ? String(new URLSearchParams({ q })) : "") });
  }

  override render(): TemplateResult {
    const { peek } = this.query;
    return html`<div class=${this.rootClass} part="root">${this.mayRead ? this.#body() : notPermittedBlock()}</div>
      ${this.mayRead ? [peek ? this.#peek(peek) : nothing, this.#dialog()] : nothing}`;
  }

  #body() {
    if (this.rows.error?.kind === "not_permitted" && !this.rows.calls) return notPermittedBlock();
    const { filter } = this.query;
    const inNarrow = this.narrow ? this.sidebarOnNarrow : (this.memory.value.sidebar ?? true);
    return html`
      <button class="skip button" type="button" @click=${() => focusTable(this.#root)}>${words.list.skip}</button>
      ${viewsLine({
        ...{ locale: this.locale, theme: this.theme, query: this.query, timezone: this.zone, load: this.beside },
        views: this.memory.value.views ?? NO_VIEWS,
        choose: (query) => this.go({ ...parseQuery(query), peek: null }),
        change: (views) => this.memory.keep({ views }),
      })}
      <call-lake-filter-bar
        beside
        .plain=${!this.beside}
        .locale=${this.locale}
        .personal=${this.personal}
        .brief=${this.narrow && !this.sidebarOnNarrow}
        .filter=${filter}
        .formats=${this.formats}
        .theme=${this.theme}
        @filter-change=${this.#onFilter}
      ></call-lake-filter-bar>
      <div class="split ${this.narrow ? "narrow" : ""} ${inNarrow ? "" : "folded"}">
        ${this.#side(inNarrow)}
        <div class="main">${this.#above()} ${this.#content()}</div>
      </div>
    `;
  }

  #onFilter = (event: CustomEvent<{ filter: URLSearchParams }>): void => {
    // Typing goes on in the same step of the way back.
    this.go({ filter: event.detail.filter }, this.query.filter.has("q") && event.detail.filter.has("q"));
  };

  #side(open: boolean): TemplateResult {
    const { locale, theme, server, formats, version, zone } = this;
    return facetSide({
      ...{ locale, theme, server, formats, version, zone, open, load: this.beside },
      filter: this.query.filter,
      folded: this.memory.value.folded ?? {},
      waiting: this.rows.pending,
      toggle: () => {
        if (this.narrow) this.sidebarOnNarrow = !open;
        else this.memory.keep({ sidebar: !open });
      },
      fold: (folded) => this.memory.keep({ folded }),
      change: this.#onFilter,
    });
  }

  #above(): TemplateResult {
    const searching = this.query.filter.has("q");
    return aboveLine({
      rows: this.rows,
      formats: this.formats,
      selection: this.selection,
      actions: this.#actions,
      said: this.said,
      sort: searching ? this.sort : null,
      order: (sort) => this.go({ sort: sort === NEWEST_FIRST ? null : sort }),
      showFresh: (byKey) => {
        this.rows.showFresh();
        this.version++;
        if (byKey) focusTable(this.#root);
      },
      refresh: () => this.refresh(),
      selectAll: () => {
        this.selection = EVERYTHING;
      },
      clearSelection: () => this.#clearSelection(),
      open: (dialog) => void this.#openDialog(dialog),
    });
  }

  #content() {
    const rows = this.rows;
    const { calls, error } = rows;
    const boxes = this.#actions.length > 0;
    if (error && !calls)
      return failedBlock(
        error,
        () => this.refresh(),
        () => this.#clear(),
      );
    if (!calls) return rows.cancelled ? nothing : skeletonTable(columnsOf(this.memory.value.columns, this.sort), boxes);
    if (calls.length === 0 && rows.trail.length === 0) {
      return nothingBlock(this.query.filter, () => this.#clear());
    }
    const { widths = NO_WIDTHS, columns } = this.memory.value;
    const { peek, filter } = this.query;
    const { formats, route, selection } = this;
    const sort = this.sort;
    return html`
      ${grid({
        ...{ calls, widths, formats, route, sort, peek, arrived: rows.arrived, whole: this.beside },
        columns: columnsOf(columns, sort),
        q: filter.get("q"),
        personal: this.personal,
        selection: boxes ? selection : null,
        pending: rows.pending,
        stale: rows.pending || error !== null,
        fitted: columns === undefined,
        sortBy: (column) => this.#sortBy(column),
        look: (id) => this.#look(id),
        open: (id, query) => this.#open(id, query),
        select: (id, on, range) => this.#select(id, on, range),
        resize: (key, pixels) => this.memory.keep({ widths: { ...widths, [key]: pixels } }),
      })}
      ${pagesLine({
        rows,
        formats,
        pageSize: this.pageSize,
        size: limitOf(filter, sort, this.pageSize),
        resize: (size) => {
          this.pageSize = size;
        },
        turn: (forward) => void this.#turn(forward),
      })}
    `;
  }

  #clear(): void {
    this.go({ filter: new URLSearchParams(), sort: null, peek: null });
  }

  #peek(call: string): TemplateResult {
    const { locale, theme, server, formats, route } = this;
    const { calls, trail, nextCursor } = this.rows;
    const at = this.#page.indexOf(call);
    const row = calls?.[at];
    return peekPanel({
      ...{ locale, theme, server, formats, route, call },
      q: this.query.filter.get("q") ?? "",
      snippets: row && "snippets" in row ? row.snippets : [],
      hasPrevious: at > 0 || (at === 0 && trail.length > 0),
      hasNext: at < this.#page.length - 1 || nextCursor !== null,
      close: () => void this.#closePeek(),
      step: (step) => void this.#step(step),
      open: (query) => this.#open(call, query),
    });
  }

  #dialog() {
    if (this.dialog === null || !this.dialogOf) return nothing;
    const { locale, formats, theme, server, selection } = this;
    const preferences = this.memory.value;
    return this.dialogOf(this.dialog, {
      ...{ locale, formats, theme, server, preferences },
      target: {
        ids: selection.all ? null : [...selection.ids],
        filter: forServer(this.query.filter, this.zone),
        count: selection.all ? this.rows.total : selection.ids.size,
      },
      prefer: (change) => this.memory.keep(change),
      done: (result) => this.#bulkDone(result),
      close: () => {
        this.dialog = null;
      },
    });
  }

  #bulkDone({ said, gone }: { said: string; gone: boolean }): void {
    this.selection = NOTHING;
    if (gone) {
      this.rows.toFirstPage();
      if (this.query.peek !== null) this.go({ peek: null }, true);
    }
    this.refresh();
    this.said = said;
    void this.updateComplete.then(() => focusTable(this.#root));
  }
}

define("call-history", CallHistory);
