/** `<call-lake-stats>` (internal): the inside of `<call-stats>`, a chunk of its own. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { CallFacets, CallStats as Stats } from "../../../api/contract.ts";
import type { Draw } from "../../charts/plot.ts";
import { type DataError, Latest, readFacets, readStats } from "../../data.ts";
import { dashboardFilter, dashboardQuery, datesOnly, forServer, isNarrowed } from "../../filter.ts";
import { notLive, readActive, readStatsSql } from "../../live-data.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/live.ts";
import "../../words/stats.ts";
import { CallLakeElement, define } from "../base.ts";
import type { Chart } from "../chart/chart.ts";
import { partialNotice } from "../partial.ts";
import { errorBlock, errorNotice, icon, notPermittedBlock, stateBlock } from "../parts.ts";
import "../chart/chart.ts";
import "../filter-bar/filter-bar.ts";
import { cardStyles } from "./card-styles.ts";
import { type Card, cardBody, costCards, statsSkeleton, TOTALS_METRICS, totalsCard } from "./cards.ts";
import { csvOf, fileName, save } from "./files.ts";
import { bucketsBefore, periodBefore, withBuckets } from "./marks.ts";
import "./menu.ts";
import type { Action, Menu } from "./menu.ts";
import { brushedBuckets, narrowForm } from "./narrow-form.ts";
import { type Panel, panelsOf } from "./panels.ts";
import { type PanelName, panelSql } from "./sql.ts";
import "./sql-dialog.ts";
import type { SqlDialog } from "./sql-dialog.ts";
import { callStatsStyles } from "./styles.ts";

const w = () => words.stats;
const SLOW_MS = 4000;
const ACTIVE_EVERY_MS = 15_000;
const CURRENCIES_MAX = 3;

export class StatsView extends CallLakeElement {
  static override styles = [...shared, cardStyles, callStatsStyles];

  @property() filter = "";

  @state() private filters = new URLSearchParams();
  @state() private stats: Stats | null = null;
  /** Of the period before: its buckets for the dashed line, its cost for the card. */
  @state() private earlier: readonly number[] | null = null;
  @state() private costBefore: Stats["cost"] | undefined;
  @state() private active: number | null = null;
  @state() private pending = false;
  @state() private slow = false;
  @state() private notice = "";
  @state() private error: DataError | null = null;
  @state() private facets: CallFacets | null = null;
  @query("call-lake-sql-dialog") private dialog!: SqlDialog;

  #asks = new Latest();
  #values = new Latest();
  #running = new Latest();
  #facetsOf: string | null = null;
  #draws = new Map<string, Draw>();
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#countActive(), ACTIVE_EVERY_MS);
    addEventListener("online", this.#online);
    if (this.hasUpdated) this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    removeEventListener("online", this.#online);
    for (const running of [this.#asks, this.#values, this.#running]) running.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asks = ["api", "headers", "timezone", "permissions"] as const;
    if (changed.has("locale")) this.#draws = new Map();
    const filters = dashboardFilter(this.filter ?? "", this.formats.timezone, Date.now());
    const same = String(filters) === String(this.filters);
    if (same && this.hasUpdated && !asks.some((name) => changed.has(name))) return;
    this.filters = filters;
    void this.#load();
    void this.#countActive();
  }

  /** Asks again; what is shown stays, dimmed, until the answer is there. */
  refresh(): void {
    this.#facetsOf = null;
    void this.#load();
    void this.#countActive();
  }

  /** Back from being offline: asked again at once. */
  #online = () => {
    if (this.error?.kind === "unreachable") this.refresh();
  };

  async #load(): Promise<void> {
    if (!this.mayRead) return;
    this.pending = true;
    this.slow = false;
    this.notice = "";
    const signal = this.#asks.next();
    const slowly = setTimeout(() => {
      if (!signal.aborted) this.slow = true;
    }, SLOW_MS);
    const filter = forServer(this.filters, this.zone);
    void this.#loadFacets(datesOnly(filter));
    const answer = await readStats(this.server, filter, signal);
    clearTimeout(slowly);
    if (answer.state === "aborted") return;
    this.pending = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state !== "ok") return;
    this.stats = answer.value;
    this.earlier = null;
    this.costBefore = undefined;
    this.#draws = new Map();
    await this.#loadBefore(answer.value, filter, signal);
  }

  /** Second to the numbers themselves: without it there is no dashed line. */
  async #loadBefore(stats: Stats, filter: URLSearchParams, signal: AbortSignal): Promise<void> {
    const buckets = bucketsBefore(filter, stats);
    const period = stats.cost.length > 0 ? periodBefore(filter, stats, Date.now()) : null;
    const nothingAsked = Promise.resolve(null);
    const [line, cost] = await Promise.all([
      buckets ? readStats(this.server, buckets, signal) : nothingAsked,
      period ? readStats(this.server, period, signal) : nothingAsked,
    ]);
    if (signal.aborted) return;
    if (cost?.state === "ok") this.costBefore = cost.value.cost;
    if (line?.state !== "ok") return;
    const points = line.value.timeline.points;
    // Another kind of bucket, or a range cut at 1970, cannot be laid over this one.
    if (line.value.timeline.bucket !== stats.timeline.bucket || points.length !== stats.timeline.points.length) return;
    this.earlier = points.map(({ calls }) => calls);
    this.#draws.delete("timeline");
  }

  async #loadFacets(dates: URLSearchParams): Promise<void> {
    if (this.#facetsOf === String(dates)) return;
    this.#facetsOf = String(dates);
    const answer = await readFacets(this.server, dates, this.#values.next());
    if (answer.state === "ok") this.facets = answer.value;
  }

  async #countActive(): Promise<void> {
    if (!this.mayRead || document.visibilityState !== "visible") return;
    const answer = await readActive(this.server, this.filters, this.#running.next());
    if (answer.state !== "aborted") this.active = answer.state === "ok" ? answer.value.calls.length : null;
  }

  #cancel(): void {
    this.#asks.stop();
    this.pending = false;
    this.slow = false;
    this.notice = w().cancelled;
  }

  #navigate(filters: URLSearchParams): void {
    this.filters = filters;
    this.filter = dashboardQuery(filters);
    this.tell("call-navigate", { query: this.filter });
    void this.#load();
    void this.#countActive();
  }

  async #shownSql(statement: (shown: Stats) => string | null): Promise<string | null> {
    const answer = await readStatsSql(this.server, forServer(this.filters, this.zone), new AbortController().signal);
    const sql = answer.state === "ok" ? statement(answer.value) : null;
    if (sql === null) this.notice = w().menu.failed;
    return sql;
  }

  async #openSql(statement: (shown: Stats) => string | null): Promise<void> {
    const sql = await this.#shownSql(statement);
    if (sql !== null) this.tell("call-navigate", { page: "call-sql", query: String(new URLSearchParams({ sql })) });
  }

  get #maySql(): boolean {
    return this.permissions?.includes("calls.sql") ?? true;
  }

  override render(): TemplateResult {
    const allowed = this.mayRead && this.error?.kind !== "not_permitted";
    return html`<div class=${this.rootClass} part="root">${allowed ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    return html`
      <call-lake-filter-bar
        .locale=${this.locale}
        .filter=${this.filters}
        .facets=${this.facets}
        .formats=${this.formats}
        .theme=${this.theme}
        .personal=${this.permissions?.includes("calls.read_pii") ?? true}
        @filter-change=${(event: CustomEvent<{ filter: URLSearchParams }>) => this.#navigate(event.detail.filter)}
      ></call-lake-filter-bar>
      <div class="above">
        <span class="muted">${w().zone(this.formats.timezone)}</span>
        <span class="slow" role="status">${
          this.slow
            ? html`${words.states.slow}
                <button class="button" type="button" @click=${this.#cancel}>${words.states.cancel}</button>`
            : this.notice
        }</span>
        <button class="button plain refresh" type="button" ?disabled=${this.pending} @click=${this.refresh}>
          ${icon("refresh")}${this.pending ? words.list.refreshing : words.list.refresh}
        </button>
      </div>
      ${this.error && this.stats ? errorNotice(this.error, () => this.refresh()) : nothing}
      ${partialNotice(this.stats?.unreadable, this.formats)} ${this.#content()}
      <call-lake-sql-dialog
        .locale=${this.locale}
        .theme=${this.theme}
        .mayOpen=${this.#maySql}
        @sql-open=${(event: CustomEvent<{ sql: string }>) =>
          this.tell("call-navigate", { page: "call-sql", query: String(new URLSearchParams(event.detail)) })}
      ></call-lake-sql-dialog>
    `;
  }

  #content() {
    if (!this.stats) {
      if (this.error) return errorBlock(this.error, words.states.statsErrorTitle, () => this.refresh());
      return this.pending ? statsSkeleton() : nothing;
    }
    if (this.stats.totals.calls === 0) {
      if (!isNarrowed(this.filters)) {
        const { emptyTitle: title, empty: text } = words.states;
        return stateBlock({ icon: "phone", title, text, code: words.hookLines });
      }
      const action = { label: words.states.clear, run: () => this.#navigate(new URLSearchParams()) };
      return stateBlock({ icon: "search", title: words.states.noData, text: words.states.nothing, action });
    }
    return html`<div class="content ${this.pending || this.error ? "dimmed" : ""}" aria-busy=${this.pending}>
      ${this.#cards(this.stats)} ${this.#panels(this.stats)}
    </div>`;
  }

  #cards(stats: Stats): TemplateResult {
    const { formats } = this;
    const cards: { card: Card; panel: PanelName }[] = [
      ...TOTALS_METRICS.map((name) => ({
        card: totalsCard(name, stats.totals, stats.previous, formats),
        panel: name.endsWith("_latency") ? ("percentiles" as const) : ("totals" as const),
      })),
      ...costCards(stats.cost, this.costBefore, formats)
        .slice(0, CURRENCIES_MAX)
        .map((card) => ({ card, panel: "cost" as const })),
    ];
    const unused = notLive(this.filters).map((name) => words.filters[name] ?? name);
    return html`<div class="cards" part="cards">
      ${cards.map(
        ({ card, panel }) => html`<div class="card" part="card">
          ${cardBody(card, formats)}
          <call-lake-menu
            .locale=${this.locale}
            .theme=${this.theme}
            .label=${w().menu.open(card.label)}
            .actions=${this.#cardActions(card, panel)}
          ></call-lake-menu>
        </div>`,
      )}
      <div class="card" part="card">
        <span class="label muted">${w().metrics.active}</span>
        <strong>${this.active === null ? html`<span class="none">${words.count.unknown}</span>` : formats.integer(this.active)}</strong>
        <span class="note muted">${unused.length > 0 ? words.live.notApplied(unused.join(", ")) : nothing}</span>
        <span class="trend"
          ><button class="link" type="button" @click=${() => this.tell("call-navigate", { page: "call-live", query: String(this.filters) })}>
            ${w().seeLive}
          </button></span
        >
      </div>
    </div>`;
  }

  #cardActions(card: Card, panel: PanelName): Action[] {
    const { menu, columns } = w();
    const csv = () =>
      csvOf(
        [card.label, columns.before],
        [[card.value, card.before].map((value) => ({ text: "", value: value ?? null }))],
      );
    return [
      ...this.#sqlActions(card.label, panel),
      { label: menu.csv, run: () => save(fileName(card.label, "csv"), new Blob([csv()], { type: "text/csv" })) },
    ];
  }

  #sqlActions(label: string, panel: PanelName): Action[] {
    const statement = (shown: Stats) => panelSql(panel, shown);
    return [
      { label: w().menu.sql, run: () => void this.#showSql(label, statement) },
      ...(this.#maySql ? [{ label: w().menu.openSql, run: () => void this.#openSql(statement) }] : []),
    ];
  }

  async #showSql(label: string, statement: (shown: Stats) => string | null): Promise<void> {
    const back = this.shadowRoot?.activeElement;
    const sql = await this.#shownSql(statement);
    if (sql !== null) this.dialog.show(label, sql, back as Menu | null);
  }

  #panels(stats: Stats): TemplateResult {
    const { formats, filters: filter, earlier: before } = this;
    const panels = panelsOf({ stats, before, filter, formats });
    return html`<div class="grid">${repeat(
      panels,
      ({ name }) => name,
      (panel) => this.#panel(panel, stats),
    )}</div>`;
  }

  #panel(panel: Panel, stats: Stats): TemplateResult {
    // The same drawing for the same answer: a new function would be drawn anew at every update.
    const draw = this.#draws.get(panel.name) ?? panel.draw();
    this.#draws.set(panel.name, draw);
    const brush = panel.name === "timeline" && stats.timeline.points.length > 1;
    const narrow = (from: number, to: number) => this.#navigate(withBuckets(this.filters, stats, from, to));
    const { route } = this;
    return html`<section class="panel ${panel.width}" part="panel" data-panel=${panel.name}>
      <header>
        <h2>${panel.label}</h2>
        ${panel.note ? html`<span class="hint muted">${panel.note}</span>` : nothing}
        <call-lake-menu
          .locale=${this.locale}
          .theme=${this.theme}
          .label=${w().menu.open(panel.label)}
          .actions=${this.#panelActions(panel)}
        ></call-lake-menu>
      </header>
      <call-lake-chart
        .locale=${this.locale}
        .theme=${this.theme}
        .label=${panel.label}
        .draw=${draw}
        .columns=${panel.columns}
        .rows=${panel.rows}
        .brush=${brush}
        .hrefOf=${route ? (query: string) => `${route}${query ? `?${query}` : ""}` : null}
        @chart-open=${(event: CustomEvent<{ query: string }>) =>
          this.tell("call-navigate", { page: "call-history", query: event.detail.query })}
        @chart-brush=${(event: CustomEvent<{ from: unknown; to: unknown }>) => {
          const [from, to] = brushedBuckets(event.detail, stats, this.formats.timezone);
          if (from <= to) narrow(from, to);
        }}
      ></call-lake-chart>
      ${brush ? narrowForm(stats.timeline, this.formats, narrow) : nothing}
    </section>`;
  }

  #panelActions(panel: Panel): Action[] {
    const { menu } = w();
    const chart = () => this.renderRoot.querySelector<Chart>(`[data-panel="${panel.name}"] call-lake-chart`);
    const csv = () => new Blob([csvOf(panel.columns, panel.rows)], { type: "text/csv" });
    return [
      { label: menu.table, run: () => void chart()?.showTable() },
      ...this.#sqlActions(panel.label, panel.name),
      { label: menu.csv, run: () => save(fileName(panel.label, "csv"), csv()) },
      { label: menu.png, run: () => void this.#savePicture(panel.label, chart) },
    ];
  }

  async #savePicture(label: string, chart: () => Chart | null): Promise<void> {
    const { pictureOf } = await import("../chart/picture.ts");
    // Only now: a drawing that was drawn anew meanwhile has no colours any more.
    const svg = chart()?.svg;
    const root = this.renderRoot.querySelector(".panel");
    if (!svg || !root) return;
    save(fileName(label, "png"), await pictureOf(svg, label, getComputedStyle(root).backgroundColor));
  }
}

define("call-lake-stats", StatsView);
