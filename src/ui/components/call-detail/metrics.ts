/** `<call-lake-metrics>` (internal): the Metrics tab: each turn on a time axis, its latency beside that of all calls, and the audio facts. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { CallDetail, TurnLatency } from "../../../api/contract.ts";
import { turnLatency } from "../../charts/turn-latency.ts";
import { TURN_STAGES, type TurnRow, turnRows } from "../../charts/turn-rows.ts";
import { turnWaterfall } from "../../charts/turn-waterfall.ts";
import { Latest, type Server } from "../../data.ts";
import type { Formats } from "../../format.ts";
import type { Stage } from "../../palette.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import { define, SpeakingElement } from "../base.ts";
import { none, recordText, stateBlock } from "../parts.ts";
import "../chart/chart.ts";
import { metricsStyles } from "./metrics-styles.ts";
import { readAllLatency } from "./requests.ts";

/** Turns on one time axis; more are paged, since a drawing of thousands of rows is read by nobody. */
const TURNS_SHOWN = 40;

export class CallMetrics extends SpeakingElement {
  static override styles = [...shared, metricsStyles];

  @property({ attribute: false }) call!: CallDetail;
  @property({ attribute: false }) formats!: Formats;
  @property({ attribute: false }) server!: Server;
  @property() theme = "auto";

  /** Of all calls; undefined until it is known, null when it could not be asked. */
  @state() private all: TurnLatency | null | undefined;
  @state() private first = 0;

  #rows: readonly TurnRow[] = [];
  #draws: { waterfall: ReturnType<typeof turnWaterfall>; latency: ReturnType<typeof turnLatency> } | null = null;
  /** The language of the drawings, whose words may come after them. */
  #drawnIn: typeof words | null = null;
  #reads = new Latest();

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.all === undefined && this.hasUpdated) void this.#readAll();
  }

  override firstUpdated(): void {
    void this.#readAll();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#reads.stop();
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("call")) {
      this.#rows = turnRows(this.call);
      if (this.first >= this.#rows.length) this.first = 0;
    }
    // A chart is drawn anew when its Draw is another one: so it is made only when something of it has changed.
    if (["call", "formats", "first", "all", "theme"].some((name) => changed.has(name)) || this.#drawnIn !== words) {
      this.#drawnIn = words;
      const { all } = this;
      const reference = all ? { p50: all.p50_ms, p95: all.p95_ms } : null;
      this.#draws = {
        waterfall: turnWaterfall(this.#shown(), this.formats),
        latency: turnLatency(this.#rows, reference, this.formats),
      };
    }
  }

  async #readAll(): Promise<void> {
    if (!this.#rows.some((row) => row.e2e !== null)) return;
    const answer = await readAllLatency(this.server, this.#reads.next());
    if (answer.state !== "aborted") this.all = answer.state === "ok" ? answer.value : null;
  }

  #shown(): readonly TurnRow[] {
    return this.#rows.slice(this.first, this.first + TURNS_SHOWN);
  }

  override render(): TemplateResult {
    const known = this.#rows.filter((row) => row.total !== null).length;
    return html`<div class="root inner ${this.theme}">
      ${this.#cards(known)}
      ${
        known === 0
          ? stateBlock({ icon: "alert", title: words.metrics.empty, text: "" })
          : html`${this.#waterfall(known)} ${this.#latency()}`
      }
    </div>`;
  }

  #cards(known: number): TemplateResult {
    const w = words.metrics;
    const { call, formats } = this;
    const codec = call.codec_alignment_ok;
    const latency = (ms: number | null) => (ms === null ? none() : formats.latency(ms));
    const count = (n: number | null) => (n === null ? none() : formats.integer(n));
    const n = this.#rows.length ? w.known(formats.integer(known), formats.integer(this.#rows.length)) : "";
    return html`<div class="cards">
      ${card(w.avg, latency(call.avg_turn_latency_ms), n)} ${card(w.max, latency(call.max_turn_latency_ms), "")}
      ${card(w.turns, count(call.total_turns), "")} ${card(w.bargeIns, count(call.barge_in_count), "")}
      ${card(w.format, recordText(call.caller_audio_format), "")}
      ${card(w.codec, codec === null ? none() : codec ? w.codecOk : html`<span class="failed">${w.codecBad}</span>`, "")}
    </div>`;
  }

  #waterfall(known: number): TemplateResult {
    const w = words.metrics;
    const { formats } = this;
    const rows = this.#shown();
    const used: Stage[] = [...TURN_STAGES, "whole" as const].filter((stage) =>
      this.#rows.some((row) => row.stages[stage] !== undefined),
    );
    const stages = used.filter((stage) => stage !== "whole");
    return html`<section>
      <h3>${w.waterfall}</h3>
      <ul class="legend">
        ${used.map((stage) => html`<li class="stage ${stage}">${w.stages[stage]}</li>`)}
        ${stages.length && this.#rows.some((row) => row.e2e !== null) ? html`<li class="total">${w.total}</li>` : nothing}
        ${this.#rows.some((row) => row.interrupted) ? html`<li class="interruption">${w.interrupted}</li>` : nothing}
        ${known < this.#rows.length ? html`<li class="muted plain">${w.gap}</li>` : nothing}
      </ul>
      <call-lake-chart
        .locale=${this.locale}
        .theme=${this.theme}
        .label=${w.waterfall}
        .draw=${this.#draws?.waterfall ?? null}
        .columns=${[w.turn, w.total, ...stages.map((stage) => w.stages[stage]), w.interrupted]}
        .rows=${rows.map((row) => [
          formats.integer(row.turn),
          formats.latency(row.e2e),
          ...stages.map((stage) => formats.latency(row.stages[stage] ?? null)),
          row.interrupted ? words.detail.yes : words.detail.no,
        ])}
      ></call-lake-chart>
      ${stages.length > 1 ? html`<p class="muted note">${w.waterfallNote}</p>` : nothing} ${this.#pages()}
    </section>`;
  }

  #pages(): TemplateResult | typeof nothing {
    const all = this.#rows.length;
    if (all <= TURNS_SHOWN) return nothing;
    const w = words.metrics;
    const { integer } = this.formats;
    const to = Math.min(this.first + TURNS_SHOWN, all);
    const go = (by: number) => () => {
      this.first += by;
    };
    return html`<div class="pages">
      <button class="button" type="button" ?disabled=${this.first === 0} @click=${go(-TURNS_SHOWN)}>${w.earlier}</button>
      <button class="button" type="button" ?disabled=${to === all} @click=${go(TURNS_SHOWN)}>${w.later}</button>
      <span class="muted" role="status">${w.turns_shown(integer(this.first + 1), integer(to), integer(all))}</span>
    </div>`;
  }

  #latency(): TemplateResult | typeof nothing {
    const w = words.metrics;
    const { formats, all } = this;
    if (!this.#rows.some((row) => row.e2e !== null)) return nothing;
    return html`<section>
      <h3>${w.latency}</h3>
      <p class="muted note" role="status">
        ${all === undefined ? html`&nbsp;` : all === null ? w.noReference : all.p50_ms === null ? nothing : w.reference(formats.integer(turnsOf(all)))}
      </p>
      <call-lake-chart
        .locale=${this.locale}
        .theme=${this.theme}
        .label=${w.latency}
        .draw=${this.#draws?.latency ?? null}
        .columns=${[w.turn, w.total]}
        .rows=${[
          ...(all
            ? [
                ["p50", formats.latency(all.p50_ms)],
                ["p95", formats.latency(all.p95_ms)],
              ]
            : []),
          ...this.#rows.map((row) => [formats.integer(row.turn), formats.latency(row.e2e)]),
        ]}
      ></call-lake-chart>
    </section>`;
  }
}

const turnsOf = ({ histogram }: TurnLatency) => histogram.reduce((sum, bucket) => sum + bucket.turns, 0);

function card(label: string, value: TemplateResult | string, note: string): TemplateResult {
  return html`<div class="card"><span class="muted">${label}</span><strong><bdi>${value}</bdi></strong>${
    note ? html`<span class="muted note">${note}</span>` : nothing
  }</div>`;
}

define("call-lake-metrics", CallMetrics);
