/** `<call-lake-sql-page>` (internal): the inside of `<call-sql>`. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { SqlResult, SqlSchema } from "../../../api/contract.ts";
import { askSql, type DataError, Latest, readSqlSchema } from "../../data.ts";
import type { HistoryStorage } from "../../storage.ts";
import { shared } from "../../theme.ts";
import { words } from "../../words.ts";
import "../../words/sql.ts";
import { CallLakeElement, define } from "../base.ts";
import { icon, stateBlock } from "../parts.ts";
import { EXAMPLES } from "./examples.ts";
import { parseView, type SqlView, viewText } from "./link.ts";
import "./result-panel.ts";
import { keepQueries, readQueries, type SavedQuery, withQuery } from "./saved.ts";
import { sidebar } from "./sidebar.ts";
import "./sql-editor.ts";
import type { SqlEditor } from "./sql-editor.ts";
import { sqlPageStyles } from "./styles.ts";

const w = () => words.sql;
const LIMITS = [100, 1000, 10_000] as const;
/** As long as the server allows; Cancel is there before. */
const TIMEOUT_MS = 60_000;
const COPIED_MS = 2000;

export class SqlPage extends CallLakeElement {
  static override styles = [...shared, sqlPageStyles];

  @property() query = "";
  @property({ attribute: false }) storage: HistoryStorage | undefined;

  @state() private sql = "";
  @state() private view: SqlView["view"] = "table";
  @state() private limit: number = LIMITS[1];
  @state() private schema: SqlSchema | "failed" | null = null;
  @state() private saved: readonly SavedQuery[] = [];
  @state() private result: SqlResult | null = null;
  @state() private pending = false;
  @state() private error: DataError | null = null;
  @state() private notice = "";
  @state() private naming = false;

  #runs = new Latest();
  #reads = new Latest();
  /** The query this page has told or was given last. */
  #known: string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#runs.stop();
    this.#reads.stop();
    this.pending = false;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!this.#may) return;
    if ((["api", "headers", "permissions"] as const).some((name) => changed.has(name))) void this.#loadSchema();
    if (changed.has("storage") || !this.hasUpdated) void this.#loadSaved();
    if (this.query === this.#known) return;
    this.#known = this.query;
    const { sql, view } = parseView(this.query);
    this.view = view;
    if (sql === this.sql && this.result) return;
    this.sql = sql;
    this.result = null;
    this.error = null;
    if (sql !== "") void this.#run();
    else this.#runs.stop();
  }

  get #may(): boolean {
    return this.permissions?.includes("calls.sql") ?? true;
  }

  get #editor(): SqlEditor | null {
    return this.renderRoot.querySelector("call-lake-sql-editor");
  }

  async #loadSchema(): Promise<void> {
    const answer = await readSqlSchema(this.server, this.#reads.next());
    if (answer.state === "aborted") return;
    this.schema = answer.state === "ok" ? answer.value : "failed";
    if (answer.state === "error" && answer.error.kind === "not_permitted") this.error = answer.error;
  }

  async #loadSaved(): Promise<void> {
    this.saved = await readQueries(this.storage);
  }

  /** Carries the statement out again. */
  refresh(): void {
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.sql.trim() === "") return;
    this.#tellQuery();
    this.pending = true;
    this.notice = "";
    const question = { sql: this.sql, limit: this.limit, timeout_ms: TIMEOUT_MS };
    const answer = await askSql(this.server, question, this.#runs.next());
    if (answer.state === "aborted") return;
    this.pending = false;
    this.error = answer.state === "error" ? answer.error : null;
    if (answer.state === "ok") this.result = answer.value;
  }

  #cancel(): void {
    this.#runs.stop();
    this.pending = false;
    this.notice = w().cancelled;
    this.#editor?.focus();
  }

  /** Keeps the URL: a statement that is too long for one leaves the URL as it was. */
  #tellQuery(): void {
    const query = viewText({ sql: this.sql, view: this.view });
    if (query === null || query === this.query) return;
    this.query = query;
    this.#known = query;
    this.tell("call-navigate", { query });
  }

  #show(sql: string): void {
    this.sql = sql;
    this.notice = "";
    void this.#run();
  }

  async #keep(queries: readonly SavedQuery[]): Promise<void> {
    this.saved = queries;
    this.notice = (await keepQueries(this.storage, queries)) ? "" : w().notKept;
  }

  async #copyLink(): Promise<void> {
    const query = viewText({ sql: this.sql, view: this.view });
    if (query === null) {
      this.notice = w().longLink;
      return;
    }
    await navigator.clipboard?.writeText(`${location.origin}${location.pathname}?${query}`).catch(() => {});
    this.notice = w().copied;
    setTimeout(() => {
      if (this.notice === w().copied) this.notice = "";
    }, COPIED_MS);
  }

  override render(): TemplateResult {
    const allowed = this.#may && this.error?.kind !== "not_permitted";
    return html`<div class=${this.rootClass} part="root">${allowed ? this.#page() : this.#notPermitted()}</div>`;
  }

  #notPermitted() {
    return stateBlock({ icon: "lock", title: w().notPermittedTitle, text: w().notPermitted });
  }

  #page() {
    return html`<div class="page">
      ${sidebar({
        saved: this.saved,
        examples: EXAMPLES,
        schema: this.schema,
        show: (sql) => this.#show(sql),
        remove: (name) => void this.#keep(this.saved.filter((one) => one.name !== name)),
        insert: (text) => this.#editor?.insert(text),
      })}
      <div class="work">
        <call-lake-sql-editor
          part="editor"
          .locale=${this.locale}
          .theme=${this.theme}
          .value=${this.sql}
          .schema=${typeof this.schema === "object" ? this.schema : null}
          .wrong=${this.error?.position ?? null}
          @sql-change=${(event: CustomEvent<{ value: string }>) => {
            this.sql = event.detail.value;
          }}
          @sql-run=${() => void this.#run()}
        ></call-lake-sql-editor>
        ${this.#toolbar()} ${this.error ? this.#refused(this.error) : nothing}
        ${this.#answer()}
      </div>
    </div>`;
  }

  #toolbar() {
    const empty = this.sql.trim() === "";
    return html`<div class="toolbar">
      ${
        this.pending
          ? html`<button class="button primary" type="button" @click=${this.#cancel}>${words.states.cancel}</button>`
          : html`<button class="button primary" type="button" ?disabled=${empty} @click=${() => void this.#run()}>
              ${w().run}<span class="hint">${w().runHint}</span>
            </button>`
      }
      <label class="limit">
        <span class="muted">${w().limit}</span>
        <select
          class="field"
          @change=${(event: Event) => {
            this.limit = Number((event.target as HTMLSelectElement).value);
          }}
        >
          ${LIMITS.map((n) => html`<option value=${n} ?selected=${n === this.limit}>${this.formats.integer(n)}</option>`)}
        </select>
      </label>
      <span class="gap muted" role="status">${this.pending ? w().running : this.notice}</span>
      ${
        this.naming
          ? this.#namer()
          : html`<button class="button" type="button" ?disabled=${empty} @click=${this.#askName}>${w().save}</button>`
      }
      <button class="button" type="button" ?disabled=${empty} @click=${() => void this.#copyLink()}>
        ${icon("copy")}${w().copyLink}
      </button>
    </div>`;
  }

  #askName = async (): Promise<void> => {
    this.naming = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>(".namer input")?.focus();
  };

  #namer() {
    return html`<form
      class="namer"
      @submit=${(event: Event) => {
        event.preventDefault();
        const name = new FormData(event.currentTarget as HTMLFormElement).get("name");
        if (typeof name !== "string" || name.trim() === "") return;
        this.naming = false;
        void this.#keep(withQuery(this.saved, { name: name.trim(), sql: this.sql }));
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === "Escape") this.naming = false;
      }}
    >
      <input class="field" name="name" maxlength="80" required aria-label=${w().saveName} placeholder=${w().saveName} />
      <button class="button" type="submit">${w().saveAs}</button>
    </form>`;
  }

  #refused(error: DataError) {
    const place = error.position;
    const text = error.message || (error.kind === "unreachable" ? words.states.unreachable : words.states.failed);
    return html`<div class="refused" role="alert">
      ${icon("alert")}
      <div>
        <strong>${w().errorTitle}</strong>
        <pre dir="auto">${text}</pre>
        ${
          place
            ? html`<button class="button" type="button" @click=${() => this.#editor?.goTo(place)}>
                ${w().goTo(this.formats.integer(place.line), this.formats.integer(place.column))}
              </button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #answer() {
    if (!this.result) {
      if (this.pending)
        return html`<div class="bones" aria-hidden="true"><span class="bone"></span><span class="bone"></span></div>`;
      return this.error ? nothing : stateBlock({ icon: "search", title: w().firstTitle, text: w().first });
    }
    return html`<call-lake-sql-result
      class=${this.pending || this.error ? "dimmed" : ""}
      aria-busy=${this.pending}
      exportparts="table"
      .locale=${this.locale}
      .timezone=${this.zone}
      .theme=${this.theme}
      .result=${this.result}
      .view=${this.view}
      @view-change=${(event: CustomEvent<{ view: SqlView["view"] }>) => {
        this.view = event.detail.view;
        this.#tellQuery();
      }}
    ></call-lake-sql-result>`;
  }
}

define("call-lake-sql-page", SqlPage);
