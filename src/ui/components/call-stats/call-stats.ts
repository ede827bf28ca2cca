/** `<call-stats>`: how the calls went under a filter: cards, charts, top callers and tools. Tells `call-navigate`. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallFacets, CallStats as Stats, ValueCount } from "../../../api/contract.ts";
import { bars, breakdownChart } from "../../charts/breakdown.ts";
import { hoursChart, hourText } from "../../charts/hours.ts";
import type { Draw } from "../../charts/plot.ts";
import { bucketText, timelineChart } from "../../charts/timeline.ts";
import { type DataError, Latest, readFacets, readStats } from "../../data.ts";
import { datesOnly, forServer, isNarrowed, PRESETS, parseFilter, withPreset, withValue } from "../../filter.ts";
import { outcomeColor } from "../../palette.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { CallLakeElement, define } from "../base.ts";
import { errorBlock, errorNotice, icon, notPermittedBlock, stateBlock } from "../parts.ts";
import "../chart/chart.ts";
import "../filter-bar/filter-bar.ts";
import { statCards } from "./cards.ts";
import { callStatsStyles } from "./styles.ts";
import { callersTable, toolsTable } from "./tables.ts";

const w = () => words.stats;
const DEFAULT_DAYS = 30;

export class CallStats extends CallLakeElement {
  static override styles = [...shared, callStatsStyles];

  /** The filter as a query string; undefined = the last 30 days, "" = all time. */
  @property() filter: string | undefined;

  @state() private filters = new URLSearchParams();
  @state() private stats: Stats | null = null;
  @state() private pending = false;
  @state() private error: DataError | null = null;
  @state() private facets: CallFacets | null = null;

  #asks = new Latest();
  #values = new Latest();
  #facetsOf: string | null = null;
  #draws = new Map<string, Draw>();

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#asks.stop();
    this.#values.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asks = ["api", "headers", "timezone", "permissions"] as const;
    const filters = this.filter === undefined ? this.#defaultFilter() : parseFilter(this.filter);
    const same = String(filters) === String(this.filters);
    if (same && !asks.some((name) => changed.has(name))) return;
    this.filters = filters;
    void this.#load();
  }

  /** Asks again; what is shown stays, dimmed, until the answer is there. */
  refresh(): void {
    this.#facetsOf = null;
    void this.#load();
  }

  #defaultFilter(): URLSearchParams {
    const preset = PRESETS.find(({ days }) => days === DEFAULT_DAYS);
    return preset
      ? withPreset(new URLSearchParams(), preset, this.formats.timezone, Date.now())
      : new URLSearchParams();
  }

  async #load(): Promise<void> {
    if (!this.mayRead) return;
    this.pending = true;
    const filter = forServer(this.filters, this.zone);
    void this.#loadFacets(datesOnly(filter));
    const answer = await readStats(this.server, filter, this.#asks.next());
    if (answer.state === "aborted") return;
    this.pending = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state !== "ok") return;
    this.stats = answer.value;
    this.#draws = new Map();
  }

  async #loadFacets(dates: URLSearchParams): Promise<void> {
    if (this.#facetsOf === String(dates)) return;
    this.#facetsOf = String(dates);
    const answer = await readFacets(this.server, dates, this.#values.next());
    if (answer.state === "ok") this.facets = answer.value;
  }

  #navigate(filters: URLSearchParams): void {
    this.filters = filters;
    this.filter = String(filters);
    this.tell("call-navigate", { query: this.filter });
    void this.#load();
  }

  override render(): TemplateResult {
    const allowed = this.mayRead && this.error?.kind !== "not_permitted";
    return html`<div class=${this.rootClass} part="root">${allowed ? this.#page() : notPermittedBlock()}</div>`;
  }

  #page() {
    return html`
      <call-lake-filter-bar .locale=${this.locale}
        .filter=${this.filters}
        .facets=${this.facets}
        .formats=${this.formats}
        .theme=${this.theme}
        @filter-change=${(event: CustomEvent<{ filter: URLSearchParams }>) => this.#navigate(event.detail.filter)}
      ></call-lake-filter-bar>
      <div class="above">
        <span class="muted">${w().zone(this.formats.timezone)}</span>
        <button class="button plain refresh" type="button" ?disabled=${this.pending} @click=${this.refresh}>
          ${icon("refresh")}${this.pending ? words.list.refreshing : words.list.refresh}
        </button>
      </div>
      ${this.error && this.stats ? errorNotice(this.error, () => this.refresh()) : nothing} ${this.#content()}
    `;
  }

  #content() {
    if (!this.stats) {
      return this.error ? errorBlock(this.error, words.states.statsErrorTitle, () => this.refresh()) : skeleton();
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
      ${statCards(this.stats.totals, this.stats.previous, this.formats)} ${this.#charts(this.stats)}
    </div>`;
  }

  #charts(stats: Stats): TemplateResult {
    const { formats } = this;
    const { timeline } = stats;
    const name = (value: string) => value;
    const accent = () => "var(--accent)";
    const outcome = (value: string) =>
      Object.hasOwn(words.outcomes, value) ? words.outcomes[value as keyof typeof words.outcomes] : value;
    const times = timeline.points.map((point) => bucketText(timeline.bucket, point.t, formats));
    return html`<div class="grid">
      ${this.#panel(w().overTime[timeline.bucket], "wide", {
        draw: () => timelineChart(timeline, "calls", formats),
        columns: [w().columns.time, w().columns.calls],
        rows: timeline.points.map((point, i) => [times[i] ?? "", formats.integer(point.calls)]),
      })}
      ${this.#panel(w().latencyTrend, "half", {
        draw: () => timelineChart(timeline, "avg_turn_latency_ms", formats),
        columns: [w().columns.time, w().columns.latency],
        rows: timeline.points.map((point, i) => [times[i] ?? "", formats.latency(point.avg_turn_latency_ms)]),
      })}
      ${this.#panel(w().hours, "half", {
        draw: () => hoursChart(stats.hours, formats),
        columns: [w().columns.hour, w().columns.calls],
        rows: stats.hours.map((row) => [hourText(row.hour), formats.integer(row.calls)]),
      })}
      ${this.#breakdown(w().outcomes, stats.outcomes, outcome, outcomeColor)}
      ${this.#breakdown(w().providers, stats.providers, name, accent)}
      ${this.#breakdown(w().pipelines, stats.pipelines, name, accent)}
      ${this.#breakdown(w().contexts, stats.contexts, name, accent)}
      <section class="panel half" part="panel">
        <h3>${w().topCallers}</h3>
        ${callersTable(stats.top_callers, formats, (number) =>
          this.#navigate(withValue(this.filters, "caller_number", number)),
        )}
      </section>
      <section class="panel half" part="panel">
        <h3>${w().tools}</h3>
        ${toolsTable(stats.tools, formats)}
      </section>
    </div>`;
  }

  #breakdown(
    label: string,
    counts: readonly ValueCount[],
    name: (value: string) => string,
    color: (value: string) => string,
  ): TemplateResult {
    const { formats } = this;
    const rows = bars(counts, name, color, formats);
    return this.#panel(label, "half", {
      draw: () => breakdownChart(rows, formats),
      columns: [label, w().columns.calls, w().columns.share],
      rows: rows.map((row) => [row.label, formats.integer(row.calls), formats.percent(row.share)]),
    });
  }

  #panel(
    label: string,
    width: "wide" | "half",
    chart: { draw: () => Draw; columns: readonly string[]; rows: readonly (readonly string[])[] },
  ): TemplateResult {
    // The same drawing for the same answer: a new function would be drawn anew at every update.
    const key = `${label}|${this.formats.locale}|${this.formats.timezone}`;
    const draw = this.#draws.get(key) ?? chart.draw();
    this.#draws.set(key, draw);
    return html`<section class="panel ${width}" part="panel">
      <h3>${label}</h3>
      <call-lake-chart .locale=${this.locale}
        .theme=${this.theme}
        .label=${label}
        .draw=${draw}
        .columns=${chart.columns}
        .rows=${chart.rows}
      ></call-lake-chart>
    </section>`;
  }
}

function skeleton(): TemplateResult {
  const card = html`<div class="card">
    <span class="bone"></span><span class="bone big"></span><span class="bone"></span>
  </div>`;
  return html`<div role="status" aria-label=${w().loading}>
    <div class="cards" aria-hidden="true">${Array.from({ length: 7 }, () => card)}</div>
    <div class="panel tall" aria-hidden="true"></div>
  </div>`;
}

define("call-stats", CallStats);
